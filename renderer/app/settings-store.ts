import { createStore, type StoreApi } from 'zustand/vanilla'
import { defaultSettings, type Settings } from '../../shared/model/library.ts'
import type { AkinClient } from '../client/akin-client.ts'

interface SettingsState {
  readonly settings: Settings
  readonly isLoaded: boolean
}

export interface SettingsStore {
  readonly store: StoreApi<SettingsState>
  readonly load: () => Promise<void>
  /** Shows at once and keeps in the library; what the engine refuses is put back. */
  readonly update: (change: Partial<Settings>) => void
}

export function createSettingsStore(client: AkinClient): SettingsStore {
  const store = createStore<SettingsState>(() => ({ settings: defaultSettings, isLoaded: false }))
  const take = (settings: Settings): void => store.setState({ settings: { ...defaultSettings, ...settings }, isLoaded: true })
  const load = async (): Promise<void> => {
    const settings = await client.request('settings.get', {}).catch(() => null)
    if (settings !== null) take(settings)
  }
  client.on('settings.changed', take)
  client.onRefresh(() => void load())
  return {
    store,
    load,
    update(change) {
      const before = store.getState().settings
      store.setState({ settings: { ...before, ...change } })
      client.request('settings.set', change).then(take, () => store.setState({ settings: before }))
    },
  }
}
