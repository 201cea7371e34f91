import { FolderInput } from 'lucide-react'
import { useStore } from 'zustand'
import type { Job } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { sentence } from '../../ui/sentence.ts'
import { isActive } from '../activity/job-groups.ts'
import { JobProgress } from '../activity/job-progress.tsx'
import { groupModels, jobOfModel } from './model-facts.ts'
import { InstalledModel, OfferedModel } from './model-row.tsx'
import styles from './model-row.module.css'

/** Models that are here. */
export function InstalledModels(): React.JSX.Element {
  const { models } = useServices()
  const all = useStore(models.store, (state) => state.models)
  return (
    <ul className={styles.list}>
      {groupModels(all).here.map((model) => (
        <InstalledModel key={model.id} model={model} />
      ))}
      <OtherJobs />
    </ul>
  )
}

/** Models of the catalogue that are not here, or not whole. */
export function OfferedModels(): React.JSX.Element {
  const { models, jobs } = useServices()
  const { models: all, started } = useStore(models.store)
  const allJobs = useStore(jobs.store, (state) => state.jobs)
  return (
    <ul className={styles.list}>
      {groupModels(all).offered.map((model) => (
        <OfferedModel key={`${model.id} ${model.state}`} model={model} job={jobOfModel(allJobs, model, started)} />
      ))}
    </ul>
  )
}

/** Imports that are under way or failed: they belong to no row yet. */
function OtherJobs(): React.JSX.Element {
  const { models, jobs } = useServices()
  const { models: all, started } = useStore(models.store)
  const allJobs = useStore(jobs.store, (state) => state.jobs)
  const shown = new Set(groupModels(all).offered.map((model) => jobOfModel(allJobs, model, started)?.id))
  const others = allJobs.filter((job) => job.kind === 'model' && isActive(job) && !shown.has(job.id))
  const last = allJobs.find(({ kind }) => kind === 'model')
  const failed = last?.state === 'failed' && !shown.has(last.id) ? [last] : []
  return (
    <>
      {[...others, ...failed].map((job) => (
        <OtherJob key={job.id} job={job} />
      ))}
    </>
  )
}

function OtherJob({ job }: { readonly job: Job }): React.JSX.Element {
  const { models } = useServices()
  return (
    <li className={styles.model}>
      <div className={styles.text}>
        <h4>{job.title}</h4>
        {job.state === 'failed' && (
          <p className={styles.failed} role="alert">
            {sentence(job.error?.message ?? 'It failed', job.error?.advice)}
          </p>
        )}
      </div>
      {isActive(job) ? (
        <JobProgress job={job} what={job.title} className={styles.progress} />
      ) : (
        <Button size="small" icon={FolderInput} onPress={() => models.setImportOpen(true)}>
          Try again
        </Button>
      )}
    </li>
  )
}

/** Brings in a model from a folder or zip file. */
export function ImportButton(): React.JSX.Element {
  const { models } = useServices()
  return (
    <Button icon={FolderInput} onPress={() => models.setImportOpen(true)}>
      Import a model…
    </Button>
  )
}
