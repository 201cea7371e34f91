import type { Job } from '../../../shared/model/job.ts'
import { countOf, daysBetween, formatBytes, formatDuration, formatNumber, formatRate, formatRemaining } from '../../ui/format.ts'

/** True for jobs that will go on by themselves or when asked to. */
export function isActive({ state }: Job): boolean {
  return state === 'queued' || state === 'running' || state === 'paused'
}

/** The list with the job put in its place: the newest first. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const at = jobs.findIndex(({ id }) => id === job.id)
  return at < 0 ? [job, ...jobs] : jobs.with(at, job)
}

export interface JobGroup {
  readonly title: string
  readonly jobs: readonly Job[]
}

/** Jobs under the headings of the list, empty ones left out. */
export function groupJobs(jobs: readonly Job[], now: Date): JobGroup[] {
  const finishedToday = (job: Job): boolean => job.finishedAt === null || daysBetween(new Date(job.finishedAt), now) <= 0
  const ended = jobs.filter((job) => !isActive(job))
  return [
    { title: 'Running', jobs: jobs.filter(({ state }) => state === 'running') },
    { title: 'Next', jobs: jobs.filter(({ state }) => state === 'queued') },
    { title: 'Paused', jobs: jobs.filter(({ state }) => state === 'paused') },
    { title: 'Finished today', jobs: ended.filter(finishedToday) },
    { title: 'Earlier', jobs: ended.filter((job) => !finishedToday(job)) },
  ].filter((group) => group.jobs.length > 0)
}

const unitNames: Readonly<Record<Exclude<Job['unit'], 'bytes'>, string>> = { files: 'file', passages: 'passage', items: 'item' }

/** `412 files`, `12.5 MB` */
export function amountOf(count: number, unit: Job['unit']): string {
  return unit === 'bytes' ? formatBytes(count) : countOf(count, unitNames[unit])
}

/** `412 of 1,330 files`, `412 files so far` */
export function describeCount({ completed, total, unit }: Job): string {
  if (total === null) return `${amountOf(completed, unit)} so far`
  return `${unit === 'bytes' ? formatBytes(completed) : formatNumber(completed)} of ${amountOf(total, unit)}`
}

/** `28 a second, about 9 s left`; empty while nothing is known. */
export function describePace({ ratePerSecond, remainingSeconds, unit }: Job): string {
  return [
    ratePerSecond === null || ratePerSecond <= 0
      ? null
      : unit === 'bytes'
        ? `${formatBytes(ratePerSecond)} a second`
        : formatRate(ratePerSecond),
    remainingSeconds === null ? null : formatRemaining(remainingSeconds),
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** True when the job tells what became of its items, not only how many there were. */
export function hasOutcome({ counts }: Job): boolean {
  return counts.added + counts.updated + counts.unchanged + counts.skipped > 0
}

/** What came of a job: `612 added, 3 updated, 16 skipped`; what failed is told apart from it. */
export function describeOutcome({ counts, unit, completed }: Job): string {
  const parts = [
    counts.added > 0 && `${formatNumber(counts.added)} added`,
    counts.updated > 0 && `${formatNumber(counts.updated)} updated`,
    counts.unchanged > 0 && `${formatNumber(counts.unchanged)} unchanged`,
    counts.skipped > 0 && `${formatNumber(counts.skipped)} skipped`,
  ].filter((part): part is string => part !== false)
  return parts.length === 0 ? amountOf(completed, unit) : parts.join(', ')
}

/** How long a job took, or has taken so far; `null` before it began. */
export function describeTime({ startedAt, finishedAt }: Job): string | null {
  if (startedAt === null || finishedAt === null) return null
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
  return formatDuration(Math.max(1, seconds))
}

/** The one job that the status bar tells about, and how many more there are. */
export function leadingJob(jobs: readonly Job[]): { readonly job: Job; readonly others: number } | null {
  const active = jobs.filter(isActive)
  const job =
    active.findLast(({ state }) => state === 'running') ?? active.findLast(({ state }) => state === 'queued') ?? active.at(-1)
  return job === undefined ? null : { job, others: active.length - 1 }
}
