import { describe, expect, it } from 'vitest'
import type { Job } from '../../../../../shared/model/job.ts'
import {
  describeCount,
  describeOutcome,
  describePace,
  describeTime,
  groupJobs,
  leadingJob,
  withJob,
} from '../../../../../renderer/features/activity/job-groups.ts'
import { jobsToCsv } from '../../../../../renderer/features/activity/jobs-to-csv.ts'

const job = (id: number, state: Job['state'], rest: Partial<Job> = {}): Job => ({
  id,
  kind: 'import',
  title: `Job ${id}`,
  state,
  unit: 'files',
  completed: 412,
  total: 1_330,
  ratePerSecond: null,
  remainingSeconds: null,
  counts: { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 },
  createdAt: '2025-11-03T08:00:00Z',
  startedAt: '2025-11-03T08:00:00Z',
  finishedAt: null,
  error: null,
  ...rest,
})

describe('jobs', () => {
  it('stand under their headings, empty ones left out', () => {
    const now = new Date('2025-11-03T12:00:00')
    const groups = groupJobs(
      [
        job(5, 'running'),
        job(4, 'paused'),
        job(3, 'done', { finishedAt: '2025-11-03T09:00:00' }),
        job(2, 'failed', { finishedAt: '2025-11-01T09:00:00' }),
      ],
      now,
    )
    expect(groups.map(({ title, jobs }) => [title, jobs.map(({ id }) => id)])).toEqual([
      ['Running', [5]],
      ['Paused', [4]],
      ['Finished today', [3]],
      ['Earlier', [2]],
    ])
  })

  it('say how far they are, how fast and what came of them', () => {
    expect(describeCount(job(1, 'running'))).toBe('412 of 1,330 files')
    expect(describeCount(job(1, 'running', { total: null }))).toBe('412 files so far')
    expect(describePace(job(1, 'running', { ratePerSecond: 28, remainingSeconds: 9 }))).toBe('28 a second, about 9 s left')
    expect(describePace(job(1, 'running'))).toBe('')
    const counts = { added: 612, updated: 3, unchanged: 0, skipped: 16, failed: 6 }
    expect(describeOutcome(job(1, 'done', { counts }))).toBe('612 added, 3 updated, 16 skipped')
    expect(describeTime(job(1, 'done', { finishedAt: '2025-11-03T08:02:40Z' }))).toBe('2 min 40 s')
  })

  it('are led by the one that runs', () => {
    expect(leadingJob([job(3, 'paused'), job(2, 'running'), job(1, 'done')])).toMatchObject({ job: { id: 2 }, others: 1 })
    expect(leadingJob([job(1, 'done')])).toBeNull()
  })

  it('take their new state in place, and come first when they are new', () => {
    const jobs = [job(2, 'running'), job(1, 'done')]
    expect(withJob(jobs, job(2, 'done')).map(({ state }) => state)).toEqual(['done', 'done'])
    expect(withJob(jobs, job(3, 'queued')).map(({ id }) => id)).toEqual([3, 2, 1])
  })
})

describe('the exported list', () => {
  it('has a line for each item that failed, and no formulas', () => {
    const item = {
      id: 1,
      outcome: 'failed',
      name: '=SUM(A1), "x".pdf',
      location: '/home',
      sizeBytes: 1,
      documentId: null,
      reason: { code: 'x', message: 'No text in it', advice: null },
      canRetry: true,
    } as const
    const [head, first, second] = jobsToCsv([job(1, 'done')], new Map([[1, [item]]])).split('\r\n')
    expect(head!.split(',')).toHaveLength(14)
    expect(first).toContain('Job 1,done')
    expect(second).toContain(`"'=SUM(A1), ""x"".pdf",/home,failed,No text in it,`)
  })
})
