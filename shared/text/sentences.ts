/** Sentences by Unicode's rules (UAX #29, Intl.Segmenter), with the cuts after abbreviations, initials and list numbers mended. */

/** Whatever follows, no sentence ends after these. */
const abbreviations = new Set(
  (
    'mr mrs ms dr prof rev hon capt col gen lt sgt sen rep gov st vs e.g i.e cf approx dept inc ltd co corp ' +
    'bzw z.b d.h u.a ca hr fr str evtl ggf vgl mme mlle av p.ex sra srta'
  ).split(' '),
)

/** These are words too, or end sentences as often as not: no sentence ends after them when a number follows. */
const beforeNumbers = new Set(
  (
    'no nos nr fig figs abb p pp s vol ch sec art ed par para eq tab app est c m ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun'
  ).split(' '),
)

const germanMonth = /^(?:Jan|Jän|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)/

// One locale for all machines: sentences are part of how a library is cut into chunks
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** `[start, end)` of each sentence, in order and without the white space between them. A line end ends a sentence. */
export function sentencesOf(text: string): [number, number][] {
  const sentences: [number, number][] = []
  let start = 0
  let before = ''
  for (const { segment, index } of segmenter.segment(text)) {
    if (index > start && !goesOn(before, segment, index - start)) {
      addTrimmed(sentences, text, start, index)
      start = index
    }
    before = segment
  }
  addTrimmed(sentences, text, start, text.length)
  return sentences
}

const lineEnd = /[\r\n\u2028\u2029]\s*$/
const enumerator = /^\s*\(?(?:\d{1,3}|\p{L}|[ivxIVX]{1,4})[.)]\s*$/u
const ordinal = /(?:^|\s)\d{1,2}\.\s*$/
const lastWord = /(?:^|[\s("'“„‘[])([\p{L}.]{1,12})\.\s*$/u

/**
 * Whether the sentence that the segment `before` seems to end goes on in the segment `after`.
 * @param length of the sentence so far, to see whether `before` is all of it
 */
function goesOn(before: string, after: string, length: number): boolean {
  // Only the end is looked at, however long the segment
  const end = before.slice(-40)
  if (lineEnd.test(end)) return false
  if (before.length === length && before.length < 12 && enumerator.test(before)) return true
  if (ordinal.test(end) && germanMonth.test(after)) return true
  const word = lastWord.exec(end)?.[1]
  if (word === undefined) return false
  if (/^\p{Lu}$/u.test(word) || abbreviations.has(word.toLowerCase())) return true
  return beforeNumbers.has(word.toLowerCase()) && /^["“(]?\d/.test(after)
}

function addTrimmed(sentences: [number, number][], text: string, start: number, end: number): void {
  while (start < end && /\s/.test(text[start]!)) start++
  while (end > start && /\s/.test(text[end - 1]!)) end--
  if (end > start) sentences.push([start, end])
}
