import type { Metric } from '../../native/faiss.ts'
import type { ChangeFeed, VectorStore } from '../library/library-store.ts'
import type { SnapshotFiles } from './snapshot-files.ts'

export interface VectorIndexLimits {
  /** Entries of the change sequence read at once. Default 1,000. */
  readonly changesPerRead: number
  /** Vectors read from the store at once; more is faster, and holds the event loop longer. Default 512. */
  readonly vectorsPerRead: number
  /**
   * A snapshot is written when more vectors than this, and more than `snapshotShare` of those held, changed since the
   * last one. Fewer snapshots mean less writing, and more to read from the store after a crash. Default 10,000.
   *
   * Measured with 200,000 vectors of 384 numbers and SQLite: a snapshot takes 1.1 s and 309 MB, opening it 0.4 s, and
   * reading vectors from the store about 5 µs each, 0.9 s for all. So a crash costs a quarter of a second more at the
   * defaults, and a library that grows to that size writes 1.5 GB of snapshots on its way; with a share of 0.1 it were
   * 3.4 GB.
   */
  readonly snapshotChanges: number
  /** Default 0.25. */
  readonly snapshotShare: number
  /** The number that makes closing write a snapshot. Fewer are read from the store at the next start. Default 5,000. */
  readonly snapshotChangesOnClose: number
  /** After writing one failed (the disk is full), the next is tried when this time has passed. Default 5 minutes. */
  readonly snapshotRetryMs: number
}

export const defaultLimits: VectorIndexLimits = {
  changesPerRead: 1_000,
  vectorsPerRead: 512,
  snapshotChanges: 10_000,
  snapshotShare: 0.25,
  snapshotChangesOnClose: 5_000,
  snapshotRetryMs: 300_000,
}

export interface FaissVectorIndexOptions {
  readonly store: {
    readonly vectors: Pick<VectorStore, 'read' | 'count'>
    readonly changes: Pick<ChangeFeed, 'last' | 'since'>
  }
  readonly spaceId: number
  readonly dimension: number
  readonly metric: Metric
  /** Folder of the derived indexes. */
  readonly folder: string
  /** Told in words for a person when the index on the disk was damaged. */
  readonly onDamage?: (message: string) => void
  /** Told when `state` changes. */
  readonly onState?: () => void
  /** Told how far building from nothing is that `catchUp` does by itself, in vectors. */
  readonly onProgress?: (completed: number, total: number) => void
  /** For what nobody has to act on. */
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void
  readonly limits?: Partial<VectorIndexLimits>
  readonly files?: SnapshotFiles
}
