import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { AkinError } from '../../shared/errors.ts'
import type { Fingerprint } from '../library/library-store.ts'
import { fileEmpty } from './parse-file.ts'
import { fileTooLarge } from './parser-pool.ts'

export interface ReadOptions {
  /** Larger files are refused unread. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

export interface ReadFile {
  readonly bytes: Uint8Array
  /** Of the bytes, hexadecimal. */
  readonly sha256: string
  /** How the file looked before it was read: one that changes meanwhile is seen as changed the next time. */
  readonly fingerprint: Fingerprint
}

const stepLength = 4 * 1024 * 1024

/**
 * Reads a whole file of a bearable size.
 *
 * @throws AkinError `file-not-found`, `file-unreadable`, `file-too-large`, `file-empty`, `cancelled`
 */
export async function readForImport(path: string, { maxBytes, signal }: ReadOptions): Promise<ReadFile> {
  const file = await opened(path)
  try {
    const info = await file.stat()
    refuse(info, maxBytes)
    const { bytes, sha256 } = await readAll(file, { size: info.size, maxBytes, signal })
    if (bytes.length === 0) throw fileEmpty()
    return { bytes, sha256, fingerprint: { sizeBytes: info.size, modifiedAtMs: info.mtimeMs } }
  } catch (error) {
    throw error instanceof AkinError ? error : fileError(error)
  } finally {
    await file.close()
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    // Without waiting: a pipe that nobody writes to would keep `open` for ever
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw fileError(error)
  }
}

function refuse(info: Stats, maxBytes: number): void {
  if (info.isDirectory()) throw new AkinError('file-unreadable', 'It is a folder, not a file', { advice: 'Add it as a folder' })
  if (!info.isFile()) throw new AkinError('file-unreadable', 'It is a device or a pipe, not a file')
  if (info.size > maxBytes) throw fileTooLarge(info.size, maxBytes)
}

interface ReadAllOptions extends ReadOptions {
  readonly size: number
}

/** Reads to the end, which may have moved since the size was taken. */
async function readAll(
  file: FileHandle,
  { size, maxBytes, signal }: ReadAllOptions,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const hash = createHash('sha256')
  let buffer = new Uint8Array(size + 1)
  let length = 0
  for (;;) {
    if (signal?.aborted === true) throw new AkinError('cancelled', 'Cancelled')
    const { bytesRead } = await file.read(buffer, length, Math.min(stepLength, buffer.length - length))
    if (bytesRead === 0) break
    hash.update(buffer.subarray(length, length + bytesRead))
    length += bytesRead
    if (length > maxBytes) throw fileTooLarge(length, maxBytes)
    if (length === buffer.length) buffer = grown(buffer)
  }
  return { bytes: buffer.subarray(0, length), sha256: hash.digest('hex') }
}

function grown(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(buffer.length + stepLength)
  larger.set(buffer)
  return larger
}

/** Turns what the system says about a file into words for a person. */
export function fileError(cause: unknown): AkinError {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ERR_INVALID_ARG_VALUE':
      return new AkinError('file-not-found', 'The file is not there any more', {
        advice: 'Put it back or choose it at its new place',
        cause,
      })
    case 'EACCES':
    case 'EPERM':
      return new AkinError('file-unreadable', 'Akin may not read the file', {
        advice: 'Allow reading it in its properties, then retry',
        cause,
      })
    case 'EMFILE':
    case 'ENFILE':
      return new AkinError('file-unreadable', 'Too many files are open on this computer', {
        advice: 'Close some programs, then retry',
        retryable: true,
        cause,
      })
    default:
      return new AkinError('file-unreadable', 'The file could not be read', {
        advice: 'Check the disk or the network drive that it is on, then retry',
        details: { code },
        retryable: true,
        cause,
      })
  }
}
