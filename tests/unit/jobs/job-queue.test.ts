import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { JobQueue, type JobContext, type JobRunner } from '../../../engine/jobs/job-queue.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { Job, JobKind } from '../../../shared/model/job.ts'
import { MemoryJobStore } from './memory-job-store.ts'

/** A run of a job that the test ends by hand. */
interface Run {
  readonly context: JobContext
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

let store: MemoryJobStore
let sent: Job[]
let bugs: unknown[]
let runs: Run[]

/** Runs until the test ends it, or its signal does. */
const byHand: JobRunner = (context) =>
  new Promise((end, fail) => {
    runs.push({ context, end, fail })
    context.signal.addEventListener('abort', () => fail(context.signal.reason))
  })

function queueOf(runners: Partial<Record<JobKind, JobRunner>> = {}): JobQueue {
  return new JobQueue({
    store,
    runners: { import: byHand, embed: byHand, fill: byHand, model: byHand, rebuild: byHand, ...runners },
    onProgress: (job) => sent.push(job),
    onBug: (error) => bugs.push(error),
  })
}

const draft = (kind: JobKind = 'import', title = 'Import of Notes') => ({ kind, title, unit: 'files' as const, payload: {} })

/** Lets everything run that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

const states = (id: number): string[] => sent.filter((job) => job.id === id).map(({ state }) => state)

beforeEach(() => {
  store = new MemoryJobStore()
  sent = []
  bugs = []
  runs = []
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
  if (bugs.length > 0) throw new Error(`bugs were told: ${bugs.map(String).join('; ')}`)
})

describe('a queue of jobs', () => {
  it('runs one job of each kind at a time, in the order in which they came', async () => {
    const queue = queueOf()
    await queue.start()
    const [first, second, embed] = [await queue.add(draft()), await queue.add(draft()), await queue.add(draft('embed'))]
    await turns()
    expect(runs.map(({ context }) => context.job.id)).toEqual([first.id, embed.id])
    expect((await queue.get(second.id)).state).toBe('queued')
    runs[0]!.end()
    await turns()
    expect(runs.map(({ context }) => context.job.id)).toEqual([first.id, embed.id, second.id])
    expect(queue.runningCount).toBe(2)
  })

  it('ends a job in one end state, after which nothing more is told of it', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    runs[0]!.context.progress({ completed: 1, total: 3 })
    runs[0]!.context.progress({ completed: 2 })
    runs[0]!.end()
    await turns()
    runs[0]!.context.progress({ completed: 3 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(states(id).filter((state) => ['done', 'failed', 'cancelled'].includes(state))).toEqual(['done'])
    expect(sent.at(-1)).toMatchObject({ state: 'done', completed: 2, total: 3, ratePerSecond: null, remainingSeconds: null })
    expect(store.jobs.get(id)).toMatchObject({ state: 'done', completed: 2, total: 3 })
  })

  it('fails a job with the reason that its runner threw, and tells bugs of those that are none of ours', async () => {
    const queue = queueOf()
    const known = await queue.add(draft())
    await turns()
    runs[0]!.fail(new AkinError('file-not-found', 'The folder is gone', { advice: 'Put it back' }))
    await turns()
    expect(await queue.get(known.id)).toMatchObject({
      state: 'failed',
      error: { code: 'file-not-found', message: 'The folder is gone', advice: 'Put it back' },
    })
    const unknown = await queue.add(draft())
    await turns()
    runs[1]!.fail(new TypeError('x is not a function'))
    await turns()
    expect((await queue.get(unknown.id)).error?.code).toBe('internal')
    expect(bugs.splice(0)).toHaveLength(1)
  })

  it('sends progress at most ten times a second, the last one included', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    sent = []
    for (let done = 1; done <= 1_000; done++) {
      runs[0]!.context.progress({ completed: done, total: 1_000 })
      await vi.advanceTimersByTimeAsync(2)
    }
    expect(sent.length).toBeGreaterThan(15)
    expect(sent.length).toBeLessThanOrEqual(21)
    await vi.advanceTimersByTimeAsync(200)
    expect(sent.at(-1)).toMatchObject({ id, completed: 1_000 })
  })

  it('never lets progress go back, though a job that starts over counts from nothing', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    runs[0]!.context.progress({ completed: 40, total: 100 })
    await queue.pause(id)
    await queue.resume(id)
    await turns()
    for (let done = 1; done <= 50; done++) {
      runs[1]!.context.progress({ completed: done, total: 100 })
      await vi.advanceTimersByTimeAsync(100)
    }
    const completed = sent.filter((job) => job.id === id).map((job) => job.completed)
    expect(completed).toEqual(completed.toSorted((a, b) => a - b))
    expect(completed.at(-1)).toBe(50)
  })

  it('estimates by what is really done, and not by what a job passes over that was done before', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    runs[0]!.context.progress({ completed: 500, total: 1_000 })
    await queue.pause(id)
    await queue.resume(id)
    await turns()
    runs[1]!.context.progress({ completed: 0, total: 1_000 })
    await vi.advanceTimersByTimeAsync(300)
    // Five hundred files are passed over in no time, then two are read each second
    runs[1]!.context.progress({ completed: 500 })
    for (let second = 1; second <= 10; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      runs[1]!.context.progress({ completed: 500 + 2 * second })
    }
    const { ratePerSecond, remainingSeconds } = await queue.get(id)
    expect(ratePerSecond).toBeGreaterThan(1.5)
    expect(ratePerSecond).toBeLessThan(2.5)
    expect(remainingSeconds).toBeGreaterThan(190)
  })

  it('goes on at the next start with what was running or queued, and leaves what was paused', async () => {
    for (const state of ['running', 'queued', 'paused'] as const) {
      const { id } = await store.add({ ...draft(state === 'queued' ? 'embed' : 'import'), createdAt: 'then' })
      await store.update(id, { state, ...(state === 'running' ? { startedAt: 'then', completed: 7 } : {}) })
    }
    const queue = queueOf()
    await queue.start()
    await turns()
    expect(runs.map(({ context }) => context.job.id)).toEqual([1, 2])
    expect(runs.map(({ context }) => context.isResumed)).toEqual([true, false])
    expect(runs[0]!.context.job).toMatchObject({ completed: 7, startedAt: 'then' })
    expect((await queue.get(3)).state).toBe('paused')
  })

  it('keeps jobs for the next start when it closes', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await queue.add(draft())
    await turns()
    runs[0]!.context.progress({ completed: 3, total: 9 })
    await queue.close()
    expect(store.jobs.get(id)).toMatchObject({ state: 'queued', completed: 3, total: 9 })
    expect(runs).toHaveLength(1)
  })
})

describe('pausing and cancelling', () => {
  it('ends a running job at its next safe point, and a queued one at once', async () => {
    const queue = queueOf()
    const [running, queued, other] = [await queue.add(draft()), await queue.add(draft()), await queue.add(draft())]
    await turns()
    await queue.cancel(queued.id)
    await queue.pause(other.id)
    await queue.pause(running.id)
    expect((await queue.list(10)).map(({ state }) => state)).toEqual(['paused', 'cancelled', 'paused'])
    expect(runs[0]!.context.signal.aborted).toBe(true)
    await queue.cancel(running.id)
    expect(await queue.get(running.id)).toMatchObject({ state: 'cancelled' })
    expect((await queue.get(running.id)).finishedAt).not.toBeNull()
  })

  it('refuses what a job is past', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    await expect(queue.resume(id)).rejects.toMatchObject({ code: 'conflict' })
    runs[0]!.end()
    await turns()
    await expect(queue.pause(id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(queue.resume(id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(queue.pause(99)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('cancels a job that is just being paused', async () => {
    let isSafe: () => void = () => undefined
    const queue = queueOf({
      import: ({ signal }) =>
        new Promise((_, fail) => signal.addEventListener('abort', () => (isSafe = () => fail(signal.reason as Error)))),
    })
    const { id } = await queue.add(draft())
    await turns()
    const paused = queue.pause(id)
    await turns()
    const cancelled = queue.cancel(id)
    await turns()
    isSafe()
    await Promise.all([paused, cancelled])
    expect((await queue.get(id)).state).toBe('cancelled')
  })

  it('does not start a queued job that is paused while the one before it ends', async () => {
    store.delay = turns
    const queue = queueOf()
    const first = await queue.add(draft())
    const second = await queue.add(draft())
    await vi.waitFor(() => expect(runs).toHaveLength(1))
    runs[0]!.end()
    await queue.pause(second.id)
    for (let i = 0; i < 20; i++) await turns()
    expect((await queue.get(first.id)).state).toBe('done')
    const { state } = await queue.get(second.id)
    expect(state).toBe('paused')
    expect(runs.filter(({ context }) => context.job.id === second.id && !context.signal.aborted)).toEqual([])
  })

  it('starts no job twice, however often it looks for the next one', async () => {
    store.delay = turns
    const queue = queueOf({
      import: async (context) => {
        runs.push({ context, end: () => undefined, fail: () => undefined })
      },
    })
    for (let i = 0; i < 10; i++) void queue.add(draft())
    for (let i = 0; i < 200; i++) await turns()
    expect(runs.map(({ context }) => context.job.id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('a full disk', () => {
  it('pauses a job with the reason though not even that can be stored, and lets it be resumed once there is room', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    store.isFull = true
    runs[0]!.fail(new AkinError('disk-full', 'The disk is full', { advice: 'Free some space' }))
    await turns()
    expect(await queue.get(id)).toMatchObject({ state: 'paused', error: { code: 'disk-full', advice: 'Free some space' } })
    expect(await queue.list(10)).toMatchObject([{ state: 'paused' }])
    expect(sent.at(-1)).toMatchObject({ state: 'paused' })
    store.isFull = false
    await queue.resume(id)
    await turns()
    expect(await queue.get(id)).toMatchObject({ state: 'running', error: null })
    runs[1]!.end()
    await turns()
    expect(store.jobs.get(id)).toMatchObject({ state: 'done', error: null })
  })

  it('pauses a job that cannot even be started, instead of trying for ever', async () => {
    await store.add({ ...draft(), createdAt: 'then' })
    store.isFull = true
    const queue = queueOf()
    await queue.start()
    for (let i = 0; i < 20; i++) await turns()
    expect(runs).toHaveLength(0)
    expect(await queue.get(1)).toMatchObject({ state: 'paused', error: { code: 'disk-full' } })
    expect(sent.filter(({ state }) => state === 'paused')).toHaveLength(1)
    store.isFull = false
    await queue.resume(1)
    await turns()
    expect(runs).toHaveLength(1)
  })

  it('goes on running when only its progress cannot be stored', async () => {
    const queue = queueOf()
    const { id } = await queue.add(draft())
    await turns()
    store.isFull = true
    await vi.advanceTimersByTimeAsync(2_000)
    runs[0]!.context.progress({ completed: 5, total: 9 })
    await turns()
    expect(await queue.get(id)).toMatchObject({ state: 'running', completed: 5 })
  })
})
