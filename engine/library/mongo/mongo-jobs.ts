import { AkinError } from '../../../shared/errors.ts'
import type { JobId, JobItem } from '../../../shared/model/job.ts'
import { sha256 } from '../../platform/hash.ts'
import type { JobItemDraft, JobPayload, JobStore, StoredJob } from '../library-store.ts'
import { nextId } from './counters.ts'
import type { MongoChanges } from './mongo-changes.ts'
import { findByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import type { JobItemRecord } from './records.ts'

/** The most items that are kept of one job. */
const mostItems = 20_000

interface JobRecord extends Omit<StoredJob, 'id' | 'payload'> {
  readonly _id: number
  /** JSON: field names of a payload may be any. */
  readonly payload: string
}

const changeable = new Set(['title', 'state', 'unit', 'completed', 'total', 'counts', 'startedAt', 'finishedAt', 'error'])

/** Jobs in MongoDB: each is one record, and items of one call come all or not at all. */
export class MongoJobs implements JobStore {
  readonly #connection: MongoConnection
  readonly #changes: MongoChanges

  constructor(connection: MongoConnection, changes: MongoChanges) {
    this.#connection = connection
    this.#changes = changes
  }

  async add({
    kind,
    title,
    unit,
    payload,
    createdAt,
  }: Pick<StoredJob, 'kind' | 'title' | 'unit' | 'payload' | 'createdAt'>): Promise<StoredJob> {
    return this.#connection.run(async () => {
      const record: JobRecord = {
        _id: await nextId(this.#connection, 'jobs'),
        kind,
        title,
        unit,
        createdAt,
        state: 'queued',
        completed: 0,
        total: null,
        counts: { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 },
        payload: JSON.stringify(payload),
        startedAt: null,
        finishedAt: null,
        error: null,
      }
      await this.#jobs.insertOne(record)
      return jobOf(record)
    })
  }

  async get(id: JobId): Promise<StoredJob | null> {
    return this.#connection.run(async () => {
      const record = await this.#jobs.findOne({ _id: id })
      return record === null ? null : jobOf(record)
    })
  }

  async list(limit: number): Promise<StoredJob[]> {
    if (limit <= 0) return []
    return this.#connection.run(async () => (await this.#jobs.find().sort({ _id: -1 }).limit(limit).toArray()).map(jobOf))
  }

  async open(): Promise<StoredJob[]> {
    const query = { state: { $in: ['queued', 'running', 'paused'] as const } }
    return this.#connection.run(async () => (await this.#jobs.find(query).sort({ _id: 1 }).toArray()).map(jobOf))
  }

  async update(id: JobId, changes: Partial<Omit<StoredJob, 'id' | 'kind' | 'createdAt'>>): Promise<void> {
    const fields = Object.entries(changes).filter(([key, value]) => changeable.has(key) && value !== undefined)
    if (changes.payload !== undefined) fields.push(['payload', JSON.stringify(changes.payload)])
    await this.#connection.run(async () => {
      if (fields.length > 0) await this.#jobs.updateOne({ _id: id }, { $set: Object.fromEntries(fields) })
    })
  }

  async addItems(id: JobId, items: readonly JobItemDraft[]): Promise<void> {
    if (items.length === 0) return
    const drafts = new Map(items.map((item) => [itemId(id, item.location), item]))
    await this.#changes.commit(async (unit) => {
      if ((await this.#jobs.findOne({ _id: id })) === null) throw new AkinError('not-found', `There is no job ${id}`)
      const stored = await findByIds(this.#items, [...drafts.keys()], { number: 1 })
      const numbers = new Map(stored.map((item) => [item._id, item.number]))
      let room = mostItems - (await this.#items.countDocuments({ job: id }))
      for (const [key, draft] of drafts) {
        const number = numbers.get(key)
        if (number === undefined && room <= 0) continue
        if (number === undefined) room--
        unit.items.push(itemRecord(key, { job: id, number: number ?? unit.nextItem(), draft }))
      }
    })
  }

  async items(
    id: JobId,
    options: { outcome?: 'skipped' | 'failed'; offset: number; limit: number },
  ): Promise<{ items: JobItem[]; total: number }> {
    const query = options.outcome === undefined ? { job: id } : { job: id, outcome: options.outcome }
    return this.#connection.read(async () => {
      if ((await this.#jobs.findOne({ _id: id })) === null) return { items: [], total: 0 }
      const total = await this.#items.countDocuments(query)
      if (options.limit <= 0) return { items: [], total }
      const sorted = this.#items.find(query).sort({ outcome: 1, number: 1 })
      const records = await sorted.skip(options.offset).limit(options.limit).toArray()
      return { items: records.map(itemOf), total }
    })
  }

  async retryPayloads(id: JobId, items?: readonly number[]): Promise<JobPayload[]> {
    const named = items === undefined ? null : new Set(items)
    return this.#connection.read(async () => {
      const query = { job: id, outcome: 'failed', canRetry: true } as const
      const records = await this.#items.find(query).sort({ number: 1 }).toArray()
      return records
        .filter(({ number }) => named === null || named.has(number))
        .flatMap(({ payload }) => (payload === null ? [] : [JSON.parse(payload) as JobPayload]))
    })
  }

  async clear(): Promise<JobId[]> {
    return this.#connection.run(async () => {
      const query = { state: { $in: ['done', 'failed', 'cancelled'] as const } }
      const ended = (await this.#jobs.find(query, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id)
      for (const page of pagesOf(ended)) await this.#jobs.deleteMany({ _id: { $in: page }, ...query })
      // Items without their job are not shown, should a kill leave some
      for (const page of pagesOf(ended)) await this.#items.deleteMany({ job: { $in: page } })
      return ended.toSorted((a, b) => a - b)
    })
  }

  get #jobs() {
    return this.#connection.collection<JobRecord>('jobs')
  }

  get #items() {
    return this.#connection.collection<JobItemRecord>('job_items')
  }
}

function itemId(job: JobId, location: string): string {
  return `${job}/${sha256(location)}`
}

function itemRecord(key: string, { job, number, draft }: { job: JobId; number: number; draft: JobItemDraft }): JobItemRecord {
  const { outcome, name, location, sizeBytes, documentId, reason, canRetry, payload } = draft
  const json = payload === null ? null : JSON.stringify(payload)
  return { _id: key, job, number, outcome, name, location, sizeBytes, documentId, reason, canRetry, payload: json }
}

function jobOf({ _id, payload, ...job }: JobRecord): StoredJob {
  return { id: _id, ...job, payload: JSON.parse(payload) as JobPayload }
}

function itemOf({ number, outcome, name, location, sizeBytes, documentId, reason, canRetry }: JobItemRecord): JobItem {
  return { id: number, outcome, name, location, sizeBytes, documentId, reason, canRetry }
}
