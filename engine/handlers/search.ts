import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import type { Handlers } from '../contract-table.ts'
import type { LibraryStore } from '../library/library-store.ts'
import type { SpaceManager } from '../spaces/space-manager.ts'
import type { UndoJournal } from '../undo-journal.ts'
import { hideKin } from './documents.ts'

export interface SearchHandlersOptions {
  readonly store: LibraryStore
  readonly spaces: Pick<SpaceManager, 'get' | 'managed'>
  readonly undo: UndoJournal
}

type SearchRequests = Extract<RequestName, `search.${string}` | `similar.${string}`>

export function searchHandlers({ store, spaces, undo }: SearchHandlersOptions): Handlers<SearchRequests> {
  return {
    'search.query': async ({ spaceId, ...query }, { signal }) => (await spaces.get(spaceId)).search.query(query, signal),
    'search.passages': async ({ spaceId, ...query }, { signal }) => (await spaces.get(spaceId)).search.passages(query, signal),
    'search.sentences': async ({ spaceId, ...query }, { signal }) => {
      const opened = await spaces.get(spaceId)
      // Hundreds of sentences would be sent away for the sake of an underline
      if (spaces.managed(opened.space.id).recipe.type === 'remote') return { spans: query.passages.map(() => null) }
      return opened.search.sentences(query, signal)
    },
    'search.suggest': async (query) => (await spaces.get()).search.suggest(query),
    'search.saved': async () => ({ searches: await store.settings.savedSearches() }),
    'search.save': (saved) => store.settings.saveSearch(saved),
    'search.unsave': async ({ id }) => {
      if (!(await store.settings.removeSearch(id))) throw new AkinError('not-found', 'This search is not saved any more')
      return {}
    },
    'similar.find': async ({ spaceId, ...query }, { signal }) => (await spaces.get(spaceId)).similar.find(query, signal),
    'similar.hide': hideKin({ store, undo }),
    'similar.unhide': async ({ documentId }) => ({ restored: await store.documents.unhideKin(documentId) }),
  }
}
