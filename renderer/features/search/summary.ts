import { countOf } from '../../ui/format.ts'
import type { SearchState } from './search-updates.ts'

/** `12 documents`; what is nearest without being a match is not counted as found. */
export function summaryOf({ shown, error }: Pick<SearchState, 'shown' | 'error'>): string {
  if (error !== null || shown === null) return ''
  if (shown.reply.verdict === 'nothing') return 'Nothing found'
  return countOf(shown.reply.total, 'document')
}
