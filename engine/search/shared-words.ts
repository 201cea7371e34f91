import { deu, eng, fra, ita, nld, por, spa } from 'stopword'
import { foldWord, stemOf, stopWords, wordsOf } from '../../shared/text/words.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'

const mostShared = 4

/** A word in more than this share of the documents tells nothing about two of them. */
const commonShare = 0.2

/** In a small library even these are rare: “said” or “there” tells nothing all the same. */
const commonWords = new Set([eng, deu, fra, ita, nld, por, spa].flat().map(foldWord))

/** What of the longer text is looked at, in UTF-16 code units. */
const lookedAt = 20_000

/** The most telling words that two texts share, rarest first, in the form of the second text. */
export async function sharedWords(keywords: KeywordIndex, text: string, other: string): Promise<string[]> {
  const stems = new Set<string>()
  for (const { word, isWithoutSpaces } of wordsOf(text.slice(0, lookedAt)))
    if (isTelling(word, isWithoutSpaces)) stems.add(stemOf(word))
  const forms = new Map<string, string>()
  for (const { word, isWithoutSpaces } of wordsOf(other)) {
    const stem = stemOf(word)
    if (isTelling(word, isWithoutSpaces) && stems.has(stem) && !forms.has(stem)) forms.set(stem, word)
  }
  const frequencies = await keywords.documentFrequencies([...forms.keys()])
  const most = Math.max(2, keywords.size * commonShare)
  return [...frequencies]
    .filter(([, documents]) => documents <= most)
    .toSorted((a, b) => a[1] - b[1])
    .slice(0, mostShared)
    .map(([stem]) => forms.get(stem)!)
}

function isTelling(word: string, isWithoutSpaces: boolean): boolean {
  return !isWithoutSpaces && word.length > 3 && !stopWords.has(word) && !commonWords.has(word) && !/^\p{N}+$/u.test(word)
}
