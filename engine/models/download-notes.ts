import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../platform/replace-file.ts'
import type { ManifestFile } from './manifest.ts'

/** Beside the files that it is about; a folder without it was not left by a download. */
export const notesName = '.download.json'

const FileNote = z.object({
  /** What the host called the content whose beginning is in the part file. */
  etag: z.string().nullable(),
  /** The hub's hash of it, and its length. */
  sha256: z.string().nullable(),
  bytes: z.int().nonnegative().nullable(),
  /** How much of the part file is certain to be on the disk. */
  syncedBytes: z.int().nonnegative(),
  /** Hash and size once the file is complete and was found right. */
  done: z.object({ bytes: z.int().nonnegative(), sha256: z.string() }).nullable(),
})
export type FileNote = z.infer<typeof FileNote>

const Notes = z.object({
  hub: z.string(),
  repository: z.string(),
  revision: z.string(),
  commit: z.string().nullable(),
  files: z.record(z.string(), FileNote),
})

const blank: FileNote = { etag: null, sha256: null, bytes: null, syncedBytes: 0, done: null }

/** What a download knows of the files it has begun, kept beside them so that a restart goes on where it stopped. */
export class DownloadNotes {
  readonly #file: string
  readonly #notes: z.infer<typeof Notes>

  /** Reads the notes of a folder; those of another hub or revision are good for complete files only. */
  constructor(folder: string, from: { hub: string; repository: string; revision: string }) {
    this.#file = join(folder, notesName)
    const found = readNotes(this.#file)
    const isSame = found !== null && found.repository === from.repository && found.revision === from.revision
    const files = isSame ? found.files : {}
    if (isSame && found.hub !== from.hub) {
      for (const [path, note] of Object.entries(files)) files[path] = { ...blank, done: note.done }
    }
    this.#notes = { ...from, commit: isSame && found.hub === from.hub ? found.commit : null, files }
  }

  get commit(): string | null {
    return this.#notes.commit
  }

  of(path: string): FileNote {
    return this.#notes.files[path] ?? blank
  }

  change(path: string, changes: Partial<FileNote>, commit?: string | null): void {
    this.#notes.files[path] = { ...this.of(path), ...changes }
    this.#notes.commit ??= commit ?? null
    replaceFile(this.#file, JSON.stringify(this.#notes))
  }

  /** Forgets all about a file. */
  forget(path: string): void {
    this.change(path, blank)
  }

  done(path: string): ManifestFile | null {
    const { done } = this.of(path)
    return done === null ? null : { path, ...done }
  }
}

/** Notes that cannot be read are none: whatever they were about is fetched again. */
function readNotes(file: string): z.infer<typeof Notes> | null {
  if (!existsSync(file)) return null
  try {
    return Notes.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    rmSync(file, { force: true })
    return null
  }
}
