import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RequestInput } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { EmbeddingModel, ImportAnswers } from '../../../shared/model/embedding-model.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { ToastStore } from '../../ui/toast-store.ts'

export type ModelSource = RequestInput<'models.import'>['source']

interface ModelState {
  readonly models: readonly EmbeddingModel[]
  /** Where models are downloaded from; empty before it is known. */
  readonly hub: string
  readonly isLoaded: boolean
  readonly error: AkinError | null
  /** Jobs that this window started, by the catalogue's entry or the model's id. */
  readonly started: ReadonlyMap<string, number>
  readonly isImportOpen: boolean
}

export interface ModelStore {
  readonly store: StoreApi<ModelState>
  readonly load: () => Promise<void>
  /** Contacts the hub; the person pressed Download. */
  readonly download: (model: EmbeddingModel, variant: string) => void
  /** @throws AkinError */
  readonly importFrom: (source: ModelSource, modelId: string, answers: ImportAnswers) => Promise<void>
  readonly remove: (model: EmbeddingModel) => void
  readonly setImportOpen: (isOpen: boolean) => void
}

interface ModelStoreOptions {
  readonly client: AkinClient
  readonly toasts: ToastStore
  readonly goTo: (path: string) => void
}

/** The window's copy of the models: what is here and what could be. */
export function createModelStore({ client, toasts, goTo }: ModelStoreOptions): ModelStore {
  const store = createStore<ModelState>(() => ({
    models: [],
    hub: '',
    isLoaded: false,
    error: null,
    started: new Map(),
    isImportOpen: false,
  }))
  const load = async (): Promise<void> => {
    try {
      const { models, hub } = await client.request('models.list', {})
      store.setState({ models, hub, isLoaded: true, error: null })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      store.setState({ isLoaded: true, error })
    }
  }
  const tell = (error: unknown): void => {
    if (!(error instanceof AkinError)) throw error
    toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
  const note = (key: string, jobId: number): void => {
    store.setState(({ started }) => ({ started: new Map([...started, [key, jobId]]) }))
  }
  const show = (jobId: number) => ({ label: 'Show', run: () => goTo(`/activity/${jobId}`) })
  client.on('models.changed', () => void load())
  client.on('settings.changed', ({ hub }) => {
    if (hub !== store.getState().hub) void load()
  })
  client.on('jobs.progress', ({ job }) => {
    // What a download left behind when it ended is part of the list.
    if (job.kind === 'model' && job.finishedAt !== null) void load()
  })
  client.onRefresh(() => void load())
  return {
    store,
    load,
    download(model, variant) {
      const catalogueId = model.catalogueId ?? model.id
      client.request('models.download', { catalogueId, variant }).then(({ jobId }) => note(catalogueId, jobId), tell)
    },
    async importFrom(source, modelId, answers) {
      const { jobId } = await client.request('models.import', { source, answers })
      note(modelId, jobId)
      toasts.show({ message: `Importing ${answers.name ?? modelId}`, action: show(jobId) })
    },
    remove(model) {
      const undo = (undoId: number): void => {
        client.request('library.undo', { undoId }).then(load, tell)
      }
      client.request('models.remove', { id: model.id }).then(({ undoId }) => {
        toasts.show({
          message: model.state === 'incomplete' ? `What came of ${model.name} is gone` : `${model.name} is removed`,
          undo: undoId === null ? undefined : () => undo(undoId),
        })
        void load()
      }, tell)
    },
    setImportOpen: (isImportOpen) => store.setState({ isImportOpen }),
  }
}
