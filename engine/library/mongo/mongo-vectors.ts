import type { ChunkId, DocumentId, Reason } from '../../../shared/model/document.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import type { PendingChunk, SpaceCounts, StoredChunk, StoredVectors, VectorStore } from '../library-store.ts'
import type { Bodies } from './bodies.ts'
import { readHead, spaceOf, toSpace } from './head.ts'
import type { MongoChanges } from './mongo-changes.ts'
import type { MongoConnection } from './mongo-connection.ts'
import type { SpaceRecord } from './records.ts'
import { SpaceWriter, type SpaceDraft } from './space-writer.ts'
import { VectorReader } from './vector-reader.ts'
import { clearFailures, countCrash, forgetVectors, markFailed, putVectors } from './vector-writer.ts'

/** Vectors in MongoDB: one collection a space, one record a chunk, each vector as little-endian float32. */
export class MongoVectors implements VectorStore {
  readonly #connection: MongoConnection
  readonly #changes: MongoChanges
  readonly #bodies: Bodies
  readonly #reader: VectorReader
  readonly #spaces: SpaceWriter

  constructor(connection: MongoConnection, changes: MongoChanges, bodies: Bodies) {
    this.#connection = connection
    this.#changes = changes
    this.#bodies = bodies
    this.#reader = new VectorReader(connection, bodies)
    this.#spaces = new SpaceWriter(connection, changes)
  }

  async openSpace(description: SpaceDraft, recipe?: string): Promise<EmbeddingSpace> {
    return this.#spaces.open(description, recipe)
  }

  async spaces(): Promise<EmbeddingSpace[]> {
    return this.#connection.read(async () => {
      const { spaces } = await readHead(this.#connection)
      return spaces.filter(({ removedAt }) => removedAt === null).map(toSpace)
    })
  }

  async spaceCounts(): Promise<Map<number, SpaceCounts>> {
    return this.#connection.read(async () => {
      const { spaces } = await readHead(this.#connection)
      const counts = new Map<number, SpaceCounts>()
      for (const { id, dimension } of spaces.filter(({ removedAt }) => removedAt === null)) {
        const [all, live] = [await this.#reader.counts(id, {}), await this.#reader.counts(id, { isTrashed: false })]
        const vectors = all.embedded
        counts.set(id, { vectors, pending: live.pending, failed: live.failed, bytes: vectorBytes(vectors, dimension) })
      }
      return counts
    })
  }

  async setDefaultSpace(spaceId: number): Promise<void> {
    await this.#spaces.setDefault(spaceId)
  }

  async removeSpace(spaceId: number, removedAt: string): Promise<void> {
    await this.#spaces.remove(spaceId, removedAt)
  }

  async restoreSpace(spaceId: number): Promise<void> {
    await this.#spaces.restore(spaceId)
  }

  async purgeSpaces(removedBefore: string): Promise<number[]> {
    return this.#spaces.purge(removedBefore)
  }

  async transform(spaceId: number): Promise<Uint8Array | null> {
    return this.#inSpace(spaceId, async ({ transform }) => {
      return transform === null ? null : this.#bodies.bytes(transform.key, transform.parts)
    })
  }

  async setTransform(spaceId: number, transform: Uint8Array | null): Promise<void> {
    await this.#spaces.setTransform(spaceId, transform)
  }

  async pending(spaceId: number, afterId: ChunkId, limit: number): Promise<PendingChunk[]> {
    return this.#inSpace(spaceId, () => this.#reader.pending(spaceId, afterId, limit))
  }

  async pendingCount(spaceId: number): Promise<number> {
    // Status follows the default space, so that few documents have to be looked at there
    return this.#inSpace(spaceId, async ({ isDefault }) => {
      const query = isDefault ? { isTrashed: false, status: 'pending' } : { isTrashed: false }
      return (await this.#reader.counts(spaceId, query)).pending
    })
  }

  async passages(afterId: ChunkId, limit: number): Promise<{ id: ChunkId; text: string }[]> {
    return this.#connection.read(() => this.#reader.passages(afterId, limit))
  }

  async put(spaceId: number, chunkIds: readonly ChunkId[], vectors: Float32Array): Promise<void> {
    // The caller may change the array once it has the promise
    const copy = vectors.slice()
    await this.#changes.commit((unit) => putVectors(unit, spaceId, { chunkIds, vectors: copy }))
  }

  async read(spaceId: number, afterId: ChunkId, toId: ChunkId, limit: number): Promise<StoredVectors> {
    return this.#inSpace(spaceId, ({ dimension }) => this.#reader.read({ id: spaceId, dimension }, { afterId, toId, limit }))
  }

  async readByIds(spaceId: number, chunkIds: readonly ChunkId[]): Promise<StoredVectors> {
    return this.#inSpace(spaceId, ({ dimension }) => this.#reader.readByIds({ id: spaceId, dimension }, chunkIds))
  }

  async count(spaceId: number): Promise<number> {
    return this.#inSpace(spaceId, async () => (await this.#reader.counts(spaceId, {})).embedded)
  }

  async countCrash(spaceId: number, chunkId: ChunkId): Promise<number> {
    return this.#changes.commit((unit) => countCrash(unit, spaceId, chunkId))
  }

  async markFailed(spaceId: number, chunkId: ChunkId, reason: Reason): Promise<void> {
    await this.#changes.commit((unit) => markFailed(unit, spaceId, { chunkId, reason }))
  }

  async clearFailures(documentIds: readonly DocumentId[]): Promise<number> {
    return this.#changes.commit((unit) => clearFailures(unit, documentIds))
  }

  async forget(documentIds: readonly DocumentId[]): Promise<void> {
    await this.#changes.commit((unit) => forgetVectors(unit, documentIds))
  }

  async chunks(documentId: DocumentId): Promise<StoredChunk[]> {
    return this.#connection.read(() => this.#reader.chunks(documentId))
  }

  async chunksByIds(ids: readonly ChunkId[]): Promise<StoredChunk[]> {
    return this.#connection.read(() => this.#reader.chunksByIds(ids))
  }

  async ranges(documentIds: readonly DocumentId[]): Promise<Map<DocumentId, readonly [ChunkId, ChunkId]>> {
    return this.#connection.read(() => this.#reader.ranges(documentIds))
  }

  async documentsOf(ids: Float64Array): Promise<Float64Array> {
    return this.#connection.read(async () => {
      const owners = await this.#reader.owners([...ids])
      return ids.map((id) => owners.get(id)?._id ?? 0)
    })
  }

  /** @throws AkinError `not-found` for a space that is not there or was removed */
  #inSpace<T>(spaceId: number, work: (space: SpaceRecord) => Promise<T>): Promise<T> {
    return this.#connection.read(async () => work(spaceOf(await readHead(this.#connection), spaceId)))
  }
}

/** With what a record takes besides. */
export function vectorBytes(count: number, dimension: number): number {
  return count * (dimension * 4 + 40)
}
