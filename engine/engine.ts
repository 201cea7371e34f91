import { join } from 'node:path'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestName } from '../shared/contract/requests.ts'
import { isCode, type AkinError } from '../shared/errors.ts'
import type { Reason } from '../shared/model/document.ts'
import type { Job, JobId } from '../shared/model/job.ts'
import { about } from './about.ts'
import { answer, type Handlers, type RequestOptions } from './contract-table.ts'
import type { EmbedderState } from './embedding/embedder.ts'
import { builtInModel } from './embedding/model-spec.ts'
import { ModelSpeeds } from './embedding/model-speeds.ts'
import { openLog, type EngineLog } from './engine-log.ts'
import { EventHub, type EventListener } from './event-hub.ts'
import { documentHandlers } from './handlers/documents.ts'
import { jobHandlers } from './handlers/jobs.ts'
import { keyHandlers } from './handlers/keys.ts'
import { labHandlers } from './handlers/lab.ts'
import { libraryHandlers, readSettings } from './handlers/library.ts'
import { modelHandlers } from './handlers/models.ts'
import { searchHandlers } from './handlers/search.ts'
import { spaceHandlers } from './handlers/spaces.ts'
import { listenLocally } from './host/local-socket.ts'
import { ImageLoader } from './images/image-loader.ts'
import { createImportRunner } from './importing/import-runner.ts'
import { OriginalStore } from './host/originals.ts'
import { removeUnneeded, textsOfJob, usedOriginals } from './host/used-originals.ts'
import { defaultParserLimits, ParserPool } from './importing/parser-pool.ts'
import { createRebuildRunner } from './indexing/rebuild-runner.ts'
import { IndexFollower } from './indexing/index-follower.ts'
import { JobQueue, reasonOf } from './jobs/job-queue.ts'
import { noKeys, type KeyVault } from './keys/key-vault.ts'
import { FtsKeywordIndex } from './keywords/fts-keyword-index.ts'
import { LabModels } from './lab/lab-models.ts'
import { folderError, prepareFolder } from './library-folder.ts'
import type { LibraryStore } from './library/library-store.ts'
import { openSqliteLibrary } from './library/sqlite/sqlite-library.ts'
import { modelIdOf } from './models/catalogue-entry.ts'
import { catalogue } from './models/catalogue.ts'
import { DownloadPayload, findInCatalogue } from './models/download-runner.ts'
import { preparation } from './models/install-prepared.ts'
import { createModelRunner } from './models/model-runner.ts'
import { ModelStore } from './models/model-store.ts'
import type { SpawnService } from './processes/service.ts'
import { watchCrashes } from './processes/watch-crashes.ts'
import { Consents } from './spaces/consents.ts'
import { makeEmbedder, type EmbedderSources } from './spaces/embedder-factory.ts'
import { createFillRunner } from './spaces/fill-runner.ts'
import type { ManagedSpace } from './spaces/managed-space.ts'
import { rateKey, SpaceManager, spaceOfPayload } from './spaces/space-manager.ts'
import { learnTransform } from './spaces/transforms.ts'
import { diskUse, libraryStatus } from './status.ts'
import { throttle } from './throttle.ts'
import { UndoJournal } from './undo-journal.ts'

export interface EngineOptions {
  /** The library's folder; made when it is not there. */
  readonly folder: string
  /** Holds the built-in model in the layout of transformers.js. */
  readonly modelsFolder: string
  /** The pieces of the sample library. */
  readonly sampleFolder: string
  readonly spawn: SpawnService
  /** Keeps keys for services; without one none can be kept. */
  readonly keys?: KeyVault
  /** Folders that parser processes may read, where the host can limit them: the app's own code. */
  readonly parserFolders?: readonly string[]
  /** Parser processes at a time, 1 by default: more take cores from embedding. */
  readonly parserProcesses?: number
  /** False leaves new items found by words only, until the next start: for measuring imports. */
  readonly embeds?: boolean
  /** How often a model that does not run is tried again, 30 seconds by default. */
  readonly retryModelEveryMs?: number
}

/** The knowledge base behind every host: the whole contract but the host's own requests. */
export interface Engine {
  readonly folder: string
  /** Answers a request of the contract. Never rejects. */
  request(name: string, input: unknown, options?: RequestOptions): Promise<Reply>
  onEvent(listener: EventListener): () => void
  /** Ends jobs so that they go on next time, writes snapshots, lets go of the folder. */
  close(): Promise<void>
}

/**
 * Opens a library and starts what it needs. Requests are answered when it resolves; the indexes catch up with the
 * store, jobs go on and the model loads behind it.
 *
 * @throws AkinError `library-locked`, `library-read-only`, `library-newer-schema`, `library-damaged`, `disk-full`
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const unlock = prepareFolder(options.folder)
  const opened: { close(): Promise<void> }[] = []
  try {
    const store = openSqliteLibrary({ folder: options.folder })
    opened.push(store)
    const reports = new Reports()
    const indexFolder = join(options.folder, 'index')
    const keywords = FtsKeywordIndex.open({ store, folder: indexFolder, onDamage: reports.damage, onState: reports.indexState })
    opened.push(keywords)
    const models = new ModelStore({
      folder: options.folder,
      catalogue,
      builtIn: { ...builtIn, modelsFolder: options.modelsFolder },
    })
    const consents = await Consents.read(store.settings)
    const sources: EmbedderSources = {
      models,
      spawn: options.spawn,
      keys: options.keys ?? noKeys,
      isAllowed: consents.isAllowed,
      onSent: ({ host }) => store.settings.recordSent('Texts to be read for meaning', host, new Date().toISOString()),
    }
    const spaces = await SpaceManager.open({
      store,
      keywords,
      indexFolder,
      onDamage: reports.damage,
      onIndexState: reports.indexState,
      makeEmbedder: (recipe, onState) => makeEmbedder(sources, recipe, onState),
      whereOf: (recipe) => (recipe.type === 'local' ? 'this computer' : new URL(recipe.baseUrl).host),
      onState: (...state) => reports.onEmbedder(...state),
      onChange: () => reports.onSpaces(),
      retryModelEveryMs: options.retryModelEveryMs ?? 30_000,
      embeds: options.embeds !== false,
      onBug: (error) => reports.onBug(error),
    })
    opened.push(spaces)
    const engine = new RunningEngine(options, { store, spaces, models, consents, sources, unlock, keywords, reports })
    await engine.start()
    return engine
  } catch (error) {
    for (const one of opened.toReversed()) await one.close().catch(() => undefined)
    unlock()
    throw folderError(error, options.folder)
  }
}

/** What is known of the model that ships inside. */
const builtIn = {
  spec: builtInModel,
  languages: ['en'],
  licence: { name: 'MIT', url: 'https://huggingface.co/BAAI/bge-small-en-v1.5', isOpen: true, note: null },
}

interface Opened {
  readonly store: LibraryStore
  readonly spaces: SpaceManager
  readonly models: ModelStore
  readonly consents: Consents
  readonly sources: EmbedderSources
  readonly keywords: FtsKeywordIndex
  readonly reports: Reports
  readonly unlock: () => void
}

/** What the indexes tell before there is an engine to hear it. */
class Reports {
  readonly messages: string[] = []
  onDamage: (message: string) => void = (message) => void this.messages.push(message)
  onIndexState: () => void = () => undefined
  onEmbedder: (managed: ManagedSpace, state: EmbedderState, reason: AkinError | null) => void = () => undefined
  onSpaces: () => void = () => undefined
  onBug: (error: unknown) => void = () => undefined
  readonly damage = (message: string): void => this.onDamage(message)
  readonly indexState = (): void => this.onIndexState()
}

const statusEveryMs = 500
const changesEveryMs = 100
const readerCrashEveryMs = 5_000
const mostChangedIds = 500

/** Changes that stay in the log behind every index, for whoever else follows it. */
const keptChanges = 10_000

class RunningEngine implements Engine {
  readonly folder: string
  readonly #options: EngineOptions
  readonly #opened: Opened
  readonly #events = new EventHub()
  readonly #log: EngineLog
  readonly #closeLog: () => void
  readonly #notes: string[] = []
  readonly #parsers: ParserPool
  readonly #originals: OriginalStore
  readonly #images: ImageLoader
  readonly #lab: LabModels
  readonly #speeds: ModelSpeeds
  readonly #keywords: FtsKeywordIndex
  readonly #spaces: SpaceManager
  readonly #follower: IndexFollower
  readonly #jobs: JobQueue
  readonly #handlers: Partial<Handlers<RequestName>>
  readonly #changed = new Set<number>()
  readonly #sendStatus = throttle(() => void this.#announceStatus(), statusEveryMs)
  readonly #sendChanges = throttle(() => this.#announceChanges(), changesEveryMs)
  readonly #timers: NodeJS.Timeout[] = []
  #socket: { close: () => Promise<void> } | undefined
  #inferenceReason: Reason | null = null
  #isReadOnly = false
  #isClosed = false

  constructor(options: EngineOptions, opened: Opened) {
    this.folder = options.folder
    this.#options = options
    this.#opened = opened
    const { log, close } = openLog(options.folder)
    this.#log = log
    this.#closeLog = close
    this.#parsers = new ParserPool(
      parserOptions({ ...options, spawn: watchCrashes(options.spawn, () => this.#tellReaderCrash.call()) }),
    )
    this.#originals = new OriginalStore(options.folder)
    this.#images = new ImageLoader({
      recordSent: (host) => opened.store.settings.recordSent('A picture was asked for', host, new Date().toISOString()),
    })
    this.#lab = new LabModels(opened.models, options.spawn)
    this.#speeds = new ModelSpeeds(opened.store.settings, (measured) => this.#log.info(measured, 'speed measured'))
    this.#keywords = opened.keywords
    this.#spaces = opened.spaces
    this.#follower = new IndexFollower({
      indexes: () => [this.#keywords, ...this.#spaces.loaded.map(({ vectors }) => vectors)],
      onBug: this.#onBug,
    })
    this.#jobs = new JobQueue({
      store: opened.store.jobs,
      runners: this.#runners(),
      onProgress: (job) => this.#onJob(job),
      onBug: this.#onBug,
    })
    this.#handlers = this.#makeHandlers()
  }

  async start(): Promise<void> {
    const { store } = this.#opened
    const { reports } = this.#opened
    reports.onDamage = this.#onDamage
    reports.onIndexState = this.#sendStatus.call
    reports.onEmbedder = (...state) => this.#onEmbedder(...state)
    reports.onSpaces = () => this.#onSpaces()
    reports.onBug = this.#onBug
    for (const message of reports.messages) this.#onDamage(message)
    store.changes.onChange((_sequence, ids) => this.#onChange(ids))
    this.#log.info({ sequence: await store.changes.last() }, 'library opened')
    this.#follower.catchUp()
    // Without it only the terminal cannot join in: on a network drive, say, that knows no sockets
    this.#socket = await listenLocally(this.folder, this).catch((error: unknown) => (this.#onBug(error), undefined))
    await this.#jobs.start()
    await this.#spaces.start(this.#jobs)
    void this.#emptyTrash().catch(this.#onBug)
    this.#timers.push(setInterval(() => void this.#emptyTrash().catch(this.#onBug), 6 * 3_600_000).unref())
    void this.#removeUnused().catch(this.#onBug)
  }

  async request(name: string, input: unknown, options: RequestOptions = {}): Promise<Reply> {
    if (this.#isClosed) return { ok: false, error: { code: 'unavailable', message: 'Akin is closing', retryable: true } }
    const reply = await answer(this.#handlers, { name, input }, { ...options, onBug: this.#onBug })
    if (!reply.ok) this.#noteWriteError(reply.error.code)
    return reply
  }

  onEvent(listener: EventListener): () => void {
    return this.#events.listen(listener)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#spaces.stopKeeping()
    for (const one of [this.#sendStatus, this.#sendChanges, this.#tellReaderCrash]) one.cancel()
    const { store, unlock } = this.#opened
    let keptFrom = 0
    // A step that fails, on a full disk say, keeps no other from being done
    const steps: (() => Promise<void> | undefined)[] = [
      () => this.#socket?.close(),
      // Before the processes that it works with: a job that is stopped goes on at the next start
      () => this.#jobs.close(),
      () => this.#parsers.close(),
      () => this.#images.close(),
      () => this.#lab.close(),
      () => this.#follower.close(),
      async () => void (keptFrom = this.#keywords.sequence),
      () => this.#keywords.close(),
      () => this.#spaces.close(),
      () => store.changes.trim(Math.max(0, Math.min(keptFrom, this.#spaces.default.vectors.snapshotSequence) - keptChanges)),
      () => store.close(),
    ]
    for (const step of steps) await Promise.resolve(step()).catch(this.#onBug)
    unlock()
    this.#log.info('library closed')
    this.#closeLog()
  }

  #makeHandlers(): Partial<Handlers<RequestName>> {
    const { store, spaces } = this.#opened
    const undo = new UndoJournal()
    return {
      ...documentHandlers({
        store,
        originals: this.#originals,
        jobs: this.#jobs,
        undo,
        sampleFolder: this.#options.sampleFolder,
        forgetOriginals: (hashes) => this.#removeUnneeded(hashes),
      }),
      ...jobHandlers({ store, jobs: this.#jobs, onRemoved: (ids) => this.#events.send('jobs.removed', { ids: [...ids] }) }),
      ...searchHandlers({ store, spaces, undo }),
      ...spaceHandlers({
        store,
        spaces,
        sources: this.#opened.sources,
        consents: this.#opened.consents,
        undo,
        speedOf: (embedder) => this.#speeds.tokensPerSecond(embedder),
      }),
      ...modelHandlers({
        models: this.#opened.models,
        originals: this.#originals,
        jobs: this.#jobs,
        undo,
        hub: () => this.#hub(),
        onChange: () => this.#onModels(),
        spacesOf: (id) => spaces.madeWith(id),
      }),
      ...keyHandlers(this.#opened.sources.keys),
      ...labHandlers({ models: this.#lab, isInstalled: (id) => this.#opened.models.isInstalled(id), spaces }),
      ...libraryHandlers({
        store,
        undo,
        images: this.#images,
        status: () => this.#status(),
        diskUse: () =>
          diskUse({ folder: this.folder, modelsFolder: this.#options.modelsFolder, store, originals: this.#originals }),
        about: async () =>
          about({
            folder: this.folder,
            status: await this.#status(),
            vectors: { size: spaces.default.vectors.size, description: 'an exact index (Flat)' },
            threads: this.#speeds.threads,
          }),
        onSettings: (settings) => this.#events.send('settings.changed', settings),
      }),
    }
  }

  #runners() {
    const { store, spaces } = this.#opened
    const fill = createFillRunner({
      spaces,
      vectors: store.vectors,
      prepare: (embedder) => this.#speeds.use(embedder),
      isImporting: () => this.#jobs.isActive('import'),
      isDefaultBusy: () => this.#jobs.isActive('embed'),
      waitForMore: (signal) => waitForChange(store, signal),
      learn: (managed, signal) => learnTransform(managed, { vectors: store.vectors, spawn: this.#options.spawn, signal }),
      onRate: ({ embedder }, rate) => void store.settings.set(rateKey(embedder.space.identity), rate).catch(this.#onBug),
    })
    return {
      import: createImportRunner({
        documents: store.documents,
        originals: this.#originals,
        sampleFolder: this.#options.sampleFolder,
        parse: (input, { signal }) => this.#parsers.parse(input, { signal }),
        maxFileBytes: defaultParserLimits.maxFileBytes,
        concurrency: (this.#options.parserProcesses ?? 1) + 1,
        embedAgain: (id) => store.vectors.forget([id]),
      }),
      embed: fill,
      fill,
      model: createModelRunner({
        store: this.#opened.models,
        catalogue,
        hub: () => this.#hub(),
        onSent: (host) => store.settings.recordSent('A model was asked for', host, new Date().toISOString()),
        prepare: preparation(this.#options.spawn),
        onInstalled: () => this.#onModels(),
      }),
      rebuild: createRebuildRunner({ keywords: this.#keywords, vectors: () => spaces.default.vectors }),
    }
  }

  async #hub(): Promise<string> {
    return (await readSettings(this.#opened.store)).hub
  }

  #onChange(ids: readonly number[]): void {
    this.#isReadOnly = false
    for (const id of ids) if (this.#changed.size <= mostChangedIds) this.#changed.add(id)
    this.#sendChanges.call()
    this.#sendStatus.call()
    this.#follower.catchUp()
    this.#spaces.wake()
  }

  #onJob(job: Job): void {
    this.#events.send('jobs.progress', { job })
    this.#sendStatus.call()
    if (job.error !== null) this.#noteWriteError(job.error.code)
    void this.#tellSpaces(job).catch(this.#onBug)
    if (job.kind === 'model' && job.state === 'cancelled') void this.#discardDownload(job).catch(this.#onBug)
    if (job.kind === 'import' && job.state === 'done') void this.#removeTexts(job.id).catch(this.#onBug)
  }

  async #tellSpaces(job: Job): Promise<void> {
    if (job.kind !== 'embed' && job.kind !== 'fill') return
    const payload = await this.#jobs.payloadOf(job.id)
    if (payload !== null) this.#spaces.onJob(job, spaceOfPayload(payload))
  }

  /** What was downloaded of a model that was given up is of no use. */
  async #discardDownload({ id }: Job): Promise<void> {
    const payload = DownloadPayload.safeParse(await this.#jobs.payloadOf(id)).data
    if (payload === undefined) return
    const { entry, variant } = findInCatalogue(catalogue, payload)
    this.#opened.models.discardIncoming(modelIdOf(entry, variant))
    this.#events.send('models.changed', {})
  }

  #onModels(): void {
    this.#events.send('models.changed', {})
    // The model of a space that was refused may be back
    void this.#spaces.retryRefused().catch(this.#onBug)
  }

  #onSpaces(): void {
    if (this.#spaces.default.embedder.state !== 'failed') this.#inferenceReason = null
    this.#events.send('spaces.changed', {})
    this.#sendStatus.call()
    // The status of every document goes by the default space
    this.#opened.store.changes
      .last()
      .then((sequence) => this.#events.send('library.changed', { sequence, ids: [] }))
      .catch(this.#onBug)
  }

  #onEmbedder(managed: ManagedSpace, state: EmbedderState, reason: AkinError | null): void {
    this.#log.info({ space: managed.space.name, state, code: reason?.code }, 'inference')
    if (!managed.space.isDefault) {
      this.#events.send('spaces.changed', {})
      return
    }
    // What was told once is not told again with every try
    const isNews = reason !== null && reason.code !== this.#inferenceReason?.code
    if (state === 'failed' && reason !== null) this.#inferenceReason = reasonOf(reason)
    else if (state === 'ready') this.#inferenceReason = null
    if (isNews) {
      const level = state === 'failed' ? 'error' : 'warning'
      this.#events.send('engine.notice', { level, message: reason.message, detail: reason.advice ?? null })
    }
    this.#sendStatus.call()
  }

  readonly #tellReaderCrash = throttle(() => {
    this.#log.warn('parser process crashed')
    const message = 'A reader of files stopped and was started again. The file that it was at is tried once more'
    this.#events.send('engine.notice', { level: 'warning', message, detail: null })
  }, readerCrashEveryMs)

  readonly #onDamage = (message: string): void => {
    this.#notes.push(message)
    this.#log.warn({ message }, 'index damage')
    this.#events.send('engine.notice', { level: 'warning', message, detail: null })
  }

  readonly #onBug = (error: unknown): void => {
    if (this.#isClosed && isCode(error, 'unavailable', 'cancelled')) return
    this.#log.error({ error }, 'unexpected error')
  }

  #noteWriteError(code: string): void {
    if (code !== 'disk-full' && code !== 'library-read-only') return
    this.#isReadOnly = true
    this.#sendStatus.call()
  }

  #status() {
    return libraryStatus({
      store: this.#opened.store,
      space: this.#spaces.default,
      where: this.#spaces.managed(this.#spaces.default.space.id).recipe.type,
      keywords: this.#keywords,
      jobs: this.#jobs,
      notes: this.#notes,
      inferenceReason: () => this.#inferenceReason,
      isReadOnly: () => this.#isReadOnly,
    })
  }

  async #announceStatus(): Promise<void> {
    if (this.#isClosed) return
    try {
      this.#events.send('library.status', await this.#status())
    } catch (error) {
      this.#onBug(error)
    }
  }

  #announceChanges(): void {
    const ids = [...this.#changed]
    this.#changed.clear()
    this.#opened.store.changes
      .last()
      .then((sequence) => this.#events.send('library.changed', { sequence, ids: ids.length > mostChangedIds ? [] : ids }))
      .catch(this.#onBug)
  }

  /** Removes for good what has been in the trash for longer than the person wants. */
  async #emptyTrash(): Promise<void> {
    const { store } = this.#opened
    const { trashDays } = await readSettings(store)
    if (trashDays === 0) return
    const before = new Date(Date.now() - trashDays * 86_400_000).toISOString()
    await this.#spaces.purge(before)
    this.#opened.models.emptyTrash(new Date(before))
    const { orphanedContent } = await store.documents.purge(await store.documents.trashedBefore(before))
    await this.#removeUnneeded(orphanedContent)
  }

  async #removeTexts(jobId: JobId): Promise<void> {
    await this.#removeUnneeded(await textsOfJob(this.#opened.store, jobId))
  }

  /** Copies that were sent and never imported. */
  async #removeUnused(): Promise<void> {
    await this.#originals.removeUnused(await usedOriginals(this.#opened.store), 24 * 3_600_000)
  }

  async #removeUnneeded(ids: readonly string[]): Promise<void> {
    await removeUnneeded(this.#opened.store, this.#originals, ids)
  }
}

function parserOptions({
  spawn,
  modelsFolder,
  parserFolders,
  parserProcesses,
}: EngineOptions): ConstructorParameters<typeof ParserPool>[0] {
  const modelFolder = join(modelsFolder, builtInModel.folder)
  return {
    spawn,
    modelFolder,
    ...(parserFolders === undefined ? {} : { readableFolders: [...parserFolders, modelFolder] }),
    ...(parserProcesses === undefined ? {} : { maxProcesses: parserProcesses }),
  }
}

/** How long the embedding job waits for an import that brings nothing new. */
const patienceMs = 500

function waitForChange(store: LibraryStore, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const stop = store.changes.onChange(done)
    const timer = setTimeout(done, patienceMs)
    signal.addEventListener('abort', done, { once: true })
  })
}
