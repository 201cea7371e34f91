import { eld } from 'eld/extrasmall'

/** A few pages from the front say as much as the whole. */
const sampleLength = 20_000
/** Letters below which a guess is a coin toss; scripts without spaces say more with fewer. */
const leastLetters = 24

/** The language of a text as ISO 639-1, `null` when there is too little of it or no language is clear. */
export function detectLanguage(text: string): string | null {
  const sample = text.slice(0, sampleLength)
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  const dense = sample.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  if (letters + dense * 3 < leastLetters) return null
  const result = eld.detect(sample)
  return result.language !== '' && result.isReliable() ? result.language : null
}
