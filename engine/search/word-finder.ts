import { codesOf, foldWord, stopWords, termsOf, wordsOf } from '../../shared/text/words.ts'
import type { KeywordTerm } from '../keywords/keyword-index.ts'

/** A place where a term of the query stands in a text, `[start, end)`. */
export interface FoundWord {
  /** Index of the term in the query. */
  readonly term: number
  readonly start: number
  readonly end: number
}

/**
 * Finds the places of a query's words in texts by the rules of the keyword index, without reading every word of the
 * text: one regular expression proposes, the stem decides.
 */
export class WordFinder {
  readonly #wanted = new Map<string, number>()
  readonly #phrases: { term: number; terms: readonly string[] }[] = []
  readonly #prefixes: { term: number; prefix: string }[] = []
  /** Codes without their separators, such as `j207`. */
  readonly #codes = new Map<string, number>()
  readonly #pattern: RegExp | null
  /** The same for texts that have letters which stand for others, such as ligatures. */
  readonly #patternForFolded: RegExp | null

  constructor(terms: readonly KeywordTerm[]) {
    const isAllStop = terms.every((term) => isStopTerm(term))
    const starts = new Set<string>()
    for (const [index, term] of terms.entries()) {
      if (!isAllStop && isStopTerm(term)) continue
      this.#add(term, index, starts)
    }
    const patterns = starts.size === 0 ? [] : patternsOf([...starts], [...this.#codes.keys()])
    this.#pattern = patterns.length === 0 ? null : new RegExp(patterns.join('|'), 'giu')
    this.#patternForFolded = patterns.length === 0 ? null : new RegExp([...patterns, foldedWord].join('|'), 'giu')
  }

  /** Places in `text.slice(from, to)` as offsets into `text`, ascending, without overlaps. */
  find(text: string, from = 0, to = text.length): FoundWord[] {
    const pattern = folded.test(text) ? this.#patternForFolded : this.#pattern
    if (pattern === null) return []
    const found: FoundWord[] = []
    let end = from
    pattern.lastIndex = from
    for (let match = pattern.exec(text); match !== null && match.index < to; match = pattern.exec(text)) {
      const place = this.#placeAt(text, match.index, match.index + match[0].length)
      if (place === undefined) {
        if (match[0] === '') pattern.lastIndex++
        continue
      }
      if (place.start >= end && place.end <= to) {
        found.push(place)
        end = place.end
      }
      // Pairs of a script without spaces overlap: go on one character later
      pattern.lastIndex = Math.max(match.index + 1, Math.min(place.end, pattern.lastIndex))
    }
    return found
  }

  #add(term: KeywordTerm, index: number, starts: Set<string>): void {
    const words = [...wordsOf(term.text)]
    const terms = [...termsOf(term.text)].map((one) => one.term)
    if (terms.length === 0) return
    for (const { word, isWithoutSpaces } of words) {
      if (!isWithoutSpaces) starts.add(startOf(word, terms))
    }
    for (const one of terms) {
      if (!/^[\p{Script=Latin}\p{N}]/u.test(one)) starts.add(one)
    }
    if (term.type === 'word') for (const one of codesIn(term.text)) this.#codes.set(one, index)
    if (term.type === 'prefix') this.#prefixes.push({ term: index, prefix: words.at(-1)!.word })
    // A code of several parts (`WB-212`) means all of them in a row; a compound is found by its parts
    const isInARow = term.type === 'phrase' || (term.type === 'word' && /\p{N}/u.test(term.text))
    if (isInARow && terms.length > 1) this.#phrases.push({ term: index, terms })
    else if (term.type !== 'prefix' || terms.length > 1)
      for (const one of terms) if (!this.#wanted.has(one)) this.#wanted.set(one, index)
  }

  #placeAt(text: string, start: number, end: number): FoundWord | undefined {
    const code = this.#codes.size === 0 ? undefined : this.#codes.get(foldWord(text.slice(start, end).replaceAll(separators, '')))
    if (code !== undefined) return { term: code, start, end }
    for (const { term, start: at, end: until } of termsOf(text.slice(start, end))) {
      const index = this.#wanted.get(term)
      if (index !== undefined) return { term: index, start: start + at, end: start + until }
      const phrase = this.#phrases.find(({ terms }) => terms[0] === term)
      const phraseEnd = phrase === undefined ? undefined : phraseEndOf(text, start + at, phrase.terms)
      if (phraseEnd !== undefined) return { term: phrase!.term, start: start + at, end: phraseEnd }
    }
    for (const { word } of wordsOf(text.slice(start, end))) {
      const prefix = this.#prefixes.find((one) => word.startsWith(one.prefix))
      if (prefix !== undefined) return { term: prefix.term, start, end }
    }
    return undefined
  }
}

/** As the keyword index has it: `the,` is a stop word like `the`. */
function isStopTerm({ type, text }: KeywordTerm): boolean {
  if (type !== 'word') return false
  const words = [...wordsOf(text)]
  return words.length > 0 && words.every(({ word }) => stopWords.has(word))
}

const separators = /[-_./]/g

/** What a word may be written like with or without separators: `J-207`, `J207`. */
function codesIn(text: string): string[] {
  const isOneCode = /^(?=.*\p{L})(?=.*\p{N})[\p{L}\p{N}]{2,40}$/u.test(text)
  return isOneCode ? [foldWord(text)] : codesOf(text)
}

/** The longest phrase that is looked at, in characters. */
const phraseReach = 400

function phraseEndOf(text: string, start: number, terms: readonly string[]): number | undefined {
  let index = 0
  for (const { term, end } of termsOf(text.slice(start, start + phraseReach))) {
    if (term !== terms[index]) return undefined
    if (++index === terms.length) return start + end
  }
  return undefined
}

/**
 * What every form of a word begins with. Porter changes at most the last letter of what it keeps (happy → happi,
 * filing → file), so the stem without it is common to all forms.
 */
function startOf(word: string, terms: readonly string[]): string {
  const stem = terms.find((term) => word.startsWith(term.slice(0, 2))) ?? word
  const common = stem.length > 3 ? stem.slice(0, -1) : stem.slice(0, Math.max(1, Math.min(stem.length, 2)))
  return word.startsWith(common) ? common : word.slice(0, 2)
}

const accents: Readonly<Record<string, string>> = {
  a: 'àáâãäåāăą',
  c: 'çćĉċč',
  d: 'ďđ',
  e: 'èéêëēĕėęě',
  g: 'ĝğġģ',
  h: 'ĥħ',
  i: 'ìíîïĩīĭįı',
  j: 'ĵ',
  k: 'ķ',
  l: 'ĺļľŀł',
  n: 'ñńņň',
  o: 'òóôõöøōŏő',
  r: 'ŕŗř',
  s: 'śŝşšß',
  t: 'ţťŧ',
  u: 'ùúûüũūŭůűų',
  w: 'ŵ',
  y: 'ýÿŷ',
  z: 'źżž',
}

/**
 * Letters and digits that folding turns into others (`ﬁ` → fi, `ß` → ss, `²` → 2) and that are none of the accented
 * ones above: a word with one of them may be any word.
 */
const foldedLetters =
  'ÆæŒœØøÐðÞþŊŋĲĳŉſẞßİĸªº²³¹¼½¾' +
  String.raw`\u01C4-\u01CC\u01F1-\u01F3\u02B0-\u02B8\u1D2C-\u1D6A\u1D78\u1D9B-\u1DBF\u2070-\u209C\u2100-\u218B\u2460-\u24FF` +
  String.raw`\u3300-\u33FF\uFB00-\uFB06\uFF10-\uFF19\uFF21-\uFF5A\u{1D400}-\u{1D7FF}`
const folded = new RegExp(`[${foldedLetters}]`, 'u')
const foldedWord = String.raw`(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}\p{M}]*[${foldedLetters}][\p{L}\p{N}\p{M}]*`

function patternsOf(starts: readonly string[], codes: readonly string[]): string[] {
  const words = starts
    .toSorted((a, b) => b.length - a.length)
    .map((start) => {
      const letters = Array.from(start, (letter) =>
        Object.hasOwn(accents, letter) ? `[${letter}${accents[letter]}]\\p{M}*` : escapeRegExp(letter),
      )
      const isSpaced =
        /^[\p{L}\p{N}]/u.test(start) &&
        !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
          start,
        )
      return isSpaced ? `(?<![\\p{L}\\p{N}\\p{M}])${letters.join('')}[\\p{L}\\p{N}\\p{M}]*` : letters.join('')
    })
  const written = codes.map((code) => `(?<![\\p{L}\\p{N}])${Array.from(code, escapeRegExp).join('[-_./]?')}(?![\\p{L}\\p{N}])`)
  return [...written, ...words]
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}
