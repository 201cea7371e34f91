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

// A run of more than a thousand is no word of any language; unbounded, millions of them overflow the engine's stack
const run = /[\p{L}\p{N}\p{M}\p{Co}]{1,1000}/gu
/** Sound marks, repeat marks and their half-width forms belong to Han and Kana without being of that script. */
const withoutSpaces =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}々〆〱-〵ー\uFF70\uFF9E\uFF9F]'
const scriptWithoutSpaces = new RegExp(withoutSpaces, 'u')
const mixedRun = new RegExp(`(?:${withoutSpaces}\\p{M}*)+|(?:(?!${withoutSpaces})[\\p{L}\\p{N}\\p{M}\\p{Co}])+`, 'gu')
/** A character with its marks, half-width sound marks among them. */
const character = /.[\p{M}\uFF9E\uFF9F]*/gsu
/** Vowels and finals of Hangul, which join with what stands before them. */
const laterJamo = /^[\u1160-\u11FF]\p{M}*$/u
/**
 * Marks that can be left out and the word stays the same. In other scripts a mark is a letter of its own: a vowel in
 * Devanagari or Thai, and in Kana (U+3099, U+309A) the voice that tells `ハハ`, mother, from `パパ`, father.
 */
const accents =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]]--[\u3099\u309A]]+/gv
const asciiWord = /^[a-z0-9]+$/

/** Letters that Unicode does not take apart, but that people type the plain way. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ς: 'σ',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
}
const unlikeLetters = /[ßςøłđħıæœ]/g

/**
 * Lower case, compatibility forms unified, accents taken off: `Café` → `cafe`. Folding twice changes nothing more; half
 * characters become U+FFFD, as they do wherever a text is stored.
 */
export function foldWord(word: string): string {
  if (asciiWord.test(word)) return word
  const lower = word.toLowerCase()
  if (asciiWord.test(lower)) return lower
  // Compatibility forms first: `ℌ` has no lower case, the H that it stands for has
  return word
    .toWellFormed()
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(accents, '')
    .replaceAll(unlikeLetters, (letter) => plainLetters[letter]!)
    .normalize('NFC')
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

const code = /[\p{L}\p{N}]{1,40}(?:[-_./][\p{L}\p{N}]{1,40}){1,10}/gu
const longestCode = 40

/** Codes written with separators, without them: `J-207` → `j207`, so that either spelling finds the other. */
export function codesOf(text: string): string[] {
  const codes = new Set<string>()
  for (const [written] of text.matchAll(code)) {
    if (written.length <= longestCode && /\p{N}/u.test(written)) codes.add(foldWord(written.replaceAll(/[-_./]/g, '')))
  }
  return [...codes]
}

/** The terms of a text as the keyword index holds them, in order. */
export function* termsOf(text: string): Generator<Term> {
  let last: Character | undefined
  for (const { word, start, end, isWithoutSpaces } of wordsOf(text)) {
    if (isWithoutSpaces) {
      const characters = charactersOf(text, start, end)
      // A run that was cut for its length goes on
      if (last?.end === start) characters.unshift(last)
      yield* pairsOf(characters)
      last = characters.at(-1)
    } else yield { term: stemOf(word), start, end }
  }
}

interface Character {
  readonly text: string
  readonly start: number
  readonly end: number
}

function* pairsOf(characters: readonly Character[]): Generator<Term> {
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

/** Characters as a person counts them; a Hangul syllable that is written as its parts, as macOS names files, is one. */
function charactersOf(text: string, start: number, end: number): Character[] {
  const characters: Character[] = []
  for (const match of text.slice(start, end).matchAll(character)) {
    const at = start + match.index
    const one = { text: match[0].normalize('NFKC').toLowerCase(), start: at, end: at + match[0].length }
    const joined = laterJamo.test(one.text) ? joinedWith(characters.at(-1), one) : undefined
    if (joined === undefined) characters.push(one)
    else characters[characters.length - 1] = joined
  }
  return characters
}

function joinedWith(before: Character | undefined, one: Character): Character | undefined {
  if (before?.text.length !== 1) return undefined
  const text = (before.text + one.text).normalize('NFC')
  return text.length === one.text.length ? { text, start: before.start, end: one.end } : undefined
}
