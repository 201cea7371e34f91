import { chmod, copyFile, mkdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { AkinError } from '../shared/errors.ts'

/**
 * Files that systems show in a program of their own. What is not listed might be run by a double click (on Windows that
 * holds for `.js` and `.py`), and a library may hold files from anybody.
 */
const shownExtensions: ReadonlySet<string> = new Set(
  (
    '.txt .text .log .md .markdown .mdown .mkd .rst .org .adoc .tex .csv .tsv .json .jsonl .yaml .yml .toml .xml .opml ' +
    '.html .htm .xhtml .pdf .epub .docx .doc .odt .rtf .pptx .odp .xlsx .ods .eml .mbox .srt .vtt .ics ' +
    '.png .jpg .jpeg .gif .webp .svg .tif .tiff'
  ).split(' '),
)

export interface Original {
  readonly path: string
  /** File name as the person knows it; differs from the path's where Akin keeps a copy. */
  readonly name: string
}

/** Originals that Akin keeps under a hash, under their own names for other programs to open. */
export class NamedCopies {
  readonly #folder: string
  #count = 0

  /** @param folder made when needed, removed by `clear` */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where the original lies under its own name: itself, or a copy that cannot be written by mistake. */
  async pathOf({ path, name }: Original): Promise<string> {
    if (basename(path) === name) return path
    const copy = join(this.#folder, String(++this.#count), safeName(name))
    await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
    await copyFile(path, copy)
    await chmod(copy, 0o400)
    return copy
  }

  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/**
 * The file behind a path when it is one that may be handed to another program.
 *
 * @throws AkinError `file-not-found`; `not-allowed` for what the system might run
 */
export async function requireShown(path: string): Promise<string> {
  const file = await requireFile(path)
  const { mode } = await stat(file)
  const extension = extname(file).toLowerCase()
  const isShown = extension === '' ? (mode & 0o111) === 0 : shownExtensions.has(extension)
  if (isShown) return file
  throw new AkinError('not-allowed', 'Akin does not open this kind of file, since the system might run it', {
    advice: 'Show it in its folder, and open it from there if you know it',
  })
}

/**
 * The file behind a path, links followed.
 *
 * @throws AkinError `file-not-found`
 */
export async function requireFile(path: string): Promise<string> {
  try {
    const file = await realpath(path)
    if ((await stat(file)).isFile()) return file
  } catch (cause) {
    throw notFound(cause)
  }
  throw notFound(undefined)
}

function notFound(cause: unknown): AkinError {
  return new AkinError('file-not-found', 'The original is not there any more', {
    advice: 'It may have been moved or renamed. Akin still has its text',
    cause,
  })
}

/** Characters that some file system refuses, and those that no name shows. */
const reservedCharacters = /[<>:"/\\|?*\p{Cc}]/gu

/** A name that every file system takes and that stays in its folder. */
function safeName(name: string): string {
  const safe = basename(name).replaceAll(reservedCharacters, '_').replace(/^\.+/, '_').slice(-150)
  return safe === '' ? 'original' : safe
}
