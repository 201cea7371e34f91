import { Check, CircleAlert, Minus, Pause, Play, X } from 'lucide-react'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import type { AkinError } from '../../../shared/errors.ts'
import type { Job } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { formatClock, formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { moveFocus } from '../../ui/move-focus.ts'
import { Progress } from '../../ui/progress.tsx'
import { When } from '../../ui/when.tsx'
import { sentence } from '../../ui/sentence.ts'
import { describeCount, describeOutcome, describePace, describeTime, isActive, type JobGroup } from './job-groups.ts'
import styles from './job-list.module.css'
import { Transfers } from './transfers.tsx'

interface JobListProps {
  readonly groups: readonly JobGroup[]
  readonly currentId: number | null
  readonly isLoaded: boolean
  readonly error: AkinError | null
}

/** Jobs by their state, the running ones first. */
export function JobList({ groups, currentId, isLoaded, error }: JobListProps): React.JSX.Element {
  const { jobs, imports } = useServices()
  const isTransferring = useStore(imports.store, (state) => state.transfers.length + state.unsent.length > 0)
  const hasEnded = groups.some((group) => group.jobs.some((job) => !isActive(job)))
  return (
    // Moves the focus among the links inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={styles.scroll} onKeyDown={(event) => moveFocus(event, '[data-job]')} data-area="list">
      <Transfers />
      {groups.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h2 className={styles.heading}>
            {group.title} <span>{formatNumber(group.jobs.length)}</span>
          </h2>
          {group.jobs.map((job) => (
            <JobRow key={job.id} job={job} isCurrent={job.id === currentId} />
          ))}
        </section>
      ))}
      {error !== null && (
        <div className={styles.message} role="alert">
          <p>{sentence(error.message, error.advice)}</p>
          <Button size="small" onPress={() => void jobs.load()}>
            Try again
          </Button>
        </div>
      )}
      {isLoaded && error === null && groups.length === 0 && !isTransferring && (
        <div className={styles.message}>
          <h2>Nothing has been done yet</h2>
          <p>What you add shows here with its progress, and so does every file that could not be read, with the reason.</p>
        </div>
      )}
      {hasEnded && (
        <div className={styles.foot}>
          <Button look="plain" size="small" onPress={() => jobs.clearFinished()}>
            Clear what is finished
          </Button>
        </div>
      )}
    </div>
  )
}

function JobRow({ job, isCurrent }: { readonly job: Job; readonly isCurrent: boolean }): React.JSX.Element {
  return (
    <article className={cx(styles.job, isCurrent && styles.current)} aria-current={isCurrent || undefined}>
      {isActive(job) ? <ActiveJob job={job} /> : <EndedJob job={job} />}
    </article>
  )
}

function JobLink({ job }: { readonly job: Job }): React.JSX.Element {
  return (
    <h3>
      <Link to={`/activity/${job.id}`} replace className={styles.link} data-job={job.id}>
        {job.title}
      </Link>
    </h3>
  )
}

function ActiveJob({ job }: { readonly job: Job }): React.JSX.Element {
  const { jobs } = useServices()
  const isPaused = job.state === 'paused'
  const { failed } = job.counts
  return (
    <>
      <div className={styles.head}>
        <JobLink job={job} />
        <span className={styles.actions}>
          {isPaused ? (
            <Button size="small" icon={Play} onPress={() => jobs.resume(job.id)}>
              Resume
            </Button>
          ) : (
            <IconButton icon={Pause} size="small" label="Pause" onPress={() => jobs.pause(job.id)} />
          )}
          <IconButton icon={X} size="small" label="Cancel" onPress={() => jobs.cancel(job.id)} />
        </span>
      </div>
      <Progress
        label={describeCount(job)}
        value={job.completed}
        max={job.total}
        look={isPaused ? 'paused' : 'running'}
        className={styles.progress}
      />
      <p className={styles.meta}>
        <span>{describeCount(job)}</span>
        {failed > 0 && <span className={styles.failed}>{formatNumber(failed)} failed</span>}
        <span className={styles.end}>
          {isPaused ? (job.error?.message ?? 'Paused by you') : job.state === 'queued' ? 'Waits for its turn' : describePace(job)}
        </span>
      </p>
    </>
  )
}

function EndedJob({ job }: { readonly job: Job }): React.JSX.Element {
  const { failed } = job.counts
  const isBad = job.state === 'failed' || failed > 0
  const icon = isBad ? CircleAlert : job.state === 'cancelled' ? Minus : Check
  return (
    <>
      <div className={styles.head}>
        <Icon of={icon} className={isBad ? styles.failed : job.state === 'done' ? styles.ok : styles.quiet} />
        <JobLink job={job} />
        <When iso={job.finishedAt ?? job.createdAt} format={formatClock} className={styles.when} />
      </div>
      <p className={cx(styles.meta, styles.indented)}>
        {job.state === 'cancelled' && <span>Cancelled by you</span>}
        {job.state === 'failed' && <span className={styles.failed}>{job.error?.message ?? 'Failed'}</span>}
        {failed > 0 && <span className={styles.failed}>{formatNumber(failed)} failed</span>}
        {job.state !== 'failed' && <span>{describeOutcome(job)}</span>}
        <span className={styles.end}>{describeTime(job)}</span>
      </p>
    </>
  )
}
