import { AkinError } from '../../../shared/errors.ts'
import type { JobItem } from '../../../shared/model/job.ts'
import type { JobItemDraft, JobPayload, JobStore, StoredJob } from '../../../engine/library/library-store.ts'

/** Jobs in memory. Each call can be made to fail like a full disk, or to take its time. */
export class MemoryJobStore implements JobStore {
  readonly jobs = new Map<number, StoredJob>()
  readonly itemsOf = new Map<number, JobItemDraft[]>()
  /** Every state that was stored, in order: `1 running`. */
  readonly written: string[] = []
  isFull = false
  /** Waited for between reading and answering. */
  delay: () => Promise<void> = () => Promise.resolve()

  async add(job: Pick<StoredJob, 'kind' | 'title' | 'unit' | 'payload' | 'createdAt'>): Promise<StoredJob> {
    this.#needRoom()
    const counts = { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }
    const id = this.jobs.size + 1
    const stored: StoredJob = {
      ...job,
      id,
      state: 'queued',
      completed: 0,
      total: null,
      counts,
      startedAt: null,
      finishedAt: null,
      error: null,
    }
    this.jobs.set(id, stored)
    return stored
  }

  async get(id: number): Promise<StoredJob | null> {
    const job = this.jobs.get(id) ?? null
    await this.delay()
    return job
  }

  async list(limit: number): Promise<StoredJob[]> {
    return [...this.jobs.values()].toReversed().slice(0, limit)
  }

  async open(): Promise<StoredJob[]> {
    const open = [...this.jobs.values()].filter(({ state }) => ['queued', 'running', 'paused'].includes(state))
    await this.delay()
    return open
  }

  async update(id: number, changes: Partial<StoredJob>): Promise<void> {
    this.#needRoom()
    const before = this.jobs.get(id)!
    this.jobs.set(id, { ...before, ...changes })
    if (changes.state !== undefined) this.written.push(`${id} ${changes.state}`)
  }

  async addItems(id: number, items: readonly JobItemDraft[]): Promise<void> {
    this.#needRoom()
    this.itemsOf.set(id, [...(this.itemsOf.get(id) ?? []), ...items])
  }

  async items(): Promise<{ items: JobItem[]; total: number }> {
    return { items: [], total: 0 }
  }

  async retryPayloads(): Promise<JobPayload[]> {
    return []
  }

  async clear(): Promise<number[]> {
    return []
  }

  #needRoom(): void {
    if (this.isFull) throw new AkinError('disk-full', 'The disk is full', { advice: 'Free some space' })
  }
}
