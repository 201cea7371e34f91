import { createStore, type StoreApi } from 'zustand/vanilla'
import { AkinError } from '../../../shared/errors.ts'
import type { Job, JobItem } from '../../../shared/model/job.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { countOf } from '../../ui/format.ts'
import type { ToastStore } from '../../ui/toast-store.ts'
import { isActive, withJob } from './job-groups.ts'

export type Outcome = JobItem['outcome']

/** The items of one job that ended badly, as far as they were read. */
export interface JobItems {
  readonly jobId: number
  readonly outcome: Outcome
  readonly items: readonly JobItem[]
  readonly total: number
  readonly isLoading: boolean
  readonly error: AkinError | null
}

interface JobState {
  readonly jobs: readonly Job[]
  readonly isLoaded: boolean
  readonly error: AkinError | null
  /** Of the job that is looked at. */
  readonly items: JobItems | null
  /** Items that are tried again at the moment, by their id. */
  readonly retrying: ReadonlySet<number>
  /** What a screen reader is told when a job ends. */
  readonly announcement: string
}

export interface JobStore {
  readonly store: StoreApi<JobState>
  readonly load: () => Promise<void>
  readonly loadItems: (jobId: number, outcome: Outcome) => Promise<void>
  readonly loadMoreItems: () => Promise<void>
  readonly pause: (id: number) => void
  readonly resume: (id: number) => void
  readonly cancel: (id: number) => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  readonly retry: (id: number, items?: readonly number[]) => void
  readonly clearFinished: () => void
}

const itemsPerPage = 200

const noJobs: JobState = {
  jobs: [],
  isLoaded: false,
  error: null,
  items: null,
  retrying: new Set(),
  announcement: '',
}

interface JobStoreOptions {
  readonly client: AkinClient
  readonly toasts: ToastStore
  readonly goTo: (path: string) => void
}

/** The window's copy of the jobs, kept up to date by their progress. */
export function createJobStore({ client, toasts, goTo }: JobStoreOptions): JobStore {
  const store = createStore<JobState>(() => noJobs)
  const reader = new JobReader(client, store)
  const tell = (error: unknown): void => {
    if (!(error instanceof AkinError)) throw error
    toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
  const act = (name: 'jobs.pause' | 'jobs.resume' | 'jobs.cancel', id: number): void => {
    client.request(name, { id }).then(() => undefined, tell)
  }
  const actOn = (states: readonly Job['state'][], name: 'jobs.pause' | 'jobs.resume'): void => {
    for (const job of store.getState().jobs) if (states.includes(job.state)) act(name, job.id)
  }
  client.on('jobs.progress', ({ job }) => reader.follow(job))
  client.on('jobs.removed', ({ ids }) => {
    store.setState(({ jobs }) => ({ jobs: jobs.filter(({ id }) => !ids.includes(id)) }))
  })
  client.onRefresh(() => void reader.load())
  return {
    store,
    load: () => reader.load(),
    loadItems: (jobId, outcome) => reader.loadItems(jobId, outcome, 0),
    loadMoreItems: () => reader.loadMoreItems(),
    pause: (id) => act('jobs.pause', id),
    resume: (id) => act('jobs.resume', id),
    cancel: (id) => act('jobs.cancel', id),
    pauseAll: () => actOn(['running', 'queued'], 'jobs.pause'),
    resumeAll: () => actOn(['paused'], 'jobs.resume'),
    retry: (id, items) => {
      const named = new Set(items)
      store.setState(({ retrying }) => ({ retrying: retrying.union(named) }))
      client
        .request('jobs.retry', items === undefined ? { id } : { id, items: [...items] })
        .then(({ jobId }) => {
          const message = items === undefined ? 'Trying what failed again' : `Trying ${countOf(items.length, 'item')} again`
          toasts.show({ message, action: { label: 'Show', run: () => goTo(`/activity/${jobId}`) } })
        }, tell)
        .finally(() => store.setState(({ retrying }) => ({ retrying: retrying.difference(named) })))
    },
    clearFinished: () => {
      client.request('jobs.clear', {}).then(() => reader.load(), tell)
    },
  }
}

class JobReader {
  readonly #client: AkinClient
  readonly #store: StoreApi<JobState>

  constructor(client: AkinClient, store: StoreApi<JobState>) {
    this.#client = client
    this.#store = store
  }

  async load(): Promise<void> {
    try {
      const { jobs } = await this.#client.request('jobs.list', {})
      this.#store.setState({ jobs, isLoaded: true, error: null })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      this.#store.setState({ isLoaded: true, error })
    }
  }

  async loadItems(jobId: number, outcome: Outcome, offset: number): Promise<void> {
    const before = this.#itemsOf(jobId, outcome)
    const named = { jobId, outcome, items: before?.items ?? [], total: before?.total ?? 0, error: null }
    this.#store.setState({ items: { ...named, isLoading: true } })
    try {
      const reply = await this.#client.request('jobs.get', { id: jobId, outcome, offset, limit: itemsPerPage })
      if (this.#itemsOf(jobId, outcome) === null) return
      const items = offset === 0 ? reply.items : [...named.items, ...reply.items]
      this.#store.setState({ items: { ...named, items, total: reply.totalItems, isLoading: false } })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      if (this.#itemsOf(jobId, outcome) !== null) this.#store.setState({ items: { ...named, isLoading: false, error } })
    }
  }

  async loadMoreItems(): Promise<void> {
    const { items } = this.#store.getState()
    if (items === null || items.isLoading || items.items.length >= items.total) return
    await this.loadItems(items.jobId, items.outcome, items.items.length)
  }

  follow(job: Job): void {
    const { jobs, items } = this.#store.getState()
    const before = jobs.find(({ id }) => id === job.id)
    this.#store.setState({ jobs: withJob(jobs, job) })
    if (before !== undefined && isActive(before) && !isActive(job)) this.#store.setState({ announcement: endOf(job) })
    if (items?.jobId === job.id && before?.counts[items.outcome] !== job.counts[items.outcome]) {
      void this.loadItems(job.id, items.outcome, 0)
    }
  }

  /** What was read of a job's items; `null` once another job is looked at. */
  #itemsOf(jobId: number, outcome: Outcome): JobItems | null {
    const { items } = this.#store.getState()
    return items?.jobId === jobId && items.outcome === outcome ? items : null
  }
}

function endOf({ title, state, counts }: Job): string {
  const end = state === 'cancelled' ? 'was cancelled' : state === 'failed' ? 'failed' : 'is done'
  return `${title} ${end}${counts.failed > 0 ? `, ${countOf(counts.failed, 'item')} failed` : ''}`
}
