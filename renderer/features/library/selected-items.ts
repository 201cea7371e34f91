import type { DocumentSummary, Source } from '../../../shared/model/document.ts'
import type { SelectedItem } from '../documents/selection-bar.tsx'
import type { Selection } from '../documents/selection.ts'
import { heldRows, type PageCache } from './page-cache.ts'

const unknownSource: Source = { type: 'inline', location: '', label: '', url: null }

/** The chosen items; of those that were never read into the list only the id is known. */
export function selectedItems({ ids }: Selection, cache: PageCache<DocumentSummary>): SelectedItem[] {
  if (ids.size === 0) return []
  const held = new Map([...heldRows(cache)].map(([, row]) => [row.id, row]))
  return [...ids].map((id) => {
    const row = held.get(id)
    if (row === undefined) return { id, title: '', source: unknownSource, tags: null, isStarred: null }
    return { id, title: row.title, source: row.source, tags: row.tags, isStarred: row.isStarred }
  })
}
