import { AkinError, isCode, toWireError } from '../../shared/errors.ts'
import type { Reason } from '../../shared/model/document.ts'
import type { Job, JobId, JobKind, JobState } from '../../shared/model/job.ts'
import type { JobItemDraft, JobPayload, JobStore, StoredJob } from '../library/library-store.ts'
import { createRateMeter, type RateMeter } from './rate-meter.ts'

export type JobCounts = Job['counts']

/** What a running job works with. */
export interface JobContext {
  readonly job: StoredJob
  /** True when the job ran before and was paused, or its process ended: some of its work is done already. */
  readonly isResumed: boolean
  /** Aborts when the job is paused or cancelled, or Akin closes: the runner stops at the next safe point and rejects. */
  readonly signal: AbortSignal
  /** Tells how far it is. Cheap: what is sent and stored is throttled. */
  progress(progress: { completed?: number; total?: number | null; counts?: JobCounts }): void
  addItems(items: readonly JobItemDraft[]): Promise<void>
}

/**
 * Does the work of one kind of job. It must be able to start over at any time and go on where it was, since a pause,
 * a kill and a restart all come out as one more call with the same job.
 */
export type JobRunner = (context: JobContext) => Promise<void>

export interface JobQueueOptions {
  readonly store: JobStore
  readonly runners: Readonly<Record<JobKind, JobRunner>>
  readonly onProgress: (job: Job) => void
  readonly onBug: (error: unknown) => void
}

/** Progress is sent at most this often for one job, and stored at most this often. */
const sendEveryMs = 100
const storeEveryMs = 1_000

type StopReason = 'paused' | 'cancelled' | 'closing'

interface Running {
  job: StoredJob
  readonly isResumed: boolean
  readonly controller: AbortController
  readonly meter: RateMeter
  readonly finished: Promise<void>
  stop: StopReason | undefined
  sentAt: number
  storedAt: number
  timer: NodeJS.Timeout | undefined
  isEnded: boolean
}

/**
 * Runs jobs, one of each kind at a time, and keeps them in the store so that they survive a restart. While the disk is
 * full their states are kept in memory, so that what is told of them is true and they can be resumed.
 */
export class JobQueue {
  readonly #options: JobQueueOptions
  readonly #running = new Map<JobKind, Running>()
  /** Jobs whose last state could not be stored. */
  readonly #unstored = new Map<JobId, StoredJob>()
  /** Whatever looks at a state and changes it by that waits here for its turn. */
  #turn: Promise<unknown> = Promise.resolve()
  #isClosing = false

  constructor(options: JobQueueOptions) {
    this.#options = options
  }

  /** Takes up the jobs that a restart interrupted; paused ones stay paused. */
  async start(): Promise<void> {
    await this.#startNext()
  }

  async add(job: { kind: JobKind; title: string; unit: Job['unit']; payload: JobPayload }): Promise<StoredJob> {
    const stored = await this.#options.store.add({ ...job, createdAt: new Date().toISOString() })
    this.#options.onProgress(jobOf(stored))
    await this.#startNext()
    return stored
  }

  async list(limit: number): Promise<Job[]> {
    return (await this.#options.store.list(limit)).map((job) => this.#current(job))
  }

  async get(id: JobId): Promise<Job> {
    return this.#current(await this.#stored(id))
  }

  /** True while a job of the kind is queued or running. */
  async isActive(kind: JobKind): Promise<boolean> {
    return (await this.#open()).some((job) => job.kind === kind && job.state !== 'paused')
  }

  /** Jobs of a kind that have not ended with what each works on, oldest first. */
  async openWithPayload(kind: JobKind): Promise<{ job: Job; payload: JobPayload }[]> {
    const jobs = (await this.#open()).filter((job) => job.kind === kind)
    return jobs.map((job) => ({ job: this.#current(job), payload: job.payload }))
  }

  /** What a job works on; `null` when there is no such job. */
  async payloadOf(id: JobId): Promise<JobPayload | null> {
    return (await this.#options.store.get(id))?.payload ?? null
  }

  get runningCount(): number {
    return this.#running.size
  }

  /** @throws AkinError `not-found`, `conflict` when the job has ended */
  async pause(id: JobId): Promise<void> {
    await this.#stop(id, 'paused')
  }

  async cancel(id: JobId): Promise<void> {
    await this.#stop(id, 'cancelled')
  }

  async resume(id: JobId): Promise<void> {
    await this.#inTurn(async () => {
      const job = await this.#stored(id)
      if (job.state !== 'paused') throw new AkinError('conflict', 'Only a paused job can be resumed')
      await this.#setState(job, { state: 'queued', error: null })
    })
    await this.#startNext()
  }

  /** Stops running jobs so that they go on at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true
    const running = [...this.#running.values()]
    for (const one of running) this.#abort(one, 'closing')
    await Promise.all(running.map((one) => one.finished))
  }

  async #stop(id: JobId, stop: 'paused' | 'cancelled'): Promise<void> {
    const running = await this.#inTurn(async () => {
      const job = await this.#stored(id)
      if (isEnded(job.state)) throw new AkinError('conflict', 'The job has ended already')
      const found = this.#running.get(job.kind)
      if (found?.job.id === id) return found
      await this.#setState(job, endOf(stop))
      return undefined
    })
    if (running === undefined) return
    this.#abort(running, stop)
    await running.finished
  }

  /** Of two reasons to stop, cancelling goes before pausing, and both after the end of the engine. */
  #abort(running: Running, stop: StopReason): void {
    if (running.stop === undefined || (running.stop === 'paused' && stop === 'cancelled')) running.stop = stop
    running.controller.abort(new AkinError('cancelled', 'The job was stopped'))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined) // its caller is told; the next one goes on
    return turn
  }

  #startNext(): Promise<void> {
    return this.#inTurn(async () => {
      for (const job of await this.#open()) {
        if (this.#isClosing) return
        // What was running in the store, and does not run here, was left behind by an engine that ended
        const isWaiting = job.state === 'queued' || job.state === 'running'
        if (isWaiting && !this.#running.has(job.kind)) this.#launch(job)
      }
    })
  }

  #launch(job: StoredJob): void {
    const controller = new AbortController()
    const startedAt = job.startedAt ?? new Date().toISOString()
    const { promise: finished, resolve } = Promise.withResolvers<void>()
    const running: Running = {
      job: { ...job, state: 'running', startedAt, error: null },
      isResumed: job.startedAt !== null,
      controller,
      meter: createRateMeter(),
      finished,
      stop: undefined,
      sentAt: 0,
      storedAt: 0,
      timer: undefined,
      isEnded: false,
    }
    this.#running.set(job.kind, running)
    void this.#run(running)
      .catch(this.#options.onBug)
      .finally(() => {
        this.#running.delete(job.kind)
        resolve()
        this.#startNext().catch(this.#options.onBug)
      })
  }

  async #run(running: Running): Promise<void> {
    const end = await this.#outcome(running)
    running.isEnded = true
    clearTimeout(running.timer)
    await this.#setState(running.job, end)
  }

  async #outcome(running: Running): Promise<Partial<StoredJob> & { state: JobState }> {
    const context: JobContext = {
      job: running.job,
      isResumed: running.isResumed,
      signal: running.controller.signal,
      progress: (progress) => this.#progress(running, progress),
      addItems: (items) => this.#options.store.addItems(running.job.id, items),
    }
    try {
      const { state, startedAt, error } = running.job
      await this.#options.store.update(running.job.id, { state, startedAt, error })
      this.#unstored.delete(running.job.id)
      this.#send(running)
      await this.#options.runners[running.job.kind](context)
      return { state: 'done', finishedAt: new Date().toISOString() }
    } catch (error) {
      if (running.stop === 'closing') return { state: 'queued' }
      if (running.stop !== undefined) return endOf(running.stop)
      return this.#failure(error)
    }
  }

  /** What passes by itself or by the person's hand pauses the job; everything else ends it. */
  #failure(error: unknown): Partial<StoredJob> & { state: JobState } {
    if (!(error instanceof AkinError)) this.#options.onBug(error)
    const reason = reasonOf(error)
    if (isCode(error, ...passing)) return { state: 'paused', error: reason }
    return { state: 'failed', error: reason, finishedAt: new Date().toISOString() }
  }

  #progress(running: Running, progress: { completed?: number; total?: number | null; counts?: JobCounts }): void {
    if (running.isEnded) return
    const { job } = running
    running.job = {
      ...job,
      // A job that starts over runs through what it did before: the bar does not go back for that
      completed: Math.max(job.completed, progress.completed ?? job.completed),
      total: progress.total === undefined ? job.total : progress.total,
      counts: progress.counts ?? job.counts,
    }
    if (progress.completed !== undefined) running.meter.count(running.job.completed)
    const waitMs = running.sentAt + sendEveryMs - Date.now()
    if (waitMs <= 0) this.#send(running)
    else running.timer ??= setTimeout(() => this.#send(running), waitMs)
  }

  #send(running: Running): void {
    clearTimeout(running.timer)
    running.timer = undefined
    running.sentAt = Date.now()
    this.#options.onProgress(this.#current(running.job))
    if (running.sentAt - running.storedAt < storeEveryMs) return
    running.storedAt = running.sentAt
    this.#options.store.update(running.job.id, stateOf(running.job)).catch((error: unknown) => {
      // Where there is no room the job will meet it as well, and pause
      if (!isCode(error, ...unwritable)) this.#options.onBug(error)
    })
  }

  async #setState(job: StoredJob, changes: Partial<StoredJob>): Promise<void> {
    const next = { ...job, ...changes }
    const { id, state, finishedAt, error } = next
    try {
      await this.#options.store.update(id, { ...stateOf(next), state, finishedAt, error })
      this.#unstored.delete(id)
    } catch (cause) {
      if (!isCode(cause, ...unwritable)) this.#options.onBug(cause)
      this.#unstored.set(id, next)
    }
    this.#options.onProgress(jobOf(next))
  }

  #current(stored: StoredJob): Job {
    const job = this.#unstored.get(stored.id) ?? stored
    const running = this.#running.get(job.kind)
    if (running === undefined || running.isEnded || running.job.id !== job.id) return jobOf(job)
    const rate = running.meter.perSecond()
    const { completed, total } = running.job
    const left = total === null || rate === null || rate === 0 ? null : Math.max(0, total - completed) / rate
    return { ...jobOf(running.job), ratePerSecond: rate, remainingSeconds: left }
  }

  async #open(): Promise<StoredJob[]> {
    const jobs = await this.#options.store.open()
    return jobs.map((job) => this.#unstored.get(job.id) ?? job).filter(({ state }) => !isEnded(state))
  }

  async #stored(id: JobId): Promise<StoredJob> {
    const job = await this.#options.store.get(id)
    if (job === null) throw new AkinError('not-found', 'There is no such job')
    return this.#unstored.get(id) ?? job
  }
}

/** The store cannot be written at the moment. */
const unwritable = ['disk-full', 'library-read-only', 'store-write-failed'] as const

/** What may pass: the job waits for it. */
const passing = [
  ...unwritable,
  'model-missing',
  'model-damaged',
  'model-failed',
  'inference-crashed',
  'offline',
  'timeout',
  'rate-limited',
  'remote-failed',
  'remote-refused',
  'remote-model-missing',
  'quota-exhausted',
  'key-missing',
  'key-rejected',
  'key-store-failed',
  'tls-failed',
  'not-allowed',
] as const

/** What of a job changes while it runs. */
function stateOf({ completed, total, counts }: StoredJob): Pick<StoredJob, 'completed' | 'total' | 'counts'> {
  return { completed, total, counts }
}

function endOf(stop: StopReason): Partial<StoredJob> & { state: JobState } {
  return stop === 'paused' ? { state: 'paused' } : { state: 'cancelled', finishedAt: new Date().toISOString() }
}

function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}

function jobOf({ payload: _payload, ...job }: StoredJob): Job {
  return { ...job, ratePerSecond: null, remainingSeconds: null }
}

/** Any error as a reason that a person reads. */
export function reasonOf(error: unknown): Reason {
  const { code, message, advice } = toWireError(error)
  return { code, message, advice: advice ?? null }
}
