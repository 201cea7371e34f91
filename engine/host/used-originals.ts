import type { JobId } from '../../shared/model/job.ts'
import type { JobPayload, LibraryStore } from '../library/library-store.ts'
import type { OriginalStore } from './originals.ts'

type Store = Pick<LibraryStore, 'documents' | 'jobs'>

/** Jobs whose failed items may be tried again: older ones are looked at no more. */
const mostJobs = 1_000
const mostFailed = 100_000

/** Tells which copies in the library folder are needed: by an item, by one that could not be read, or by a job. */
export async function usedOriginals(store: Store): Promise<(id: string) => Promise<boolean>> {
  const payloads = (await payloadsOf(store)).map((payload) => JSON.stringify(payload))
  const unreadable = await hashesOfUnreadable(store)
  return async (id) =>
    unreadable.has(id) || payloads.some((payload) => payload.includes(id)) || (await store.documents.findByContent(id)) !== null
}

/** Removes those of the copies that nothing needs. */
export async function removeUnneeded(store: Store, originals: OriginalStore, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const isUsed = await usedOriginals(store)
  for (const id of ids) if (!(await isUsed(id))) originals.remove([id])
}

/** Copies of texts that a caller made: an import that has ended has stored them, and nothing reads them again. */
export async function textsOfJob({ jobs }: Store, id: JobId): Promise<string[]> {
  const sources = (await jobs.get(id))?.payload.sources
  if (!Array.isArray(sources)) return []
  return sources.flatMap((source: { type?: unknown; contentId?: unknown }) =>
    source.type === 'text' && typeof source.contentId === 'string' ? [source.contentId] : [],
  )
}

/** What jobs have to read still, or may have to read again. */
async function payloadsOf({ jobs }: Store): Promise<JobPayload[]> {
  const open = (await jobs.open()).map(({ payload }) => payload)
  const ended = (await jobs.list(mostJobs)).filter(({ finishedAt, counts }) => finishedAt !== null && counts.failed > 0)
  return [...open, ...(await Promise.all(ended.map(({ id }) => jobs.retryPayloads(id)))).flat()]
}

/** Content that no text stands for yet: an upload that needs a password, say. */
async function hashesOfUnreadable({ documents }: Store): Promise<Set<string>> {
  const hashes = new Set<string>()
  for (const isTrashed of [false, true]) {
    const filter = { statuses: ['failed' as const], ...(isTrashed ? { isTrashed } : {}) }
    const ids = await documents.ids({ filter, sort: { by: 'date', descending: true }, limit: mostFailed })
    for (const id of ids)
      for (const { contentHash } of await documents.sources(id)) if (contentHash !== null) hashes.add(contentHash)
  }
  return hashes
}
