import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import type { Handlers } from '../contract-table.ts'
import type { LibraryStore } from '../library/library-store.ts'
import type { SearchService } from '../search/search-service.ts'
import type { SimilarService } from '../search/similar-service.ts'
import type { UndoJournal } from '../undo-journal.ts'
import { hideKin } from './documents.ts'

export interface SearchHandlersOptions {
  readonly store: LibraryStore
  readonly search: SearchService
  readonly similar: SimilarService
  readonly undo: UndoJournal
}

type SearchRequests = Extract<RequestName, `search.${string}` | `similar.${string}`>

export function searchHandlers({ store, search, similar, undo }: SearchHandlersOptions): Handlers<SearchRequests> {
  return {
    'search.query': (query, { signal }) => search.query(query, signal),
    'search.passages': (query, { signal }) => search.passages(query, signal),
    'search.sentences': (query, { signal }) => search.sentences(query, signal),
    'search.suggest': (query) => search.suggest(query),
    'search.saved': async () => ({ searches: await store.settings.savedSearches() }),
    'search.save': (saved) => store.settings.saveSearch(saved),
    'search.unsave': async ({ id }) => {
      if (!(await store.settings.removeSearch(id))) throw new AkinError('not-found', 'This search is not saved any more')
      return {}
    },
    'similar.find': (query, { signal }) => similar.find(query, signal),
    'similar.hide': hideKin({ store, undo }),
    'similar.unhide': async ({ documentId }) => ({ restored: await store.documents.unhideKin(documentId) }),
  }
}
