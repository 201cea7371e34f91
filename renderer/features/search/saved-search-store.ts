import { createStore, type StoreApi } from 'zustand/vanilla'
import { AkinError } from '../../../shared/errors.ts'
import type { SavedSearch } from '../../../shared/model/library.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { ToastStore } from '../../ui/toast-store.ts'

interface SavedSearchState {
  readonly searches: readonly SavedSearch[]
}

export interface SavedSearchStore {
  readonly store: StoreApi<SavedSearchState>
  readonly load: () => Promise<void>
  readonly save: (search: Omit<SavedSearch, 'id'>) => void
  readonly remove: (search: SavedSearch) => void
}

/** The searches that the person keeps. */
export function createSavedSearchStore(client: AkinClient, toasts: ToastStore): SavedSearchStore {
  const store = createStore<SavedSearchState>(() => ({ searches: [] }))
  const tell = (error: unknown): void => {
    if (!(error instanceof AkinError)) throw error
    toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
  const load = async (): Promise<void> => {
    const reply = await client.request('search.saved', {}).catch(() => null)
    if (reply !== null) store.setState(reply)
  }
  const save = async (search: Omit<SavedSearch, 'id'>): Promise<void> => {
    const saved = await client.request('search.save', search)
    store.setState(({ searches }) => ({ searches: [...searches.filter(({ id }) => id !== saved.id), saved] }))
  }
  client.onRefresh(() => void load())
  return {
    store,
    load,
    save(search) {
      save(search).then(() => toasts.show({ message: `“${search.name}” is kept under Saved searches` }), tell)
    },
    remove(search) {
      const { id, ...rest } = search
      store.setState(({ searches }) => ({ searches: searches.filter((one) => one.id !== id) }))
      client.request('search.unsave', { id }).then(
        () => toasts.show({ message: `“${search.name}” removed from Saved searches`, undo: () => void save(rest).catch(tell) }),
        (error: unknown) => {
          void load()
          tell(error)
        },
      )
    },
  }
}
