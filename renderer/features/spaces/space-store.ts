import { createStore, type StoreApi } from 'zustand/vanilla'
import { AkinError } from '../../../shared/errors.ts'
import type { SpaceInfo, SpaceRecipe } from '../../../shared/model/space.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { ToastStore } from '../../ui/toast-store.ts'
import { withOwnNames } from './space-facts.ts'

interface SpaceState {
  /** The one that searches use first. */
  readonly spaces: readonly SpaceInfo[]
  readonly isLoaded: boolean
  readonly error: AkinError | null
  /** The recipe's beginning when the dialog to add a space is open; `null` when it is closed. */
  readonly adding: { readonly modelId: string | null } | null
}

export interface SpaceStore {
  readonly store: StoreApi<SpaceState>
  readonly load: () => Promise<void>
  /** Searches use it from now on; one that lacks passages says so and offers to be used all the same. */
  readonly use: (space: SpaceInfo, acceptsIncomplete?: boolean) => void
  readonly remove: (space: SpaceInfo) => void
  /** @throws AkinError */
  readonly add: (recipe: SpaceRecipe, consents: boolean) => Promise<void>
  readonly openAdding: (modelId?: string) => void
  readonly closeAdding: () => void
}

interface SpaceStoreOptions {
  readonly client: AkinClient
  readonly toasts: ToastStore
}

/** How often the list follows a job that fills a space. */
const followedEveryMs = 1_500

/** The window's copy of the spaces. */
export function createSpaceStore({ client, toasts }: SpaceStoreOptions): SpaceStore {
  const store = createStore<SpaceState>(() => ({
    spaces: [],
    isLoaded: false,
    error: null,
    adding: null,
  }))
  const load = async (): Promise<void> => {
    try {
      const { spaces } = await client.request('spaces.list', {})
      store.setState({ spaces: withOwnNames(sortSpaces(spaces)), isLoaded: true, error: null })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      store.setState({ isLoaded: true, error })
    }
  }
  const tell = (error: unknown): void => {
    if (!(error instanceof AkinError)) throw error
    toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
  const use = (space: SpaceInfo, acceptsIncomplete: boolean): void => {
    client.request('spaces.use', { id: space.id, acceptsIncomplete }).then(
      () => {
        toasts.show({ message: `Searches use ${space.name} now` })
        void load()
      },
      (error: unknown) => {
        if (!(error instanceof AkinError) || error.code !== 'conflict' || acceptsIncomplete) tell(error)
        else {
          const action = { label: 'Use it all the same', run: () => use(space, true) }
          toasts.show({ message: error.message, tone: 'error', detail: error.advice, action })
        }
      },
    )
  }
  followSpaces(client, load)
  return {
    store,
    load,
    use: (space, acceptsIncomplete = false) => use(space, acceptsIncomplete),
    remove(space) {
      const undo = (undoId: number): void => {
        client.request('library.undo', { undoId }).then(load, tell)
      }
      client.request('spaces.remove', { id: space.id }).then(({ undoId }) => {
        toasts.show({
          message: `The space ${space.name} is removed`,
          detail: space.recipe.type === 'remote' ? `Nothing more is sent to ${space.where}` : undefined,
          undo: undoId === null ? undefined : () => undo(undoId),
        })
        void load()
      }, tell)
    },
    async add(recipe, consents) {
      const space = await client.request('spaces.add', { recipe, consents })
      store.setState({ adding: null })
      toasts.show({ message: `Filling ${space.name}`, detail: 'Search stays as it is until you change over' })
      await load()
    },
    openAdding: (modelId) => store.setState({ adding: { modelId: modelId ?? null } }),
    closeAdding: () => store.setState({ adding: null }),
  }
}

/** The default first, then in the order they were made. */
export function sortSpaces(spaces: readonly SpaceInfo[]): readonly SpaceInfo[] {
  return spaces.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.id - b.id)
}

/** Reads the list again when it may have changed; while a space fills, now and then. */
function followSpaces(client: AkinClient, load: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  client.on('spaces.changed', () => void load())
  client.on('jobs.progress', ({ job }) => {
    if (job.kind !== 'fill' && job.kind !== 'embed') return
    if (job.finishedAt !== null) {
      clearTimeout(timer)
      timer = undefined
      void load()
    } else {
      timer ??= setTimeout(() => {
        timer = undefined
        void load()
      }, followedEveryMs)
    }
  })
  client.onRefresh(() => void load())
}
