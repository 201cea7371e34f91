import type { FaissVectorIndexOptions } from '../../engine/vectors/faiss-vector-index-options.ts'
import type { Change, StoredVectors } from '../../engine/library/library-store.ts'

type Store = FaissVectorIndexOptions['store']

/**
 * The part of a library store that a vector index follows, in memory and for one space: vectors by chunk id, and the
 * change sequence. A document is a range of chunks.
 */
export class MemoryVectorStore implements Store {
  readonly spaceId: number
  readonly dimension: number
  readonly #vectors = new Map<number, Float32Array>()
  readonly #log: Change[] = []
  #sequence = 0
  #trimmedTo = 0
  /** Vectors that `read` has given out. */
  vectorsRead = 0
  /** Called before each read: to count, wait or fail. */
  beforeRead: () => Promise<void> | void = () => undefined

  constructor(spaceId: number, dimension: number) {
    this.spaceId = spaceId
    this.dimension = dimension
  }

  /** What the index has to hold, ascending by id. */
  get contents(): StoredVectors {
    return this.#pack([...this.#vectors.keys()].sort((a, b) => a - b))
  }

  /** Stores vectors of chunks `first, first + 1, …`, and notes the change. */
  put(first: number, vectors: Float32Array): void {
    const count = vectors.length / this.dimension
    for (let row = 0; row < count; row++) {
      this.#vectors.set(first + row, vectors.slice(row * this.dimension, (row + 1) * this.dimension))
    }
    this.#note('vectors', first, first + count - 1, this.spaceId)
  }

  /** Takes the vectors of chunks `first … last` away, and notes the change. */
  remove(first: number, last: number): void {
    for (let id = first; id <= last; id++) this.#vectors.delete(id)
    this.#note('removed', first, last, null)
  }

  /** Notes a change that concerns no vector, or those of another space. */
  touch(spaceId: number | null = null): void {
    if (spaceId === null) this.#note('document', null, null, null)
    else this.#note('vectors', 1, 10, spaceId)
  }

  /** Forgets all entries of the sequence so far. */
  trim(): void {
    this.#trimmedTo = this.#sequence
  }

  readonly vectors: Store['vectors'] = {
    read: async (spaceId, afterId, toId, limit) => {
      if (spaceId !== this.spaceId) throw new Error(`There is no space ${spaceId}`)
      await this.beforeRead()
      const ids = [...this.#vectors.keys()].filter((id) => id > afterId && id <= toId).sort((a, b) => a - b)
      this.vectorsRead += Math.min(ids.length, limit)
      return this.#pack(ids.slice(0, limit))
    },
    count: async () => this.#vectors.size,
  }

  readonly changes: Store['changes'] = {
    last: async () => this.#sequence,
    since: async (sequence, limit) => ({
      changes: this.#log.filter((change) => change.sequence > Math.max(sequence, this.#trimmedTo)).slice(0, limit),
      isComplete: sequence >= this.#trimmedTo && sequence <= this.#sequence,
    }),
  }

  #note(kind: Change['kind'], firstChunk: number | null, lastChunk: number | null, spaceId: number | null): void {
    this.#sequence++
    this.#log.push({ sequence: this.#sequence, kind, documentId: this.#sequence, spaceId, firstChunk, lastChunk })
  }

  #pack(ids: readonly number[]): StoredVectors {
    const vectors = new Float32Array(ids.length * this.dimension)
    for (const [row, id] of ids.entries()) vectors.set(this.#vectors.get(id)!, row * this.dimension)
    return { chunkIds: Float64Array.from(ids), vectors }
  }
}
