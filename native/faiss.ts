import { AkinError, errorCodes, type ErrorCode } from '../shared/errors.ts'
import { loadAddon, type NativeIndex } from './addon.ts'

/** `inner-product` on L2-normalised vectors is cosine similarity. */
export type Metric = 'inner-product' | 'l2'

export interface FaissIndexOptions {
  /** Length of every vector, 1 to 65,536; `d` in FAISS. */
  readonly dimension: number
  readonly metric: Metric
  /** What FAISS's `index_factory` makes. `Flat`, the default, keeps the vectors as they are and searches exactly. */
  readonly description?: string
}

export interface FaissSearchOptions {
  /** Results for each query, at least 1. */
  readonly k: number
  /** Ids that may be found: ascending, disjoint, inclusive ranges `[first0, last0, first1, last1, …]`. Absent: all. */
  readonly within?: Float64Array
  /** Ids that may not be found, in the same form. */
  readonly except?: Float64Array
}

export interface FaissSearchResult {
  /** `[n, k]`, best first, equal scores by ascending id; -1 where fewer than k were found. */
  readonly ids: Float64Array
  /** `[n, k]`; higher is nearer. -Infinity where fewer than k were found. */
  readonly scores: Float32Array
}

/** What the addon is made of. */
export interface NativeInfo {
  readonly faissVersion: string
  /** Instruction set of the distance code, chosen for this processor: `avx512`, `avx2` or `baseline`. */
  readonly simdLevel: string
  /** Threads that a batch of queries is spread over. */
  readonly threads: number
}

/** @throws AkinError `native-missing` */
export function nativeInfo(): NativeInfo {
  const { faissVersion, simdLevel, threads } = loadAddon()
  return { faissVersion, simdLevel, threads }
}

/**
 * Vectors with ids in an index of FAISS, outside of JavaScript's heap.
 *
 * - **Ids** are positive integers below 2^53, in a Float64Array. An unknown id is no error: it is left out or NaN.
 * - **Vectors** are row-major `[n, dimension]` Float32Arrays of finite numbers.
 * - **Scores** are inner products, or squared L2 distances with their sign turned: higher is nearer for both metrics.
 * - **Threads**: every method works on another thread. Reading methods (`search`, `scores`, `reconstruct`, `ids`, `save`)
 *   run beside each other; `add`, `remove`, `load` and `close` have the index for themselves. Calls take effect in the
 *   order in which they were made, save that reading ones overtake an `add` or `remove` that waits for a `save`.
 * - **Ownership**: arguments are copied before a method returns, and may be changed at once. Results belong to the caller.
 * - **Errors**: each method rejects with AkinError `invalid-argument` for a wrong type, a number that is not finite or
 *   malformed ranges, `invalid-id`, `dimension-mismatch`, `native-failed`, and `unavailable` after `close`. A method that
 *   rejects has changed nothing.
 *
 * An index belongs to the thread that made it; worker threads may have their own.
 */
export class FaissIndex {
  readonly dimension: number
  readonly metric: Metric
  readonly #native: NativeIndex
  #closing: Promise<void> | null = null

  /** @throws AkinError `invalid-argument`, `native-missing` */
  constructor(options: FaissIndexOptions) {
    const { Index } = loadAddon()
    try {
      this.#native = new Index(options.dimension, options.metric, options.description ?? 'Flat')
    } catch (error) {
      throw toAkinError(error)
    }
    this.dimension = options.dimension
    this.metric = options.metric
  }

  /** Vectors held, as of the last `add`, `remove`, `load` or `close` whose promise settled. */
  get size(): number {
    return this.#native.size
  }

  /** Memory that vectors and ids take, outside of JavaScript's heap; as of the same moment as `size`. */
  get memoryBytes(): number {
    return this.#native.memoryBytes
  }

  /**
   * Adds vectors, all of them or none.
   * @param ids `[n]`, in any order; ascending ones are the cheapest
   * @param vectors `[n, dimension]`
   * @throws AkinError `duplicate-id` when an id is held already, or comes twice
   */
  add(ids: Float64Array, vectors: Float32Array): Promise<void> {
    return this.#call((native) => native.add(ids, vectors))
  }

  /**
   * Removes vectors. What lies behind them is moved up, so many at once cost hardly more than one.
   * @returns how many of the ids were held
   */
  remove(ids: Float64Array): Promise<number> {
    return this.#call((native) => native.remove(ids))
  }

  /**
   * Finds the nearest vectors to each query. A single query takes one thread; twenty or more without a filter are
   * searched as one matrix product on all cores, whose scores differ from the others' in the last bits (for `l2`, by up
   * to a millionth of the vectors' squared lengths).
   * @param queries `[n, dimension]`; n may be 0
   */
  search(queries: Float32Array, options: FaissSearchOptions): Promise<FaissSearchResult> {
    return this.#call((native) => native.search(queries, options.k, options.within, options.except))
  }

  /**
   * Scores of given vectors.
   * @param query `[dimension]`
   * @returns `[ids.length]` in the order of `ids`; NaN for an id that is not held
   */
  scores(query: Float32Array, ids: Float64Array): Promise<Float32Array> {
    return this.#call((native) => native.score(query, ids))
  }

  /** @returns `[ids.length, dimension]`, as they were added; rows of NaN for ids that are not held */
  reconstruct(ids: Float64Array): Promise<Float32Array> {
    return this.#call((native) => native.reconstruct(ids))
  }

  /** The ids held, ascending: all, or those within ranges of the form that `search` takes. */
  ids(within?: Float64Array): Promise<Float64Array> {
    return this.#call((native) => native.ids(within))
  }

  /**
   * Writes the index to a file and waits until the disk has it. Searches go on meanwhile. The file is replaced in place
   * and removed if writing fails: give a temporary name, and rename.
   * @throws AkinError `disk-full`, `file-not-found` when there is no such folder, `not-allowed`
   */
  save(path: string): Promise<void> {
    return this.#call((native) => native.save(path))
  }

  /**
   * Puts what a file holds in place of what is here. The file is checked before memory is taken for it, but a flipped
   * bit inside a vector can go unseen: keep a hash of the file.
   * @throws AkinError `index-damaged`, `file-not-found`, `file-unreadable`, and `dimension-mismatch` when the file has
   *   another dimension or metric
   */
  load(path: string): Promise<void> {
    return this.#call((native) => native.load(path))
  }

  /** Frees the memory once the calls before it are done; calls after it reject with `unavailable`. */
  close(): Promise<void> {
    this.#closing ??= this.#call((native) => native.close())
    return this.#closing
  }

  async #call<T>(method: (native: NativeIndex) => Promise<T>): Promise<T> {
    try {
      return await method(this.#native)
    } catch (error) {
      throw toAkinError(error)
    }
  }
}

function toAkinError(error: unknown): AkinError {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const known = errorCodes.find((candidate): candidate is ErrorCode => candidate === code)
  return new AkinError(known ?? 'native-failed', String(message ?? error), { cause: error })
}
