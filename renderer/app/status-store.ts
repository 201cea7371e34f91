import { createStore, type StoreApi } from 'zustand/vanilla'
import type { LibraryStatus } from '../../shared/model/library.ts'
import type { AkinClient } from '../client/akin-client.ts'

interface StatusState {
  /** `null` until the engine told it for the first time. */
  readonly status: LibraryStatus | null
}

export interface StatusStore {
  readonly store: StoreApi<StatusState>
  readonly load: () => Promise<void>
}

/** The window's copy of how much of the library can be found. */
export function createStatusStore(client: AkinClient): StatusStore {
  const store = createStore<StatusState>(() => ({ status: null }))
  const load = async (): Promise<void> => {
    const status = await client.request('library.status', {}).catch(() => null)
    if (status !== null) store.setState({ status })
  }
  client.on('library.status', (status) => store.setState({ status }))
  client.onRefresh(() => void load())
  return { store, load }
}
