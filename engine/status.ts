import { statSync, readdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reason } from '../shared/model/document.ts'
import type { DiskUse, LibraryStatus } from '../shared/model/library.ts'
import type { OriginalStore } from './host/originals.ts'
import type { JobQueue } from './jobs/job-queue.ts'
import type { KeywordIndex } from './keywords/keyword-index.ts'
import type { LibraryStore } from './library/library-store.ts'
import type { OpenSpace } from './spaces/managed-space.ts'

export interface StatusOptions {
  readonly store: LibraryStore
  /** The one that searches use. */
  readonly space: OpenSpace
  readonly where: 'local' | 'remote'
  readonly keywords: KeywordIndex
  readonly jobs: JobQueue
  /** What was found and mended since the start, in words. */
  readonly notes: readonly string[]
  /** Why the model does not run, once it failed. */
  readonly inferenceReason: () => Reason | null
  /** True after a write was refused, until one succeeds. */
  readonly isReadOnly: () => boolean
}

export async function libraryStatus(options: StatusOptions): Promise<LibraryStatus> {
  const { store, keywords, jobs, where } = options
  const { space, vectors, embedder } = options.space
  const counts = await store.documents.statusCounts()
  const sequence = await store.changes.last()
  return {
    ...counts,
    failedItems: counts.failed,
    embeddedChunks: counts.embeddedChunks,
    space: { name: space.name, dimension: space.dimension, where },
    indexes: {
      vectors: vectors.state,
      keywords: keywords.state,
      isCurrent: vectors.sequence >= sequence && keywords.sequence >= sequence,
      notes: [...options.notes],
    },
    inference: embedder.state,
    inferenceReason: options.inferenceReason(),
    activeJobs: jobs.runningCount,
    isReadOnly: options.isReadOnly(),
    sent: await store.settings.sent(),
    createdAt: store.createdAt,
    sequence,
  }
}

export interface DiskUseOptions {
  readonly folder: string
  readonly modelsFolder: string
  readonly store: LibraryStore
  readonly originals: OriginalStore
}

/** Bytes on disk by part, largest first. */
export async function diskUse({ folder, modelsFolder, store, originals }: DiskUseOptions): Promise<DiskUse> {
  const { libraryBytes, vectorBytes } = await store.sizes()
  const free = await statfs(folder).catch(() => null)
  const parts: DiskUse['parts'] = [
    { part: 'library', bytes: libraryBytes },
    { part: 'vectors', bytes: vectorBytes },
    { part: 'indexes', bytes: folderBytes(join(folder, 'index')) },
    { part: 'uploads', bytes: originals.sizeBytes() },
    { part: 'backups', bytes: folderBytes(join(folder, 'backups')) },
    // The one that comes with Akin, and those of the library
    { part: 'model', bytes: folderBytes(modelsFolder) + folderBytes(join(folder, 'models')) },
  ]
  return {
    folder,
    parts: parts.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes),
    freeBytes: free === null ? null : free.bavail * free.bsize,
  }
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0)
  } catch {
    // A folder that is not there takes no room
    return 0
  }
}
