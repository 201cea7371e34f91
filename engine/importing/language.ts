import { eld } from 'eld/extrasmall'

/** The detector looks at no more of a text than this. */
const sampleLength = 500
/** Places of the text that are asked: title pages, tables and quotations speak for themselves only. */
const samples = 7
/** Letters below which a guess is a coin toss; scripts without spaces say more with fewer. */
const leastLetters = 24

/** The language of a text as ISO 639-1, `null` when there is too little of it or no language is clear. */
export function detectLanguage(text: string): string | null {
  if (lettersOf(text.slice(0, sampleLength * samples)) < leastLetters) return null
  const votes = new Map<string, number>()
  for (const sample of samplesOf(text)) {
    const result = eld.detect(sample)
    if (result.language === '' || !result.isReliable()) continue
    votes.set(result.language, (votes.get(result.language) ?? 0) + 1)
  }
  return [...votes].reduce<[string | null, number]>((best, vote) => (vote[1] > best[1] ? vote : best), [null, 0])[0]
}

function lettersOf(text: string): number {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const dense = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  return letters + dense * 3
}

/** The whole of a short text, pieces from all over a long one, each beginning with a word. */
function samplesOf(text: string): string[] {
  if (text.length <= sampleLength) return [text]
  const step = Math.max(sampleLength, Math.floor((text.length - sampleLength) / (samples - 1)))
  const starts = Array.from({ length: samples }, (_, index) => index * step).filter((start) => start < text.length)
  return starts.map((start) => text.slice(start, start + sampleLength).replace(start === 0 ? '' : /^\S{0,40}\s/, ''))
}
