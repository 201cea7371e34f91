import { AkinError, isCode } from '../../shared/errors.ts'
import type { ChunkId } from '../../shared/model/document.ts'
import type { JobContext, JobRunner } from '../jobs/job-queue.ts'
import { reasonOf } from '../jobs/job-queue.ts'
import type { PendingChunk, VectorStore } from '../library/library-store.ts'
import type { Embedder } from './embedder.ts'

export interface EmbedRunnerOptions {
  readonly vectors: VectorStore
  readonly embedder: Embedder
  readonly spaceId: number
  /** Called before the first passage: the place to measure threads. */
  readonly prepare?: () => Promise<void>
  /** Takes what can be had without embedding it. */
  readonly takeOver?: (signal: AbortSignal) => Promise<void>
  /** Resolves when nothing more urgent is to be embedded. */
  readonly waitForTurn?: (signal: AbortSignal) => Promise<void>
  /** Called when nothing waits any more: the place to learn from what is there. */
  readonly finish?: (signal: AbortSignal) => Promise<void>
  /** True while more passages may come soon: the job then waits instead of ending. */
  readonly expectsMore: () => Promise<boolean>
  /** Resolves when new passages may be there, or after a while. */
  readonly waitForMore: (signal: AbortSignal) => Promise<void>
}

/** Passages asked for ahead of the one being embedded, so that the inference process never waits for the engine. */
const usuallyAhead = 24

/** Vectors stored at once. With those that wait for their turn behind them, a kill makes 32 at most be computed again. */
const perCommit = 16
const commitEveryMs = 500

/** How often the total is counted anew: an import adds to it meanwhile. */
const reportEveryMs = 1_000

/** A passage that brought the process down this often is not tried again. */
const mostCrashes = 2

/** Deaths of the process in a row, without a single vector in between, after which the model is to blame. */
const mostDeaths = 6

interface Asked {
  readonly chunk: PendingChunk
  readonly result: Promise<Float32Array>
  /** Set once it came. */
  vector: Float32Array | undefined
}

/** Fills a space: embeds every chunk that has no vector yet, in the order of their ids. */
export function createEmbedRunner(options: EmbedRunnerOptions): JobRunner {
  return (context) => new EmbedRun(options, context).run()
}

class EmbedRun {
  readonly #options: EmbedRunnerOptions
  readonly #context: JobContext
  readonly #doneBefore: number
  #completed = 0
  #failed: number
  #ready: { ids: ChunkId[]; vectors: Float32Array[] } = { ids: [], vectors: [] }
  #committedAt = performance.now()
  #deaths = 0
  #reportedAt = 0

  constructor(options: EmbedRunnerOptions, context: JobContext) {
    this.#options = options
    this.#context = context
    this.#doneBefore = context.job.completed
    this.#failed = context.job.counts.failed
  }

  async run(): Promise<void> {
    const { signal } = this.#context
    await this.#options.takeOver?.(signal)
    await this.#prepare()
    for (;;) {
      await this.#report()
      await this.#embedAllPending()
      if (!(await this.#options.expectsMore())) break
      await this.#options.waitForMore(signal)
      signal.throwIfAborted()
    }
    await this.#options.finish?.(signal)
    await this.#report()
  }

  /** Nothing is loaded for a space whose vectors could all be taken over. */
  async #prepare(): Promise<void> {
    const { vectors, spaceId } = this.#options
    if ((await vectors.pendingCount(spaceId)) === 0 && !(await this.#options.expectsMore())) return
    try {
      await this.#options.prepare?.()
    } catch (error) {
      if (!isCode(error, 'inference-crashed')) throw error
      await this.#options.prepare?.()
    }
  }

  async #embedAllPending(): Promise<void> {
    const { vectors, spaceId } = this.#options
    const { signal } = this.#context
    const asked: Asked[] = []
    let after = 0
    let hasMore = true
    try {
      for (;;) {
        const ahead = this.#options.embedder.passagesAhead ?? usuallyAhead
        if (hasMore && asked.length < ahead) {
          await this.#options.waitForTurn?.(signal)
          const chunks = await vectors.pending(spaceId, after, ahead)
          hasMore = chunks.length === ahead
          after = chunks.at(-1)?.id ?? after
          for (const chunk of chunks) asked.push(this.#ask(chunk))
        }
        const next = asked.shift()
        if (next === undefined) break
        const isAlive = await this.#take(next)
        if (!isAlive) {
          // Everything behind it was lost with the process: ask again from there
          this.#keep(asked.splice(0))
          after = next.chunk.id - 1
          hasMore = true
        }
        signal.throwIfAborted()
      }
    } finally {
      this.#keep(asked)
      await this.#commit()
    }
  }

  #ask(chunk: PendingChunk): Asked {
    const result = this.#options.embedder.embedPassage(chunk.text, this.#context.signal)
    const asked: Asked = { chunk, result, vector: undefined }
    result.then(
      (vector) => {
        asked.vector = vector
      },
      // A rejection is looked at when its turn comes
      () => undefined,
    )
    return asked
  }

  /** Waits for one vector; false when the process died on it. */
  async #take({ chunk, result }: Asked): Promise<boolean> {
    try {
      const vector = await result
      this.#ready.ids.push(chunk.id)
      this.#ready.vectors.push(vector)
      this.#completed++
      this.#deaths = 0
      this.#context.progress({ completed: this.#doneBefore + this.#completed })
      if (performance.now() - this.#reportedAt > reportEveryMs) await this.#report()
      if (this.#ready.ids.length >= perCommit || performance.now() - this.#committedAt > commitEveryMs) await this.#commit()
      return true
    } catch (error) {
      if (isCode(error, 'inference-crashed')) {
        if (++this.#deaths >= mostDeaths) throw error
        if (error.details?.wasAtIt === true) await this.#blame(chunk)
        return false
      }
      if (!isCode(error, 'embedding-failed')) throw error
      await this.#markFailed(chunk, error)
      return true
    }
  }

  async #blame(chunk: PendingChunk): Promise<void> {
    await this.#commit()
    const crashes = await this.#options.vectors.countCrash(this.#options.spaceId, chunk.id)
    if (crashes < mostCrashes) return
    await this.#markFailed(chunk, new AkinError('inference-crashed', 'The model stopped at this passage twice'))
  }

  async #markFailed(chunk: PendingChunk, error: AkinError): Promise<void> {
    this.#failed++
    this.#completed++
    await this.#options.vectors.markFailed(this.#options.spaceId, chunk.id, reasonOf(error))
    await this.#context.addItems([
      {
        outcome: 'failed',
        name: `Passage ${chunk.id}`,
        location: `chunk:${chunk.id}`,
        sizeBytes: null,
        documentId: chunk.documentId,
        reason: { ...reasonOf(error), advice: 'It is found by its words. Read the item again to retry' },
        canRetry: true,
        payload: { type: 'document', documentId: chunk.documentId },
      },
    ])
    this.#context.progress({
      completed: this.#doneBefore + this.#completed,
      counts: { ...this.#context.job.counts, failed: this.#failed },
    })
  }

  async #commit(): Promise<void> {
    const { ids, vectors } = this.#ready
    this.#committedAt = performance.now()
    if (ids.length === 0) return
    this.#ready = { ids: [], vectors: [] }
    const { dimension } = this.#options.embedder.space
    const rows = new Float32Array(ids.length * dimension)
    for (const [index, vector] of vectors.entries()) rows.set(vector, index * dimension)
    await this.#options.vectors.put(this.#options.spaceId, ids, rows)
  }

  /** Lets go of what was asked for: vectors that came anyway are kept. */
  #keep(asked: readonly Asked[]): void {
    for (const { chunk, vector } of asked) {
      if (vector === undefined) continue
      this.#ready.ids.push(chunk.id)
      this.#ready.vectors.push(vector)
      this.#completed++
    }
  }

  async #report(): Promise<void> {
    this.#reportedAt = performance.now()
    const pending = await this.#options.vectors.pendingCount(this.#options.spaceId)
    this.#context.progress({
      completed: this.#doneBefore + this.#completed,
      total: this.#doneBefore + this.#completed - this.#ready.ids.length + pending,
    })
  }
}
