import { codesOf, stemOf, stopWords, termsOf, wordsOf } from '../../shared/text/words.ts'
import type { KeywordQuery, KeywordTerm } from './keyword-index.ts'

/**
 * One phrase of an FTS5 MATCH expression: one indexed term, or several in a row.
 */
export interface MatchPhrase {
  readonly terms: readonly string[]
  /** Index of the query's term it comes from. */
  readonly from: number
  /** One of several spellings of the same: a document is expected to have one of them, not all. */
  readonly isAlternative?: boolean
}

export interface MatchExpression {
  /** FTS5 syntax; `null` when nothing is left to look for. */
  readonly match: string | null
  /** The phrases of all terms that are looked for, also of those that the expression does without. */
  readonly wanted: readonly MatchPhrase[]
  /** The phrases that BM25 adds up, as often as they stand in the expression. */
  readonly scored: readonly MatchPhrase[]
  /** For each term of the query whether it was left out as a stop word. */
  readonly isStopWord: readonly boolean[]
}

/** What the index knows of its words. */
export interface Vocabulary {
  /** Stems of words that begin so. */
  expandPrefix(prefix: string): readonly string[]
  /** How many documents have it. */
  documents(phrase: Pick<MatchPhrase, 'terms'>): number
  /** How many documents there are. */
  readonly size: number
}

/** From this many documents on, words that stand in most of them are left out: looking through fewer takes no time. */
const manyDocuments = 2_000

/**
 * Builds the MATCH expression: any of the words, all of the phrases, none of the excluded ones. English stop words
 * are left out unless nothing else is asked for. In a large library so are words that stand in more than half of the
 * documents, when another word of the query stands in some: BM25 gives nothing for them and they take most of the time.
 */
export function matchExpression(query: KeywordQuery, vocabulary: Vocabulary): MatchExpression {
  const isAllStop = query.terms.every((term) => isStopTerm(term))
  const isStopWord = query.terms.map((term) => !isAllStop && isStopTerm(term))
  const required: MatchPhrase[] = []
  const optional: MatchPhrase[] = []
  for (const [from, term] of query.terms.entries()) {
    if (isStopWord[from] === true) continue
    const phrases = phrasesOf(term, from, vocabulary)
    if (term.type === 'phrase') required.push(...phrases)
    else optional.push(...phrases)
  }
  const excluded = query.excluded.flatMap((term) => phrasesOf(term, -1, vocabulary))
  const telling = optional.filter((phrase) => !isEverywhere(phrase, vocabulary))
  // Where nothing else would be found, words that stand everywhere must do
  const isEnough = required.length > 0 || telling.some((phrase) => vocabulary.documents(phrase) > 0)
  const any = isEnough ? telling : optional
  return {
    match: join(required, any, excluded),
    wanted: [...required, ...optional],
    scored: [...required, ...required, ...any],
    isStopWord,
  }
}

/** Any of the terms, whatever they are: for what is excluded. `null` when none of them has a word. */
export function anyExpression(terms: readonly KeywordTerm[], vocabulary: Vocabulary): string | null {
  const phrases = terms.flatMap((term, from) => phrasesOf(term, from, vocabulary))
  return phrases.length === 0 ? null : phrases.map(quoted).join(' OR ')
}

function isEverywhere(phrase: MatchPhrase, vocabulary: Vocabulary): boolean {
  return vocabulary.size >= manyDocuments && vocabulary.documents(phrase) > vocabulary.size / 2
}

/** Quoted text with all required phrases once as a condition and once among what is scored. */
function join(
  required: readonly MatchPhrase[],
  optional: readonly MatchPhrase[],
  excluded: readonly MatchPhrase[],
): string | null {
  const wanted = [...required, ...optional]
  if (wanted.length === 0) return null
  const any = `(${wanted.map(quoted).join(' OR ')})`
  const all = required.map(quoted)
  const found = [...all, any].join(' AND ')
  return excluded.length === 0 ? found : `(${found}) NOT (${excluded.map(quoted).join(' OR ')})`
}

export function quoted({ terms }: Pick<MatchPhrase, 'terms'>): string {
  return `"${terms.join(' ').replaceAll('"', '')}"`
}

/** True for a word that is left out of a query unless there is nothing else in it. */
export function isStopTerm(term: KeywordTerm): boolean {
  if (term.type !== 'word') return false
  const words = [...wordsOf(term.text)]
  return words.length > 0 && words.every(({ word }) => stopWords.has(word))
}

function phrasesOf(term: KeywordTerm, from: number, vocabulary: Vocabulary): MatchPhrase[] {
  const terms = [...termsOf(term.text)].map((one) => one.term)
  if (terms.length === 0) return []
  if (term.type === 'phrase') return [{ terms, from }]
  if (term.type === 'prefix') return prefixPhrases(term, terms, from, vocabulary)
  return wordPhrases(term.text, terms, from)
}

/**
 * What was typed as one word may be several terms. Numbers and codes (`WB-212`, `10.4`) mean themselves: one phrase, or
 * the same written without separators.
 * Compounds (`boundary-layer`) and runs of a script without spaces are found by their parts as well.
 */
function wordPhrases(text: string, terms: readonly string[], from: number): MatchPhrase[] {
  if (terms.length === 1) return [{ terms, from }]
  if (/\p{N}/u.test(text))
    return [terms, ...codesOf(text).map((one) => [one])].map((one) => ({ terms: one, from, isAlternative: true }))
  return terms.map((term) => ({ terms: [term], from }))
}

function prefixPhrases(term: KeywordTerm, terms: readonly string[], from: number, vocabulary: Vocabulary): MatchPhrase[] {
  const words = [...wordsOf(term.text)]
  const last = words.at(-1)!
  if (last.isWithoutSpaces) return terms.map((one) => ({ terms: [one], from }))
  const head = words.slice(0, -1).map(({ word }) => stemOf(word))
  const stems = new Set([stemOf(last.word), ...vocabulary.expandPrefix(last.word)])
  return [...stems].map((stem) => ({ terms: [...head, stem], from, isAlternative: true }))
}
