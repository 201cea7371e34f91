import { countOf } from '../../ui/format.ts'
import type { SearchState } from './search-updates.ts'
import { splitHits } from './split-hits.ts'

/** `12 documents`; what is nearest without being a match is not counted as found. */
export function summaryOf({ shown, error }: Pick<SearchState, 'shown' | 'error'>): string {
  if (error !== null || shown === null) return ''
  const { kind, matches, nearest } = splitHits(shown)
  if (kind === 'nothing') return 'Nothing found'
  if (kind === 'unsure' || kind === 'worded') return 'Nothing sure'
  return countOf(nearest.length > 0 ? matches.length : shown.reply.total, 'document')
}
