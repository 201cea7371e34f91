import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Stats } from 'node:fs'
import { AkinError } from '../../shared/errors.ts'
import type { Reason } from '../../shared/model/document.ts'
import { binaryFamilyOfExtension } from './binary-files.ts'
import type { Fingerprint } from '../library/library-store.ts'
import { extensionOf } from './formats/format.ts'
import { isPossiblySupported, unsupported } from './formats/registry.ts'
import { fileError } from './read-file.ts'

export type WalkEntry =
  | {
      readonly type: 'file'
      readonly path: string
      /** Below the walked folder, with `/` on every system. */
      readonly relativePath: string
      readonly fingerprint: Fingerprint
    }
  | { readonly type: 'skipped'; readonly path: string; readonly relativePath: string; readonly reason: Reason }

export interface WalkOptions {
  readonly signal?: AbortSignal
  /** Counts what was skipped, by the code of its reason, as the walk goes. */
  readonly counts?: Map<string, number>
}

const maxDepth = 100
/** Entries of one folder that are looked at together. */
const batchLength = 64

/**
 * All files below a folder that may be worth reading, depth first and in the order of their names, and what is passed
 * over, each with its reason; a folder that is passed over counts once. Links are not followed: what they name is read
 * at its own place. Never throws for an entry; it yields to the event loop all the time.
 *
 * @throws AkinError `cancelled` when the signal says so
 */
export async function* walkFolder(root: string, options: WalkOptions = {}): AsyncGenerator<WalkEntry, void> {
  const walk = new Walk(root, await realpath(root).catch(() => root), options)
  yield* walk.folder(root, 0)
}

class Walk {
  readonly #root: string
  readonly #realRoot: string
  readonly #options: WalkOptions

  constructor(root: string, realRoot: string, options: WalkOptions) {
    this.#root = root
    this.#realRoot = realRoot
    this.#options = options
  }

  async *folder(path: string, depth: number): AsyncGenerator<WalkEntry, void> {
    const names = await namesIn(path)
    const ignored = names instanceof Error ? folderReason(names) : depth === 0 ? null : ignoredByContent(names)
    if (names instanceof Error || ignored !== null) {
      yield this.#skip(path, ignored ?? generated)
      return
    }
    const siblings = new Set(names.map(({ name }) => name))
    for (let from = 0; from < names.length; from += batchLength) {
      const batch = names.slice(from, from + batchLength)
      const infos = await Promise.all(batch.map(({ name }) => lstat(join(path, name)).catch((error: unknown) => error as Error)))
      for (const [index, { name, isWhole }] of batch.entries()) {
        if (this.#options.signal?.aborted === true) throw new AkinError('cancelled', 'Cancelled')
        const entry = join(path, name)
        if (!isWhole) yield this.#skip(entry, badName)
        else yield* this.#entry(entry, { name, info: infos[index]!, siblings, depth })
      }
    }
  }

  async *#entry(path: string, { name, info, siblings, depth }: EntryFacts): AsyncGenerator<WalkEntry, void> {
    const reason = info instanceof Error ? reasonOf(info) : await this.#reasonToSkip(path, { name, info, siblings, depth })
    if (info instanceof Error || reason !== null) yield this.#skip(path, reason ?? special)
    else if (info.isDirectory()) yield* this.folder(path, depth + 1)
    else yield { type: 'file', path, relativePath: this.#below(path), fingerprint: fingerprintOf(info) }
  }

  async #reasonToSkip(path: string, { name, info, siblings, depth }: EntryFacts & { info: Stats }): Promise<Reason | null> {
    const reason = ignoredByName(name, info, siblings)
    if (reason !== null) return reason
    if (info.isSymbolicLink()) return this.#linkReason(path)
    return info.isDirectory() && depth >= maxDepth ? tooDeep : null
  }

  /** Why a link is not followed. */
  async #linkReason(path: string): Promise<Reason> {
    try {
      await stat(path)
      const target = await realpath(path)
      const isInside = target === this.#realRoot || target.startsWith(this.#realRoot.replace(/[\\/]$/, '') + sep)
      return isInside ? linkInside : linkOutside
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ELOOP' ? linkLoop : linkBroken
    }
  }

  #skip(path: string, reason: Reason): WalkEntry {
    const { counts } = this.#options
    counts?.set(reason.code, (counts.get(reason.code) ?? 0) + 1)
    return { type: 'skipped', path, relativePath: this.#below(path), reason }
  }

  #below(path: string): string {
    return relative(this.#root, path).split(sep).join('/')
  }
}

function fingerprintOf({ size, mtimeMs }: Stats): Fingerprint {
  return { sizeBytes: size, modifiedAtMs: mtimeMs }
}

interface EntryFacts {
  readonly name: string
  readonly info: Stats | Error
  readonly siblings: ReadonlySet<string>
  readonly depth: number
}

interface EntryName {
  readonly name: string
  /** False when the name on disk is no valid Unicode: such a file cannot be opened by it. */
  readonly isWhole: boolean
}

async function namesIn(path: string): Promise<EntryName[] | Error> {
  try {
    const names = await readdir(path, { encoding: 'buffer' })
    return names
      .map((bytes) => ({ bytes, name: bytes.toString('utf8') }))
      .map(({ bytes, name }) => ({ name, isWhole: Buffer.from(name, 'utf8').equals(bytes) }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  } catch (error) {
    return error as Error
  }
}

const badName: Reason = {
  code: 'bad-name',
  message: 'Its name is not valid Unicode',
  advice: 'Rename it, then import the folder again',
}
const hidden: Reason = { code: 'hidden', message: 'It is hidden', advice: 'Import it by itself if you want it' }
const tooDeep: Reason = { code: 'too-deep', message: 'It lies more than 100 folders deep', advice: 'Import it by itself' }
const special: Reason = { code: 'special-file', message: 'It is a device, a pipe or a socket, not a file', advice: null }
const linkBroken: Reason = { code: 'link', message: 'It is a link to something that is not there', advice: null }
const linkLoop: Reason = { code: 'link', message: 'It is a link that leads back to itself', advice: null }
const linkInside: Reason = { code: 'link', message: 'It is a link; what it names is read at its own place', advice: null }
const linkOutside: Reason = {
  code: 'link',
  message: 'It is a link that leads out of the folder',
  advice: 'Import what it names by itself',
}
const generated: Reason = {
  code: 'generated',
  message: 'It holds what programs made or installed, not what somebody wrote',
  advice: 'Import a folder inside it by itself if you want it',
}
const temporary: Reason = { code: 'temporary', message: 'It is a temporary file of a program', advice: null }

const generatedFolders = new Set([
  'node_modules',
  'bower_components',
  '__pycache__',
  'site-packages',
  '__MACOSX',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
])
const buildFiles = ['Cargo.toml', 'pom.xml', 'build.sbt']
const temporaryName = /^(?:~\$.*|\$.*\.tmp|.*\.(?:tmp|swp|swo|part|crdownload|lock)|.*~|Thumbs\.db|desktop\.ini)$/i

function ignoredByName(name: string, info: Stats, siblings: ReadonlySet<string>): Reason | null {
  if (name.startsWith('.')) return hidden
  if (info.isSymbolicLink()) return null
  if (info.isDirectory()) {
    const isBuild = name === 'target' && buildFiles.some((file) => siblings.has(file))
    return isBuild || generatedFolders.has(name) ? generated : null
  }
  if (!info.isFile()) return special
  if (temporaryName.test(name)) return temporary
  if (isPossiblySupported(name)) return null
  const extension = extensionOf(name)
  return reasonOf(unsupported({ name, extension }, binaryFamilyOfExtension(extension)))
}

/** Python's virtual environments have any name; caches of good manners carry a tag (bford.info/cachedir). */
function ignoredByContent(names: readonly EntryName[]): Reason | null {
  return names.some(({ name }) => name === 'pyvenv.cfg' || name === 'CACHEDIR.TAG') ? generated : null
}

function folderReason(error: Error): Reason {
  const reason = reasonOf(error)
  if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return reason
  return {
    ...reason,
    message: 'Akin may not read the folder',
    advice: 'Allow reading it in its properties, then import it again',
  }
}

function reasonOf(error: Error): Reason {
  const { code, message, advice } = error instanceof AkinError ? error : fileError(error)
  return { code, message, advice: advice ?? null }
}
