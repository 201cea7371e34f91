import type { CatalogueEntry, CatalogueFile } from '../../../engine/models/catalogue-entry.ts'
import { createDownloadRunner, type DownloadRunnerOptions } from '../../../engine/models/download-runner.ts'
import type { HubTimings } from '../../../engine/models/hub-client.ts'
import { ModelStore, type ModelStoreOptions } from '../../../engine/models/model-store.ts'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import type { StoredJob } from '../../../engine/library/library-store.ts'
import type { JobContext } from '../../../engine/jobs/job-queue.ts'
import { AkinError } from '../../../shared/errors.ts'
import { modelsFolder } from '../../harness/engine.ts'
import { sha256Of, type HubServer } from '../../harness/hub-server.ts'
import { bufferOf, fakeOnnx, type ModelFiles } from './make-model.ts'

/** A repository of a small model; the weights are large enough to be cut in the middle. */
export const repository: ModelFiles = {
  'config.json': { model_type: 'bert', hidden_size: 16 },
  'tokenizer_config.json': { tokenizer_class: 'BertTokenizer' },
  'tokenizer.json': { version: '1.0', model: { type: 'WordPiece', vocab: { a: 0 } } },
  'onnx/model_quantized.onnx': fakeOnnx({ weightBytes: 1_000_000 }),
}

export const weights = 'onnx/model_quantized.onnx'

function fileOf(path: string, isPinned: boolean): CatalogueFile {
  const content = bufferOf(repository[path]!)
  if (!isPinned) return { path, bytes: null, sha256: null, aboutBytes: content.length, verified: false }
  return { path, bytes: content.length, sha256: sha256Of(content), verified: true }
}

/** The catalogue's entry for it. @param isPinned false leaves sizes and hashes to the first download */
export function entryOf(isPinned = true): CatalogueEntry {
  return {
    id: 'tiny',
    name: 'tiny',
    repository: 'makers/tiny',
    revision: 'main',
    files: ['config.json', 'tokenizer_config.json', 'tokenizer.json'].map((path) => fileOf(path, isPinned)),
    variants: [{ id: 'q8', label: '8 bit', dtype: 'q8', weightsFile: weights, files: [fileOf(weights, isPinned)] }],
    dimension: 16,
    languages: ['en'],
    maxTokens: 128,
    licence: { name: 'MIT', url: null, isOpen: true, note: null },
    pooling: 'mean',
    isNormalised: true,
    isCausal: false,
    queryPrefix: 'query: ',
    passagePrefix: 'passage: ',
    quality: null,
    verified: isPinned,
    unverified: [],
  }
}

export function fillHub(hub: HubServer): void {
  for (const [path, content] of Object.entries(repository)) hub.put(path, bufferOf(content))
}

export function storeOptions(folder: string, entry: CatalogueEntry = entryOf()): ModelStoreOptions {
  const licence = { name: 'MIT', url: null, isOpen: true, note: null }
  return { folder, catalogue: [entry], builtIn: { spec: builtInModel, modelsFolder, languages: ['en'], licence } }
}

export function openStore(folder: string): ModelStore {
  return new ModelStore(storeOptions(folder))
}

/** Short enough for a test; what a person waits for is longer. */
export const quick: HubTimings = { connectMs: 2_000, answerMs: 2_000, silenceMs: 300, retryMs: [10, 20, 30], longestWaitMs: 500 }

export interface DownloadRun {
  readonly progress: { completed: number; total: number | null }[]
  readonly sent: { host: string; what: string }[]
  readonly controller: AbortController
  readonly done: Promise<void>
}

/** Runs a download as the queue would. */
export function download(
  options: Partial<DownloadRunnerOptions> & { store: ModelStore; hubUrl: string; entry?: CatalogueEntry },
): DownloadRun {
  const progress: DownloadRun['progress'] = []
  const sent: DownloadRun['sent'] = []
  const controller = new AbortController()
  const run = createDownloadRunner({
    catalogue: [options.entry ?? entryOf()],
    hub: () => options.hubUrl,
    onSent: (host, what) => void sent.push({ host, what }),
    timings: quick,
    ...options,
  })
  const context: JobContext = {
    job: { payload: { catalogueId: 'tiny', variant: 'q8' } } as unknown as StoredJob,
    isResumed: false,
    signal: controller.signal,
    progress: ({ completed = 0, total = null }) => void progress.push({ completed, total }),
    addItems: () => Promise.resolve(),
  }
  return { progress, sent, controller, done: run(context) }
}

/** The error of work that must fail. */
export async function failure(work: Promise<unknown>): Promise<AkinError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AkinError)) throw new Error(`Expected an AkinError, not ${String(error)}`, { cause: error })
  return error
}
