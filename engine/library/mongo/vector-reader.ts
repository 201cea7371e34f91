import { AkinError } from '../../../shared/errors.ts'
import type { ChunkId, DocumentId } from '../../../shared/model/document.ts'
import { embeddedText } from '../embedded-text.ts'
import type { PendingChunk, StoredChunk, StoredVectors } from '../library-store.ts'
import type { Bodies } from './bodies.ts'
import { findByIds, type MongoConnection } from './mongo-connection.ts'
import { idsOf, rangeOf, spaceKey, type ChunkRecord, type DocumentRecord } from './records.ts'
import { hasBit, stateIn } from './space-state.ts'

/** So many documents are looked at a time. */
const documentPage = 200
const vectorPage = 2_000

interface Space {
  readonly id: number
  readonly dimension: number
}

interface Counts {
  readonly embedded: number
  readonly failed: number
  readonly pending: number
}

/** What of a document tells which of its chunks there are. */
type Owner = Pick<DocumentRecord, '_id' | 'title' | 'firstChunk' | 'lastChunk' | 'chunkCount' | 'isTrashed' | 'body' | 'spaces'>

/** Reads chunks and vectors: those that their documents name. */
export class VectorReader {
  readonly #connection: MongoConnection
  readonly #bodies: Bodies

  constructor(connection: MongoConnection, bodies: Bodies) {
    this.#connection = connection
    this.#bodies = bodies
  }

  /** How many chunks of some documents have a vector, cannot have one, or wait. */
  async counts(spaceId: number, query: object): Promise<Counts> {
    const of = (field: string): object => ({ $sum: `$spaces.${spaceKey(spaceId)}.${field}` })
    const group = { _id: null, chunks: { $sum: '$chunkCount' }, embedded: of('embedded'), failed: of('failed') }
    const [row] = await this.#connection.documents
      .aggregate<{ chunks: number; embedded: number; failed: number }>([
        { $match: { chunkCount: { $gt: 0 }, ...query } },
        { $group: group },
      ])
      .toArray()
    const { chunks, embedded, failed } = row ?? { chunks: 0, embedded: 0, failed: 0 }
    return { embedded, failed, pending: chunks - embedded - failed }
  }

  async pending(spaceId: number, afterId: ChunkId, limit: number): Promise<PendingChunk[]> {
    const query = { completeIn: { $ne: spaceId } }
    const spans = await this.#spans({ afterId, limit, query }, (owner, id) => isWaiting(owner, spaceId, id))
    const found = await this.#withTexts(spans)
    return found.map(({ chunk, owner, text }) => ({
      id: chunk._id,
      documentId: owner._id,
      tokenCount: chunk.tokenCount,
      text,
      crashes: stateIn(owner, spaceId).tries.find((one) => one.chunk === chunk._id)?.crashes ?? 0,
    }))
  }

  async passages(afterId: ChunkId, limit: number): Promise<{ id: ChunkId; text: string }[]> {
    const spans = await this.#spans({ afterId, limit, query: {} }, () => true)
    return (await this.#withTexts(spans)).map(({ chunk, text }) => ({ id: chunk._id, text }))
  }

  async read(space: Space, { afterId, toId, limit }: { afterId: ChunkId; toId: ChunkId; limit: number }): Promise<StoredVectors> {
    const query = { firstChunk: { $lte: toId } }
    const spans = await this.#spans({ afterId, limit, query }, (owner, id) => id <= toId && hasVector(owner, space.id, id))
    return this.#vectors(space, spans)
  }

  async readByIds(space: Space, chunkIds: readonly ChunkId[]): Promise<StoredVectors> {
    const owners = await this.owners(chunkIds)
    const ids = [...owners.keys()].toSorted((a, b) => a - b)
    const spans = ids.filter((id) => hasVector(owners.get(id)!, space.id, id)).map((id) => ({ id, owner: owners.get(id)! }))
    return this.#vectors(space, spans)
  }

  async chunks(documentId: DocumentId): Promise<StoredChunk[]> {
    for (let attempt = 0; ; attempt++) {
      const [owner] = await this.#owners([documentId])
      const ids = idsOf(owner === undefined ? null : rangeOf(owner))
      const records = await findByIds(this.#connection.chunks, ids)
      // It was read anew in between
      if (records.length < ids.length && attempt < 3) continue
      return records.toSorted((a, b) => a._id - b._id).map(chunkOf)
    }
  }

  async chunksByIds(ids: readonly ChunkId[]): Promise<StoredChunk[]> {
    const records = await findByIds(this.#connection.chunks, ids)
    const owners = await this.#ownersOf(records)
    return records
      .filter(({ _id }) => owners.has(_id))
      .toSorted((a, b) => a._id - b._id)
      .map(chunkOf)
  }

  async ranges(documentIds: readonly DocumentId[]): Promise<Map<DocumentId, readonly [ChunkId, ChunkId]>> {
    const owners = await this.#owners(documentIds)
    return new Map(
      owners.flatMap((owner): [DocumentId, [ChunkId, ChunkId]][] => {
        const range = owner.isTrashed ? null : rangeOf(owner)
        return range === null ? [] : [[owner._id, range]]
      }),
    )
  }

  /** The document of each chunk that is there. */
  async owners(chunkIds: readonly ChunkId[]): Promise<Map<ChunkId, Owner>> {
    return this.#ownersOf(await findByIds(this.#connection.chunks, chunkIds, { documentId: 1 }))
  }

  async #ownersOf(chunks: readonly Pick<ChunkRecord, '_id' | 'documentId'>[]): Promise<Map<ChunkId, Owner>> {
    const owners = new Map((await this.#owners(chunks.map(({ documentId }) => documentId))).map((owner) => [owner._id, owner]))
    return new Map(
      chunks.flatMap(({ _id, documentId }): [ChunkId, Owner][] => {
        const owner = owners.get(documentId)
        const range = owner === undefined ? null : rangeOf(owner)
        return range !== null && _id >= range[0] && _id <= range[1] ? [[_id, owner!]] : []
      }),
    )
  }

  async #owners(documentIds: readonly DocumentId[]): Promise<Owner[]> {
    const owners = await findByIds(this.#connection.documents, documentIds, ownerFields)
    return owners.filter(({ chunkCount }) => chunkCount !== undefined)
  }

  /** Chunks of documents outside the trash that pass a test, ascending. */
  async #spans(
    { afterId, limit, query }: { afterId: ChunkId; limit: number; query: object },
    test: (owner: Owner, id: ChunkId) => boolean,
  ): Promise<Span[]> {
    const spans: Span[] = []
    let after = afterId
    while (spans.length < limit) {
      const owners = await this.#connection.documents
        .find({ isTrashed: false, lastChunk: { $gt: after }, ...query })
        .project<Owner>(ownerFields)
        // Ranges do not meet, so this is the order of the first chunks as well
        .sort({ lastChunk: 1 })
        .limit(documentPage)
        .toArray()
      for (const owner of owners) {
        for (const id of idsOf(rangeOf(owner))) {
          if (spans.length < limit && id > after && test(owner, id)) spans.push({ id, owner })
        }
      }
      if (owners.length < documentPage) break
      after = owners.at(-1)!.lastChunk!
    }
    return spans
  }

  /** The text that is embedded for each chunk; what was read anew in between is left out. */
  async #withTexts(spans: readonly Span[]): Promise<{ chunk: ChunkRecord; owner: Owner; text: string }[]> {
    const ids = spans.map(({ id }) => id)
    const chunks = new Map((await findByIds(this.#connection.chunks, ids)).map((chunk) => [chunk._id, chunk]))
    const found = spans.flatMap(({ id, owner }) => {
      const chunk = chunks.get(id)
      return chunk === undefined || owner.body === null ? [] : [{ chunk, owner, body: owner.body }]
    })
    const texts = await this.#bodies.spans(found.map(({ chunk: { start, end }, body }) => ({ body, start, end })))
    return found.flatMap(({ chunk, owner }, index) => {
      const span = texts[index]
      if (span === undefined) return []
      const text = embeddedText(owner.title, span, { ordinal: chunk.ordinal, start: 0, end: span.length })
      return [{ chunk, owner, text }]
    })
  }

  async #vectors({ id: spaceId, dimension }: Space, spans: readonly Span[]): Promise<StoredVectors> {
    const vectors = new Float32Array(spans.length * dimension)
    const bytes = new Uint8Array(vectors.buffer)
    const chunkIds = new Float64Array(spans.length)
    let count = 0
    for (let start = 0; start < spans.length; start += vectorPage) {
      const page = spans.slice(start, start + vectorPage)
      const ids = page.map(({ id }) => id)
      const stored = new Map((await findByIds(this.#connection.vectors(spaceId), ids)).map(({ _id, vector }) => [_id, vector]))
      const missing: Span[] = []
      for (const span of page) {
        const vector = stored.get(span.id)?.value()
        if (vector?.byteLength !== dimension * 4) missing.push(span)
        else {
          // Copied, since what the driver gives does not begin where a number may
          bytes.set(vector, count * dimension * 4)
          chunkIds[count++] = span.id
        }
      }
      await this.#explain(spaceId, dimension, missing)
    }
    return count === spans.length
      ? { chunkIds, vectors }
      : { chunkIds: chunkIds.slice(0, count), vectors: vectors.slice(0, count * dimension) }
  }

  /** Vectors that were named and not found: their documents were changed in between, or the library is damaged. */
  async #explain(spaceId: number, dimension: number, missing: readonly Span[]): Promise<void> {
    if (missing.length === 0) return
    const owners = await this.owners(missing.map(({ id }) => id))
    const damaged = missing.find(({ id, owner }) => {
      const now = owners.get(id)
      return now !== undefined && now.firstChunk === owner.firstChunk && hasVector(now, spaceId, id)
    })
    if (damaged === undefined) return
    throw new AkinError('library-damaged', `The stored vector of passage ${damaged.id} is not ${dimension} numbers`, {
      advice: 'Read its item again, and check the disk',
    })
  }
}

interface Span {
  readonly id: ChunkId
  readonly owner: Owner
}

const ownerFields = { title: 1, firstChunk: 1, lastChunk: 1, chunkCount: 1, isTrashed: 1, body: 1, spaces: 1 } as const

function hasVector(owner: Owner, spaceId: number, id: ChunkId): boolean {
  return hasBit(stateIn(owner, spaceId), id - owner.firstChunk!)
}

function isWaiting(owner: Owner, spaceId: number, id: ChunkId): boolean {
  if (hasVector(owner, spaceId, id)) return false
  return stateIn(owner, spaceId).tries.every(({ chunk, failure }) => chunk !== id || failure === null)
}

function chunkOf({ _id, documentId, ordinal, start, end, tokenCount, headings, page }: ChunkRecord): StoredChunk {
  return { id: _id, documentId, ordinal, start, end, tokenCount, headings, page }
}
