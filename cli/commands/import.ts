import { resolve } from 'node:path'
import { limits } from '../../shared/contract/requests.ts'
import { AkinError, errorCodes } from '../../shared/errors.ts'
import type { Job, JobItem } from '../../shared/model/job.ts'
import { indexesReady, indexPatienceMs, type Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { duration, exitCodes, number, sentence, type Output } from '../output.ts'

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
  if (paths.length > limits.importSources)
    throw new AkinError(
      'bad-request',
      `These are ${number(paths.length)} paths; up to ${number(limits.importSources)} can be named at once`,
      {
        advice: 'Name the folder that they are in',
      },
    )
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
    const trouble = job.state === 'done' ? await found(connection, output, options) : stopped(job, 'The import')
    const items = await allItems(connection, jobId)
    const { documents, indexed, pending, failed } = await connection.ask('library.status', {})
    const seconds = (Date.now() - startedAt) / 1_000
    const result = { job, items, status: { documents, indexed, pending, failed }, seconds }
    if (trouble === null || !output.isJson) output.result(result, () => describe(job, items, seconds))
    if (trouble !== null) return output.error(trouble, result)
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

/** Why a job has not come to its end. */
export function stopped({ id, state, error }: Job, what: string): AkinError {
  const again = state === 'paused' ? `To go on, run akin jobs resume ${id}` : 'akin jobs shows more'
  if (error === null) return new AkinError('unavailable', `${what} was ${state}`, { advice: again })
  const advice = [error.advice, again].filter(Boolean).join('. ')
  const code = errorCodes.find((known) => known === error.code) ?? 'unavailable'
  return new AkinError(code, error.message, { advice })
}

/** Waits until the items are found as well: by their words, and by meaning if that is wanted. */
export async function found(connection: Connection, output: Output, { embed }: ImportOptions): Promise<AkinError | null> {
  const trouble = embed ? await embedded(connection) : null
  await indexesReady(connection, output, { patienceMs: indexPatienceMs })
  return trouble
}

async function embedded(connection: Connection): Promise<AkinError | null> {
  for (;;) {
    const { pending, inferenceReason } = await connection.ask('library.status', {})
    const { jobs } = await connection.ask('jobs.list', { limit: 20 })
    const embedding = jobs.find(({ kind }) => kind === 'embed')
    if (pending === 0) return null
    if (embedding !== undefined && ['failed', 'paused'].includes(embedding.state)) {
      const why = embedding.error ?? inferenceReason
      return new AkinError('unavailable', why?.message ?? 'Reading for meaning is paused', {
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
  const lines = failed.slice(0, mostNamed).map(({ location, reason }) => `  ${shown(location)}: ${sentence(reason)}`)
  if (failed.length > mostNamed) lines.push(`  and ${number(failed.length - mostNamed)} more; akin jobs show has them all`)
  return [head, ...lines, ...skippedLines(items)].join('\n')
}

function skippedLines(items: readonly JobItem[]): string[] {
  const byReason = Map.groupBy(
    items.filter(({ outcome }) => outcome === 'skipped'),
    ({ reason }) => sentence(reason),
  )
  return [...byReason].map(
    ([why, same]) => `  skipped ${same.length === 1 ? shown(same[0]!.location) : number(same.length)}: ${why}`,
  )
}
