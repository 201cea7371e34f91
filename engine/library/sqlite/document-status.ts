import type { DocumentId, DocumentStatus, Reason } from '../../../shared/model/document.ts'
import type { Database } from '../../platform/database.ts'
import { defaultSpaceId, vectorTable } from './vector-tables.ts'
import { readJsonOr } from './json-column.ts'

/**
 * Counts the chunks of a document that have a vector in the default space, and those that cannot have one, and sets
 * its status by them. Runs inside a transaction of the caller.
 */
export function refreshStatus(database: Database, id: DocumentId): void {
  const space = defaultSpaceId(database)
  const inDefault = space === undefined ? '0' : `EXISTS (SELECT 1 FROM ${vectorTable(space)} AS v WHERE v.chunk_id = c.id)`
  const counted = database.get(
    `SELECT coalesce(sum(has_vector), 0) AS embedded, coalesce(sum(is_failed AND NOT has_vector), 0) AS failed
     FROM (SELECT ${inDefault} AS has_vector, c.failure IS NOT NULL AS is_failed FROM chunks AS c WHERE c.document_id = ?)`,
    id,
  )
  database.run(
    'UPDATE documents SET embedded_count = ?, failed_chunk_count = ? WHERE id = ?',
    Number(counted?.embedded),
    Number(counted?.failed),
    id,
  )
  setStatus(database, id)
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
    'SELECT failure FROM chunks WHERE document_id = ? AND failure IS NOT NULL ORDER BY ordinal LIMIT 1',
    id,
  )
  const why = row === undefined ? '' : `: ${readJsonOr<Partial<Reason>>(row.failure, {}).message ?? 'unknown'}`
  return {
    code: 'embedding-failed',
    message: `${failed} of ${chunks} passages could not be read for meaning${why}`,
    advice: 'They are found by their words. Read the item again to retry',
  }
}
