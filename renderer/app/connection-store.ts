import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AkinClient, Connection } from '../client/akin-client.ts'

export type ConnectionStore = StoreApi<Connection>

/** The window's copy of how it stands with the engine. */
export function createConnectionStore(client: AkinClient): ConnectionStore {
  const store = createStore<Connection>(() => ({ state: 'connecting', message: null, retryAtMs: null }))
  client.onConnection((connection) => store.setState(connection, true))
  return store
}
