import { LoaderCircle } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { useStore } from 'zustand'
import type { Job, JobItem } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { countOf, formatBytes, shortenPath } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { folderOf } from './folder-of.ts'
import styles from './job-item-list.module.css'
import type { Outcome } from './job-store.ts'

interface JobItemListProps {
  readonly job: Job
  readonly outcome: Outcome
}

/** The items of a job that ended badly: what, why, and what to do. */
export function JobItemList({ job, outcome }: JobItemListProps): React.JSX.Element {
  const { jobs } = useServices()
  const loaded = useStore(jobs.store, (state) => state.items)
  const hasAny = job.counts[outcome] > 0
  useEffect(() => {
    if (hasAny) void jobs.loadItems(job.id, outcome)
  }, [jobs, job.id, outcome, hasAny])
  const own = loaded?.jobId === job.id && loaded.outcome === outcome ? loaded : null
  const isLate = useDelayed(hasAny && (own === null || (own.isLoading && own.items.length === 0)))
  if (!hasAny) return <p className={styles.none}>{noneText(job, outcome)}</p>
  return (
    // Long lists scroll with the arrow keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={outcome === 'failed' ? 'Failed' : 'Skipped'}>
      {own !== null && own.error !== null && (
        <p className={styles.none} role="alert">
          {sentence(own.error.message, own.error.advice)}
        </p>
      )}
      {isLate && (
        <div className={styles.skeleton}>
          <Skeleton width={45} />
          <Skeleton width={75} />
        </div>
      )}
      <ul>
        {own?.items.map((item) => (
          <ItemRow key={item.id} job={job} item={item} />
        ))}
      </ul>
      {own !== null && own.items.length < own.total && (
        <div className={styles.more}>
          <Button look="plain" onPress={() => void jobs.loadMoreItems()} isBusy={own.isLoading}>
            Show {countOf(own.total - own.items.length, 'more', 'more')}
          </Button>
        </div>
      )}
    </div>
  )
}

function noneText(job: Job, outcome: Outcome): string {
  if (outcome === 'skipped') return 'Nothing was skipped.'
  if (job.state === 'failed') return ''
  return job.finishedAt === null ? 'Nothing has failed so far.' : 'Nothing failed.'
}

function ItemRow({ job, item }: { readonly job: Job; readonly item: JobItem }): React.JSX.Element {
  const { jobs } = useServices()
  const isRetrying = useStore(jobs.store, (state) => state.retrying.has(item.id))
  const folder = folderOf(item.location, item.name)
  const facts = [folder === '' ? null : shortenPath(folder, 40), item.sizeBytes === null ? null : formatBytes(item.sizeBytes)]
  return (
    <li className={styles.item}>
      <div className={styles.file}>
        <b>{item.documentId === null ? item.name : <Link to={pathOfItem(item.documentId)}>{item.name}</Link>}</b>
        <span title={item.location}>{facts.filter((fact) => fact !== null).join(', ')}</span>
      </div>
      <div className={styles.why}>
        <b className={cx(item.outcome === 'failed' && styles.failed)}>{item.reason.message}</b>
        {item.reason.advice !== null && <span>{sentence(item.reason.advice)}</span>}
      </div>
      {isRetrying ? (
        <span className={styles.trying} role="status">
          <Icon of={LoaderCircle} size="small" className={styles.spin} />
          Trying
        </span>
      ) : (
        item.canRetry && (
          <Button size="small" aria-label={`Retry ${item.name}`} onPress={() => jobs.retry(job.id, [item.id])}>
            Retry
          </Button>
        )
      )}
    </li>
  )
}
