import { CircleAlert, Lock, LockOpen } from 'lucide-react'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import type { LibraryStatus } from '../../shared/model/library.ts'
import { describeCount, leadingJob } from '../features/activity/job-groups.ts'
import { shortName } from '../features/spaces/space-facts.ts'
import { cx } from '../ui/class-names.ts'
import { countOf, formatNumber, formatRemaining } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Progress } from '../ui/progress.tsx'
import { describeSent } from './describe-sent.ts'
import { useServices } from './services-context.ts'
import styles from './status-bar.module.css'

/** Always visible: how much can be found, what is under way, and what left this computer. */
export function StatusBar(): React.JSX.Element {
  const { status: statusStore } = useServices()
  const status = useStore(statusStore.store, (state) => state.status)
  return (
    <footer className={styles.bar} aria-label="State of the library">
      {status !== null && <Counts status={status} />}
      <span className={styles.gap} />
      <RunningWork />
      {status !== null && <Model status={status} />}
      {status !== null && <SentState status={status} />}
    </footer>
  )
}

function Counts({ status }: { readonly status: LibraryStatus }): React.JSX.Element {
  const { indexed, pending, failed, documents } = status
  if (documents === 0) return <span className={styles.item}>Nothing to search yet</span>
  return (
    <>
      <Link to="/library?status=indexed" className={cx(styles.item, styles.count)}>
        <b>{formatNumber(indexed)}</b> searchable
      </Link>
      {pending > 0 && (
        <Link to="/library?status=pending" className={cx(styles.item, styles.count)}>
          <b>{formatNumber(pending)}</b> waiting
        </Link>
      )}
      {failed > 0 && (
        <Link to="/library?status=failed" className={cx(styles.item, styles.count, styles.danger)}>
          <Icon of={CircleAlert} size="small" />
          <b>{formatNumber(failed)}</b> failed
        </Link>
      )}
    </>
  )
}

function RunningWork(): React.JSX.Element | null {
  const { jobs, imports } = useServices()
  const leading = leadingJob(useStore(jobs.store, (state) => state.jobs))
  const transfer = useStore(imports.store, (state) => state.transfers[0])
  const announcement = useStore(jobs.store, (state) => state.announcement)
  return (
    <>
      <span role="status" className={styles.announcement}>
        {announcement}
      </span>
      {transfer !== undefined ? (
        <Link to="/activity" className={cx(styles.item, styles.work)}>
          <Progress label="Sending files" value={transfer.sent} max={transfer.phase === 'looking' ? null : transfer.found} />
          {transfer.phase === 'looking'
            ? `Looking through ${transfer.title}: ${countOf(transfer.found, 'file')} so far`
            : `Taking in ${formatNumber(transfer.sent)} of ${countOf(transfer.found, 'file')}`}
        </Link>
      ) : (
        leading !== null && <LeadingJob {...leading} />
      )}
    </>
  )
}

function LeadingJob({ job, others }: NonNullable<ReturnType<typeof leadingJob>>): React.JSX.Element {
  const rest = job.state === 'paused' ? 'paused' : job.remainingSeconds === null ? null : formatRemaining(job.remainingSeconds)
  return (
    <Link to={`/activity/${job.id}`} className={cx(styles.item, styles.work)}>
      <Progress
        label={describeCount(job)}
        value={job.completed}
        max={job.total}
        look={job.state === 'paused' ? 'paused' : 'running'}
      />
      <span className={styles.clip}>
        {job.title}
        {rest !== null && `, ${rest}`}
        {others > 0 && ` and ${formatNumber(others)} more`}
      </span>
    </Link>
  )
}

function Model({ status }: { readonly status: LibraryStatus }): React.JSX.Element {
  const { spaces } = useServices()
  const host = useStore(spaces.store, (state) => state.spaces.find(({ isDefault }) => isDefault)?.where)
  const { inference, inferenceReason, space } = status
  const where = space.where === 'local' ? 'on this computer' : `at ${host ?? 'another computer'}`
  if (inference === 'failed') {
    return (
      <Link to="/settings/models" className={cx(styles.item, styles.danger)} title={inferenceReason?.message}>
        <Icon of={CircleAlert} size="small" />
        <span className={styles.clip}>By words only: the model does not run</span>
      </Link>
    )
  }
  return (
    <Link to="/settings/models" className={cx(styles.item, styles.model)}>
      {inference === 'restarting' ? 'The model is starting again' : `${shortName(space.name)}, ${where}`}
    </Link>
  )
}

function SentState({ status }: { readonly status: LibraryStatus }): React.JSX.Element {
  const isSilent = status.sent.length === 0
  return (
    <Link to="/settings/privacy" className={styles.item}>
      <Icon of={isSilent ? Lock : LockOpen} size="small" />
      <span className={styles.clip}>{describeSent(status.sent)}</span>
    </Link>
  )
}
