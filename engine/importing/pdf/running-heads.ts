import type { Line } from './text-lines.ts'

/** Fewer pages repeat too little to be sure. */
const leastPages = 4
/** Odd and even pages often have heads of their own. */
const leastShare = 0.4
/** Share of the page's height at its top and at its bottom. */
const margin = 0.1
const perEdge = 3
/** A longer line with another number is another sentence. */
const longestHead = 80

/**
 * Takes off what a program printed on most pages: heads, feet and page numbers. Only lines near the edge of the page
 * that come again on many pages, digits aside, are dropped.
 */
export function withoutRunningHeads(pages: readonly (readonly Line[])[]): Line[][] {
  if (pages.length < leastPages) return pages.map((lines) => [...lines])
  const counts = new Map<string, number>()
  for (const lines of pages) {
    for (const key of new Set(edgesOf(lines).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const least = Math.max(3, pages.length * leastShare)
  return pages.map((lines) => {
    const dropped = new Set(edgesOf(lines).filter((line) => (counts.get(keyOf(line)) ?? 0) >= least))
    const kept = lines.filter((line) => !dropped.has(line))
    // A page that has nothing else is made of them: a form, a slide
    return kept.length === 0 ? [...lines] : kept
  })
}

function edgesOf(lines: readonly Line[]): Line[] {
  const sorted = lines.toSorted((a, b) => b.height - a.height)
  const top = sorted.slice(0, perEdge).filter(({ height }) => height >= 1 - margin)
  const bottom = sorted.slice(-perEdge).filter(({ height }) => height <= margin)
  return [...new Set([...top, ...bottom])]
}

/** The same on each page but for its numbers. */
function keyOf({ text, height }: Line): string {
  if (text.length > longestHead) return text
  const words = text
    .replaceAll(/\d+/g, '#')
    .replaceAll(/\b[ivxlc]+\b/gi, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return `${height > 0.5 ? 'top' : 'bottom'} ${words}`
}
