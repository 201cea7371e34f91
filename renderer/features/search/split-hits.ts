import { parseQuery } from '../../../shared/query/grammar.ts'
import type { SearchHit } from '../../../shared/model/search.ts'
import type { Shown } from './search-updates.ts'

/**
 * Results as they are shown.
 * - `found`: matches first; what follows is only nearest
 * - `worded`: all of them are weak, though the first ones have every word that was asked for
 * - `unsure`: all of them are weak
 * - `nothing`: none is better than chance
 */
export interface SplitHits {
  readonly kind: 'found' | 'worded' | 'unsure' | 'nothing'
  readonly matches: readonly SearchHit[]
  /** What stands under "Not a match, but nearest". */
  readonly nearest: readonly SearchHit[]
}

/** Parts the matches from what is only nearest. Without words to go by, everything that fits the filters is a match. */
export function splitHits({ params, reply, hits }: Shown): SplitHits {
  if (!asksForMeaning(params)) return hits.length === 0 ? nothingOf(hits) : { kind: 'found', matches: hits, nearest: [] }
  if (reply.verdict === 'nothing') return nothingOf(hits)
  if (reply.verdict === 'weak') return weakOf(params, hits)
  const last = hits.findLastIndex(({ confidence }) => confidence !== 'weak')
  const end = params.sort === 'best' && last >= 0 ? last + 1 : hits.length
  return { kind: 'found', matches: hits.slice(0, end), nearest: hits.slice(end) }
}

function weakOf({ mode, sort }: Shown['params'], hits: readonly SearchHit[]): SplitHits {
  const without = hits.findIndex((hit) => !hasEveryWord(hit))
  const end = mode === 'vector' || sort !== 'best' ? 0 : without < 0 ? hits.length : without
  return { kind: end === 0 ? 'unsure' : 'worded', matches: hits.slice(0, end), nearest: hits.slice(end) }
}

function hasEveryWord({ why: { words } }: SearchHit): boolean {
  return words.matched.length > 0 && words.missing.length === 0
}

function nothingOf(hits: readonly SearchHit[]): SplitHits {
  return { kind: 'nothing', matches: [], nearest: hits }
}

/** True when there is something to be near to: words, or items to be like. */
export function asksForMeaning({ q, more, less }: Shown['params']): boolean {
  return parseQuery(q).text !== '' || more.length > 0 || less.length > 0
}
