import { CircleAlert, Download, FolderInput, Play, Plus, Trash2, TriangleAlert, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { EmbeddingModel } from '../../../shared/model/embedding-model.ts'
import type { Job } from '../../../shared/model/job.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { formatBytes } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { sentence } from '../../ui/sentence.ts'
import { describeCount, isActive } from '../activity/job-groups.ts'
import { JobProgress } from '../activity/job-progress.tsx'
import { ModelDetails } from './model-details.tsx'
import { describeModel, describeQuality, describeSize } from './model-facts.ts'
import styles from './model-row.module.css'

const origins = { 'built-in': 'came with Akin', 'catalogue': 'downloaded', 'imported': 'imported by you' } as const

/** A model on this computer. */
export function InstalledModel({ model }: { readonly model: EmbeddingModel }): React.JSX.Element {
  const { models, spaces } = useServices()
  const facts = [origins[model.origin], ...describeModel(model), model.sizeBytes === null ? null : formatBytes(model.sizeBytes)]
  return (
    <ModelLine model={model} facts={facts}>
      {model.state === 'damaged' && <Failure message={model.reason?.message} advice={model.reason?.advice} />}
      <span className={styles.actions}>
        {model.state === 'installed' && (
          <Button
            size="small"
            icon={Plus}
            aria-label={`Add a space with ${model.name}`}
            onPress={() => spaces.openAdding(model.id)}
          >
            Add a space
          </Button>
        )}
        {model.origin !== 'built-in' && (
          <IconButton icon={Trash2} size="small" label={`Remove ${model.name}`} onPress={() => models.remove(model)} />
        )}
      </span>
    </ModelLine>
  )
}

interface OfferedModelProps {
  readonly model: EmbeddingModel
  /** The newest job about it, whatever became of it. */
  readonly job: Job | undefined
}

/** A model of the catalogue: to be downloaded, on its way, or stopped on it. */
export function OfferedModel({ model, job }: OfferedModelProps): React.JSX.Element {
  const isActiveJob = job !== undefined && isActive(job)
  // What stops a download and may pass pauses it: to the person it has stopped, with a reason.
  const isStopped = isActiveJob && job.state === 'paused' && job.error !== null
  const reason =
    isStopped || job?.state === 'failed' ? job.error : model.state === 'incomplete' && !isActiveJob ? model.reason : null
  return (
    <ModelLine model={model} facts={describeModel(model)}>
      {reason !== null && <Failure message={reason.message} advice={reason.advice} />}
      {isStopped ? (
        <StoppedDownload model={model} job={job} />
      ) : isActiveJob ? (
        <JobProgress job={job} what={`the download of ${model.name}`} className={styles.progress} />
      ) : (
        <DownloadActions model={model} hasFailed={reason !== null} />
      )}
    </ModelLine>
  )
}

function StoppedDownload({ model, job }: { readonly model: EmbeddingModel; readonly job: Job }): React.JSX.Element {
  const { jobs } = useServices()
  return (
    <span className={styles.actions}>
      {job.completed > 0 && <span className={styles.size}>{describeCount(job)}</span>}
      <Button icon={Play} aria-label={`Try the download of ${model.name} again`} onPress={() => jobs.resume(job.id)}>
        Try again
      </Button>
      <ImportInstead />
      <IconButton icon={X} size="small" label={`Cancel the download of ${model.name}`} onPress={() => jobs.cancel(job.id)} />
    </span>
  )
}

/** The way out where the hub is out of reach. */
function ImportInstead(): React.JSX.Element {
  const { models } = useServices()
  return (
    <Button look="plain" icon={FolderInput} onPress={() => models.setImportOpen(true)}>
      Import from a folder or zip
    </Button>
  )
}

interface DownloadActionsProps {
  readonly model: EmbeddingModel
  readonly hasFailed: boolean
}

function DownloadActions({ model, hasFailed }: DownloadActionsProps): React.JSX.Element {
  const { models } = useServices()
  const open = model.variants.filter(({ isInstalled }) => !isInstalled)
  const [chosen, setChosen] = useState<string | null>(null)
  const variant = open.find(({ id }) => id === chosen) ?? open.find(({ isDefault }) => isDefault) ?? open[0]
  const hasPart = model.receivedBytes > 0
  return (
    <span className={styles.actions}>
      {open.length > 1 ? (
        <Select
          label={`Precision of ${model.name}`}
          value={variant?.id ?? null}
          options={open.map((one) => ({ value: one.id, label: one.label, hint: describeSize(one) }))}
          onChange={setChosen}
          className={styles.variant}
        />
      ) : (
        <span className={styles.size}>{variant?.label}</span>
      )}
      {variant !== undefined && (
        <Button
          icon={hasPart ? Play : Download}
          aria-label={`${hasPart ? 'Go on with the download of' : 'Download'} ${model.name}, ${describeSize(variant)}`}
          onPress={() => models.download(model, variant.id)}
          className={styles.download}
        >
          {hasPart ? `Go on from ${formatBytes(model.receivedBytes)}` : 'Download'}
          {!hasPart && <span className={styles.bytes}>{describeSize(variant)}</span>}
        </Button>
      )}
      {hasFailed && <ImportInstead />}
      {hasPart && (
        <IconButton
          icon={Trash2}
          size="small"
          label={`Discard what came of ${model.name}`}
          onPress={() => models.remove(model)}
        />
      )}
    </span>
  )
}

interface ModelLineProps {
  readonly model: EmbeddingModel
  readonly facts: readonly (string | null)[]
  readonly children: ReactNode
}

function ModelLine({ model, facts, children }: ModelLineProps): React.JSX.Element {
  const { licence, quality } = model
  return (
    <li className={styles.model}>
      <div className={styles.text}>
        <h4>{model.name}</h4>
        <p className={styles.facts}>
          {facts
            .filter((fact) => fact !== null)
            .map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          {licence !== null && licence.isOpen && <span>{licence.name}</span>}
          {quality !== null && <span title={`Published by ${quality.source}`}>{describeQuality(quality)}</span>}
        </p>
        {licence !== null && !licence.isOpen && (
          <p className={styles.licence}>
            <Icon of={TriangleAlert} size="small" />
            <span>{sentence(`${licence.name}: not an open licence`, licence.note)}</span>
          </p>
        )}
        <ModelDetails model={model} />
      </div>
      {children}
    </li>
  )
}

function Failure(props: { readonly message: string | undefined; readonly advice: string | null | undefined }): React.JSX.Element {
  return (
    <p className={styles.failed} role="status">
      <Icon of={CircleAlert} size="small" />
      <span>{sentence(props.message ?? 'It cannot be used', props.advice)}</span>
    </p>
  )
}
