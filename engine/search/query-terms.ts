import { AkinError } from '../../shared/errors.ts'
import { isEmptyFilter, type Filter } from '../../shared/model/filter.ts'
import { maxQueryLength, parseQuery, type ParsedQuery } from '../../shared/query/grammar.ts'
import { wordsOf } from '../../shared/text/words.ts'
import type { KeywordQuery, KeywordTerm } from '../keywords/keyword-index.ts'

/** A query made ready for both legs. */
export interface PreparedQuery {
  readonly parsed: ParsedQuery
  readonly keywords: KeywordQuery
  /** What is embedded; empty when there are only filters. */
  readonly text: string
  readonly filter: Filter
}

/** @throws AkinError `query-too-long` */
export function prepareQuery(text: string, filter: Filter = {}): PreparedQuery {
  if (text.length > maxQueryLength) {
    throw new AkinError(
      'query-too-long',
      `The query has ${text.length.toLocaleString('en')} characters; up to ${maxQueryLength.toLocaleString('en')} are read`,
      {
        advice: 'Shorten it. To find what is like a long text, save the text as a file, add it and look at its kin',
      },
    )
  }
  const parsed = parseQuery(text)
  return { parsed, keywords: keywordQuery(parsed), text: parsed.text.trim(), filter: joinFilters(parsed.filter, filter) }
}

function keywordQuery({ parts }: ParsedQuery): KeywordQuery {
  const terms: KeywordTerm[] = []
  const excluded: KeywordTerm[] = []
  for (const part of parts) {
    if (part.type !== 'word' && part.type !== 'phrase') continue
    // A dash or a smiley is no word: nothing can have it, and nothing must
    if (wordsOf(part.text).next().done === true) continue
    const type = part.type === 'phrase' ? 'phrase' : part.isPrefix ? 'prefix' : 'word'
    ;(part.isExcluded ? excluded : terms).push({ text: part.text, type })
  }
  return { terms, excluded }
}

/** Both filters must hold. */
export function joinFilters(a: Filter, b: Filter): Filter {
  if (isEmptyFilter(a)) return b
  if (isEmptyFilter(b)) return a
  const { also = [], ...rest } = b
  return { ...a, also: [...(a.also ?? []), rest, ...also] }
}
