import { AkinError } from '../../../shared/errors.ts'
import type { ChunkId, DocumentId, Reason } from '../../../shared/model/document.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import { embeddedText } from '../embedded-text.ts'
import type { PendingChunk, StoredChunk, StoredVectors, VectorStore } from '../library-store.ts'
import type { ChangeLog } from './change-log.ts'
import { refreshStatus, setStatus, vectorTable } from './chunk-writer.ts'
import type { Database, Row } from '../../platform/database.ts'

/** Vectors in SQLite: one table a space, one row a chunk, each vector as little-endian float32. */
export class SqliteVectors implements VectorStore {
  readonly #database: Database
  readonly #log: ChangeLog
  readonly #spaces = new Map<number, EmbeddingSpace>()

  constructor(database: Database, log: ChangeLog) {
    this.#database = database
    this.#log = log
    for (const row of database.all('SELECT * FROM spaces')) this.#remember(spaceOf(row))
  }

  async openSpace(description: Omit<EmbeddingSpace, 'id' | 'isDefault'>): Promise<EmbeddingSpace> {
    const known = [...this.#spaces.values()].find((space) => space.identity === description.identity)
    return known ?? this.#addSpace(description)
  }

  async spaces(): Promise<EmbeddingSpace[]> {
    return [...this.#spaces.values()]
  }

  async pending(spaceId: number, afterId: ChunkId, limit: number): Promise<PendingChunk[]> {
    this.#space(spaceId)
    const rows = this.#database.all(
      `SELECT c.id, c.document_id, c.token_count, c.crashes, c.ordinal, c.start, c."end", d.title
       FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
       WHERE c.id > ? AND c.is_failed = 0 AND d.trashed_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM ${vectorTable(spaceId)} AS v WHERE v.chunk_id = c.id)
       ORDER BY c.id LIMIT ?`,
      afterId,
      limit,
    )
    const texts = new Map<DocumentId, string>()
    return rows.map((row) => {
      const documentId = Number(row.document_id)
      const text = texts.get(documentId) ?? this.#text(documentId)
      texts.set(documentId, text)
      const span = { ordinal: Number(row.ordinal), start: Number(row.start), end: Number(row.end) }
      return {
        id: Number(row.id),
        documentId,
        tokenCount: Number(row.token_count),
        text: embeddedText(String(row.title), text, span),
        crashes: Number(row.crashes),
      }
    })
  }

  async pendingCount(spaceId: number): Promise<number> {
    this.#space(spaceId)
    return Number(
      this.#database.get(
        `SELECT count(*) AS n FROM chunks AS c JOIN documents AS d ON d.id = c.document_id WHERE c.is_failed = 0 AND d.trashed_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM ${vectorTable(spaceId)} AS v WHERE v.chunk_id = c.id)`,
      )?.n,
    )
  }

  async put(spaceId: number, chunkIds: readonly ChunkId[], vectors: Float32Array): Promise<void> {
    const { dimension, isDefault } = this.#space(spaceId)
    if (vectors.length !== chunkIds.length * dimension) {
      throw new AkinError(
        'dimension-mismatch',
        `Expected ${chunkIds.length} vectors of ${dimension} numbers, got ${vectors.length} numbers`,
      )
    }
    this.#log.commit(() => {
      const byDocument = new Map<DocumentId, ChunkId[]>()
      for (const [index, chunkId] of chunkIds.entries()) {
        const owner = this.#putOne(spaceId, chunkId, vectors.subarray(index * dimension, (index + 1) * dimension))
        if (owner !== null) byDocument.set(owner, [...(byDocument.get(owner) ?? []), chunkId])
      }
      for (const [documentId, ids] of byDocument) this.#count(documentId, ids, { spaceId, isDefault })
    })
  }

  async read(spaceId: number, afterId: ChunkId, toId: ChunkId, limit: number): Promise<StoredVectors> {
    const { dimension } = this.#space(spaceId)
    const rows = this.#database.all(
      `SELECT v.chunk_id, v.vector FROM ${vectorTable(spaceId)} AS v JOIN chunks AS c ON c.id = v.chunk_id JOIN documents AS d ON d.id = c.document_id
       WHERE v.chunk_id > ? AND v.chunk_id <= ? AND d.trashed_at IS NULL ORDER BY v.chunk_id LIMIT ?`,
      afterId,
      toId,
      limit,
    )
    return vectorsOf(rows, dimension)
  }

  async readByIds(spaceId: number, chunkIds: readonly ChunkId[]): Promise<StoredVectors> {
    const { dimension } = this.#space(spaceId)
    const rows = this.#database.all(
      `SELECT chunk_id, vector FROM ${vectorTable(spaceId)} WHERE chunk_id IN (SELECT value FROM json_each(?)) ORDER BY chunk_id`,
      JSON.stringify(chunkIds),
    )
    return vectorsOf(rows, dimension)
  }

  async count(spaceId: number): Promise<number> {
    this.#space(spaceId)
    return Number(this.#database.get(`SELECT count(*) AS n FROM ${vectorTable(spaceId)}`)?.n)
  }

  async countCrash(chunkId: ChunkId): Promise<number> {
    return this.#database.transaction(() => {
      this.#database.run('UPDATE chunks SET crashes = crashes + 1 WHERE id = ?', chunkId)
      return Number(this.#database.get('SELECT crashes FROM chunks WHERE id = ?', chunkId)?.crashes ?? 0)
    })
  }

  async markFailed(chunkId: ChunkId, reason: Reason): Promise<void> {
    this.#log.commit(() => {
      const row = this.#database.get('SELECT document_id FROM chunks WHERE id = ? AND is_failed = 0', chunkId)
      if (row === undefined) return
      const documentId = Number(row.document_id)
      this.#database.run('UPDATE chunks SET is_failed = 1 WHERE id = ?', chunkId)
      this.#database.run('UPDATE documents SET failed_chunk_count = failed_chunk_count + 1 WHERE id = ?', documentId)
      setStatus(this.#database, documentId)
      this.#database.run(
        "UPDATE documents SET reason_message = reason_message || ': ' || ? WHERE id = ? AND status = 'failed'",
        reason.message,
        documentId,
      )
      this.#log.append('document', documentId)
    })
  }

  async clearFailures(documentIds: readonly DocumentId[]): Promise<number> {
    return this.#log.commit(() => {
      let cleared = 0
      for (const id of documentIds) {
        const { changes } = this.#database.run(
          'UPDATE chunks SET is_failed = 0, crashes = 0 WHERE document_id = ? AND is_failed = 1',
          id,
        )
        if (changes === 0) continue
        cleared += changes
        this.#database.run('UPDATE documents SET failed_chunk_count = 0 WHERE id = ?', id)
        setStatus(this.#database, id)
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
        for (const space of this.#spaces.keys())
          this.#database.run(`DELETE FROM ${vectorTable(space)} WHERE chunk_id BETWEEN ? AND ?`, ...range)
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

  async documentsOf(ids: Float64Array): Promise<Float64Array> {
    const rows = this.#database.all(
      'SELECT id, document_id FROM chunks WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify([...ids]),
    )
    const owners = new Map(rows.map((row) => [Number(row.id), Number(row.document_id)]))
    return ids.map((id) => owners.get(id) ?? 0)
  }

  #addSpace(description: Omit<EmbeddingSpace, 'id' | 'isDefault'>): EmbeddingSpace {
    const isDefault = this.#spaces.size === 0
    return this.#database.transaction(() => {
      const { lastId } = this.#database.run(
        'INSERT INTO spaces (name, identity, dimension, metric, is_default) VALUES (?, ?, ?, ?, ?)',
        description.name,
        description.identity,
        description.dimension,
        description.metric,
        isDefault ? 1 : 0,
      )
      this.#database.execute(`CREATE TABLE ${vectorTable(lastId)} (chunk_id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT`)
      return this.#remember({ ...description, id: lastId, isDefault })
    })
  }

  #remember(space: EmbeddingSpace): EmbeddingSpace {
    this.#spaces.set(space.id, space)
    return space
  }

  #space(id: number): EmbeddingSpace {
    const space = this.#spaces.get(id)
    if (space === undefined) throw new AkinError('not-found', `There is no embedding space ${id}`)
    return space
  }

  #text(documentId: DocumentId): string {
    return String(this.#database.get('SELECT text FROM texts WHERE document_id = ?', documentId)?.text ?? '')
  }

  /** Stores one vector; the document of its chunk, `null` when the chunk is gone or has its vector already. */
  #putOne(spaceId: number, chunkId: ChunkId, vector: Float32Array): DocumentId | null {
    const chunk = this.#database.get('SELECT document_id FROM chunks WHERE id = ?', chunkId)
    if (chunk === undefined) return null
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
    const { changes } = this.#database.run(
      `INSERT INTO ${vectorTable(spaceId)} (chunk_id, vector) VALUES (?, ?) ON CONFLICT DO NOTHING`,
      chunkId,
      bytes,
    )
    return changes === 0 ? null : Number(chunk.document_id)
  }

  #count(
    documentId: DocumentId,
    chunkIds: readonly ChunkId[],
    { spaceId, isDefault }: { spaceId: number; isDefault: boolean },
  ): void {
    if (isDefault) {
      this.#database.run('UPDATE documents SET embedded_count = embedded_count + ? WHERE id = ?', chunkIds.length, documentId)
      setStatus(this.#database, documentId)
    }
    this.#log.append('vectors', documentId, [Math.min(...chunkIds), Math.max(...chunkIds)], spaceId)
  }
}

function spaceOf(row: Row): EmbeddingSpace {
  return {
    id: Number(row.id),
    name: String(row.name),
    identity: String(row.identity),
    dimension: Number(row.dimension),
    metric: row.metric as EmbeddingSpace['metric'],
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
    headings: JSON.parse(String(row.headings)) as string[],
    page: row.page === null ? null : Number(row.page),
  }
}

function vectorsOf(rows: readonly Row[], dimension: number): StoredVectors {
  const vectors = new Float32Array(rows.length * dimension)
  const bytes = new Uint8Array(vectors.buffer)
  for (const [index, row] of rows.entries()) {
    const vector = row.vector as Uint8Array
    if (vector.byteLength !== dimension * 4) {
      throw new AkinError(
        'library-damaged',
        `The vector of passage ${Number(row.chunk_id)} has ${vector.byteLength} bytes instead of ${dimension * 4}`,
      )
    }
    bytes.set(vector, index * dimension * 4)
  }
  return { chunkIds: Float64Array.from(rows, (row) => Number(row.chunk_id)), vectors }
}
