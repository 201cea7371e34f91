import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import { fsyncFile } from '../platform/fsync.ts'

/** SHA-256 of a file in hexadecimal, read in parts. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20, ...(signal === undefined ? {} : { signal }) })) {
    hash.update(part as Buffer)
  }
  return hash.digest('hex')
}

/**
 * Writes a stream to a new file, synced, and tells its size and SHA-256.
 *
 * @throws AkinError `disk-full`; whatever the stream rejects with
 */
export async function writeHashed(
  source: AsyncIterable<Uint8Array>,
  target: string,
  options: { signal?: AbortSignal | undefined; onBytes?: ((count: number) => void) | undefined } = {},
): Promise<{ bytes: number; sha256: string }> {
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(target, 'w', 0o600)
  try {
    for await (const part of source) {
      options.signal?.throwIfAborted()
      hash.update(part)
      await file.writeFile(part)
      bytes += part.length
      options.onBytes?.(part.length)
    }
  } catch (error) {
    throw diskError(error, dirname(target), null)
  } finally {
    await file.close()
  }
  fsyncFile(target)
  return { bytes, sha256: hash.digest('hex') }
}

/** Every file below a folder, as paths with `/`, sorted. */
export function filesBelow(folder: string, prefix = ''): string[] {
  if (!existsSync(folder)) return []
  const paths: string[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = prefix + entry.name
    if (entry.isDirectory()) paths.push(...filesBelow(join(folder, entry.name), `${path}/`))
    else if (entry.isFile()) paths.push(path)
  }
  return paths.toSorted()
}

/** Bytes of all files below a folder; 0 when it is not there. */
export function bytesBelow(folder: string): number {
  let bytes = 0
  for (const path of filesBelow(folder)) bytes += statSync(join(folder, path), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

/** Kept free beside what is written: the library goes on being written meanwhile. */
const spareBytes = 16 * 1024 * 1024

/** @throws AkinError `disk-full` that says how much is needed and how much there is */
export function requireRoom(folder: string, neededBytes: number, name: string): void {
  if (neededBytes === 0) return
  const { bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes + spareBytes) return
  throw noRoom(name, neededBytes + spareBytes, freeBytes)
}

function noRoom(name: string, neededBytes: number, freeBytes: number, cause?: unknown): AkinError {
  return new AkinError(
    'disk-full',
    `There is no room for ${name}: it needs ${megabytes(neededBytes)} and ${megabytes(freeBytes)} are free`,
    {
      advice: 'Free some space, then go on: what is here already is kept',
      retryable: true,
      details: { neededBytes, freeBytes },
      cause,
    },
  )
}

/** Turns what the system says when a disk is full or cannot be written into an error of ours; others are returned. */
export function diskError(error: unknown, folder: string, missing: { name: string; bytes: number } | null): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const { bavail, bsize } = statfsSync(folder)
    if (missing !== null) return noRoom(missing.name, missing.bytes, bavail * bsize, error)
    return new AkinError('disk-full', 'The disk is full', {
      advice: 'Free some space, then try again',
      retryable: true,
      cause: error,
    })
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new AkinError('library-read-only', 'The library’s folder for models cannot be written', {
      advice: 'Allow writing to the library’s folder, then try again',
      details: { folder },
      cause: error,
    })
  }
  return error
}

/** 12,345,678 as "12.3 MB", the way downloads are counted: 1,000 KB to the MB. */
export function megabytes(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} KB`
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`
}
