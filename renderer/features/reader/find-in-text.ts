import type { TextSpan } from '../../ui/spans.ts'

/** More than anyone steps through; the count then says "10,000 or more". */
export const maxMatches = 10_000

/** Where the words stand in the text, upper and lower case alike; any white space between them counts as one space. */
export function findInText(text: string, wanted: string): TextSpan[] {
  const clean = wanted.trim()
  if (clean === '') return []
  const pattern = clean.replaceAll(/[.*+?^${}()|[\]\\/-]/gu, String.raw`\$&`).replaceAll(/\s+/gu, String.raw`\s+`)
  const matches: TextSpan[] = []
  for (const match of text.matchAll(new RegExp(pattern, 'giu'))) {
    matches.push([match.index, match.index + match[0].length])
    if (matches.length === maxMatches) break
  }
  return matches
}

/** The first match at or after a place, so that finding begins where one reads; the first of all behind the last. */
export function matchFrom(matches: readonly TextSpan[], offset: number): number {
  const at = matches.findIndex(([start]) => start >= offset)
  return at < 0 ? 0 : at
}

/** The spans that lie in a stretch of text. `spans` are in order and do not overlap. */
export function spansWithin(spans: readonly TextSpan[], start: number, end: number): readonly TextSpan[] {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]![1] <= start) low = middle + 1
    else high = middle
  }
  let to = low
  while (to < spans.length && spans[to]![0] < end) to++
  return spans.slice(low, to)
}
