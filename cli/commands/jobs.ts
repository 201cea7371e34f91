import { AkinError } from '../../shared/errors.ts'
import type { Job, JobItem } from '../../shared/model/job.ts'
import { idsOf, type Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { duration, exitCodes, number, sentence, table, type Output } from '../output.ts'
import { finished, found, stopped } from './import.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

export async function runJobs({ connection, output }: Context): Promise<number> {
  const reply = await connection.ask('jobs.list', {})
  output.result(reply, () => (reply.jobs.length === 0 ? 'No jobs' : table(reply.jobs.map(rowOf))))
  return exitCodes.done
}

function rowOf(job: Job): (string | number)[] {
  const { id, state, title, completed, total, counts, remainingSeconds, error } = job
  const left = remainingSeconds === null ? '' : `, ${duration(remainingSeconds)} left`
  const trouble = error !== null ? sentence(error) : counts.failed > 0 ? `${number(counts.failed)} failed` : ''
  return [id, state, shown(title), `${number(completed)} of ${total === null ? '?' : number(total)}${left}`, trouble]
}

export async function runShowJob(id: string, { connection, output }: Context): Promise<number> {
  const reply = await connection.ask('jobs.get', { id: idsOf([id], 'job')[0]!, limit: 500 })
  output.result(reply, () => {
    return [table([rowOf(reply.job)]), ...reply.items.map(itemText)].join('\n')
  })
  return exitCodes.done
}

function itemText({ outcome, location, reason }: JobItem): string {
  return `  ${outcome} ${shown(location)}: ${sentence(reason)}`
}

const doneTo = { pause: 'paused', resume: 'resumed', cancel: 'cancelled', retry: 'started again' }

export type JobAction = 'pause' | 'resume' | 'cancel' | 'retry'

/** Does something to a job, or to all it fits when none is named. */
export async function runJobAction(action: JobAction, id: string | undefined, { connection, output }: Context): Promise<number> {
  const ids = id === undefined ? await idsFor(action, connection) : idsOf([id], 'job')
  const changed: number[] = []
  for (const one of ids) {
    const reply = await connection.ask(`jobs.${action}`, { id: one })
    changed.push('jobId' in reply ? reply.jobId : one)
  }
  // An engine that was opened for this command stops the job when it closes
  const isFollowed = (action === 'resume' || action === 'retry') && !connection.isShared && changed.length > 0
  if (isFollowed) return followToTheEnd(changed, { connection, output })
  output.result({ jobs: changed }, () => `${number(changed.length)} ${doneTo[action]}`)
  return exitCodes.done
}

async function followToTheEnd(ids: readonly number[], { connection, output }: Context): Promise<number> {
  const stop = showProgress(connection, output)
  const ended: Job[] = []
  for (const id of ids) ended.push(await finished(connection, id))
  const halted = ended.find(({ state }) => state !== 'done')
  const trouble = halted === undefined ? await found(connection, output, { embed: true }) : stopped(halted, halted.title)
  stop()
  const items: JobItem[] = []
  for (const { id } of ended) items.push(...(await connection.ask('jobs.get', { id, outcome: 'failed', limit: 500 })).items)
  const result = { jobs: ids, ended, items }
  if (trouble === null || !output.isJson)
    output.result(result, () => [table(ended.map(rowOf)), ...items.map(itemText)].join('\n'))
  if (trouble !== null) return output.error(trouble, result)
  return items.length > 0 ? exitCodes.someItemsFailed : exitCodes.done
}

/** Shows how far jobs are, until the returned function is called. */
export function showProgress(connection: Connection, output: Output): () => void {
  const stop = connection.onEvent(({ event, payload }) => {
    if (event === 'jobs.progress') output.progress((payload as { job: Job }).job)
  })
  return () => {
    stop()
    output.clearProgress()
  }
}

async function idsFor(action: JobAction, connection: Connection): Promise<number[]> {
  if (action === 'retry') throw new AkinError('bad-request', 'Name the job to retry', { advice: 'akin jobs lists them' })
  const { jobs } = await connection.ask('jobs.list', {})
  const fitting = action === 'resume' ? ['paused'] : action === 'pause' ? ['running', 'queued'] : ['running', 'queued', 'paused']
  return jobs.filter(({ state }) => fitting.includes(state)).map(({ id }) => id)
}

export async function runRebuild(part: 'all' | 'vectors' | 'keywords', { connection, output }: Context): Promise<number> {
  const stop = showProgress(connection, output)
  const { jobId } = await connection.ask('index.rebuild', { part })
  const job = await finished(connection, jobId)
  stop()
  if (job.state !== 'done') throw stopped(job, 'The rebuild')
  output.result({ job }, () => `Rebuilt from ${number(job.completed)} entries`)
  return exitCodes.done
}
