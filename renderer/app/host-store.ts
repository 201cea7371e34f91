import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RequestOutput } from '../../shared/contract/requests.ts'
import type { AkinClient } from '../client/akin-client.ts'

export type HostDescription = RequestOutput<'host.describe'>

export interface HostStore {
  readonly store: StoreApi<HostDescription>
  readonly load: () => Promise<void>
}

/** What the host can do. Until it has told, nothing special is offered. */
export function createHostStore(client: AkinClient): HostStore {
  const store = createStore<HostDescription>(() => ({
    host: client.host.importBy === 'grant' ? 'desktop' : 'browser',
    platform: '',
    canPick: client.host.importBy === 'grant',
    canOpen: false,
    canShowInFolder: false,
  }))
  const load = async (): Promise<void> => {
    const host = await client.request('host.describe', {}).catch(() => null)
    if (host !== null) store.setState(host)
  }
  client.onRefresh(() => void load())
  return { store, load }
}
