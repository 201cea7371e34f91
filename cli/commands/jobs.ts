import { AkinError } from '../../shared/errors.ts'
import type { Job } from '../../shared/model/job.ts'
import { idsOf, type Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { duration, exitCodes, number, sentence, table, type Output } from '../output.ts'
import { finished, stopped } from './import.ts'

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
  const reply = await connection.ask('jobs.get', { id: idsOf([id])[0]!, limit: 500 })
  output.result(reply, () => {
    const items = reply.items.map(({ outcome, location, reason }) => `  ${outcome} ${shown(location)}: ${sentence(reason)}`)
    return [table([rowOf(reply.job)]), ...items].join('\n')
  })
  return exitCodes.done
}

export type JobAction = 'pause' | 'resume' | 'cancel' | 'retry'

/** Does something to a job, or to all it fits when none is named. */
export async function runJobAction(action: JobAction, id: string | undefined, { connection, output }: Context): Promise<number> {
  const ids = id === undefined ? await idsFor(action, connection) : idsOf([id])
  for (const one of ids) await connection.ask(`jobs.${action}`, { id: one })
  output.result(
    { jobs: ids },
    () => `${number(ids.length)} ${{ pause: 'paused', resume: 'resumed', cancel: 'cancelled', retry: 'started again' }[action]}`,
  )
  return exitCodes.done
}

async function idsFor(action: JobAction, connection: Connection): Promise<number[]> {
  if (action === 'retry') throw new AkinError('bad-request', 'Name the job to retry', { advice: 'akin jobs lists them' })
  const { jobs } = await connection.ask('jobs.list', {})
  const fitting = action === 'resume' ? ['paused'] : action === 'pause' ? ['running', 'queued'] : ['running', 'queued', 'paused']
  return jobs.filter(({ state }) => fitting.includes(state)).map(({ id }) => id)
}

export async function runRebuild(part: 'all' | 'vectors' | 'keywords', { connection, output }: Context): Promise<number> {
  const stop = connection.onEvent(({ event, payload }) => {
    if (event === 'jobs.progress') output.progress((payload as { job: Job }).job)
  })
  const { jobId } = await connection.ask('index.rebuild', { part })
  const job = await finished(connection, jobId)
  stop()
  if (job.state !== 'done') throw stopped(job, 'The rebuild')
  output.result({ job }, () => `Rebuilt from ${number(job.completed)} entries`)
  return exitCodes.done
}
