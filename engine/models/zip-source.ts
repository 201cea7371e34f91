import { existsSync } from 'node:fs'
import { basename, extname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { AkinError } from '../../shared/errors.ts'
import { InnerPath } from './manifest.ts'
import { requireRoom, writeHashed } from './model-files.ts'
import { below, rootOf, sourceLimits, tooManyFiles, type ModelSource, type SourceFile } from './model-source.ts'

/** Weights hardly shrink when they are packed: what shrinks more than this is made to fill a disk. */
const mostShrinking = 200

/**
 * A model in a zip file. Names that lead out of it, links, passwords, and entries that are larger than they say are
 * refused; nothing is unpacked but what is asked for.
 *
 * @param workFolder where files go that are read at any place
 * @throws AkinError `damaged-file`, `encrypted`, `bad-request`, `too-large`
 */
export async function openZip(path: string, workFolder: () => string): Promise<ModelSource> {
  const name = basename(path)
  const zip = await openArchive(path, name)
  try {
    const entries = await readEntries(zip, name)
    const all = [...entries].map(([inner, entry]): SourceFile => ({ path: inner, bytes: entry.uncompressedSize }))
    const root = rootOf(all, name)
    return new ZipSource({ zip, entries, root, path, workFolder, files: below(all, root) })
  } catch (error) {
    zip.close()
    throw error
  }
}

async function openArchive(path: string, name: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true })
  } catch (cause) {
    throw damaged(name, cause)
  }
}

async function readEntries(zip: ZipFile, name: string): Promise<Map<string, Entry>> {
  if (zip.entryCount > sourceLimits.files) throw tooManyFiles(name)
  const entries = new Map<string, Entry>()
  let total = 0
  try {
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry, name)
      // Of folders there is nothing to take, and what a Mac adds is not the model's
      if (entry.fileName.endsWith('/') || entry.fileName.startsWith('__MACOSX/')) continue
      if (posix.basename(entry.fileName).startsWith('.')) continue
      total += entry.uncompressedSize
      if (total > sourceLimits.totalBytes) throw tooLarge(name)
      entries.set(entry.fileName, entry)
    }
  } catch (error) {
    throw error instanceof AkinError ? error : damaged(name, error)
  }
  return entries
}

/** Upper half of the attributes: the mode of Unix, in which a link is 0120000. */
const linkMode = 0o120000
const kindMask = 0o170000

function checkEntry(entry: Entry, zip: string): void {
  const path = entry.fileName
  const isFolder = path.endsWith('/')
  if (!InnerPath.safeParse(isFolder ? path.slice(0, -1) : path).success) {
    throw new AkinError('bad-request', `${zip} holds a file whose name leads out of it`, {
      advice: 'This zip file cannot be trusted; nothing was unpacked',
      details: { path: path.slice(0, 200) },
    })
  }
  if (((entry.externalFileAttributes >>> 16) & kindMask) === linkMode) {
    throw new AkinError('bad-request', `${zip} holds a link to another file: ${path}`, {
      advice: 'Make the zip file anew with the files themselves',
    })
  }
  if (entry.isEncrypted()) {
    throw new AkinError('encrypted', `${zip} is protected by a password`, { advice: 'Unpack it and import the folder' })
  }
  if (entry.uncompressedSize > 1_000_000 && entry.uncompressedSize > entry.compressedSize * mostShrinking) throw tooLarge(zip)
}

interface ZipSourceOptions {
  readonly zip: ZipFile
  readonly entries: ReadonlyMap<string, Entry>
  readonly root: string
  readonly path: string
  readonly workFolder: () => string
  readonly files: readonly SourceFile[]
}

class ZipSource implements ModelSource {
  readonly name: string
  readonly files: readonly SourceFile[]
  readonly #options: ZipSourceOptions

  constructor(options: ZipSourceOptions) {
    const { root, path } = options
    this.#options = options
    this.files = options.files
    this.name = root === '' ? basename(path, extname(path)) : posix.basename(root)
  }

  async read(path: string): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of await this.stream(path)) parts.push(Buffer.from(part))
    return Buffer.concat(parts)
  }

  async stream(path: string): Promise<AsyncIterable<Uint8Array>> {
    const { zip, entries, root } = this.#options
    const entry = entries.get(root === '' ? path : `${root}/${path}`)
    const name = basename(this.#options.path)
    if (entry === undefined) throw new AkinError('not-found', `${name} does not hold ${path}`)
    if (!entry.canDecodeFileData()) {
      throw new AkinError('unsupported-format', `${name} is packed in a way that Akin does not read`, {
        advice: 'Unpack it and import the folder',
      })
    }
    try {
      return whole(await zip.openReadStreamPromise(entry), entry.crc32, name)
    } catch (cause) {
      throw damaged(name, cause)
    }
  }

  async onDisk(path: string, signal?: AbortSignal): Promise<string> {
    const folder = this.#options.workFolder()
    const target = join(folder, path)
    if (existsSync(target)) return target
    requireRoom(folder, this.files.find((file) => file.path === path)?.bytes ?? 0, path)
    await writeHashed(await this.stream(path), target, { signal })
    return target
  }

  close(): Promise<void> {
    this.#options.zip.close()
    return Promise.resolve()
  }
}

/** The bytes of an entry, with their check sum compared at the end. */
async function* whole(stream: Readable, expected: number, name: string): AsyncGenerator<Uint8Array> {
  let sum = 0
  try {
    for await (const part of stream) {
      sum = crc32(part as Uint8Array, sum)
      yield part as Uint8Array
    }
  } catch (cause) {
    throw damaged(name, cause)
  }
  if (sum !== expected) throw damaged(name, new Error('a check sum is wrong'))
}

function damaged(name: string, cause: unknown): AkinError {
  if (cause instanceof AkinError) return cause
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (code === 'EACCES' || code === 'EPERM') return new AkinError('file-unreadable', `${name} may not be read`, { cause })
  return new AkinError('damaged-file', `${name} is not a whole zip file`, {
    advice: 'Get the file again: it may have been cut off on its way',
    details: { reason: cause instanceof Error ? cause.message : String(cause) },
    cause,
  })
}

function tooLarge(name: string): AkinError {
  return new AkinError('too-large', `${name} unpacks to far more than a model`, {
    advice: 'Nothing was unpacked. If it is a model after all, unpack it yourself and import the folder',
  })
}
