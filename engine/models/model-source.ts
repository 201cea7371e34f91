import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, extname, join, posix } from 'node:path'
import { AkinError } from '../../shared/errors.ts'

/** A folder or zip file that holds a model, without its way there: all paths are below the folder with the tokenizer. */
export interface ModelSource {
  /** Name of the folder or zip file, for the model's name. */
  readonly name: string
  readonly files: readonly SourceFile[]
  /** A small file as a whole. */
  read(path: string): Promise<Buffer>
  /** The content from the beginning on. */
  stream(path: string): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>
  /** A file on the disk with that content, for reading at any place: unpacked for it if need be. */
  onDisk(path: string, signal?: AbortSignal): Promise<string>
  close(): Promise<void>
}

export interface SourceFile {
  /** With `/`. */
  readonly path: string
  readonly bytes: number
}

/** No model has so many files, and no person means a folder that deep. */
export const sourceLimits = { files: 2_000, depth: 5, settingsBytes: 64 * 1024 * 1024, totalBytes: 64 * 1024 ** 3 }

/** @throws AkinError `file-not-found`, `file-unreadable`, `bad-request`, `unsupported-format` */
export async function openSource(path: string, workFolder: () => string): Promise<ModelSource> {
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined) throw new AkinError('file-not-found', `There is nothing at ${path}`)
  if (info.isDirectory()) return openFolder(path)
  if (extname(path).toLowerCase() === '.zip' || isZip(path)) return (await import('./zip-source.ts')).openZip(path, workFolder)
  throw new AkinError('unsupported-format', `${basename(path)} is neither a folder nor a zip file`, {
    advice: 'Choose the folder that holds the model, or a zip file of it',
  })
}

/** By its first bytes: what was uploaded has no name. */
function isZip(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(4)
    readSync(file, head, 0, 4, 0)
    return head.equals(Buffer.from('PK\u0003\u0004'))
  } finally {
    closeSync(file)
  }
}

function openFolder(folder: string): ModelSource {
  const all = walk(folder)
  const root = rootOf(all, basename(folder))
  const place = (path: string): string => join(folder, root, path)
  return {
    name: nameOfFolder(folder, root),
    files: below(all, root),
    read: (path) => readFile(place(path)),
    stream: (path) => createReadStream(place(path), { highWaterMark: 1 << 20 }),
    onDisk: (path) => Promise.resolve(place(path)),
    close: () => Promise.resolve(),
  }
}

/** Files below a folder. Links to files are followed, since download caches are made of them; links to folders are not. */
function walk(folder: string): SourceFile[] {
  const files: SourceFile[] = []
  const visit = (inner: string, depth: number): void => {
    for (const entry of list(join(folder, inner))) {
      if (entry.name.startsWith('.')) continue
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`
      if (entry.isDirectory()) {
        if (depth < sourceLimits.depth) visit(path, depth + 1)
        continue
      }
      const info = statSync(join(folder, path), { throwIfNoEntry: false })
      if (info?.isFile() !== true) continue
      files.push({ path, bytes: info.size })
      if (files.length > sourceLimits.files) throw tooManyFiles(basename(folder))
    }
  }
  visit('', 0)
  return files
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw new AkinError('file-unreadable', `The folder ${basename(folder)} cannot be read`, { cause, details: { folder } })
  }
}

export function tooManyFiles(name: string): AkinError {
  return new AkinError('bad-request', `${name} holds more than ${sourceLimits.files} files: this is not one model`, {
    advice: 'Choose the folder of the model itself',
  })
}

/**
 * The folder below which the model lies: the one with `tokenizer.json`, else with `config.json`.
 *
 * @throws AkinError `bad-request` when there are several, side by side
 */
export function rootOf(files: readonly SourceFile[], name: string): string {
  for (const wanted of ['tokenizer.json', 'config.json']) {
    const folders = files.filter(({ path }) => posix.basename(path) === wanted).map(({ path }) => posix.dirname(path))
    if (folders.length === 0) continue
    const depth = (folder: string): number => (folder === '.' ? 0 : folder.split('/').length)
    const least = Math.min(...folders.map(depth))
    const nearest = folders.filter((folder) => depth(folder) === least)
    if (nearest.length === 1) return nearest[0] === '.' ? '' : nearest[0]!
    throw new AkinError('bad-request', `${name} holds several models: ${nearest.slice(0, 5).join(', ')}`, {
      advice: 'Choose the folder of one of them',
      details: { folders: nearest },
    })
  }
  return ''
}

export function below(files: readonly SourceFile[], root: string): SourceFile[] {
  if (root === '') return [...files]
  return files
    .filter(({ path }) => path.startsWith(`${root}/`))
    .map(({ path, bytes }) => ({ path: path.slice(root.length + 1), bytes }))
}

/** In the cache of a hub's own tools a model lies in `models--owner--name/snapshots/<commit>`. */
function nameOfFolder(folder: string, root: string): string {
  const parts = join(folder, root)
    .split(/[/\\]/)
    .filter((part) => part !== '')
  const cached = parts.toReversed().find((part) => part.startsWith('models--'))
  return cached === undefined ? (parts.at(-1) ?? 'model') : cached.split('--').slice(2).join('--')
}
