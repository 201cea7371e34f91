import type { DocumentId, DocumentStatus, Reason } from '../../../shared/model/document.ts'
import type { Database } from '../../platform/database.ts'
import { defaultSpaceId } from './vector-tables.ts'
import { readJsonOr } from './json-column.ts'

/**
 * Counts the chunks of a document that have a vector in the default space, and those that cannot have one, and sets
 * its status by them. Runs inside a transaction of the caller.
 */
export function refreshStatus(database: Database, id: DocumentId): void {
  database.run(`UPDATE documents SET ${countedInDefault(defaultSpaceId(database))} WHERE id = ?`, id)
  setStatus(database, id)
}

/** The same for all documents: another space has become the default. */
export function refreshAllStatuses(database: Database): void {
  database.run(`UPDATE documents SET ${countedInDefault(defaultSpaceId(database))} WHERE first_chunk IS NOT NULL`)
  // Reasons are made one by one; they are few
  const changed = database.all(
    `SELECT id FROM documents WHERE has_text = 1 AND chunk_count > 0 AND (status <> CASE
       WHEN embedded_count >= chunk_count THEN 'indexed'
       WHEN embedded_count + failed_chunk_count >= chunk_count THEN 'failed'
       ELSE 'pending' END OR status = 'failed')`,
  )
  for (const row of changed) setStatus(database, Number(row.id))
}

/** Every chunk without a vector in the space is pending there, and chunks of a document have consecutive ids. */
function countedInDefault(space: number | undefined): string {
  if (space === undefined) return 'embedded_count = 0, failed_chunk_count = 0'
  const pending = `SELECT count(*) FROM pending_chunks AS p WHERE p.space_id = ${space} AND p.chunk_id BETWEEN first_chunk AND last_chunk`
  return `embedded_count = chunk_count - (${pending}), failed_chunk_count = (${pending} AND p.failure IS NOT NULL)`
}

/** Sets the status of a document that has a text from its counts. */
export function setStatus(database: Database, id: DocumentId): void {
  const row = database.get(
    'SELECT chunk_count, embedded_count, failed_chunk_count FROM documents WHERE id = ? AND has_text = 1',
    id,
  )
  if (row === undefined) return
  const [chunks, embedded, failed] = [row.chunk_count, row.embedded_count, row.failed_chunk_count].map(Number) as [
    number,
    number,
    number,
  ]
  const status = statusOf(chunks, embedded, failed)
  const reason = status === 'skipped' ? empty : status === 'failed' ? failedReason(database, id, failed, chunks) : null
  database.run(
    'UPDATE documents SET status = ?, reason_code = ?, reason_message = ?, reason_advice = ? WHERE id = ?',
    status,
    reason?.code ?? null,
    reason?.message ?? null,
    reason?.advice ?? null,
    id,
  )
}

/**
 * `indexed` when all vectors are there, `failed` when the rest cannot be had, `skipped` when there is a text but nothing
 * to embed, `pending` otherwise.
 */
function statusOf(chunks: number, embedded: number, failed: number): DocumentStatus {
  if (chunks === 0) return 'skipped'
  if (embedded >= chunks) return 'indexed'
  return embedded + failed >= chunks ? 'failed' : 'pending'
}

const empty: Reason = { code: 'file-empty', message: 'Nothing in it to search', advice: null }

function failedReason(database: Database, id: DocumentId, failed: number, chunks: number): Reason {
  const row = database.get(
    `SELECT failure FROM pending_chunks WHERE space_id = ? AND failure IS NOT NULL
     AND chunk_id BETWEEN (SELECT first_chunk FROM documents WHERE id = ?) AND (SELECT last_chunk FROM documents WHERE id = ?)
     ORDER BY chunk_id LIMIT 1`,
    defaultSpaceId(database) ?? 0,
    id,
    id,
  )
  const why = row === undefined ? '' : `: ${readJsonOr<Partial<Reason>>(row.failure, {}).message ?? 'unknown'}`
  return {
    code: 'embedding-failed',
    message: `${failed} of ${chunks} passages could not be read for meaning${why}`,
    advice: 'They are found by their words. Read the item again to retry',
  }
}
