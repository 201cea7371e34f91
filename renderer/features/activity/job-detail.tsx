import { ArrowLeft, Pause, Play, RefreshCw, X } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { countOf, formatNumber, formatWhen } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Progress } from '../../ui/progress.tsx'
import { sentence } from '../../ui/sentence.ts'
import styles from './job-detail.module.css'
import { amountOf, describeCount, describeOutcome, describePace, describeTime, hasOutcome, isActive } from './job-groups.ts'
import { JobItemList } from './job-item-list.tsx'
import type { Outcome } from './job-store.ts'

interface JobDetailProps {
  readonly job: Job
  /** Given where the list is not beside it. */
  readonly onBack: (() => void) | undefined
}

/** One job: what came of it, and each item that failed with its reason. */
export function JobDetail({ job, onBack }: JobDetailProps): React.JSX.Element {
  const { failed, skipped } = job.counts
  const [outcome, setOutcome] = useState<Outcome>(failed === 0 && skipped > 0 ? 'skipped' : 'failed')
  return (
    <>
      <header className={styles.detail}>
        <div className={styles.head}>
          {onBack !== undefined && <IconButton icon={ArrowLeft} label="Back to the list" onPress={onBack} />}
          <h2>{job.title}</h2>
        </div>
        <p className={styles.summary}>{summaryOf(job)}</p>
        {job.error !== null && (
          <p className={styles.error} role="alert">
            {sentence(job.error.message, job.error.advice)}
          </p>
        )}
        {isActive(job) && (
          <Progress
            label={describeCount(job)}
            value={job.completed}
            max={job.total}
            look={job.state === 'paused' ? 'paused' : 'running'}
            className={styles.progress}
          />
        )}
        <DetailActions job={job} outcome={outcome} onOutcome={setOutcome} />
      </header>
      <JobItemList job={job} outcome={outcome} />
    </>
  )
}

interface DetailActionsProps {
  readonly job: Job
  readonly outcome: Outcome
  readonly onOutcome: (outcome: Outcome) => void
}

function DetailActions({ job, outcome, onOutcome }: DetailActionsProps): React.JSX.Element | null {
  const { jobs } = useServices()
  const { failed, skipped } = job.counts
  const active = isActive(job)
  if (!active && failed + skipped === 0) return null
  return (
    <div className={styles.actions}>
      {active && job.state !== 'paused' && (
        <Button icon={Pause} onPress={() => jobs.pause(job.id)}>
          Pause
        </Button>
      )}
      {job.state === 'paused' && (
        <Button look="primary" icon={Play} onPress={() => jobs.resume(job.id)}>
          Resume
        </Button>
      )}
      {active && (
        <Button look="plain" icon={X} onPress={() => jobs.cancel(job.id)}>
          Cancel
        </Button>
      )}
      {!active && failed > 0 && (
        <Button look="primary" icon={RefreshCw} onPress={() => jobs.retry(job.id)}>
          {failed === 1 ? 'Retry it' : `Retry all ${formatNumber(failed)}`}
        </Button>
      )}
      {outcome === 'failed' && skipped > 0 && (
        <Button look="plain" onPress={() => onOutcome('skipped')}>
          Show the {countOf(skipped, 'skipped', 'skipped')}
        </Button>
      )}
      {outcome === 'skipped' && failed > 0 && (
        <Button look="plain" onPress={() => onOutcome('failed')}>
          Show the {countOf(failed, 'failed', 'failed')}
        </Button>
      )}
    </div>
  )
}

/** `Today, 08:55. 634 files in 2 min 40 s: 612 added, 16 skipped, 6 failed.` */
function summaryOf(job: Job): string {
  const began = formatWhen(job.startedAt ?? job.createdAt, new Date())
  if (isActive(job)) {
    const pace = describePace(job)
    const state = job.state === 'paused' ? 'Paused' : job.state === 'queued' ? 'Waits for its turn' : 'Running'
    return `${state} since ${began.toLowerCase().startsWith('today') ? began.slice(7) : began}. ${describeCount(job)}${pace === '' ? '' : `, ${pace}`}.`
  }
  const time = describeTime(job)
  const failed = job.counts.failed > 0 ? `, ${formatNumber(job.counts.failed)} failed` : ''
  const end = job.state === 'cancelled' ? ' Cancelled by you.' : ''
  const done = `${amountOf(job.completed, job.unit)}${time === null ? '' : ` in ${time}`}`
  const outcome = hasOutcome(job) ? `: ${describeOutcome(job)}${failed}` : failed
  return `${began}. ${done}${outcome}.${end}`
}
