import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestName } from '../shared/contract/requests.ts'
import { AkinError, isCode } from '../shared/errors.ts'
import type { Reason } from '../shared/model/document.ts'
import type { Job, JobId } from '../shared/model/job.ts'
import type { SpaceRecipe } from '../shared/model/space.ts'
import { about } from './about.ts'
import { answer, type Handlers, type RequestOptions } from './contract-table.ts'
import type { Embedder, EmbedderState } from './embedding/embedder.ts'
import { builtInModel } from './embedding/model-spec.ts'
import { OnnxEmbedder } from './embedding/onnx/onnx-embedder.ts'
import { openLog, type EngineLog } from './engine-log.ts'
import { EventHub, type EventListener } from './event-hub.ts'
import { documentHandlers } from './handlers/documents.ts'
import { jobHandlers } from './handlers/jobs.ts'
import { libraryHandlers, readSettings } from './handlers/library.ts'
import { searchHandlers } from './handlers/search.ts'
import { listenLocally } from './host/local-socket.ts'
import { ImageLoader } from './images/image-loader.ts'
import { createImportRunner } from './importing/import-runner.ts'
import { OriginalStore } from './host/originals.ts'
import { removeUnneeded, textsOfJob, usedOriginals } from './host/used-originals.ts'
import { defaultParserLimits, ParserPool } from './importing/parser-pool.ts'
import { createRebuildRunner } from './indexing/rebuild-runner.ts'
import { IndexFollower } from './indexing/index-follower.ts'
import { JobQueue, reasonOf } from './jobs/job-queue.ts'
import { FtsKeywordIndex } from './keywords/fts-keyword-index.ts'
import { lockFolder } from './library/folder-lock.ts'
import type { LibraryStore } from './library/library-store.ts'
import { openSqliteLibrary } from './library/sqlite/sqlite-library.ts'
import type { SpawnService } from './processes/service.ts'
import { watchCrashes } from './processes/watch-crashes.ts'
import { createFillRunner } from './spaces/fill-runner.ts'
import type { ManagedSpace } from './spaces/managed-space.ts'
import { rateKey, SpaceManager, spaceOfPayload, type EmbedderListener } from './spaces/space-manager.ts'
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
    const spaces = await SpaceManager.open({
      store,
      keywords,
      indexFolder,
      onDamage: reports.damage,
      onIndexState: reports.indexState,
      makeEmbedder: (recipe, onState) => makeEmbedder(options, recipe, onState),
      whereOf: (recipe) => (recipe.type === 'local' ? 'this computer' : new URL(recipe.baseUrl).host),
      readTransform: () => {
        throw new AkinError('internal', 'Nothing is learnt yet')
      },
      onState: (...state) => reports.onEmbedder(...state),
      onChange: () => reports.onSpaces(),
      retryModelEveryMs: options.retryModelEveryMs ?? 30_000,
      embeds: options.embeds !== false,
      onBug: (error) => reports.onBug(error),
    })
    opened.push(spaces)
    const engine = new RunningEngine(options, { store, spaces, unlock, keywords, reports })
    await engine.start()
    return engine
  } catch (error) {
    for (const one of opened.toReversed()) await one.close().catch(() => undefined)
    unlock()
    throw folderError(error, options.folder)
  }
}

function prepareFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return lockFolder(folder)
  } catch (error) {
    throw folderError(error, folder)
  }
}

/** What the system says about the library's folder, in words for a person; other errors are returned as they are. */
function folderError(cause: unknown, folder: string): unknown {
  if (cause instanceof AkinError) return cause
  switch ((cause as NodeJS.ErrnoException).code ?? '') {
    case 'EACCES':
    case 'EROFS':
    case 'EPERM':
      return new AkinError('library-read-only', `The library folder cannot be written: ${folder}`, {
        advice: 'Allow writing to it, or choose another with --library',
        cause,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new AkinError('disk-full', 'The disk is full', { advice: 'Free some space, then start Akin again', cause })
    case 'ENOTDIR':
    case 'EEXIST':
      return new AkinError('bad-request', `There is a file where the library folder should be: ${folder}`, {
        advice: 'Choose another place with --library',
        cause,
      })
    default:
      return cause
  }
}

async function makeEmbedder(
  { modelsFolder, spawn }: EngineOptions,
  recipe: SpaceRecipe,
  onState: EmbedderListener,
): Promise<Embedder> {
  if (recipe.type === 'local' && recipe.modelId === builtInModel.name)
    return new OnnxEmbedder({ model: builtInModel, modelsFolder, spawn, threads: 1, onState })
  throw new AkinError('model-missing', 'This model is not installed')
}

interface Opened {
  readonly store: LibraryStore
  readonly spaces: SpaceManager
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
  #threads = 1
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
            threads: this.#threads,
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
      prepare: (embedder) => this.#measureThreads(embedder),
      isImporting: () => this.#jobs.isActive('import'),
      isDefaultBusy: () => this.#jobs.isActive('embed'),
      waitForMore: (signal) => waitForChange(store, signal),
      learn: () => Promise.reject(new AkinError('internal', 'Nothing is learnt yet')),
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
      model: () => Promise.reject(new AkinError('internal', 'Nothing is downloaded yet')),
      rebuild: createRebuildRunner({ keywords: this.#keywords, vectors: () => spaces.default.vectors }),
    }
  }

  /** On first use of the model on this machine: how many threads read fastest. */
  async #measureThreads(embedder: Embedder): Promise<void> {
    if (!(embedder instanceof OnnxEmbedder)) return
    const { settings } = this.#opened.store
    const processors = availableParallelism()
    const key = `threads:${embedder.space.identity}:${processors}`
    const known = await settings.get(key)
    // Few threads may have won only because the machine was busy then: they are measured again
    if (typeof known === 'number' && known * 2 >= processors) {
      this.#threads = known
      await embedder.useThreads(known)
      return
    }
    const candidates = [1, 2, 4, 8].filter((threads) => threads <= processors)
    const { threads, tokensPerSecond } = await embedder.measureThreads(candidates)
    this.#threads = threads
    this.#log.info({ threads, tokensPerSecond }, 'threads measured')
    await settings.set(key, threads)
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
    if (job.kind === 'import' && job.state === 'done') void this.#removeTexts(job.id).catch(this.#onBug)
  }

  async #tellSpaces(job: Job): Promise<void> {
    if (job.kind !== 'embed' && job.kind !== 'fill') return
    const payload = await this.#jobs.payloadOf(job.id)
    if (payload !== null) this.#spaces.onJob(job, spaceOfPayload(payload))
  }

  #onSpaces(): void {
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
