import { basename } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { RequestName, RequestParsed } from '../../shared/contract/requests.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Handlers } from '../contract-table.ts'
import type { OriginalStore } from '../host/originals.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import { catalogue } from '../models/catalogue.ts'
import { findInCatalogue } from '../models/download-runner.ts'
import { inspectModel } from '../models/import-model.ts'
import type { ModelStore } from '../models/model-store.ts'
import type { UndoJournal } from '../undo-journal.ts'

export interface ModelHandlersOptions {
  readonly models: ModelStore
  readonly originals: Pick<OriginalStore, 'pathOf'>
  readonly jobs: Pick<JobQueue, 'add' | 'openWithPayload' | 'resume'>
  readonly undo: UndoJournal
  readonly hub: () => Promise<string>
  readonly onChange: () => void
  /** Names of the spaces that are made with a model. */
  readonly spacesOf: (modelId: string) => readonly string[]
}

type ModelRequests = Extract<RequestName, `models.${string}`>

export function modelHandlers(options: ModelHandlersOptions): Handlers<ModelRequests> {
  const { models, jobs, undo, hub, onChange } = options
  return {
    'models.list': async () => ({ models: await models.list(), hub: await hub() }),
    'models.download': async ({ catalogueId, variant }) => {
      const { entry, variant: found } = findInCatalogue(catalogue, { catalogueId, variant })
      const title = `Download of ${entry.name}, ${found.label}`
      const payload = { type: 'download', catalogueId, variant }
      const open = await openDownload(jobs, payload)
      if (open?.state === 'paused') await jobs.resume(open.id)
      if (open !== undefined) return { jobId: open.id }
      return { jobId: (await jobs.add({ kind: 'model', title, unit: 'bytes', payload })).id }
    },
    'models.inspect': async ({ source, answers }, { signal }) =>
      inspectModel(pathOf(source, options), { store: models, answers, ...(signal === undefined ? {} : { signal }) }),
    'models.import': async ({ source, answers }) => {
      const path = pathOf(source, options)
      const name = source.type === 'upload' ? source.name : basename(path)
      const payload = { type: 'import', path, answers }
      return { jobId: (await jobs.add({ kind: 'model', title: `Import of the model ${name}`, unit: 'bytes', payload })).id }
    },
    'models.remove': async ({ id }) => {
      const spaces = options.spacesOf(id)
      if (spaces.length > 0) {
        throw new AkinError('conflict', `${id} makes the vectors of ${spaces.join(' and ')}`, {
          advice: 'Remove that space first; its vectors would be of no use without the model',
        })
      }
      const trashId = models.remove(id)
      onChange()
      return undo.remember(async () => {
        models.restore(trashId)
        onChange()
      })
    },
  }
}

/** The download of a model that has not ended: the same again goes on with it. */
async function openDownload(
  jobs: Pick<JobQueue, 'openWithPayload'>,
  wanted: { readonly catalogueId: string; readonly variant: string },
): Promise<Job | undefined> {
  const open = await jobs.openWithPayload('model')
  return open.find(
    ({ payload }) =>
      payload.type === 'download' && payload.catalogueId === wanted.catalogueId && payload.variant === wanted.variant,
  )?.job
}

function pathOf(
  source: RequestParsed<'models.import'>['source'],
  { originals }: Pick<ModelHandlersOptions, 'originals'>,
): string {
  if (source.type === 'path') return source.path
  if (source.type === 'upload') return originals.pathOf(source.uploadId)
  throw new AkinError('bad-request', 'The host must put a path in the place of a grant')
}
