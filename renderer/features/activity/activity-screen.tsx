import { Download, Pause, Play } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { Button } from '../../ui/button.tsx'
import { useIsNarrow } from '../../ui/use-media-query.ts'
import { useNow } from '../../ui/use-now.ts'
import styles from './activity-screen.module.css'
import { exportJobs } from './export-jobs.ts'
import { groupJobs } from './job-groups.ts'
import { JobDetail } from './job-detail.tsx'
import { JobList } from './job-list.tsx'
import { useActivityCommands } from './use-activity-commands.ts'

/** What Akin does, did, and could not do. */
export function ActivityScreen(): React.JSX.Element {
  const { jobs: store } = useServices()
  const { jobId } = useParams()
  const navigate = useNavigate()
  const isNarrow = useIsNarrow()
  const { jobs, isLoaded, error } = useStore(store.store)
  // The order on the screen, which the keys follow.
  const now = useNow(60_000)
  const groups = useMemo(() => groupJobs(jobs, new Date(now)), [jobs, now])
  const ordered = groups.flatMap((group) => group.jobs)
  const wanted = jobId === undefined ? undefined : jobs.find(({ id }) => id === Number(jobId))
  const fallback = jobId === undefined && !isNarrow ? (ordered.find(({ counts }) => counts.failed > 0) ?? ordered[0]) : undefined
  const current = wanted ?? fallback
  useDocumentTitle('Activity')
  useEffect(() => void store.load(), [store])
  useActivityCommands({ jobs: ordered, current, go: (id) => void navigate(`/activity/${id}`, { replace: true }) })
  const isList = !isNarrow || wanted === undefined
  return (
    <>
      <ActivityBar />
      <div className={styles.panes}>
        {isList && (
          <section className={styles.list} aria-label="Jobs">
            <JobList groups={groups} currentId={current?.id ?? null} isLoaded={isLoaded} error={error} />
          </section>
        )}
        {current !== undefined && (!isNarrow || wanted !== undefined) && (
          <section className={styles.detail} aria-label={current.title}>
            <JobDetail key={current.id} job={current} onBack={isNarrow ? () => void navigate('/activity') : undefined} />
          </section>
        )}
      </div>
    </>
  )
}

function ActivityBar(): React.JSX.Element {
  const { jobs: store, client, actions } = useServices()
  const jobs = useStore(store.store, (state) => state.jobs)
  const canPause = jobs.some(({ state }) => state === 'running' || state === 'queued')
  const canResume = jobs.some(({ state }) => state === 'paused')
  return (
    <header className={styles.bar}>
      <h1>Activity</h1>
      <span className={styles.gap} />
      {canResume && !canPause ? (
        <Button look="plain" icon={Play} onPress={() => store.resumeAll()}>
          Resume everything
        </Button>
      ) : (
        <Button look="plain" icon={Pause} onPress={() => store.pauseAll()} isDisabled={!canPause}>
          Pause everything
        </Button>
      )}
      <Button
        look="plain"
        icon={Download}
        isDisabled={jobs.length === 0}
        onPress={() => {
          exportJobs(client, jobs).catch((error: unknown) => actions.told(error))
        }}
      >
        Export the list
      </Button>
    </header>
  )
}
