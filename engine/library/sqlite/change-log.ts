import type { ChunkId, DocumentId } from '../../../shared/model/document.ts'
import type { Change, ChangeFeed } from '../library-store.ts'
import type { Database } from '../../platform/database.ts'

type Listener = (sequence: number, documentIds: readonly DocumentId[]) => void

/** The numbered changes. Entries are written inside the transaction of the change itself. */
export class ChangeLog implements ChangeFeed {
  readonly #database: Database
  readonly #listeners = new Set<Listener>()
  #touched = new Set<DocumentId>()

  constructor(database: Database) {
    this.#database = database
  }

  async last(): Promise<number> {
    return this.lastSync()
  }

  lastSync(): number {
    return Number(this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.seq ?? 0)
  }

  async since(sequence: number, limit: number): Promise<{ changes: Change[]; isComplete: boolean }> {
    const rows = this.#database.all('SELECT * FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit)
    const trimmed = Number(this.#database.get("SELECT value FROM meta WHERE key = 'trimmed'")?.value ?? 0)
    return { changes: rows.map(changeOf), isComplete: sequence >= trimmed && sequence <= this.lastSync() }
  }

  async trim(sequence: number): Promise<void> {
    this.#database.transaction(() => {
      // What is yet to come cannot be forgotten
      const upTo = Math.min(sequence, this.lastSync())
      this.#database.run('DELETE FROM changes WHERE sequence <= ?', upTo)
      this.#database.run(
        "INSERT INTO meta (key, value) VALUES ('trimmed', ?) ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
        String(upTo),
      )
    })
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Adds an entry; call it inside the transaction that makes the change. */
  append(
    kind: Change['kind'],
    documentId: DocumentId,
    chunks?: readonly [ChunkId, ChunkId] | null,
    spaceId: number | null = null,
  ): void {
    this.#database.run(
      'INSERT INTO changes (kind, document_id, space_id, first_chunk, last_chunk) VALUES (?, ?, ?, ?, ?)',
      kind,
      documentId,
      spaceId,
      chunks?.[0] ?? null,
      chunks?.[1] ?? null,
    )
    this.#touched.add(documentId)
  }

  /** Runs `work` in a transaction and tells the listeners once it is committed. */
  commit<T>(work: () => T): T {
    this.#touched = new Set()
    const result = this.#database.transaction(work)
    if (this.#touched.size > 0) {
      const ids = [...this.#touched]
      const sequence = this.lastSync()
      for (const listener of this.#listeners) tell(listener, sequence, ids)
    }
    return result
  }
}

/** The write is done, whatever a listener makes of it: its mistake is told as a warning of the process. */
function tell(listener: Listener, sequence: number, documentIds: readonly DocumentId[]): void {
  try {
    listener(sequence, documentIds)
  } catch (error) {
    process.emitWarning(
      `A listener to library changes failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
}

function changeOf(row: Record<string, unknown>): Change {
  return {
    sequence: Number(row.sequence),
    kind: row.kind as Change['kind'],
    documentId: Number(row.document_id),
    spaceId: row.space_id === null ? null : Number(row.space_id),
    firstChunk: row.first_chunk === null ? null : Number(row.first_chunk),
    lastChunk: row.last_chunk === null ? null : Number(row.last_chunk),
  }
}
