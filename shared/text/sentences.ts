/** Sentences by Unicode's rules (Intl.Segmenter), with the cuts after abbreviations and initials mended. */

const abbreviations = new Set(
  (
    'mr mrs ms dr prof rev sr jr st vs etc e.g i.e cf al approx dept est fig figs no nos vol p pp ch sec ed eds inc ltd co corp ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun ' +
    'bzw usw z.b d.h u.a ca nr hr fr str evtl ggf vgl abb s m mme mlle av env p.ex sra srta ud uds'
  ).split(' '),
)

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' })

/** `[start, end)` of each sentence, without the white space between them. */
export function sentencesOf(text: string): [number, number][] {
  const sentences: [number, number][] = []
  let start = 0
  let isOpen = false
  for (const { segment, index } of segmenter.segment(text)) {
    if (!isOpen) start = index
    const end = index + segment.length
    isOpen = endsInAbbreviation(segment) && !/[\r\n]\s*$/.test(segment)
    if (!isOpen) addTrimmed(sentences, text, start, end)
  }
  if (isOpen) addTrimmed(sentences, text, start, text.length)
  return sentences
}

function endsInAbbreviation(segment: string): boolean {
  const match = /(?:^|[\s("'“„])([\p{L}.]+)\.\s*$/u.exec(segment)
  if (match === null) return false
  const word = match[1]!
  return /^\p{Lu}$/u.test(word) || abbreviations.has(word.toLowerCase())
}

function addTrimmed(sentences: [number, number][], text: string, start: number, end: number): void {
  while (start < end && /\s/.test(text[start]!)) start++
  while (end > start && /\s/.test(text[end - 1]!)) end--
  if (end > start) sentences.push([start, end])
}
