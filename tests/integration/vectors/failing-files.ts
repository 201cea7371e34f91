import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nodeSnapshotFiles as real, type SnapshotFiles } from '../../../engine/vectors/snapshot-files.ts'

/** The steps that change a disk, in the order in which a program made them. */
type StepName = 'write' | 'fill' | 'sync' | 'rename' | 'remove' | 'syncFolder'

const stepNames: readonly StepName[] = ['write', 'fill', 'sync', 'rename', 'remove', 'syncFolder']

interface Step {
  readonly name: StepName
  /** What it works on, and for `rename` what that becomes. */
  readonly paths: readonly string[]
}

/** The real file system with something before and after each step that changes it. */
function withSteps(around: (step: Step, perform: () => Promise<void>) => Promise<void>): SnapshotFiles {
  const wrapped: SnapshotFiles = { ...real }
  for (const name of stepNames) {
    const perform = real[name] as (...parameters: unknown[]) => Promise<void>
    const replaced = (...parameters: unknown[]) => {
      const paths = parameters.filter((parameter) => typeof parameter === 'string').slice(0, name === 'rename' ? 2 : 1)
      return around({ name, paths }, () => perform(...parameters))
    }
    Object.assign(wrapped, { [name]: replaced })
  }
  return wrapped
}

/** Counts steps and does them. */
export function countingFiles(): { files: SnapshotFiles; count: () => number } {
  let steps = 0
  const files = withSteps(async (_step, perform) => {
    steps++
    await perform()
  })
  return { files, count: () => steps }
}

/**
 * A process that is killed at a step: what came before has happened, nothing after it does.
 * @param isHalfDone whether a file that the step writes is left half written
 */
export function killedFiles(atStep: number, isHalfDone: boolean): SnapshotFiles {
  let steps = 0
  return withSteps(async ({ name, paths }, perform) => {
    if (steps > atStep) throw new Error('the process is dead')
    if (steps++ < atStep) return perform()
    if (isHalfDone && (name === 'write' || name === 'fill')) {
      await perform()
      truncateSync(paths[0]!, Math.floor(readFileSync(paths[0]!).length / 2))
    }
    throw new Error(`killed at ${name}`)
  })
}

interface SimulatedFile {
  bytes: Buffer
  /** What is on the disk for certain. */
  syncedBytes: Buffer | null
}

type Folder = Map<string, SimulatedFile>

/** Names that one step adds (with a file) and takes away (null); they reach the disk together. */
type NameChange = ReadonlyMap<string, SimulatedFile | null>

/**
 * What a disk may hold after a power cut.
 * - `only-synced`: nothing that was not synced
 * - `names-kept`, `names-kept-zeros`: names have changed, but bytes that were not synced are gone or zero
 * - `last-name-kept`, `some-names-kept`: of the names changed since the folder was synced, the last, or every other
 * - `all-kept`: everything, as after a kill
 */
export const powerCuts = [
  'only-synced',
  'names-kept',
  'names-kept-zeros',
  'last-name-kept',
  'some-names-kept',
  'all-kept',
] as const
export type PowerCut = (typeof powerCuts)[number]

interface DiskState {
  readonly synced: Folder
  /** Since the folder was synced, in order. */
  readonly unsynced: readonly NameChange[]
}

/**
 * Records beside the real files what of them has reached the disk. `fill` counts as synced, which is its contract; a
 * new, changed or removed name is on the disk once the folder was synced, but may have got there earlier.
 */
export class PowerLossDisk {
  #synced: Folder = new Map()
  #unsynced: NameChange[] = []
  readonly #states: DiskState[] = []

  readonly files = withSteps(async (step, perform) => {
    await perform()
    this.#record(step)
    this.#states.push(copyOf({ synced: this.#synced, unsynced: this.#unsynced }))
  })

  get steps(): number {
    return this.#states.length
  }

  /** Writes into `folder` what the disk may hold when the power failed after a step. */
  restore(afterStep: number, cut: PowerCut, folder: string): void {
    const { synced, unsynced } = this.#states[afterStep]!
    const kept = unsynced.filter((_change, place) => {
      if (cut === 'only-synced') return false
      if (cut === 'last-name-kept') return place === unsynced.length - 1
      return cut !== 'some-names-kept' || place % 2 === 1
    })
    for (const [name, file] of withChanges(synced, kept)) {
      const lost = Buffer.alloc(cut === 'names-kept-zeros' ? file.bytes.length : 0)
      writeFileSync(join(folder, name), cut === 'all-kept' ? file.bytes : (file.syncedBytes ?? lost))
    }
  }

  #record({ name, paths }: Step): void {
    const [path = '', to = ''] = paths
    const now = withChanges(this.#synced, this.#unsynced)
    const file = now.get(basename(path))
    if (name === 'write') this.#change([basename(path), { bytes: readFileSync(path), syncedBytes: null }])
    if (name === 'fill') this.#change([basename(path), { bytes: readFileSync(path), syncedBytes: readFileSync(path) }])
    if (name === 'sync' && file !== undefined) file.syncedBytes = file.bytes
    if (name === 'remove' && file !== undefined) this.#change([basename(path), null])
    if (name === 'rename' && file !== undefined) this.#change([basename(path), null], [basename(to), file])
    if (name !== 'syncFolder') return
    this.#synced = now
    this.#unsynced = []
  }

  #change(...changes: [string, SimulatedFile | null][]): void {
    this.#unsynced.push(new Map(changes))
  }
}

function withChanges(folder: Folder, changes: readonly NameChange[]): Folder {
  const changed: Folder = new Map(folder)
  for (const change of changes) {
    for (const [name, file] of change) {
      if (file === null) changed.delete(name)
      else changed.set(name, file)
    }
  }
  return changed
}

/** A copy that later syncs do not touch. A file that stands under several names stays one. */
function copyOf({ synced, unsynced }: DiskState): DiskState {
  const copies = new Map<SimulatedFile, SimulatedFile>()
  const copy = (file: SimulatedFile): SimulatedFile => {
    const known = copies.get(file) ?? { ...file }
    copies.set(file, known)
    return known
  }
  return {
    synced: new Map([...synced].map(([name, file]) => [name, copy(file)])),
    unsynced: unsynced.map((change) => new Map([...change].map(([name, file]) => [name, file === null ? null : copy(file)]))),
  }
}

export function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}
