import { AkinError } from '../../../shared/errors.ts'
import type { JobId, JobItem } from '../../../shared/model/job.ts'
import type { JobItemDraft, JobPayload, JobStore, StoredJob } from '../library-store.ts'
import type { Database, Row, SqlValue } from '../../platform/database.ts'
import { readJson } from './json-column.ts'

/** The most items that are kept of one job. */
const mostItems = 20_000

export class SqliteJobs implements JobStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(job: Pick<StoredJob, 'kind' | 'title' | 'unit' | 'payload' | 'createdAt'>): Promise<StoredJob> {
    return this.#database.transaction(() => {
      const { lastId } = this.#database.run(
        "INSERT INTO jobs (kind, title, state, unit, counts, payload, created_at) VALUES (?, ?, 'queued', ?, ?, ?, ?)",
        job.kind,
        job.title,
        job.unit,
        JSON.stringify({ added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }),
        JSON.stringify(job.payload),
        job.createdAt,
      )
      return this.#get(lastId)!
    })
  }

  async get(id: JobId): Promise<StoredJob | null> {
    return this.#get(id) ?? null
  }

  async list(limit: number): Promise<StoredJob[]> {
    return this.#database.all('SELECT * FROM jobs ORDER BY id DESC LIMIT ?', limit).map(jobOf)
  }

  async open(): Promise<StoredJob[]> {
    return this.#database.all("SELECT * FROM jobs WHERE state IN ('queued', 'running', 'paused') ORDER BY id").map(jobOf)
  }

  async update(id: JobId, changes: Partial<Omit<StoredJob, 'id' | 'kind' | 'createdAt'>>): Promise<void> {
    const columns = Object.entries(changes).flatMap(([key, value]): [string, SqlValue][] => {
      const column = columnOf[key]
      if (column === undefined || value === undefined) return []
      return [[column, isJson.has(key) && value !== null ? JSON.stringify(value) : (value as SqlValue)]]
    })
    if (columns.length === 0) return
    const assignments = columns.map(([column]) => `${column} = ?`).join(', ')
    this.#database.run(`UPDATE jobs SET ${assignments} WHERE id = ?`, ...columns.map(([, value]) => value), id)
  }

  async addItems(id: JobId, items: readonly JobItemDraft[]): Promise<void> {
    this.#database.transaction(() => {
      if (items.length > 0 && this.#get(id) === undefined) throw new AkinError('not-found', `There is no job ${id}`)
      let room = mostItems - Number(this.#database.get('SELECT count(*) AS n FROM job_items WHERE job_id = ?', id)?.n)
      for (const item of items) {
        if (this.#replaceItem(id, item) || room === 0) continue
        this.#insertItem(id, item)
        room--
      }
    })
  }

  async items(
    id: JobId,
    options: { outcome?: 'skipped' | 'failed'; offset: number; limit: number },
  ): Promise<{ items: JobItem[]; total: number }> {
    const where = options.outcome === undefined ? 'job_id = ?' : 'job_id = ? AND outcome = ?'
    const values = options.outcome === undefined ? [id] : [id, options.outcome]
    const rows = this.#database.all(
      `SELECT * FROM job_items WHERE ${where} ORDER BY outcome, id LIMIT ? OFFSET ?`,
      ...values,
      options.limit,
      options.offset,
    )
    const total = Number(this.#database.get(`SELECT count(*) AS n FROM job_items WHERE ${where}`, ...values)?.n)
    return { items: rows.map(itemOf), total }
  }

  async retryPayloads(id: JobId, items?: readonly number[]): Promise<JobPayload[]> {
    const rows = this.#database.all(
      `SELECT payload FROM job_items WHERE job_id = ? AND outcome = 'failed' AND can_retry = 1 AND payload IS NOT NULL
         AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2))) ORDER BY id`,
      id,
      items === undefined ? null : JSON.stringify(items),
    )
    return rows.map((row) => readJson(row.payload) as JobPayload)
  }

  async clear(): Promise<JobId[]> {
    return this.#database.transaction(() => {
      const ids = this.#database
        .all("SELECT id FROM jobs WHERE state IN ('done', 'failed', 'cancelled')")
        .map((row) => Number(row.id))
      this.#database.run("DELETE FROM jobs WHERE state IN ('done', 'failed', 'cancelled')")
      return ids
    })
  }

  /** True when there was one with this location. */
  #replaceItem(id: JobId, item: JobItemDraft): boolean {
    const { changes } = this.#database.run(
      `UPDATE job_items SET outcome = ?, name = ?, size_bytes = ?, document_id = ?, reason = ?, can_retry = ?, payload = ?
       WHERE job_id = ? AND location = ?`,
      ...itemValues(item),
      id,
      item.location,
    )
    return changes > 0
  }

  #insertItem(id: JobId, item: JobItemDraft): void {
    this.#database.run(
      `INSERT INTO job_items (outcome, name, size_bytes, document_id, reason, can_retry, payload, job_id, location)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...itemValues(item),
      id,
      item.location,
    )
  }

  #get(id: JobId): StoredJob | undefined {
    const row = this.#database.get('SELECT * FROM jobs WHERE id = ?', id)
    return row === undefined ? undefined : jobOf(row)
  }
}

const columnOf: Readonly<Record<string, string>> = {
  title: 'title',
  state: 'state',
  unit: 'unit',
  completed: 'completed',
  total: 'total',
  counts: 'counts',
  payload: 'payload',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  error: 'error',
}
const isJson = new Set(['counts', 'payload', 'error'])

function itemValues({ outcome, name, sizeBytes, documentId, reason, canRetry, payload }: JobItemDraft): SqlValue[] {
  const json = payload === null ? null : JSON.stringify(payload)
  return [outcome, name, sizeBytes, documentId, JSON.stringify(reason), canRetry ? 1 : 0, json]
}

function jobOf(row: Row): StoredJob {
  return {
    id: Number(row.id),
    kind: row.kind as StoredJob['kind'],
    title: String(row.title),
    state: row.state as StoredJob['state'],
    unit: row.unit as StoredJob['unit'],
    completed: Number(row.completed),
    total: row.total === null ? null : Number(row.total),
    counts: readJson(row.counts) as StoredJob['counts'],
    payload: readJson(row.payload) as JobPayload,
    createdAt: String(row.created_at),
    startedAt: row.started_at === null ? null : String(row.started_at),
    finishedAt: row.finished_at === null ? null : String(row.finished_at),
    error: row.error === null ? null : (readJson(row.error) as StoredJob['error']),
  }
}

function itemOf(row: Row): JobItem {
  return {
    id: Number(row.id),
    outcome: row.outcome as JobItem['outcome'],
    name: String(row.name),
    location: String(row.location),
    sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
    documentId: row.document_id === null ? null : Number(row.document_id),
    reason: readJson(row.reason) as JobItem['reason'],
    canRetry: row.can_retry === 1,
  }
}
