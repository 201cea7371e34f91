/**
 * How words are read, in one place for the keyword index, the query and the marking of found words.
 *
 * A text is normalised (NFKC, lower case, accents off), cut into runs of letters and digits, and each Latin word is
 * reduced to its stem (Porter 1980, as SQLite's `porter` does). Scripts without spaces (Han, Kana, Hangul, Thai …)
 * give overlapping pairs of characters, as Lucene's CJKAnalyzer does, so that any substring of two or more is found.
 */
import { stemmer } from 'stemmer'

/** One indexed term with its place in the text, `[start, end)` in UTF-16 code units of the text as given. */
export interface Term {
  readonly term: string
  readonly start: number
  readonly end: number
}

/** Lucene's English stop words: left out of a query, kept in the index so that phrases hold. */
export const stopWords: ReadonlySet<string> = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
)

const run = /[\p{L}\p{N}\p{M}\p{Co}]+/gu
const scriptWithoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]/u
const mixedRun =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]\p{M}*)+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆])[\p{L}\p{N}\p{M}\p{Co}])+/gu
const character = /.\p{M}*/gsu
const marks = /\p{M}+/gu
const asciiWord = /^[a-z0-9]+$/

/** Lower case, compatibility forms unified, accents taken off: `Café` → `cafe`. */
export function foldWord(word: string): string {
  if (asciiWord.test(word)) return word
  const lower = word.toLowerCase()
  if (asciiWord.test(lower)) return lower
  return lower.toWellFormed().normalize('NFKD').replaceAll(marks, '').normalize('NFC').replaceAll('ß', 'ss')
}

const stems = new Map<string, string>()
const maxStems = 50_000

/** The stem of a folded word; words with anything but a–z stay as they are. */
export function stemOf(folded: string): string {
  if (folded.length < 3 || !/^[a-z]+$/.test(folded)) return folded
  const known = stems.get(folded)
  if (known !== undefined) return known
  const stem = stemmer(folded)
  if (stems.size >= maxStems) stems.clear()
  stems.set(folded, stem)
  return stem
}

/** A word as it stands in the text, before stemming. */
export interface Word {
  /** Folded; for a script without spaces, the run of characters. */
  readonly word: string
  readonly start: number
  readonly end: number
  readonly isWithoutSpaces: boolean
}

/** Cuts a text into words. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(run)) {
    const written = match[0]
    if (!scriptWithoutSpaces.test(written)) {
      const word = foldWord(written)
      if (word !== '') yield { word, start: match.index, end: match.index + written.length, isWithoutSpaces: false }
      continue
    }
    for (const piece of written.matchAll(mixedRun)) {
      const start = match.index + piece.index
      const isWithoutSpaces = scriptWithoutSpaces.test(piece[0])
      const word = isWithoutSpaces ? piece[0].normalize('NFKC') : foldWord(piece[0])
      if (word !== '') yield { word, start, end: start + piece[0].length, isWithoutSpaces }
    }
  }
}

/** The terms of a text as the keyword index holds them, in order. */
export function* termsOf(text: string): Generator<Term> {
  for (const { word, start, end, isWithoutSpaces } of wordsOf(text)) {
    if (isWithoutSpaces) yield* pairsOf(text, start, end)
    else yield { term: stemOf(word), start, end }
  }
}

function* pairsOf(text: string, start: number, end: number): Generator<Term> {
  const characters = [...text.slice(start, end).matchAll(character)].map((match) => ({
    text: match[0].normalize('NFKC').toLowerCase(),
    start: start + match.index,
    end: start + match.index + match[0].length,
  }))
  if (characters.length === 1) {
    const only = characters[0]!
    yield { term: only.text, start: only.start, end: only.end }
    return
  }
  for (let i = 0; i + 1 < characters.length; i++) {
    const [first, second] = [characters[i]!, characters[i + 1]!]
    yield { term: first.text + second.text, start: first.start, end: second.end }
  }
}
