import { AkinError } from '../../shared/errors.ts'
import { isEmptyFilter, type Filter } from '../../shared/model/filter.ts'
import { maxQueryLength, parseQuery, type ParsedQuery } from '../../shared/query/grammar.ts'
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
    const type = part.type === 'phrase' ? 'phrase' : part.isPrefix ? 'prefix' : 'word'
    ;(part.isExcluded ? excluded : terms).push({ text: part.text, type })
  }
  return { terms, excluded }
}

/** Both filters must hold: of lists that both give, only common values stay. */
export function joinFilters(a: Filter, b: Filter): Filter {
  if (isEmptyFilter(a)) return b
  if (isEmptyFilter(b)) return a
  const joined: Record<string, unknown> = { ...a }
  for (const [key, value] of Object.entries(b)) {
    if (value !== undefined) joined[key] = joinValues(key, joined[key], value)
  }
  return joined
}

function joinValues(key: string, a: unknown, b: unknown): unknown {
  if (a === undefined) return b
  if (typeof a === 'string' && typeof b === 'string' && key === 'after') return a > b ? a : b
  if (typeof a === 'string' && typeof b === 'string' && key === 'before') return a < b ? a : b
  if (!Array.isArray(a) || !Array.isArray(b)) return b
  if (key.startsWith('except')) return [...a, ...(b as unknown[])]
  const common = a.filter((value) => (b as unknown[]).includes(value))
  // Nothing in common: a value that no document has, so that nothing is found
  return common.length > 0 ? common : key === 'ids' ? [Number.MAX_SAFE_INTEGER] : ['\u0000']
}
