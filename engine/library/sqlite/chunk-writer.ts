import type { ChunkId, DocumentId } from '../../../shared/model/document.ts'
import type { ChunkDraft } from '../library-store.ts'
import type { Database } from '../../platform/database.ts'

export interface ChunkRow extends ChunkDraft {
  /** Hash of what is embedded. */
  readonly embedHash: string
}

/** The table of one space's vectors; a space of its own table drops and scans quickly. */
export function vectorTable(spaceId: number): string {
  return `vectors_${spaceId}`
}

/** Writes the chunks of documents. Every method runs inside a transaction of the caller. */
export class ChunkWriter {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** First and last chunk id of a document; `null` when it has none. */
  rangeOf(id: DocumentId): [ChunkId, ChunkId] | null {
    const row = this.#database.get('SELECT first_chunk, last_chunk FROM documents WHERE id = ?', id)
    return row === undefined || row.first_chunk === null ? null : [Number(row.first_chunk), Number(row.last_chunk)]
  }

  /**
   * Replaces a document's chunks. New chunks get new ids, as ids are never reused; a chunk that is embedded from the
   * same text as an old one takes over its vectors in every space.
   */
  replace(id: DocumentId, chunks: readonly ChunkRow[]): [ChunkId, ChunkId] | null {
    const spaces = this.#spaces()
    const oldIds = new Map(
      this.#database
        .all('SELECT id, embed_hash FROM chunks WHERE document_id = ?', id)
        .map((row) => [String(row.embed_hash), Number(row.id)]),
    )
    const oldRange = this.rangeOf(id)
    const newIds = chunks.map((chunk, ordinal) => this.#insert(id, ordinal, chunk))
    for (const [index, chunk] of chunks.entries()) {
      const oldId = oldIds.get(chunk.embedHash)
      if (oldId !== undefined) this.#copyVectors(spaces, oldId, newIds[index]!)
    }
    if (oldRange !== null) this.#removeRange(spaces, oldRange)
    this.#database.run('DELETE FROM chunks WHERE document_id = ? AND id < ?', id, newIds[0] ?? Number.MAX_SAFE_INTEGER)
    const range: [ChunkId, ChunkId] | null = newIds.length === 0 ? null : [newIds[0]!, newIds.at(-1)!]
    this.#database.run(
      'UPDATE documents SET first_chunk = ?, last_chunk = ?, chunk_count = ?, failed_chunk_count = 0 WHERE id = ?',
      range?.[0] ?? null,
      range?.[1] ?? null,
      newIds.length,
      id,
    )
    refreshStatus(this.#database, id)
    return range
  }

  /** Deletes the vectors of a document's chunks in every space. */
  removeVectors(id: DocumentId): void {
    const range = this.rangeOf(id)
    if (range !== null) this.#removeRange(this.#spaces(), range)
  }

  #insert(documentId: DocumentId, ordinal: number, chunk: ChunkRow): ChunkId {
    return this.#database.run(
      'INSERT INTO chunks (document_id, ordinal, start, "end", token_count, headings, page, embed_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      documentId,
      ordinal,
      chunk.start,
      chunk.end,
      chunk.tokenCount,
      JSON.stringify(chunk.headings),
      chunk.page,
      chunk.embedHash,
    ).lastId
  }

  #copyVectors(spaces: readonly number[], from: ChunkId, to: ChunkId): void {
    for (const space of spaces) {
      this.#database.run(
        `INSERT INTO ${vectorTable(space)} (chunk_id, vector) SELECT ?, vector FROM ${vectorTable(space)} WHERE chunk_id = ?`,
        to,
        from,
      )
    }
  }

  #removeRange(spaces: readonly number[], [first, last]: readonly [ChunkId, ChunkId]): void {
    for (const space of spaces) {
      this.#database.run(`DELETE FROM ${vectorTable(space)} WHERE chunk_id BETWEEN ? AND ?`, first, last)
    }
  }

  #spaces(): number[] {
    return this.#database.all('SELECT id FROM spaces').map((row) => Number(row.id))
  }
}

/**
 * Counts a document's vectors in the default space and sets its status: `indexed` when all are there, `failed` when
 * the rest cannot be had, `skipped` when it has a text but nothing to embed, `pending` otherwise.
 */
export function refreshStatus(database: Database, id: DocumentId): void {
  const space = database.get('SELECT id FROM spaces WHERE is_default = 1')
  const embedded =
    space === undefined
      ? 0
      : Number(
          database.get(
            `SELECT count(*) AS n FROM ${vectorTable(Number(space.id))} AS v JOIN documents AS d ON d.id = ? WHERE v.chunk_id BETWEEN d.first_chunk AND d.last_chunk`,
            id,
          )?.n ?? 0,
        )
  database.run('UPDATE documents SET embedded_count = ? WHERE id = ?', embedded, id)
  setStatus(database, id)
}

/** Sets the status of a document that has a text from its counts. */
export function setStatus(database: Database, id: DocumentId): void {
  database.run(
    `UPDATE documents SET
       status = CASE WHEN chunk_count = 0 THEN 'skipped' WHEN embedded_count >= chunk_count THEN 'indexed'
         WHEN embedded_count + failed_chunk_count >= chunk_count THEN 'failed' ELSE 'pending' END,
       reason_code = CASE WHEN chunk_count = 0 THEN 'file-empty' WHEN embedded_count < chunk_count AND embedded_count + failed_chunk_count >= chunk_count THEN 'embedding-failed' END,
       reason_message = CASE WHEN chunk_count = 0 THEN 'Nothing in it to search' WHEN embedded_count < chunk_count AND embedded_count + failed_chunk_count >= chunk_count
         THEN failed_chunk_count || ' of ' || chunk_count || ' passages could not be read for meaning' END,
       reason_advice = CASE WHEN embedded_count < chunk_count AND embedded_count + failed_chunk_count >= chunk_count AND chunk_count > 0
         THEN 'They are found by their words. Read the item again to retry' END
     WHERE id = ? AND has_text = 1`,
    id,
  )
}
