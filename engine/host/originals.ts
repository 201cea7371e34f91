import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AkinError } from '../../shared/errors.ts'
import { fsyncFile, syncFolder } from '../platform/fsync.ts'

const hashPattern = /^[0-9a-f]{64}$/

/**
 * Copies of what has no file of its own on this computer (uploads, texts made by the caller), each named by the
 * SHA-256 of its bytes: `originals/ab/abcdef…`. Several processes may add at once.
 */
export class OriginalStore {
  readonly #folder: string

  /** @param libraryFolder the library's folder; `originals/` is made in it when needed */
  constructor(libraryFolder: string) {
    this.#folder = join(libraryFolder, 'originals')
  }

  /**
   * Keeps a stream's bytes; on the disk when it resolves.
   *
   * @returns the SHA-256 of the bytes, hexadecimal
   * @throws AkinError `file-too-large` past `maxBytes`, `disk-full`
   */
  async add(content: Readable, { maxBytes }: { maxBytes: number }): Promise<{ id: string; sizeBytes: number }> {
    mkdirSync(join(this.#folder, 'incoming'), { recursive: true, mode: 0o700 })
    const temporary = join(this.#folder, 'incoming', randomUUID())
    const hash = createHash('sha256')
    let sizeBytes = 0
    const measure = new Transform({
      transform(part: Buffer, _encoding, next) {
        sizeBytes += part.length
        hash.update(part)
        next(sizeBytes > maxBytes ? tooLarge(maxBytes) : null, part)
      },
    })
    try {
      await pipeline(content, measure, createWriteStream(temporary, { mode: 0o600 }))
      fsyncFile(temporary)
      const id = hash.digest('hex')
      this.#place(temporary, id)
      return { id, sizeBytes }
    } catch (error) {
      rmSync(temporary, { force: true })
      throw writeError(error)
    }
  }

  has(id: string): boolean {
    return hashPattern.test(id) && existsSync(this.pathOf(id))
  }

  /** Where the bytes with this hash lie. */
  pathOf(id: string): string {
    if (!hashPattern.test(id)) throw new AkinError('bad-request', 'An upload is named by 64 hexadecimal digits')
    return join(this.#folder, id.slice(0, 2), id)
  }

  /** @throws AkinError `file-not-found` */
  async read(id: string): Promise<Uint8Array> {
    if (!this.has(id)) throw new AkinError('file-not-found', 'The copy of this upload is gone', { advice: 'Add the file again' })
    return readFile(this.pathOf(id))
  }

  stream(id: string): Readable {
    return createReadStream(this.pathOf(id))
  }

  remove(ids: Iterable<string>): void {
    for (const id of ids) rmSync(this.pathOf(id), { force: true })
  }

  /** Removes what was never imported: copies older than `olderThanMs` of which `isUsed` says no. */
  async removeUnused(isUsed: (id: string) => Promise<boolean>, olderThanMs: number): Promise<number> {
    let removed = 0
    const before = Date.now() - olderThanMs
    for (const file of this.#files()) {
      const { name, path } = file
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > before) continue
      if (hashPattern.test(name) && (await isUsed(name))) continue
      rmSync(path, { force: true })
      removed++
    }
    return removed
  }

  sizeBytes(): number {
    let total = 0
    for (const { path } of this.#files()) total += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return total
  }

  *#files(): Generator<{ name: string; path: string }> {
    if (!existsSync(this.#folder)) return
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) yield { name: entry.name, path: join(entry.parentPath, entry.name) }
    }
  }

  #place(temporary: string, id: string): void {
    const path = this.pathOf(id)
    if (existsSync(path)) {
      rmSync(temporary)
      return
    }
    const folder = join(this.#folder, id.slice(0, 2))
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    renameSync(temporary, path)
    syncFolder(folder)
    syncFolder(this.#folder)
  }
}

function tooLarge(maxBytes: number): AkinError {
  return new AkinError('file-too-large', `The file is larger than ${Math.round(maxBytes / 1_000_000)} MB`, {
    advice: 'Split it, or leave it out',
  })
}

function writeError(error: unknown): unknown {
  if ((error as { code?: unknown }).code === 'ENOSPC') {
    return new AkinError('disk-full', 'The disk is full', {
      cause: error,
      retryable: true,
      advice: 'Free some space, then add the file again',
    })
  }
  return error
}
