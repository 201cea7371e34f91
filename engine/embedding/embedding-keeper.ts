import { isCode, type ErrorCode } from '../../shared/errors.ts'
import type { Job } from '../../shared/model/job.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import { throttle } from '../throttle.ts'
import type { Embedder, EmbedderState } from './embedder.ts'

export interface EmbeddingKeeperOptions {
  readonly jobs: Pick<JobQueue, 'add' | 'openWithPayload' | 'resume'>
  readonly embedder: Pick<Embedder, 'warmUp'>
  readonly spaceId: number
  readonly name: string
  /** `embed` for the space that searches use, which goes before all others. */
  readonly kind: () => 'embed' | 'fill'
  /** How many passages wait for a vector. */
  readonly pendingCount: () => Promise<number>
  /** How often a model that did not run is tried again. */
  readonly retryEveryMs: number
  readonly onBug: (error: unknown) => void
}

/** Changes come in crowds: it is looked at once in this time whether there is something to embed. */
const lookEveryMs = 300

/** What a job waits for until the model runs again. */
const modelCodes: readonly ErrorCode[] = [
  'model-missing',
  'model-damaged',
  'model-failed',
  'inference-crashed',
  // A service that can be reached again, or has time again
  'offline',
  'timeout',
  'rate-limited',
  'remote-failed',
]

/**
 * Sees to it that what waits for a vector is read by a job: starts one when there is none, and lets one go on that
 * waited for the model. A job that the person cancelled, or that failed, is not begun again before there is more to do.
 */
export class EmbeddingKeeper {
  readonly #options: EmbeddingKeeperOptions
  readonly #look = throttle(() => void this.#startJob().catch(this.#options.onBug), lookEveryMs)
  readonly #timer: NodeJS.Timeout
  /** Passages that waited when the last job was cancelled or failed. */
  #leftAlone = 0
  #isLooking = false
  #isClosed = false

  constructor(options: EmbeddingKeeperOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#tryModel().catch(options.onBug), options.retryEveryMs).unref()
  }

  /** Takes up at the start what an earlier run left. */
  async start(): Promise<void> {
    await this.#startJob()
    await this.#tryModel()
  }

  /** Something may wait for a vector. */
  readonly wake = (): void => this.#look.call()

  /** The person wants what waits to be read, also what a job left that was cancelled or failed. */
  begin(): void {
    this.#leftAlone = 0
    void this.#startJob().catch(this.#options.onBug)
  }

  /** A job that fills this space has a new state. */
  onJob({ state }: Job): void {
    // An import that ended may have left passages that came after the job's last look
    if (state === 'done') this.wake()
    if (state === 'cancelled' || state === 'failed') void this.#leaveAlone().catch(this.#options.onBug)
  }

  onState(state: EmbedderState): void {
    if (state === 'ready') void this.#resume().catch(this.#options.onBug)
  }

  close(): void {
    this.#isClosed = true
    this.#look.cancel()
    clearInterval(this.#timer)
  }

  async #startJob(): Promise<void> {
    const { jobs, name, spaceId, kind, pendingCount } = this.#options
    if (this.#isClosed || this.#isLooking) return
    this.#isLooking = true
    try {
      if ((await this.#openJobs()).length > 0) return
      const pending = await pendingCount()
      this.#leftAlone = Math.min(this.#leftAlone, pending)
      if (pending <= this.#leftAlone || this.#isClosed) return
      this.#leftAlone = 0
      await jobs.add({
        kind: kind(),
        title: `Reading for meaning, ${name}`,
        unit: 'passages',
        payload: { spaceId },
      })
    } finally {
      this.#isLooking = false
    }
  }

  async #leaveAlone(): Promise<void> {
    this.#leftAlone = await this.#options.pendingCount()
  }

  async #tryModel(): Promise<void> {
    if (this.#isClosed || (await this.#waiting()).length === 0) return
    try {
      await this.#options.embedder.warmUp()
      await this.#resume()
    } catch (error) {
      // Told by the embedder's state; the next try comes by itself
      if (!isCode(error, ...modelCodes, 'unavailable')) throw error
    }
  }

  /** Jobs that the model, and not the person, made pause. */
  async #waiting(): Promise<Job[]> {
    const jobs = await this.#openJobs()
    return jobs.filter(({ state, error }) => state === 'paused' && modelCodes.some((code) => code === error?.code))
  }

  async #openJobs(): Promise<Job[]> {
    const { jobs, spaceId, kind } = this.#options
    const all = await Promise.all((['embed', 'fill'] as const).map((one) => jobs.openWithPayload(one)))
    // Jobs from before there were several spaces name none: they are the default's
    const isOwn = (id: unknown): boolean => id === spaceId || (id === undefined && kind() === 'embed')
    return all.flat().flatMap(({ job, payload }) => (isOwn(payload.spaceId) ? [job] : []))
  }

  async #resume(): Promise<void> {
    if (this.#isClosed) return
    for (const { id } of await this.#waiting()) await this.#options.jobs.resume(id)
  }
}
