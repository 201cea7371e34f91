import type { AkinClient } from '../client/akin-client.ts'
import { createJobStore, type JobStore } from '../features/activity/job-store.ts'
import { DocumentActions } from '../features/documents/document-actions.ts'
import { DocumentChanges } from '../features/documents/document-changes.ts'
import { createDocumentStore, type DocumentStore } from '../features/documents/document-store.ts'
import { createImportStore, type ImportStore } from '../features/importing/import-store.ts'
import { createKinStore, type KinStore } from '../features/kin/kin-store.ts'
import { createModelStore, type ModelStore } from '../features/models/model-store.ts'
import { createSpaceStore, type SpaceStore } from '../features/spaces/space-store.ts'
import { createLabStore, type LabStore } from '../features/lab/lab-store.ts'
import { createLibraryStore, type LibraryStore } from '../features/library/library-store.ts'
import { createSavedSearchStore, type SavedSearchStore } from '../features/search/saved-search-store.ts'
import { createSearchStore, type SearchStore } from '../features/search/search-store.ts'
import type { SpaceInfo } from '../../shared/model/space.ts'
import { createToastStore, type ToastStore } from '../ui/toast-store.ts'
import { createCommandRegistry, type CommandRegistry } from './commands/command-registry.ts'
import { createConnectionStore, type ConnectionStore } from './connection-store.ts'
import { createHostStore, type HostStore } from './host-store.ts'
import { createLayerStore, type LayerStore } from './layer-store.ts'
import { createSettingsStore, type SettingsStore } from './settings-store.ts'
import { createStatusStore, type StatusStore } from './status-store.ts'

/** Everything the window keeps, made once and handed down; no module holds state of its own. */
export interface Services {
  readonly client: AkinClient
  readonly connection: ConnectionStore
  readonly status: StatusStore
  readonly settings: SettingsStore
  readonly host: HostStore
  readonly layers: LayerStore
  readonly toasts: ToastStore
  readonly commands: CommandRegistry
  readonly changes: DocumentChanges
  readonly documents: DocumentStore
  readonly actions: DocumentActions
  readonly imports: ImportStore
  readonly jobs: JobStore
  readonly search: SearchStore
  readonly savedSearches: SavedSearchStore
  readonly library: LibraryStore
  readonly kin: KinStore
  readonly models: ModelStore
  readonly spaces: SpaceStore
  readonly lab: LabStore
  /** How far a text was scrolled, in px by the entry of the history: going back finds the place again. */
  readonly scrollPlaces: Map<string, number>
  /** Where a screen was left, by its path. */
  readonly returnPaths: Map<string, string>
}

export function createServices(client: AkinClient): Services {
  const changes = new DocumentChanges()
  const toasts = createToastStore()
  const layers = createLayerStore()
  const host = createHostStore(client)
  const status = createStatusStore(client)
  client.on('library.changed', ({ ids }) => {
    changes.emit({ type: 'reread', ids: ids.length === 0 ? null : new Set(ids) })
  })
  client.onRefresh(() => changes.emit({ type: 'reread', ids: null }))
  client.on('engine.notice', ({ level, message, detail }) => {
    toasts.show({ message, tone: level === 'error' ? 'error' : 'info', detail: detail ?? undefined })
  })
  const search = createSearchStore(client, changes, status.store)
  const kin = createKinStore(client, changes, toasts)
  const spaces = createSpaceStore({ client, toasts })
  spaces.store.subscribe((state, before) => {
    if (before.isLoaded && defaultOf(state.spaces) !== defaultOf(before.spaces)) {
      search.renew()
      kin.renew()
    }
  })
  return {
    client,
    connection: createConnectionStore(client),
    status,
    settings: createSettingsStore(client),
    host,
    layers,
    toasts,
    commands: createCommandRegistry(),
    changes,
    documents: createDocumentStore(client, changes),
    actions: new DocumentActions({
      client,
      changes,
      toasts,
      askToOpen: layers.askToOpen,
      goTo,
      canOpen: () => host.store.getState().canOpen,
    }),
    imports: createImportStore({ client, toasts, goTo }),
    jobs: createJobStore({ client, toasts, goTo }),
    search,
    savedSearches: createSavedSearchStore(client, toasts),
    library: createLibraryStore(client, changes),
    kin,
    models: createModelStore({ client, toasts, goTo }),
    spaces,
    lab: createLabStore(),
    scrollPlaces: new Map(),
    returnPaths: new Map(),
  }
}

/** Reads what the first screen needs. */
export function loadServices({ status, settings, host, jobs, savedSearches, spaces }: Services): void {
  void status.load()
  void settings.load()
  void host.load()
  void jobs.load()
  void savedSearches.load()
  void spaces.load()
}

function defaultOf(spaces: readonly SpaceInfo[]): number | undefined {
  return spaces.find(({ isDefault }) => isDefault)?.id
}

/** Goes to a place in the window from outside of React: the router follows the address. */
function goTo(path: string): void {
  location.hash = path
}
