import type { ChunkId, DocumentId } from '../../../shared/model/document.ts'
import type { ChunkDraft } from '../library-store.ts'
import type { Database } from '../../platform/database.ts'
import { refreshStatus } from './document-status.ts'
import { spaceIds, vectorTable } from './vector-tables.ts'

export interface ChunkRow extends ChunkDraft {
  /** Hash of what is embedded. */
  readonly embedHash: string
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
    const spaces = spaceIds(this.#database)
    const oldIds = Map.groupBy(
      this.#database.all('SELECT id, embed_hash FROM chunks WHERE document_id = ?', id),
      (row) => row.embed_hash,
    )
    const oldRange = this.rangeOf(id)
    const newIds = chunks.map((chunk, ordinal) => this.#insert(id, ordinal, chunk))
    for (const [index, chunk] of chunks.entries()) {
      const same = (oldIds.get(chunk.embedHash) ?? []).map((row) => Number(row.id))
      for (const space of spaces) this.#takeOver(space, same, newIds[index]!)
    }
    if (oldRange !== null) this.#removeRange(spaces, oldRange)
    this.#database.run('DELETE FROM chunks WHERE document_id = ? AND id < ?', id, newIds[0] ?? Number.MAX_SAFE_INTEGER)
    const range: [ChunkId, ChunkId] | null = newIds.length === 0 ? null : [newIds[0]!, newIds.at(-1)!]
    this.#database.run(
      'UPDATE documents SET first_chunk = ?, last_chunk = ?, chunk_count = ? WHERE id = ?',
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
    if (range !== null) this.#removeRange(spaceIds(this.#database), range)
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

  /** Gives a new chunk the vector of an old one that is embedded from the same text; without one it is pending. */
  #takeOver(space: number, same: readonly ChunkId[], to: ChunkId): void {
    const table = vectorTable(space)
    const sql = `INSERT INTO ${table} (chunk_id, vector) SELECT ?, vector FROM ${table} WHERE chunk_id = ?`
    if (same.some((from) => this.#database.run(sql, to, from).changes > 0)) return
    this.#database.run('INSERT INTO pending_chunks (space_id, chunk_id) VALUES (?, ?)', space, to)
  }

  #removeRange(spaces: readonly number[], [first, last]: readonly [ChunkId, ChunkId]): void {
    for (const space of spaces) {
      this.#database.run(`DELETE FROM ${vectorTable(space)} WHERE chunk_id BETWEEN ? AND ?`, first, last)
      this.#database.run('DELETE FROM pending_chunks WHERE space_id = ? AND chunk_id BETWEEN ? AND ?', space, first, last)
    }
  }
}
