import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

export interface FileHash {
  /** SHA-256, hexadecimal. */
  readonly sha256: string
  readonly sizeBytes: number
}

/**
 * What snapshots need of a file system, one method for each step between which a process can be killed or the power can
 * fail: tests put themselves in between. Nothing is on the disk for certain until it was synced: a file's bytes by
 * `sync`, names that were added, changed or removed by `syncFolder`.
 *
 * Errors are those of Node (`ENOENT`, `ENOSPC`, …), save for what `fill`'s callback throws.
 */
export interface SnapshotFiles {
  makeFolder(folder: string): Promise<void>
  /** Names in a folder. */
  list(folder: string): Promise<string[]>
  read(path: string): Promise<string>
  /** Reads a file of any size piece by piece. */
  hash(path: string): Promise<FileHash>
  /** Writes a small file, in place of what was there. */
  write(path: string, text: string): Promise<void>
  /** Lets other code write a file, which it syncs itself. */
  fill(path: string, write: (path: string) => Promise<void>): Promise<void>
  sync(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Nothing happens when there is no such file. */
  remove(path: string): Promise<void>
  syncFolder(folder: string): Promise<void>
}

/** The real file system. Files are readable by their owner only. */
export const nodeSnapshotFiles: SnapshotFiles = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  },
  list: (folder) => readdir(folder),
  read: (path) => readFile(path, 'utf8'),
  async hash(path) {
    const hash = createHash('sha256')
    let sizeBytes = 0
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        sizeBytes += piece.length
        hash.update(piece)
      }
    })
    return { sha256: hash.digest('hex'), sizeBytes }
  },
  async write(path, text) {
    const file = await open(path, 'w', 0o600)
    try {
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  },
  fill: (path, write) => write(path),
  sync: (path) => syncPath(path, 'r+'),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  async syncFolder(folder) {
    if (process.platform !== 'win32') await syncPath(folder, 'r')
  },
}

async function syncPath(path: string, flags: string): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
