import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import { limits, type ImportSource } from '../../shared/contract/requests.ts'
import type { DocumentId } from '../../shared/model/document.ts'
import type { Undoable } from '../../shared/model/library.ts'
import type { Handlers } from '../contract-table.ts'
import { requirePath, type StoredSource } from '../importing/import-items.ts'
import type { OriginalStore } from '../host/originals.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { LibraryStore } from '../library/library-store.ts'
import type { UndoJournal } from '../undo-journal.ts'

export interface DocumentHandlersOptions {
  readonly store: LibraryStore
  readonly originals: OriginalStore
  readonly jobs: JobQueue
  readonly undo: UndoJournal
  readonly sampleFolder: string
  /** Removes copies of what is gone for good. */
  readonly forgetOriginals: (contentHashes: readonly string[]) => Promise<void>
}

type DocumentRequests = Extract<RequestName, `documents.${string}` | `sample.${string}`>

/** The most ids that a selection of everything holds. */
const mostIds = 100_000

export function documentHandlers(options: DocumentHandlersOptions): Handlers<DocumentRequests> {
  const { store, jobs, undo } = options
  const { documents } = store
  return {
    'documents.list': (query) => documents.list(query),
    'documents.ids': async (query) => ({ ids: await documents.ids({ ...query, limit: mostIds }) }),
    'documents.get': async ({ id }) => {
      const document = await documents.get(id)
      if (document === null) throw new AkinError('not-found', 'This item is not in the library any more')
      return document
    },
    'documents.original': ({ id }) => original(options, id),
    'documents.import': async ({ sources, title }) => {
      const stored = await Promise.all(sources.map((source) => storedSource(source, options.originals)))
      const job = await jobs.add({
        kind: 'import',
        title: title ?? importTitle(stored),
        unit: 'files',
        payload: { sources: stored },
      })
      return { jobId: job.id }
    },
    'documents.update': async ({ ids, ...changes }) => {
      const before = await documents.states(ids)
      const changed = new Set(await documents.update(ids, changes, new Date().toISOString()))
      const states = before.filter(({ id }) => changed.has(id))
      return undo.note([...changed], () => documents.putStates(states))
    },
    'documents.trash': async ({ ids }) => {
      const changed = await documents.trash(ids, new Date().toISOString())
      return undo.note(changed, () => documents.restore(changed))
    },
    'documents.restore': async ({ ids }) => {
      const changed = await documents.restore(ids)
      return undo.note(changed, () => documents.trash(changed, new Date().toISOString()))
    },
    'documents.purge': async ({ ids }) => ({ removed: await purge(options, ids) }),
    'documents.reindex': async ({ ids }) => ({ jobId: await reindex(options, ids) }),
    'sample.add': async () => {
      const job = await jobs.add({
        kind: 'import',
        title: 'Import of the sample library',
        unit: 'files',
        payload: { sources: [{ type: 'sample' }] },
      })
      return { jobId: job.id }
    },
    'sample.remove': async () => {
      const ids = await documents.idsBySourceType('sample')
      await documents.trash(ids, new Date().toISOString())
      return { removed: await purge(options, ids) }
    },
  }
}

async function original(
  { store, originals, sampleFolder }: DocumentHandlersOptions,
  id: DocumentId,
): Promise<{ path: string; name: string }> {
  const [source] = await store.documents.sources(id)
  if (source === undefined) throw new AkinError('not-found', 'This item is not in the library any more')
  const name = source.location.split(/[\\/]/).findLast(Boolean) ?? source.location
  if (source.type === 'path') return { path: source.location, name }
  if (source.type === 'sample') return { path: join(sampleFolder, source.location), name }
  if (source.type === 'upload' && source.contentHash !== null && originals.has(source.contentHash))
    return { path: originals.pathOf(source.contentHash), name }
  throw new AkinError('file-not-found', 'There is no original of this item')
}

const perPurge = 200

async function purge({ store, forgetOriginals }: DocumentHandlersOptions, ids: readonly DocumentId[]): Promise<number> {
  let count = 0
  for (let at = 0; at < ids.length; at += perPurge) {
    const { removed, orphanedContent } = await store.documents.purge(ids.slice(at, at + perPurge))
    await forgetOriginals(orphanedContent)
    count += removed.length
    // Others get their turn: removing thousands at once takes more than a second
    await nextTurn()
  }
  return count
}

/** Reads originals again where there are any; what could not be embedded is tried again in any case. */
async function reindex({ store, jobs }: DocumentHandlersOptions, ids: readonly DocumentId[]): Promise<number> {
  await store.vectors.clearFailures(ids)
  const sources: StoredSource[] = ids.map((documentId) => ({ type: 'document', documentId }))
  const title = ids.length === 1 ? 'Reading one item again' : `Reading ${ids.length.toLocaleString('en')} items again`
  const job = await jobs.add({ kind: 'import', title, unit: 'files', payload: { sources } })
  return job.id
}

/** What the job keeps of a source. Texts and uploads lie in the library folder before the job is acknowledged. */
async function storedSource(source: ImportSource, originals: OriginalStore): Promise<StoredSource> {
  switch (source.type) {
    case 'path':
      await requirePath(source.path)
      return source
    case 'upload':
      if (!originals.has(source.uploadId))
        throw new AkinError('not-found', 'The upload is not there', { advice: 'Send the file again' })
      return source
    case 'text': {
      const { type, text, ...metadata } = source
      const { id } = await originals.add(Readable.from([Buffer.from(text)]), { maxBytes: limits.requestBytes })
      return { type, contentId: id, ...metadata }
    }
    case 'grant':
      throw new AkinError('not-allowed', 'A grant is worth something only to the host that gave it')
  }
}

function importTitle(sources: readonly StoredSource[]): string {
  const [first] = sources
  if (sources.length === 1 && first?.type === 'path')
    return `Import of ${first.path.split(/[\\/]/).findLast(Boolean) ?? first.path}`
  if (sources.length === 1 && first?.type === 'upload') return `Import of ${first.name.split('/').at(-1)!}`
  const folders = new Set(sources.map((source) => (source.type === 'upload' ? source.name.split('/')[0] : undefined)))
  const [folder] = folders
  if (
    folders.size === 1 &&
    folder !== undefined &&
    sources.every((source) => source.type === 'upload' && source.name.includes('/'))
  )
    return `Import of ${folder}`
  return sources.length === 1 ? 'Import of one text' : `Import of ${sources.length.toLocaleString('en')} files`
}

/** "Not kin" and its undo. */
export function hideKin({ store, undo }: Pick<DocumentHandlersOptions, 'store' | 'undo'>) {
  return async ({ documentId, otherId }: { documentId: DocumentId; otherId: DocumentId }): Promise<Undoable> => {
    const isNew = await store.documents.hideKin(documentId, otherId)
    return undo.note(isNew ? [documentId, otherId] : [], async () => {
      await store.documents.unhideKin(documentId, otherId)
      return [documentId, otherId]
    })
  }
}
