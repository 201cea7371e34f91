import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom, type Random } from './random.ts'

/**
 * A folder of small made-up files that changes from round to round: notes in Markdown, texts, pages, and a few that
 * cannot be read. Each file that can be read has a word of its own (`mark`), which changes with its content.
 */
export class FileFolder {
  readonly folder: string
  /** What lies in the folder, by path below it. */
  readonly files = new Map<string, MadeFile>()
  readonly #random: Random
  #made = 0

  constructor(folder: string, seed: number) {
    this.folder = folder
    this.#random = seededRandom(seed)
  }

  get readable(): MadeFile[] {
    return [...this.files.values()].filter(({ mark }) => mark !== null)
  }

  add(count: number): void {
    for (let i = 0; i < count; i++) {
      const number = ++this.#made
      const kind =
        number % 40 === 0 ? 'empty' : number % 41 === 0 ? 'broken' : this.#random.pick(['md', 'md', 'txt', 'html'] as const)
      this.#write(`${this.#random.pick(['', 'garden/', 'work/', 'work/letters/'])}file-${number}`, kind, 1)
    }
  }

  /** Changes so many files and removes so many others. */
  change(updates: number, removals: number): { updated: MadeFile[]; removed: MadeFile[] } {
    const chosen = this.#random.some(this.readable, updates + removals)
    const removed = chosen.slice(updates)
    for (const file of removed) {
      rmSync(join(this.folder, file.path))
      this.files.delete(file.path)
    }
    const updated = chosen.slice(0, updates).map((file) => this.#write(file.base, file.kind, file.version + 1))
    return { updated, removed }
  }

  #write(base: string, kind: FileKind, version: number): MadeFile {
    const number = /\d+$/.exec(base)![0]
    const mark = kind === 'empty' || kind === 'broken' ? null : `qz${number}v${version}`
    const title = `Piece ${number}`
    const path = `${base}.${kind === 'empty' ? 'txt' : kind === 'broken' ? 'pdf' : kind}`
    const body =
      kind === 'empty'
        ? ''
        : kind === 'broken'
          ? '%PDF-1.7\nbroken'
          : contentOf(kind, { title, mark: mark!, random: this.#random })
    const file = { base, path, kind, version, mark, title }
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), body)
    this.files.set(path, file)
    return file
  }
}

type FileKind = 'md' | 'txt' | 'html' | 'empty' | 'broken'

export interface MadeFile {
  readonly base: string
  readonly path: string
  readonly kind: FileKind
  readonly version: number
  /** The word that only this version of this file has; `null` for what cannot be read. */
  readonly mark: string | null
  readonly title: string
}

const subjects = [
  'The gardener',
  'A neighbour',
  'The committee',
  'My sister',
  'The ferry',
  'An old printer',
  'The river',
  'Nobody',
]
const verbs = ['watered', 'repaired', 'postponed', 'described', 'crossed', 'painted', 'lost', 'remembered']
const objects = [
  'the tomatoes',
  'a broken gate',
  'the meeting',
  'the winter storm',
  'a letter',
  'the harbour wall',
  'two bicycles',
  'the recipe',
]

/** A sentence that means something, so that its vector differs from others'. */
export function sentence(random: Random): string {
  return `${random.pick(subjects)} ${random.pick(verbs)} ${random.pick(objects)} ${random.pick(['again', 'in spring', 'at noon', 'by mistake'])}.`
}

function contentOf(kind: FileKind, { title, mark, random }: { title: string; mark: string; random: Random }): string {
  const body = `${sentence(random)} ${sentence(random)} The word is ${mark}. ${sentence(random)}`
  if (kind === 'md') return `---\ntitle: ${title}\ntags: [made]\n---\n\n${body}\n`
  if (kind === 'html')
    return `<!doctype html><html lang="en"><head><title>${title}</title></head><body><article><p>${body}</p></article></body></html>`
  return `${title}\n\n${body}\n`
}
