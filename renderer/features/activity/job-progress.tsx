import { Pause, Play, X } from 'lucide-react'
import type { Job } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { cx } from '../../ui/class-names.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Progress } from '../../ui/progress.tsx'
import { sentence } from '../../ui/sentence.ts'
import { describeCount, describePace } from './job-groups.ts'
import styles from './job-progress.module.css'

interface JobProgressProps {
  readonly job: Job
  /** What the job is about, for the names of its buttons: "the download of gpt2". */
  readonly what: string
  readonly className?: string | undefined
}

/** A job where its subject stands: how far it is, and the ways to stop it. */
export function JobProgress({ job, what, className }: JobProgressProps): React.JSX.Element {
  const { jobs } = useServices()
  const isPaused = job.state === 'paused'
  const rest = isPaused
    ? sentence(job.error?.message ?? 'Paused by you', job.error?.advice)
    : job.state === 'queued'
      ? 'Waits for its turn'
      : describePace(job)
  return (
    <div className={cx(styles.job, className)}>
      <Progress
        label={`${job.title}: ${describeCount(job)}`}
        value={job.completed}
        max={job.total}
        look={isPaused ? 'paused' : 'running'}
      />
      <div className={styles.line}>
        <span className={styles.text}>
          {describeCount(job)}
          {rest !== '' && <span className={cx(styles.rest, job.error !== null && styles.failed)}>{rest}</span>}
        </span>
        {isPaused ? (
          <IconButton icon={Play} size="small" label={`Resume ${what}`} onPress={() => jobs.resume(job.id)} />
        ) : (
          <IconButton icon={Pause} size="small" label={`Pause ${what}`} onPress={() => jobs.pause(job.id)} />
        )}
        <IconButton icon={X} size="small" label={`Cancel ${what}`} onPress={() => jobs.cancel(job.id)} />
      </div>
    </div>
  )
}
