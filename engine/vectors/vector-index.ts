import type { ChunkId } from '../../shared/model/document.ts'

/** Nearest chunks, best first. Fewer than k when the index or the filter holds fewer. */
export interface Neighbors {
  readonly chunkIds: Float64Array
  /** Inner product with the query; higher is nearer. */
  readonly scores: Float32Array
}

export interface VectorSearchOptions {
  readonly k: number
  /** Chunk ids that may be found: ascending, disjoint, inclusive ranges `[first0, last0, …]`. Absent: all. */
  readonly within?: Float64Array
  /** Chunk ids that may not be found, in the same form. */
  readonly except?: Float64Array
}

/** How near the library as a whole is to a query: what a single score is measured against. */
export interface Background {
  /** Median score over the library. */
  readonly median: number
  /** Scores of a sample of the library, ascending. */
  readonly sample: Float32Array
}

/**
 * The vectors of one embedding space, found by nearness. Derived: it follows the store's change sequence and can be
 * built from nothing. Searches may run in parallel with each other and with `catchUp`.
 */
export interface VectorIndex {
  readonly dimension: number
  /** Vectors held. */
  readonly size: number
  readonly state: 'ready' | 'catching-up' | 'rebuilding'
  /** The last change it holds. */
  readonly sequence: number
  /** @param query `[dimension]`, L2-normalised; not kept */
  search(query: Float32Array, options: VectorSearchOptions): Promise<Neighbors>
  /** Scores of given chunks in their order; NaN for a chunk that the index lacks. */
  scores(query: Float32Array, chunkIds: Float64Array): Promise<Float32Array>
  background(query: Float32Array): Promise<Background>
  /** The mean of a sample of the vectors, `[dimension]`, not normalised: where the library as a whole lies. Zeros when it is empty. */
  centre(): Promise<Float32Array>
  /** Vectors of given chunks, row-major `[n, dimension]`, rows of missing ones filled with NaN. */
  vectors(chunkIds: readonly ChunkId[]): Promise<Float32Array>
  /** Applies what the store changed since. Calls are joined: one runs at a time. */
  catchUp(): Promise<void>
  /** Drops everything and starts from nothing; searches go on with the old state until the new one is complete. */
  rebuild(options?: { signal?: AbortSignal; onProgress?: (completed: number, total: number) => void }): Promise<void>
  /** Writes a snapshot if enough changed since the last one, or always when asked. */
  snapshot(always?: boolean): Promise<void>
  close(): Promise<void>
}
