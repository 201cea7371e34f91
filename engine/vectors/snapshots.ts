import { basename, join } from 'node:path'
import { FaissIndex, type Metric } from '../../native/faiss.ts'
import { isCode } from '../../shared/errors.ts'
import type { SnapshotFiles } from './snapshot-files.ts'
import { formatManifest, parseManifest, type SnapshotEntry, type SnapshotManifest } from './snapshot-manifest.ts'

export interface SnapshotsOptions {
  readonly folder: string
  readonly spaceId: number
  readonly dimension: number
  readonly metric: Metric
  readonly files: SnapshotFiles
  /** Told in words for a person when a file was damaged. */
  readonly onDamage: (message: string) => void
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void
}

export interface LoadedSnapshot {
  readonly index: FaissIndex
  readonly sequence: number
  /** False when the newest was damaged: another should be written soon. */
  readonly isNewest: boolean
}

/**
 * The vector index on the disk: `vectors-<space>.<generation>.faiss`, the last two of them, and `vectors-<space>.json`
 * which says which these are. A snapshot counts from the moment at which the manifest that names it is renamed into
 * place, and by then all of it is on the disk: a kill or a power cut at any moment leaves either the old one or the new.
 *
 * Losing all of it costs time and nothing else. Calls must not overlap.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions
  readonly #manifestPath: string
  #entries: readonly SnapshotEntry[] = []

  constructor(options: SnapshotsOptions) {
    this.#options = options
    this.#manifestPath = join(options.folder, `vectors-${options.spaceId}.json`)
  }

  /** The newest snapshot; `null` when there is none. */
  get newest(): SnapshotEntry | null {
    return this.#entries[0] ?? null
  }

  /**
   * Loads the newest snapshot that is whole; `null` when there is none. Each file is compared with its hash before
   * anything in it is believed. A damaged one is renamed to `….damaged` and told; what a killed process left behind is
   * removed, and so is what was put aside as damaged by an earlier run.
   */
  async load(): Promise<LoadedSnapshot | null> {
    const { files, folder } = this.#options
    await files.makeFolder(folder)
    const names = await files.list(folder)
    this.#entries = names.includes(basename(this.#manifestPath)) ? await this.#readManifest() : []
    await this.#tidy(names)
    const isNewestDamaged = this.#entries.length > 0
    for (const entry of this.#entries) {
      const index = await this.#loadOne(entry)
      if (index === null) continue
      const isNewest = entry === this.newest
      if (!isNewest) this.#options.onDamage('The vector index was damaged. An older copy is brought up to date, nothing is lost')
      this.#entries = this.#entries.slice(this.#entries.indexOf(entry))
      return { index, sequence: entry.sequence, isNewest }
    }
    this.#entries = []
    if (isNewestDamaged) this.#tellLoss()
    return null
  }

  /** Writes a snapshot and forgets the one before the last. The index may be searched meanwhile, but not changed. */
  async save(index: FaissIndex, sequence: number): Promise<void> {
    const { files, folder } = this.#options
    const generation = (this.newest?.generation ?? 0) + 1
    const path = this.#pathOf(generation)
    const temporary = `${path}.tmp`
    try {
      await files.fill(temporary, (file) => index.save(file))
      const { sha256, sizeBytes } = await files.hash(temporary)
      await files.rename(temporary, path)
      await files.syncFolder(folder)
      const entry = { generation, sha256, sizeBytes, count: index.size, sequence }
      await this.#writeManifest([entry, ...this.#entries.slice(0, 1)])
    } catch (error) {
      await this.#discard(temporary)
      throw error
    }
    const names = await files.list(folder)
    for (const name of this.#orphans(names)) await this.#discard(join(folder, name))
  }

  /** Notes that the newest snapshot holds changes up to `sequence`, when these changed no vector. */
  async renew(sequence: number): Promise<void> {
    const [newest, ...older] = this.#entries
    if (newest !== undefined && newest.sequence < sequence) await this.#writeManifest([{ ...newest, sequence }, ...older])
  }

  async #readManifest(): Promise<readonly SnapshotEntry[]> {
    const { files, spaceId, dimension, metric } = this.#options
    const manifest = parseManifest(await files.read(this.#manifestPath))
    if (manifest?.spaceId === spaceId && manifest.dimension === dimension && manifest.metric === metric) {
      return manifest.snapshots
    }
    await this.#quarantine(this.#manifestPath)
    this.#tellLoss()
    return []
  }

  async #loadOne(entry: SnapshotEntry): Promise<FaissIndex | null> {
    const { files, dimension, metric, log } = this.#options
    const path = this.#pathOf(entry.generation)
    const index = new FaissIndex({ dimension, metric })
    try {
      const { sha256, sizeBytes } = await files.hash(path)
      if (sha256 === entry.sha256 && sizeBytes === entry.sizeBytes) {
        await index.load(path)
        return index
      }
      log('a vector snapshot does not have its hash', { path, sizeBytes })
    } catch (error) {
      await index.close()
      if (isCode(error, 'native-failed')) throw error // no fault of the file
      log('a vector snapshot cannot be read', { path, error })
    }
    await index.close()
    await this.#quarantine(path)
    return null
  }

  async #writeManifest(snapshots: SnapshotManifest['snapshots']): Promise<void> {
    const { files, folder, spaceId, dimension, metric } = this.#options
    const temporary = `${this.#manifestPath}.tmp`
    await files.write(temporary, formatManifest({ version: 1, spaceId, dimension, metric, snapshots }))
    await files.sync(temporary)
    await files.rename(temporary, this.#manifestPath)
    this.#entries = snapshots
    await files.syncFolder(folder)
  }

  #pathOf(generation: number): string {
    return join(this.#options.folder, `vectors-${this.#options.spaceId}.${generation}.faiss`)
  }

  /** Files of this space that no manifest names. */
  #orphans(names: readonly string[]): string[] {
    const named = new Set(this.#entries.map((entry) => basename(this.#pathOf(entry.generation))))
    return names.filter(
      (name) => name.startsWith(`vectors-${this.#options.spaceId}.`) && name.endsWith('.faiss') && !named.has(name),
    )
  }

  async #tidy(names: readonly string[]): Promise<void> {
    const own = names.filter((name) => name.startsWith(`vectors-${this.#options.spaceId}.`))
    const stray = own.filter((name) => name.endsWith('.tmp') || name.endsWith('.damaged'))
    for (const name of [...stray, ...this.#orphans(names)]) await this.#discard(join(this.#options.folder, name))
  }

  /** Removes a file that is of no use to anyone; that it stays does no harm. */
  async #discard(path: string): Promise<void> {
    try {
      await this.#options.files.remove(path)
    } catch (error) {
      this.#options.log('a file of the vector index could not be removed', { path, error })
    }
  }

  async #quarantine(path: string): Promise<void> {
    try {
      await this.#options.files.rename(path, `${path}.damaged`)
    } catch (error) {
      // It is gone, or the folder cannot be written: either way it is not read again in this run
      this.#options.log('a damaged file of the vector index could not be put aside', { path, error })
    }
  }

  #tellLoss(): void {
    this.#options.onDamage('The vector index was damaged. It is built anew from the library, nothing is lost')
  }
}
