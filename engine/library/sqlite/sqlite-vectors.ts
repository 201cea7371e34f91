import { AkinError } from '../../../shared/errors.ts'
import type { ChunkId, DocumentId, Reason } from '../../../shared/model/document.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import type { Database, Row } from '../../platform/database.ts'
import { embeddedText } from '../embedded-text.ts'
import type { PendingChunk, SpaceCounts, StoredChunk, StoredVectors, VectorStore } from '../library-store.ts'
import type { ChangeLog } from './change-log.ts'
import { refreshAllStatuses, refreshStatus, setStatus } from './document-status.ts'
import { spaceIds, vectorTable } from './vector-tables.ts'
import { readJsonOr } from './json-column.ts'

/** Vectors in SQLite: one table a space, one row a chunk, each vector as little-endian float32. */
export class SqliteVectors implements VectorStore {
  readonly #database: Database
  readonly #log: ChangeLog

  constructor(database: Database, log: ChangeLog) {
    this.#database = database
    this.#log = log
  }

  async openSpace(description: SpaceDraft, recipe?: string): Promise<EmbeddingSpace> {
    return this.#database.transaction(() => {
      const known = this.#database.get('SELECT id FROM spaces WHERE identity = ?', description.identity)
      if (known === undefined) return this.#addSpace(description, recipe ?? '{}')
      const id = Number(known.id)
      this.#database.run('UPDATE spaces SET recipe = coalesce(?, recipe), removed_at = NULL WHERE id = ?', recipe ?? null, id)
      return this.#space(id)
    })
  }

  async spaces(): Promise<EmbeddingSpace[]> {
    return this.#database.all('SELECT * FROM spaces WHERE removed_at IS NULL ORDER BY id').map(spaceOf)
  }

  async spaceCounts(): Promise<Map<number, SpaceCounts>> {
    const counts = new Map<number, SpaceCounts>()
    for (const { id, dimension } of await this.spaces()) {
      const vectors = countVectors(this.#database, id)
      const failed = this.#database.get(
        `SELECT count(*) AS n FROM pending_chunks AS p CROSS JOIN chunks AS c ON c.id = p.chunk_id CROSS JOIN documents AS d ON d.id = c.document_id
         WHERE p.space_id = ? AND p.failure IS NOT NULL AND d.trashed_at IS NULL`,
        id,
      )
      const pending = await this.pendingCount(id)
      counts.set(id, { vectors, pending, failed: Number(failed?.n), bytes: vectorBytes(vectors, dimension) })
    }
    return counts
  }

  async setDefaultSpace(spaceId: number): Promise<void> {
    this.#database.transaction(() => {
      if (this.#space(spaceId).isDefault) return
      this.#database.run('UPDATE spaces SET is_default = (id = ?)', spaceId)
      refreshAllStatuses(this.#database)
    })
  }

  async removeSpace(spaceId: number, removedAt: string): Promise<void> {
    this.#database.transaction(() => {
      const { isDefault, name } = this.#space(spaceId)
      if (isDefault) {
        throw new AkinError('conflict', `${name} is the space that searches use`, {
          advice: 'Use another one first, then remove it',
        })
      }
      this.#database.run('UPDATE spaces SET removed_at = ? WHERE id = ?', removedAt, spaceId)
    })
  }

  async restoreSpace(spaceId: number): Promise<void> {
    this.#space(spaceId, { isRemoved: true })
    this.#database.run('UPDATE spaces SET removed_at = NULL WHERE id = ?', spaceId)
  }

  async purgeSpaces(removedBefore: string): Promise<number[]> {
    return this.#database.transaction(() => {
      const rows = this.#database.all('SELECT id FROM spaces WHERE removed_at < ? ORDER BY id', removedBefore)
      const ids = rows.map((row) => Number(row.id))
      for (const id of ids) {
        this.#database.execute(`DROP TABLE ${vectorTable(id)}`)
        this.#database.run('DELETE FROM pending_chunks WHERE space_id = ?', id)
        this.#database.run('DELETE FROM spaces WHERE id = ?', id)
      }
      return ids
    })
  }

  async transform(spaceId: number): Promise<Uint8Array | null> {
    this.#space(spaceId)
    const transform = this.#database.get('SELECT transform FROM spaces WHERE id = ?', spaceId)?.transform
    return transform instanceof Uint8Array ? transform : null
  }

  async setTransform(spaceId: number, transform: Uint8Array | null): Promise<void> {
    this.#space(spaceId)
    this.#database.run('UPDATE spaces SET transform = ? WHERE id = ?', transform, spaceId)
  }

  async pending(spaceId: number, afterId: ChunkId, limit: number): Promise<PendingChunk[]> {
    this.#space(spaceId)
    // CROSS JOIN keeps the order of the tables: the planner would rather read every document first
    const rows = this.#database.all(
      `SELECT c.id, c.document_id, c.token_count, p.crashes, c.ordinal, c.start, c."end", d.title
       FROM pending_chunks AS p CROSS JOIN chunks AS c ON c.id = p.chunk_id CROSS JOIN documents AS d ON d.id = c.document_id
       WHERE p.space_id = ? AND p.chunk_id > ? AND p.failure IS NULL AND d.trashed_at IS NULL
       ORDER BY p.chunk_id LIMIT ?`,
      spaceId,
      afterId,
      limit,
    )
    const textOf = this.#embeddedTexts()
    return rows.map((row) => ({
      id: Number(row.id),
      documentId: Number(row.document_id),
      tokenCount: Number(row.token_count),
      text: textOf(row),
      crashes: Number(row.crashes),
    }))
  }

  async passages(afterId: ChunkId, limit: number): Promise<{ id: ChunkId; text: string }[]> {
    const rows = this.#database.all(
      `SELECT c.id, c.document_id, c.ordinal, c.start, c."end", d.title
       FROM chunks AS c CROSS JOIN documents AS d ON d.id = c.document_id
       WHERE c.id > ? AND d.trashed_at IS NULL ORDER BY c.id LIMIT ?`,
      afterId,
      limit,
    )
    const textOf = this.#embeddedTexts()
    return rows.map((row) => ({ id: Number(row.id), text: textOf(row) }))
  }

  async pendingCount(spaceId: number): Promise<number> {
    const { isDefault } = this.#space(spaceId)
    const row = isDefault
      ? this.#database.get(
          "SELECT coalesce(sum(chunk_count - embedded_count - failed_chunk_count), 0) AS n FROM documents WHERE trashed_at IS NULL AND status = 'pending'",
        )
      : this.#database.get(
          `SELECT count(*) AS n FROM pending_chunks AS p CROSS JOIN chunks AS c ON c.id = p.chunk_id CROSS JOIN documents AS d ON d.id = c.document_id
           WHERE p.space_id = ? AND p.failure IS NULL AND d.trashed_at IS NULL`,
          spaceId,
        )
    return Number(row?.n)
  }

  async put(spaceId: number, chunkIds: readonly ChunkId[], vectors: Float32Array): Promise<void> {
    const space = this.#space(spaceId)
    const { dimension } = space
    if (vectors.length !== chunkIds.length * dimension) {
      throw new AkinError(
        'dimension-mismatch',
        `Expected ${chunkIds.length} vectors of ${dimension} numbers, got ${vectors.length} numbers`,
      )
    }
    this.#log.commit(() => {
      const added = new Map<DocumentId, AddedVectors>()
      for (const [index, chunkId] of chunkIds.entries()) {
        this.#putOne(spaceId, chunkId, vectors.subarray(index * dimension, (index + 1) * dimension), added)
      }
      for (const [documentId, one] of added) this.#noteAdded(space, documentId, one)
    })
  }

  async read(spaceId: number, afterId: ChunkId, toId: ChunkId, limit: number): Promise<StoredVectors> {
    const { dimension } = this.#space(spaceId)
    const rows = this.#database.lists(
      `SELECT v.chunk_id, v.vector
       FROM ${vectorTable(spaceId)} AS v CROSS JOIN chunks AS c ON c.id = v.chunk_id CROSS JOIN documents AS d ON d.id = c.document_id
       WHERE v.chunk_id > ? AND v.chunk_id <= ? AND d.trashed_at IS NULL ORDER BY v.chunk_id LIMIT ?`,
      afterId,
      toId,
      limit,
    )
    return vectorsOf(rows, dimension)
  }

  async readByIds(spaceId: number, chunkIds: readonly ChunkId[]): Promise<StoredVectors> {
    const { dimension } = this.#space(spaceId)
    const rows = this.#database.lists(
      `SELECT chunk_id, vector FROM ${vectorTable(spaceId)} WHERE chunk_id IN (SELECT value FROM json_each(?)) ORDER BY chunk_id`,
      JSON.stringify(chunkIds),
    )
    return vectorsOf(rows, dimension)
  }

  async count(spaceId: number): Promise<number> {
    this.#space(spaceId)
    return countVectors(this.#database, spaceId)
  }

  async countCrash(spaceId: number, chunkId: ChunkId): Promise<number> {
    return this.#database.transaction(() => {
      this.#space(spaceId)
      const where = 'WHERE space_id = ? AND chunk_id = ?'
      this.#database.run(`UPDATE pending_chunks SET crashes = crashes + 1 ${where}`, spaceId, chunkId)
      return Number(this.#database.get(`SELECT crashes FROM pending_chunks ${where}`, spaceId, chunkId)?.crashes ?? 0)
    })
  }

  async markFailed(spaceId: number, chunkId: ChunkId, reason: Reason): Promise<void> {
    this.#log.commit(() => {
      const { isDefault } = this.#space(spaceId)
      const { changes } = this.#database.run(
        'UPDATE pending_chunks SET failure = ? WHERE space_id = ? AND chunk_id = ? AND failure IS NULL',
        JSON.stringify(reason),
        spaceId,
        chunkId,
      )
      if (changes === 0 || !isDefault) return
      const documentId = Number(this.#database.get('SELECT document_id FROM chunks WHERE id = ?', chunkId)?.document_id)
      refreshStatus(this.#database, documentId)
      this.#log.append('document', documentId)
    })
  }

  async clearFailures(documentIds: readonly DocumentId[]): Promise<number> {
    return this.#log.commit(() => {
      let cleared = 0
      for (const id of documentIds) {
        const row = this.#database.get('SELECT first_chunk, last_chunk FROM documents WHERE id = ?', id)
        if (row === undefined || row.first_chunk === null) continue
        const range = [Number(row.first_chunk), Number(row.last_chunk)] as const
        const { changes } = this.#database.run(
          `UPDATE pending_chunks SET failure = NULL, crashes = 0
           WHERE space_id IN (SELECT id FROM spaces) AND chunk_id BETWEEN ? AND ? AND failure IS NOT NULL`,
          ...range,
        )
        if (changes === 0) continue
        cleared += changes
        refreshStatus(this.#database, id)
        this.#log.append('document', id)
      }
      return cleared
    })
  }

  async forget(documentIds: readonly DocumentId[]): Promise<void> {
    this.#log.commit(() => {
      for (const id of documentIds) {
        const row = this.#database.get('SELECT first_chunk, last_chunk FROM documents WHERE id = ?', id)
        if (row === undefined || row.first_chunk === null) continue
        const range: [number, number] = [Number(row.first_chunk), Number(row.last_chunk)]
        for (const space of spaceIds(this.#database)) this.#forgetRange(space, range)
        refreshStatus(this.#database, id)
        this.#log.append('removed', id, range)
        this.#log.append('document', id)
      }
    })
  }

  async chunks(documentId: DocumentId): Promise<StoredChunk[]> {
    return this.#database.all('SELECT * FROM chunks WHERE document_id = ? ORDER BY ordinal', documentId).map(chunkOf)
  }

  async chunksByIds(ids: readonly ChunkId[]): Promise<StoredChunk[]> {
    return this.#database
      .all('SELECT * FROM chunks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id', JSON.stringify(ids))
      .map(chunkOf)
  }

  async ranges(documentIds: readonly DocumentId[]): Promise<Map<DocumentId, readonly [ChunkId, ChunkId]>> {
    const rows = this.#database.all(
      `SELECT id, first_chunk, last_chunk FROM documents
       WHERE id IN (SELECT value FROM json_each(?)) AND trashed_at IS NULL AND first_chunk IS NOT NULL`,
      JSON.stringify(documentIds),
    )
    return new Map(rows.map((row) => [Number(row.id), [Number(row.first_chunk), Number(row.last_chunk)] as const]))
  }

  async documentsOf(ids: Float64Array): Promise<Float64Array> {
    const rows = this.#database.lists(
      'SELECT id, document_id FROM chunks WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify([...ids]),
    )
    const owners = new Map(rows.map(([id, documentId]) => [Number(id), Number(documentId)]))
    return ids.map((id) => owners.get(id) ?? 0)
  }

  #addSpace(description: SpaceDraft, recipe: string): EmbeddingSpace {
    const isDefault = this.#database.get('SELECT 1 AS x FROM spaces LIMIT 1') === undefined
    const { lastId } = this.#database.run(
      'INSERT INTO spaces (name, identity, dimension, metric, recipe, is_default) VALUES (?, ?, ?, ?, ?, ?)',
      description.name,
      description.identity,
      description.dimension,
      description.metric,
      recipe,
      isDefault ? 1 : 0,
    )
    this.#database.execute(`CREATE TABLE ${vectorTable(lastId)} (chunk_id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT`)
    this.#database.run('INSERT INTO pending_chunks (space_id, chunk_id) SELECT ?, id FROM chunks', lastId)
    return { ...description, id: lastId, recipe, isDefault }
  }

  #space(id: number, { isRemoved = false } = {}): EmbeddingSpace {
    const row = this.#database.get('SELECT * FROM spaces WHERE id = ?', id)
    if (row === undefined || (row.removed_at !== null && !isRemoved))
      throw new AkinError('not-found', `There is no embedding space ${id}`)
    return spaceOf(row)
  }

  /** What is embedded for a chunk; the text of a document is read once for all of its chunks. */
  #embeddedTexts(): (row: Row) => string {
    const texts = new Map<DocumentId, string>()
    return (row) => {
      const documentId = Number(row.document_id)
      const text = texts.get(documentId) ?? this.#text(documentId)
      texts.set(documentId, text)
      const span = { ordinal: Number(row.ordinal), start: Number(row.start), end: Number(row.end) }
      return embeddedText(String(row.title), text, span)
    }
  }

  #text(documentId: DocumentId): string {
    return String(this.#database.get('SELECT text FROM texts WHERE document_id = ?', documentId)?.text ?? '')
  }

  /** Stores one vector, unless the chunk is gone or has one already, and notes it for its document. */
  #putOne(spaceId: number, chunkId: ChunkId, vector: Float32Array, added: Map<DocumentId, AddedVectors>): void {
    const chunk = this.#database.get('SELECT document_id FROM chunks WHERE id = ?', chunkId)
    if (chunk === undefined) return
    const pending = this.#database.get('SELECT failure FROM pending_chunks WHERE space_id = ? AND chunk_id = ?', spaceId, chunkId)
    const { changes } = this.#database.run(
      `INSERT INTO ${vectorTable(spaceId)} (chunk_id, vector) VALUES (?, ?) ON CONFLICT DO NOTHING`,
      chunkId,
      new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
    )
    if (changes === 0) return
    this.#database.run('DELETE FROM pending_chunks WHERE space_id = ? AND chunk_id = ?', spaceId, chunkId)
    const documentId = Number(chunk.document_id)
    const before = added.get(documentId) ?? { count: 0, first: chunkId, last: chunkId, hadFailed: false }
    added.set(documentId, {
      count: before.count + 1,
      first: Math.min(before.first, chunkId),
      last: Math.max(before.last, chunkId),
      hadFailed: before.hadFailed || (pending !== undefined && pending.failure !== null),
    })
  }

  #noteAdded({ id, isDefault }: EmbeddingSpace, documentId: DocumentId, { count, first, last, hadFailed }: AddedVectors): void {
    if (isDefault && hadFailed) refreshStatus(this.#database, documentId)
    else if (isDefault) {
      this.#database.run('UPDATE documents SET embedded_count = embedded_count + ? WHERE id = ?', count, documentId)
      setStatus(this.#database, documentId)
    }
    this.#log.append('vectors', documentId, [first, last], id)
  }

  #forgetRange(spaceId: number, [first, last]: readonly [ChunkId, ChunkId]): void {
    this.#database.run(`DELETE FROM ${vectorTable(spaceId)} WHERE chunk_id BETWEEN ? AND ?`, first, last)
    this.#database.run(
      'INSERT INTO pending_chunks (space_id, chunk_id) SELECT ?, id FROM chunks WHERE id BETWEEN ? AND ? ON CONFLICT DO NOTHING',
      spaceId,
      first,
      last,
    )
  }
}

/** What one call of `put` added to a document. */
interface AddedVectors {
  readonly count: number
  readonly first: ChunkId
  readonly last: ChunkId
  /** One of the chunks was given up before. */
  readonly hadFailed: boolean
}

type SpaceDraft = Omit<EmbeddingSpace, 'id' | 'isDefault' | 'recipe'>

/** With what the table takes for each row. */
export function vectorBytes(count: number, dimension: number): number {
  return count * (dimension * 4 + 12)
}

/** Every chunk has its vector or is pending; counting both is quick, walking through all vectors is not. */
export function countVectors(database: Database, spaceId: number): number {
  const sql = 'SELECT (SELECT count(*) FROM chunks) - (SELECT count(*) FROM pending_chunks WHERE space_id = ?) AS n'
  return Number(database.get(sql, spaceId)?.n)
}

function spaceOf(row: Row): EmbeddingSpace {
  return {
    id: Number(row.id),
    name: String(row.name),
    identity: String(row.identity),
    dimension: Number(row.dimension),
    metric: row.metric as EmbeddingSpace['metric'],
    recipe: String(row.recipe),
    isDefault: row.is_default === 1,
  }
}

function chunkOf(row: Row): StoredChunk {
  return {
    id: Number(row.id),
    documentId: Number(row.document_id),
    ordinal: Number(row.ordinal),
    start: Number(row.start),
    end: Number(row.end),
    tokenCount: Number(row.token_count),
    headings: readJsonOr<string[]>(row.headings, []),
    page: row.page === null ? null : Number(row.page),
  }
}

function vectorsOf(rows: readonly Row[string][][], dimension: number): StoredVectors {
  const vectors = new Float32Array(rows.length * dimension)
  const bytes = new Uint8Array(vectors.buffer)
  for (const [index, [chunkId, vector]] of rows.entries()) {
    if (!(vector instanceof Uint8Array) || vector.byteLength !== dimension * 4) {
      throw new AkinError('library-damaged', `The stored vector of passage ${Number(chunkId)} is not ${dimension} numbers`, {
        advice: 'Read its item again, and check the disk',
      })
    }
    bytes.set(vector, index * dimension * 4)
  }
  return { chunkIds: Float64Array.from(rows, ([chunkId]) => Number(chunkId)), vectors }
}
