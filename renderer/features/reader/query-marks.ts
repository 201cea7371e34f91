import { parseQuery } from '../../../shared/query/grammar.ts'
import { foldWord, stemOf, stopWords, termsOf, wordsOf } from '../../../shared/text/words.ts'
import type { TextSpan } from '../../ui/spans.ts'

/** What to mark in a text for a query. */
export interface MarkedWords {
  readonly stems: ReadonlySet<string>
  readonly prefixes: readonly string[]
  /** Stems of each phrase, which must follow each other. */
  readonly phrases: readonly (readonly string[])[]
}

/** The words of a query as the keyword index reads them. Stop words are marked only within phrases. */
export function markedWordsOf(query: string): MarkedWords | null {
  const stems = new Set<string>()
  const prefixes: string[] = []
  const phrases: string[][] = []
  const parsed = parseQuery(query)
  const hasOnlyStopWords = [...wordsOf(parsed.text)].every(({ word }) => stopWords.has(word))
  for (const part of parsed.parts) {
    if ((part.type !== 'word' && part.type !== 'phrase') || part.isExcluded) continue
    if (part.type === 'phrase') {
      const terms = [...termsOf(part.text)].map(({ term }) => term)
      if (terms.length > 0) phrases.push(terms)
    } else if (part.isPrefix) prefixes.push(foldWord(part.text))
    else addStems(stems, part.text, hasOnlyStopWords)
  }
  return stems.size + prefixes.length + phrases.length === 0 ? null : { stems, prefixes, phrases }
}

function addStems(stems: Set<string>, text: string, withStopWords: boolean): void {
  for (const { word, isWithoutSpaces } of wordsOf(text)) {
    if (isWithoutSpaces) for (const { term } of termsOf(word)) stems.add(term)
    else if (withStopWords || !stopWords.has(word)) stems.add(stemOf(word))
  }
}

/** Where the words of a query stand in a stretch of text; offsets count from the whole text. */
export function queryMarks(text: string, offset: number, marked: MarkedWords): TextSpan[] {
  const terms = [...termsOf(text)]
  const spans: TextSpan[] = []
  for (const [i, { term, start, end }] of terms.entries()) {
    const isMarked =
      marked.stems.has(term) || marked.prefixes.some((prefix) => foldWord(text.slice(start, end)).startsWith(prefix))
    if (isMarked) spans.push([offset + start, offset + end])
    for (const phrase of marked.phrases) {
      const last = terms[i + phrase.length - 1]
      if (last !== undefined && phrase.every((stem, at) => terms[i + at]!.term === stem)) {
        spans.push([offset + start, offset + last.end])
      }
    }
  }
  return spans
}
