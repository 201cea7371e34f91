import type { Job, JobItem } from '../../../shared/model/job.ts'

const head = [
  'job',
  'state',
  'started',
  'finished',
  'added',
  'updated',
  'unchanged',
  'skipped',
  'failed',
  'item',
  'location',
  'outcome',
  'reason',
  'advice',
]

/** One line for each job, and one for each of its items that failed or was skipped (RFC 4180). */
export function jobsToCsv(jobs: readonly Job[], items: ReadonlyMap<number, readonly JobItem[]>): string {
  const lines = jobs.flatMap((job) => {
    const { counts } = job
    const own = [job.title, job.state, job.startedAt, job.finishedAt]
    const numbers = [counts.added, counts.updated, counts.unchanged, counts.skipped, counts.failed]
    return [
      [...own, ...numbers, '', '', '', job.error?.message, job.error?.advice],
      ...(items.get(job.id) ?? []).map((item) => [
        ...own,
        ...numbers.map(() => ''),
        item.name,
        item.location,
        item.outcome,
        item.reason.message,
        item.reason.advice,
      ]),
    ]
  })
  return [head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')
}

function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '')
  // A leading sign makes a formula of a file's name in spreadsheets.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
