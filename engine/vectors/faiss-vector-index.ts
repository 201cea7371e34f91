import { FaissIndex } from '../../native/faiss.ts'
import { AkinError, isCode } from '../../shared/errors.ts'
import type { ChunkId } from '../../shared/model/document.ts'
import type { Change } from '../library/library-store.ts'
import { BackgroundSample } from './background-sample.ts'
import { defaultLimits, type FaissVectorIndexOptions, type VectorIndexLimits } from './faiss-vector-index-options.ts'
import { fill, matchRanges, type FollowOptions } from './follow-store.ts'
import { changedRanges } from './id-ranges.ts'
import { nodeSnapshotFiles } from './snapshot-files.ts'
import { Snapshots, type LoadedSnapshot } from './snapshots.ts'
import type { Background, Neighbors, VectorIndex, VectorSearchOptions } from './vector-index.ts'

/**
 * The vectors of a space in a FAISS index in memory, with snapshots on the disk (`Snapshots`), following the store.
 *
 * Whatever changes the index or its snapshot stands in one queue: `catchUp`, `rebuild`, `snapshot` and `close` run one
 * at a time. Searches do not wait in it.
 */
export class FaissVectorIndex implements VectorIndex {
  readonly dimension: number
  readonly #options: FaissVectorIndexOptions
  readonly #limits: VectorIndexLimits
  readonly #snapshots: Snapshots
  #index: FaissIndex
  #sample = new BackgroundSample()
  #sequence: number
  /** True when nothing vouches for `#index`: it was never filled to the end. */
  #isUnfilled: boolean
  #state: VectorIndex['state']
  /** Vectors that came or went since the last snapshot; infinite when one should be written however few these are. */
  #changesSinceSnapshot: number
  /** When writing a snapshot failed, as `performance.now()` has it. */
  #snapshotFailedAt = Number.NEGATIVE_INFINITY
  #queue: Promise<unknown> = Promise.resolve()
  #waitingCatchUp: Promise<void> | null = null
  #closing: Promise<void> | null = null

  private constructor(options: FaissVectorIndexOptions, snapshots: Snapshots, loaded: LoadedSnapshot | null) {
    this.dimension = options.dimension
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#snapshots = snapshots
    this.#index = loaded?.index ?? new FaissIndex({ dimension: options.dimension, metric: options.metric })
    this.#sequence = loaded?.sequence ?? 0
    this.#isUnfilled = loaded === null
    this.#changesSinceSnapshot = loaded?.isNewest === false ? Number.POSITIVE_INFINITY : 0
    this.#state = loaded === null ? 'rebuilding' : 'catching-up'
  }

  /**
   * Loads the newest snapshot that is whole. It may be searched at once; what the store changed since is missing until
   * `catchUp` was called, and with no snapshot that is everything.
   * @throws AkinError `native-missing`, `native-failed`, and errors of Node when the folder cannot be made or read
   */
  static async open(options: FaissVectorIndexOptions): Promise<FaissVectorIndex> {
    const { folder, spaceId, dimension, metric } = options
    const snapshots = new Snapshots({
      folder,
      spaceId,
      dimension,
      metric,
      files: options.files ?? nodeSnapshotFiles,
      onDamage: (message) => options.onDamage?.(message),
      log: (message, details) => options.log?.(message, details),
    })
    return new FaissVectorIndex(options, snapshots, await snapshots.load())
  }

  get size(): number {
    return this.#index.size
  }

  /** Memory that the vectors take, in bytes. */
  get memoryBytes(): number {
    return this.#index.memoryBytes
  }

  get state(): VectorIndex['state'] {
    return this.#state
  }

  get sequence(): number {
    return this.#sequence
  }

  /** The last change that the snapshot on the disk holds: entries up to it are needed by this index no more. */
  get snapshotSequence(): number {
    return this.#snapshots.newest?.sequence ?? 0
  }

  async search(query: Float32Array, options: VectorSearchOptions): Promise<Neighbors> {
    this.#requireOne(query)
    const { ids, scores } = await this.#index.search(query, options)
    const found = ids.indexOf(-1)
    return found < 0 ? { chunkIds: ids, scores } : { chunkIds: ids.slice(0, found), scores: scores.slice(0, found) }
  }

  scores(query: Float32Array, chunkIds: Float64Array): Promise<Float32Array> {
    return this.#index.scores(query, chunkIds)
  }

  async background(query: Float32Array): Promise<Background> {
    const index = this.#index
    try {
      return await this.#sample.score(index, query)
    } catch (error) {
      // A rebuild closed the old index between drawing the sample and scoring it
      if (index !== this.#index && isCode(error, 'unavailable')) return this.background(query)
      throw error
    }
  }

  centre(): Promise<Float32Array> {
    return this.#sample.centre(this.#index)
  }

  vectors(chunkIds: readonly ChunkId[]): Promise<Float32Array> {
    return this.#index.reconstruct(Float64Array.from(chunkIds))
  }

  /** Whoever calls it while one runs gets one that begins after it, and so holds every change made before the call. */
  catchUp(): Promise<void> {
    this.#waitingCatchUp ??= this.#inTurn(async () => {
      this.#waitingCatchUp = null
      await this.#catchUp()
    })
    return this.#waitingCatchUp
  }

  rebuild(options: { signal?: AbortSignal; onProgress?: (completed: number, total: number) => void } = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#fillAside(options.onProgress, () => options.signal?.throwIfAborted())
      await this.#catchUp()
    })
  }

  snapshot(always = false): Promise<void> {
    return this.#inTurn(() => this.#snapshotIf(always || this.#isSnapshotDue()))
  }

  /** Writes a snapshot if many vectors changed. Work that is under way stops at the next read; the store has it all. */
  close(): Promise<void> {
    this.#closing ??= this.#inTurn(async () => {
      const isDue = this.#snapshots.newest === null || this.#changesSinceSnapshot > this.#limits.snapshotChangesOnClose
      await this.#logged('the vector snapshot could not be written on closing', () => this.#snapshotIf(isDue))
      await this.#index.close()
    })
    return this.#closing
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined) // its caller is told; the next in the queue goes on
    return turn
  }

  async #catchUp(): Promise<void> {
    if (this.#closing !== null) return
    try {
      await this.#follow()
    } catch (error) {
      if (isCode(error, 'unavailable') && this.#closing !== null) return
      throw error
    }
    this.#setState('ready')
    // Not awaited: what was imported can be found now, and need not wait for the disk
    if (this.#isSnapshotDue() && this.#closing === null)
      void this.#logged('a vector snapshot could not be written', () => this.snapshot())
  }

  async #follow(): Promise<void> {
    const { changes } = this.#options.store
    for (;;) {
      const page = await changes.since(this.#sequence, this.#limits.changesPerRead)
      if (!page.isComplete || (this.#isUnfilled && (await changes.last()) > 0)) await this.#fillFromNothing()
      else if (page.changes.length === 0) break
      else await this.#apply(page.changes)
    }
    this.#isUnfilled = false
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const { spaceId } = this.#options
    const ranges = changedRanges(changes, spaceId)
    if (ranges.length > 0) {
      if (this.#state === 'ready') this.#setState('catching-up')
      this.#count(await matchRanges(this.#following(this.#index), ranges))
    }
    this.#sequence = changes.at(-1)!.sequence
  }

  /** In place when nothing is there that could be searched meanwhile, else beside it. */
  async #fillFromNothing(): Promise<void> {
    const { onProgress } = this.#options
    if (this.#index.size > 0) return this.#fillAside(onProgress)
    this.#setState('rebuilding')
    this.#sequence = await this.#fill(this.#index, onProgress)
    this.#wasFilled()
  }

  async #fillAside(onProgress?: (completed: number, total: number) => void, throwIfAborted?: () => void): Promise<void> {
    const before = this.#state
    this.#setState('rebuilding')
    const fresh = new FaissIndex({ dimension: this.dimension, metric: this.#options.metric })
    try {
      const sequence = await this.#fill(fresh, onProgress, throwIfAborted)
      const old = this.#index
      this.#index = fresh
      this.#sequence = sequence
      this.#sample = new BackgroundSample()
      this.#wasFilled()
      await old.close()
    } catch (error) {
      if (fresh !== this.#index) await fresh.close()
      this.#setState(before)
      throw error
    }
  }

  /** @returns the sequence number that the index holds; what changes meanwhile comes again after it */
  async #fill(
    index: FaissIndex,
    onProgress?: (completed: number, total: number) => void,
    throwIfAborted?: () => void,
  ): Promise<number> {
    const { store, spaceId } = this.#options
    const sequence = await store.changes.last()
    const total = await store.vectors.count(spaceId)
    let completed = 0
    await fill(this.#following(index, throwIfAborted), (count) => {
      completed += count
      if (index === this.#index) this.#sample.addChanges(count)
      onProgress?.(completed, Math.max(total, completed))
    })
    return sequence
  }

  /** A snapshot is worth writing however little there is: without one, the next start begins from nothing again. */
  #wasFilled(): void {
    this.#isUnfilled = false
    this.#changesSinceSnapshot = Number.POSITIVE_INFINITY
  }

  #following(index: FaissIndex, throwIfAborted?: () => void): FollowOptions {
    return {
      index,
      vectors: this.#options.store.vectors,
      spaceId: this.#options.spaceId,
      vectorsPerRead: this.#limits.vectorsPerRead,
      log: this.#options.log,
      throwIfStopped: () => {
        throwIfAborted?.()
        if (this.#closing !== null) throw new AkinError('unavailable', 'The vector index is being closed')
      },
    }
  }

  #isSnapshotDue(): boolean {
    const { snapshotChanges, snapshotShare, snapshotRetryMs } = this.#limits
    if (performance.now() - this.#snapshotFailedAt < snapshotRetryMs) return false
    return this.#changesSinceSnapshot > Math.max(snapshotChanges, this.#index.size * snapshotShare)
  }

  async #snapshotIf(isWanted: boolean): Promise<void> {
    if (this.#isUnfilled) return
    if (isWanted && this.#changesSinceSnapshot > 0) {
      try {
        await this.#snapshots.save(this.#index, this.#sequence)
      } catch (error) {
        this.#snapshotFailedAt = performance.now()
        throw error
      }
      this.#changesSinceSnapshot = 0
    } else if (this.#changesSinceSnapshot === 0) {
      await this.#snapshots.renew(this.#sequence)
    }
  }

  #count(changes: number): void {
    this.#changesSinceSnapshot += changes
    this.#sample.addChanges(changes)
  }

  #setState(state: VectorIndex['state']): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.onState?.()
  }

  /** For writing what is only a convenience: a failure is logged, and another try comes by itself. */
  async #logged(message: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.log?.(message, { error, spaceId: this.#options.spaceId })
    }
  }

  #requireOne(query: Float32Array): void {
    if (query.length === this.dimension) return
    throw new AkinError('dimension-mismatch', `Expected a vector of dimension ${this.dimension}, got ${query.length} numbers`)
  }
}
