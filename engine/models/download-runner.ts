import { statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AkinError } from '../../shared/errors.ts'
import { ModelId } from '../../shared/model/embedding-model.ts'
import type { JobContext, JobRunner } from '../jobs/job-queue.ts'
import { filesOf, modelIdOf, type CatalogueEntry, type CatalogueFile, type CatalogueVariant } from './catalogue-entry.ts'
import { downloadFile, receivedBytes } from './download-file.ts'
import { DownloadNotes } from './download-notes.ts'
import { HubClient, type HubTimings } from './hub-client.ts'
import type { ManifestFile, ModelFacts } from './manifest.ts'
import { requireRoom } from './model-files.ts'
import { specOf } from './model-spec-of.ts'
import type { ModelStore, PrepareModel } from './model-store.ts'
import { readOnnxHeader } from './onnx-header.ts'

/** What a download's job is about. */
export const DownloadPayload = z.object({ catalogueId: ModelId, variant: z.string().min(1).max(40) })
export type DownloadPayload = z.infer<typeof DownloadPayload>

export interface DownloadRunnerOptions {
  readonly store: ModelStore
  readonly catalogue: readonly CatalogueEntry[]
  /** Address of the hub at the time of the download: the person may have set another one. */
  readonly hub: () => string | Promise<string>
  /** Told of each host before it is contacted. */
  readonly onSent: (host: string, what: string) => void | Promise<void>
  /** What is done with the files before the model counts as installed. */
  readonly prepare?: PrepareModel
  readonly timings?: Partial<HubTimings>
}

/** A catalogue's model and variant. @throws AkinError `not-found` */
export function findInCatalogue(
  catalogue: readonly CatalogueEntry[],
  { catalogueId, variant: wanted }: DownloadPayload,
): { entry: CatalogueEntry; variant: CatalogueVariant } {
  const entry = catalogue.find(({ id }) => id === catalogueId)
  const variant = entry?.variants.find(({ id }) => id === wanted)
  if (entry === undefined || variant === undefined) {
    throw new AkinError('not-found', `There is no model ${catalogueId} (${wanted}) to download`)
  }
  return { entry, variant }
}

/**
 * Downloads a model of the catalogue and installs it. Counts bytes. Whatever stops it, the files and parts of files that
 * came are kept for the next job of the same model; `ModelStore.discardIncoming` removes them when it was cancelled.
 */
export function createDownloadRunner(options: DownloadRunnerOptions): JobRunner {
  return async (context) => {
    const found = findInCatalogue(options.catalogue, DownloadPayload.parse(context.job.payload))
    if (options.store.isInstalled(modelIdOf(found.entry, found.variant))) return
    const client = new HubClient({
      hub: await options.hub(),
      onSent: options.onSent,
      ...(options.timings === undefined ? {} : { timings: options.timings }),
    })
    try {
      await new Download({ ...options, ...found, client, context }).run()
    } finally {
      await client.close()
    }
  }
}

interface DownloadOptions extends DownloadRunnerOptions {
  readonly entry: CatalogueEntry
  readonly variant: CatalogueVariant
  readonly client: HubClient
  readonly context: JobContext
}

class Download {
  readonly #options: DownloadOptions
  readonly #id: string
  readonly #folder: string
  readonly #files: readonly CatalogueFile[]
  readonly #notes: DownloadNotes
  /** Bytes here of each file, and its length as far as known. */
  readonly #received = new Map<string, number>()
  readonly #lengths = new Map<string, number>()
  #hasAnswered = false

  constructor(options: DownloadOptions) {
    const { entry, variant, store, client } = options
    this.#options = options
    this.#id = modelIdOf(entry, variant)
    this.#folder = store.stagingFolder(this.#id)
    this.#files = filesOf(entry, variant)
    this.#notes = new DownloadNotes(this.#folder, {
      hub: client.hub.href,
      repository: entry.repository,
      revision: entry.revision,
    })
  }

  async run(): Promise<void> {
    const { context, store, entry, variant, prepare } = this.#options
    for (const { path, bytes, aboutBytes } of this.#files) {
      this.#received.set(path, receivedBytes(this.#folder, path))
      this.#lengths.set(path, bytes ?? this.#notes.of(path).bytes ?? aboutBytes ?? 0)
    }
    this.#tell()
    requireRoom(this.#folder, this.#missing(), entry.name)
    const files: ManifestFile[] = []
    let externalFiles: readonly string[] = []
    for (const file of this.#files) {
      files.push(await this.#fetch(file))
      if (file.path === variant.weightsFile) externalFiles = await this.#externalFiles(file.path)
    }
    const name = variant === this.#options.entry.variants[0] ? entry.name : `${entry.name} ${variant.id}`
    const spec = specOf({ ...entry, ...variant, name, id: this.#id, maxInputTokens: entry.maxTokens, externalFiles }, files)
    await store.install({ facts: this.#facts(name), files, spec, prepare, signal: context.signal })
  }

  async #fetch(file: CatalogueFile): Promise<ManifestFile> {
    const { entry, client, context } = this.#options
    const complete = await downloadFile({
      client,
      file,
      // All files of one commit, whatever the branch moves to meanwhile
      at: { repository: entry.repository, revision: this.#notes.commit ?? entry.revision, path: file.path },
      folder: this.#folder,
      notes: this.#notes,
      onBytes: (bytes, total) => this.#onBytes(file, bytes, total),
      hasAnswered: () => this.#hasAnswered,
      signal: context.signal,
    })
    this.#onBytes(file, complete.bytes, complete.bytes)
    return complete
  }

  #onBytes({ path }: CatalogueFile, bytes: number, total: number | null): void {
    this.#hasAnswered = true
    this.#received.set(path, bytes)
    const length = Math.max(bytes, total ?? this.#lengths.get(path) ?? 0)
    if (length > (this.#lengths.get(path) ?? 0) && bytes < length) {
      this.#lengths.set(path, length)
      requireRoom(this.#folder, this.#missing(), this.#options.entry.name)
    }
    this.#lengths.set(path, length)
    this.#tell()
  }

  /** Bytes that are still to come. */
  #missing(): number {
    let missing = 0
    for (const [path, length] of this.#lengths) missing += Math.max(0, length - (this.#received.get(path) ?? 0))
    return missing
  }

  #tell(): void {
    const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)
    this.#options.context.progress({ completed: sum(this.#received.values()), total: sum(this.#lengths.values()) })
  }

  /** A file without a known hash or length can be cut short without anyone noticing. */
  async #externalFiles(path: string): Promise<readonly string[]> {
    try {
      return (await readOnnxHeader(join(this.#folder, path))).externalFiles
    } catch (cause) {
      const { size } = statSync(join(this.#folder, path))
      this.#notes.forget(path)
      throw new AkinError('damaged-file', `What ${this.#options.client.hub.host} sent for ${path} is not a whole ONNX file`, {
        advice: 'Download the model again; the file is fetched anew',
        details: { path, bytes: size },
        cause,
      })
    }
  }

  #facts(name: string): ModelFacts {
    const { entry, variant, client } = this.#options
    return {
      id: this.#id,
      name,
      origin: {
        kind: 'catalogue',
        catalogueId: entry.id,
        variant: variant.id,
        hub: client.hub.href,
        repository: entry.repository,
        revision: this.#notes.commit ?? entry.revision,
      },
      languages: [...entry.languages],
      licence: entry.licence,
      quality: entry.quality,
      isNormalised: entry.isNormalised,
      isVerified: entry.verified,
    }
  }
}
