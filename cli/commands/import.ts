import { resolve } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { Job, JobItem } from '../../shared/model/job.ts'
import type { Connection } from '../connection.ts'
import { duration, exitCodes, line, number, type Output } from '../output.ts'

export interface ImportOptions {
  /** Waits until the items are found by meaning as well. */
  readonly embed: boolean
}

/** Items that are named in the text for people; JSON has them all. */
const mostNamed = 20

export async function runImport(
  paths: readonly string[],
  options: ImportOptions,
  { connection, output }: { connection: Connection; output: Output },
): Promise<number> {
  const startedAt = Date.now()
  const stop = connection.onEvent(({ event, payload }) => {
    if (event === 'jobs.progress') {
      const { job } = payload as { job: Job }
      if (job.state === 'running') output.progress(job)
    }
    if (event === 'engine.notice') output.note((payload as { message: string }).message)
  })
  try {
    const { jobId } = await connection.ask('documents.import', {
      sources: paths.map((path) => ({ type: 'path', path: resolve(path) })),
    })
    const job = await finished(connection, jobId)
    if (options.embed) await embedded(connection)
    const items = await allItems(connection, jobId)
    const status = await connection.ask('library.status', {})
    output.result(
      {
        job,
        items,
        status: { documents: status.documents, indexed: status.indexed, pending: status.pending, failed: status.failed },
        seconds: (Date.now() - startedAt) / 1_000,
      },
      () => describe(job, items, (Date.now() - startedAt) / 1_000),
    )
    if (job.state !== 'done')
      throw new AkinError('unavailable', job.error?.message ?? 'The import did not end', {
        advice: job.error?.advice ?? 'Run akin jobs to see more',
      })
    return job.counts.failed > 0 ? exitCodes.someItemsFailed : exitCodes.done
  } finally {
    stop()
    output.clearProgress()
  }
}

/** Waits for a job to end, or to stop by itself. */
export async function finished(connection: Connection, id: number): Promise<Job> {
  for (;;) {
    const { job } = await connection.ask('jobs.get', { id, limit: 1 })
    if (['done', 'failed', 'cancelled', 'paused'].includes(job.state)) return job
    await pause()
  }
}

async function embedded(connection: Connection): Promise<void> {
  for (;;) {
    const { pending, inferenceReason } = await connection.ask('library.status', {})
    const { jobs } = await connection.ask('jobs.list', { limit: 20 })
    const embedding = jobs.find(({ kind }) => kind === 'embed')
    if (pending === 0) return
    if (embedding !== undefined && ['failed', 'paused'].includes(embedding.state)) {
      const why = embedding.error ?? inferenceReason
      throw new AkinError('unavailable', why?.message ?? 'Reading for meaning is paused', {
        advice: why?.advice ?? 'Run akin jobs resume to go on. Everything is found by its words already',
      })
    }
    await pause()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve_) => setTimeout(resolve_, 100))
}

async function allItems(connection: Connection, id: number): Promise<JobItem[]> {
  const items: JobItem[] = []
  for (;;) {
    const page = await connection.ask('jobs.get', { id, offset: items.length, limit: 500 })
    items.push(...page.items)
    if (page.items.length === 0 || items.length >= page.totalItems) return items
  }
}

function describe({ counts, completed, state }: Job, items: readonly JobItem[], seconds: number): string {
  const parts = [
    `${number(counts.added)} added`,
    `${number(counts.updated)} updated`,
    `${number(counts.unchanged)} unchanged`,
    `${number(counts.skipped)} skipped`,
    `${number(counts.failed)} failed`,
  ]
  const head = `${state === 'done' ? 'Imported' : 'Stopped after'} ${number(completed)} in ${duration(seconds)}: ${parts.join(', ')}`
  const failed = items.filter(({ outcome }) => outcome === 'failed')
  const lines = failed
    .slice(0, mostNamed)
    .map(
      ({ location, reason }) =>
        `  ${line(location, 100)}: ${reason.message}${reason.advice === null ? '' : `. ${reason.advice}`}`,
    )
  if (failed.length > mostNamed) lines.push(`  and ${number(failed.length - mostNamed)} more; akin jobs show has them all`)
  return [head, ...lines, ...skippedLines(items)].join('\n')
}

function skippedLines(items: readonly JobItem[]): string[] {
  const reasons = new Map<string, number>()
  for (const { outcome, reason } of items)
    if (outcome === 'skipped') reasons.set(reason.message, (reasons.get(reason.message) ?? 0) + 1)
  return [...reasons].map(([message, count]) => `  skipped ${number(count)}: ${message}`)
}
