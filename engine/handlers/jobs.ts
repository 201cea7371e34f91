import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import type { JobId } from '../../shared/model/job.ts'
import type { Handlers } from '../contract-table.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { JobPayload, LibraryStore } from '../library/library-store.ts'

export interface JobHandlersOptions {
  readonly store: LibraryStore
  readonly jobs: JobQueue
  readonly onRemoved: (ids: readonly JobId[]) => void
}

type JobRequests = Extract<RequestName, `jobs.${string}` | `index.${string}`>

const rebuildTitles = {
  all: 'Rebuilding both indexes',
  vectors: 'Rebuilding the vector index',
  keywords: 'Rebuilding the keyword index',
}

export function jobHandlers({ store, jobs, onRemoved }: JobHandlersOptions): Handlers<JobRequests> {
  return {
    'jobs.list': async ({ limit }) => ({ jobs: await jobs.list(limit) }),
    'jobs.get': async ({ id, outcome, offset, limit }) => {
      const job = await jobs.get(id)
      const { items, total } = await store.jobs.items(id, { ...(outcome === undefined ? {} : { outcome }), offset, limit })
      return { job, items, totalItems: total }
    },
    'jobs.pause': async ({ id }) => (await jobs.pause(id), {}),
    'jobs.resume': async ({ id }) => (await jobs.resume(id), {}),
    'jobs.cancel': async ({ id }) => (await jobs.cancel(id), {}),
    'jobs.retry': async ({ id, items }) => {
      const old = await jobs.get(id)
      const sources = withoutRepeats(await store.jobs.retryPayloads(id, items))
      if (sources.length === 0) throw new AkinError('not-found', 'There is nothing in this job that can be tried again')
      const documentIds = sources.flatMap((source) => (source.type === 'document' ? [Number(source.documentId)] : []))
      if (documentIds.length > 0) await store.vectors.clearFailures(documentIds)
      const job = await jobs.add({ kind: 'import', title: `${old.title}, again`, unit: 'files', payload: { sources } })
      return { jobId: job.id }
    },
    'jobs.clear': async () => {
      onRemoved(await store.jobs.clear())
      return {}
    },
    'index.rebuild': async ({ part }) => ({
      jobId: (await jobs.add({ kind: 'rebuild', title: rebuildTitles[part], unit: 'items', payload: { part } })).id,
    }),
  }
}

/** Several passages of one document may have failed: it is read again once. */
function withoutRepeats(payloads: readonly JobPayload[]): JobPayload[] {
  return [...new Map(payloads.map((payload) => [JSON.stringify(payload), payload])).values()]
}
