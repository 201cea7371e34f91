import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestName } from '../shared/contract/requests.ts'
import { AkinError, isCode } from '../shared/errors.ts'
import type { Reason } from '../shared/model/document.ts'
import type { EmbeddingSpace } from '../shared/model/space.ts'
import { about } from './about.ts'
import { answer, type Handlers, type RequestOptions } from './contract-table.ts'
import { createEmbedRunner } from './embedding/embed-runner.ts'
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
import { defaultParserLimits, ParserPool } from './importing/parser-pool.ts'
import { createRebuildRunner } from './indexing/rebuild-runner.ts'
import { IndexFollower } from './indexing/index-follower.ts'
import { JobQueue, reasonOf } from './jobs/job-queue.ts'
import { FtsKeywordIndex } from './keywords/fts-keyword-index.ts'
import { lockFolder } from './library/folder-lock.ts'
import type { LibraryStore } from './library/library-store.ts'
import { openSqliteLibrary } from './library/sqlite/sqlite-library.ts'
import type { SpawnService } from './processes/service.ts'
import { SearchService } from './search/search-service.ts'
import { SimilarService } from './search/similar-service.ts'
import { diskUse, libraryStatus } from './status.ts'
import { throttle } from './throttle.ts'
import { UndoJournal } from './undo-journal.ts'
import { FaissVectorIndex } from './vectors/faiss-vector-index.ts'

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
  let store: LibraryStore | undefined
  try {
    store = openSqliteLibrary({ folder: options.folder })
    const space = await store.vectors.openSpace(new OnnxEmbedder({ ...embedderOptions(options), threads: 1 }).space)
    const reports = new Reports()
    const indexes = { store, folder: join(options.folder, 'index'), onDamage: reports.damage, onState: reports.indexState }
    const keywords = FtsKeywordIndex.open(indexes)
    const vectors = await FaissVectorIndex.open({
      ...indexes,
      spaceId: space.id,
      dimension: space.dimension,
      metric: space.metric,
    })
    const engine = new RunningEngine(options, { store, space, unlock, keywords, vectors, reports })
    await engine.start()
    return engine
  } catch (error) {
    await store?.close()
    unlock()
    throw error
  }
}

function prepareFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return lockFolder(folder)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
      throw new AkinError('library-read-only', `The library folder cannot be written: ${folder}`, {
        advice: 'Allow writing to it, or choose another with --library',
        cause,
      })
    }
    if (code === 'ENOSPC')
      throw new AkinError('disk-full', 'The disk is full', { advice: 'Free some space, then start Akin again', cause })
    if (code === 'ENOTDIR' || code === 'EEXIST') {
      throw new AkinError('bad-request', `There is a file where the library folder should be: ${folder}`, {
        advice: 'Choose another place with --library',
        cause,
      })
    }
    throw cause
  }
}

function embedderOptions({ modelsFolder, spawn }: EngineOptions) {
  return { model: builtInModel, modelsFolder, spawn }
}

interface Opened {
  readonly store: LibraryStore
  readonly space: EmbeddingSpace
  readonly keywords: FtsKeywordIndex
  readonly vectors: FaissVectorIndex
  readonly reports: Reports
  readonly unlock: () => void
}

/** What the indexes tell before there is an engine to hear it. */
class Reports {
  readonly messages: string[] = []
  onDamage: (message: string) => void = (message) => void this.messages.push(message)
  onIndexState: () => void = () => undefined
  readonly damage = (message: string): void => this.onDamage(message)
  readonly indexState = (): void => this.onIndexState()
}

const statusEveryMs = 500
const changesEveryMs = 100
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
  readonly #embedder: OnnxEmbedder
  readonly #parsers: ParserPool
  readonly #originals: OriginalStore
  readonly #images: ImageLoader
  readonly #keywords: FtsKeywordIndex
  readonly #vectors: FaissVectorIndex
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
    this.#embedder = new OnnxEmbedder({
      ...embedderOptions(options),
      threads: 1,
      onState: (state, message) => this.#onEmbedder(state, message),
    })
    this.#parsers = new ParserPool(parserOptions(options))
    this.#originals = new OriginalStore(options.folder)
    this.#images = new ImageLoader({
      recordSent: (host) => opened.store.settings.recordSent('A picture was asked for', host, new Date().toISOString()),
    })
    this.#keywords = opened.keywords
    this.#vectors = opened.vectors
    this.#follower = new IndexFollower({ indexes: [this.#keywords, this.#vectors], onBug: this.#onBug })
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
    for (const message of reports.messages) this.#onDamage(message)
    store.changes.onChange((_sequence, ids) => this.#onChange(ids))
    this.#log.info({ sequence: await store.changes.last() }, 'library opened')
    this.#follower.catchUp()
    this.#socket = await listenLocally(this.folder, this)
    await this.#jobs.start()
    void this.#embedPending().catch(this.#onBug)
    void this.#emptyTrash().catch(this.#onBug)
    this.#timers.push(setInterval(() => void this.#emptyTrash().catch(this.#onBug), 6 * 3_600_000).unref())
    void this.#originals.removeUnused((id) => this.#isUsed(id), 24 * 3_600_000).catch(this.#onBug)
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
    await this.#socket?.close()
    this.#sendStatus.cancel()
    this.#sendChanges.cancel()
    await this.#parsers.close()
    await this.#jobs.close()
    await this.#embedder.close()
    await this.#images.close()
    await this.#follower.close()
    const keywordSequence = this.#keywords.sequence
    await this.#keywords.close()
    await this.#vectors.close()
    const sequence = Math.min(keywordSequence, this.#vectors.snapshotSequence)
    await this.#opened.store.changes.trim(Math.max(0, sequence - keptChanges)).catch(this.#onBug)
    await this.#opened.store.close()
    this.#opened.unlock()
    this.#log.info('library closed')
    this.#closeLog()
  }

  #makeHandlers(): Partial<Handlers<RequestName>> {
    const { store, space } = this.#opened
    const undo = new UndoJournal()
    const parts = { store, vectors: this.#vectors, keywords: this.#keywords, embedder: this.#embedder, spaceId: space.id }
    return {
      ...documentHandlers({
        store,
        originals: this.#originals,
        jobs: this.#jobs,
        undo,
        sampleFolder: this.#options.sampleFolder,
        forgetOriginals: (hashes) => this.#originals.remove(hashes),
      }),
      ...jobHandlers({ store, jobs: this.#jobs, onRemoved: (ids) => this.#events.send('jobs.removed', { ids: [...ids] }) }),
      ...searchHandlers({ store, search: new SearchService(parts), similar: new SimilarService(parts), undo }),
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
            vectors: { size: this.#vectors.size, description: 'an exact index (Flat)' },
            threads: this.#threads,
          }),
        onSettings: (settings) => this.#events.send('settings.changed', settings),
      }),
    }
  }

  #runners() {
    const { store, space } = this.#opened
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
      embed: createEmbedRunner({
        vectors: store.vectors,
        embedder: this.#embedder,
        spaceId: space.id,
        prepare: () => this.#measureThreads(),
        expectsMore: () => this.#jobs.isActive('import'),
        waitForMore: (signal) => waitForChange(store, signal),
      }),
      rebuild: createRebuildRunner({ keywords: this.#keywords, vectors: this.#vectors }),
    }
  }

  /** On first use of the model on this machine: how many threads read fastest. */
  async #measureThreads(): Promise<void> {
    const { settings } = this.#opened.store
    const processors = availableParallelism()
    const key = `threads:${this.#embedder.space.identity}:${processors}`
    const known = await settings.get(key)
    // Few threads may have won only because the machine was busy then: they are measured again
    if (typeof known === 'number' && known * 2 >= processors) {
      this.#threads = known
      await this.#embedder.useThreads(known)
      return
    }
    const candidates = [1, 2, 4, 8].filter((threads) => threads <= processors)
    const { threads, tokensPerSecond } = await this.#embedder.measureThreads(candidates)
    this.#threads = threads
    this.#log.info({ threads, tokensPerSecond }, 'threads measured')
    await settings.set(key, threads)
  }

  /** Starts reading for meaning when something waits for it and nobody does it. */
  async #embedPending(): Promise<void> {
    if (this.#isClosed || this.#options.embeds === false) return
    const open = await this.#opened.store.jobs.open()
    if (open.some(({ kind }) => kind === 'embed')) return
    if ((await this.#opened.store.vectors.pending(this.#opened.space.id, 0, 1)).length === 0) return
    await this.#jobs.add({
      kind: 'embed',
      title: `Reading for meaning, ${this.#embedder.space.name}`,
      unit: 'passages',
      payload: {},
    })
  }

  #onChange(ids: readonly number[]): void {
    this.#isReadOnly = false
    for (const id of ids) if (this.#changed.size <= mostChangedIds) this.#changed.add(id)
    this.#sendChanges.call()
    this.#sendStatus.call()
    this.#follower.catchUp()
    this.#wakeEmbedding.call()
  }

  readonly #wakeEmbedding = throttle(() => void this.#embedPending().catch(this.#onBug), 300)

  #onJob(job: Parameters<ConstructorParameters<typeof JobQueue>[0]['onProgress']>[0]): void {
    this.#events.send('jobs.progress', { job })
    this.#sendStatus.call()
    if (job.error !== null) this.#noteWriteError(job.error.code)
    // An import that ended may have left passages that came after the embedding job's last look
    if (job.kind === 'embed' && job.state === 'done') this.#wakeEmbedding.call()
  }

  #onEmbedder(state: string, message: string | null): void {
    this.#log.info({ state }, 'inference')
    this.#inferenceReason =
      state === 'failed' ? reasonOf(new AkinError('model-failed', message ?? 'The model does not run')) : null
    if (message !== null)
      this.#events.send('engine.notice', { level: state === 'failed' ? 'error' : 'warning', message, detail: null })
    this.#sendStatus.call()
  }

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
      spaceId: this.#opened.space.id,
      vectors: this.#vectors,
      keywords: this.#keywords,
      embedder: this.#embedder,
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
    const { orphanedContent } = await store.documents.purge(await store.documents.trashedBefore(before))
    this.#originals.remove(orphanedContent)
  }

  async #isUsed(contentHash: string): Promise<boolean> {
    if ((await this.#opened.store.documents.findByContent(contentHash)) !== null) return true
    const jobs = await this.#opened.store.jobs.list(1_000)
    return jobs.some(({ payload }) => JSON.stringify(payload).includes(contentHash))
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
