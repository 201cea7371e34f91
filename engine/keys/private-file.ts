import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs'
import { dirname } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import { syncFolder } from '../platform/fsync.ts'

const largestBytes = 1024 * 1024
const privateMode = 0o600
const privateFolderMode = 0o700

/** Windows has neither owners nor permission bits here: the profile's folder protects its files. */
const { getuid } = process

/**
 * Reads a file that this account alone may read. Permissions that let others in are taken back.
 *
 * @returns `null` when there is no such file
 * @throws AkinError `key-store-failed` for a link, for what is no file, and for a file of somebody else
 */
export function readPrivateFile(file: string): string | null {
  requireOwnFolder(dirname(file))
  const descriptor = openWithoutLinks(file)
  if (descriptor === null) return null
  try {
    const stats = fstatSync(descriptor)
    requireOwn(stats, file)
    if (!stats.isFile() || stats.size > largestBytes) throw untrusted(`${file} is not the file that Akin wrote`)
    if (getuid !== undefined && (stats.mode & 0o077) !== 0) fchmodSync(descriptor, privateMode)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a file that this account alone may read, never a part of it: beside its place, synced, renamed. Its folder is
 * made when it is not there.
 *
 * @throws AkinError `key-store-failed` where `readPrivateFile` would
 */
export function writePrivateFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: privateFolderMode })
  requireOwnFolder(dirname(file))
  requireReplaceable(file)
  const temporary = `${file}.tmp`
  // One that a crash left, or a link that somebody put there
  rmSync(temporary, { force: true })
  const descriptor = openSync(temporary, 'wx', privateMode)
  try {
    const bytes = Buffer.from(content)
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
  syncFolder(dirname(file))
}

/** Removes the file and what a crash may have left beside it. */
export function removePrivateFile(file: string): void {
  requireReplaceable(file)
  for (const one of [file, `${file}.tmp`]) rmSync(one, { force: true })
}

function openWithoutLinks(file: string): number | null {
  try {
    if (getuid === undefined) requireReplaceable(file)
    return openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code === 'ELOOP' || code === 'EMLINK') throw untrusted(`${file} is a link`)
    throw error
  }
}

function requireReplaceable(file: string): void {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (stats.isSymbolicLink()) throw untrusted(`${file} is a link`)
  if (!stats.isFile()) throw untrusted(`${file} is not a file`)
  requireOwn(stats, file)
}

/** Who may write the folder may put another file in the place of this one. */
function requireOwnFolder(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (stats === undefined || getuid === undefined) return
  requireOwn(stats, folder)
  if ((stats.mode & 0o002) !== 0) {
    throw untrusted(`Everybody may write in the folder ${folder}`, 'Take that permission back, then try again')
  }
}

function requireOwn(stats: Stats, path: string): void {
  if (getuid !== undefined && stats.uid !== getuid()) throw untrusted(`${path} belongs to another account`)
}

function untrusted(message: string, advice = 'Remove it, then type the keys in again'): AkinError {
  return new AkinError('key-store-failed', message, { advice })
}
