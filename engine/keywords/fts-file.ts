import { existsSync, mkdirSync, openSync, readSync, closeSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { AkinError, isCode } from '../../shared/errors.ts'
import { Database } from '../platform/database.ts'
import { replaceFile } from '../platform/replace-file.ts'
import { walStateOf } from './wal-check.ts'

/** Raised when what a document's terms are made of changes: an index of another version is built anew. */
export const analysisVersion = 1

/**
 * How BM25 weighs the columns: the title twice, as measured best on Cranfield; headings stand in the text as well,
 * so they add a little; names of files and authors are found but do not push a document up. `codes` has what is written
 * with separators once more without them.
 */
export const columnWeights = { title: 2, headings: 0.5, body: 1, tags: 1, meta: 0.25, codes: 1 } as const

const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(title, headings, body, tags, meta, codes, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
CREATE TABLE lexicon (word TEXT PRIMARY KEY, stem TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(${Object.values(columnWeights).join(', ')})');
INSERT INTO meta (key, value) VALUES ('sequence', 0), ('version', ${analysisVersion});
`

interface Manifest {
  /** SHA-256 of the main file while nothing but the WAL is written. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** In place of a manifest while the main file is written: a kill leaves it, and the file is no worse for that. */
const beingWritten = JSON.stringify({ state: 'being written' })

/**
 * What was found instead of a whole index of this version.
 * - `damaged`: bytes changed that nobody wrote
 * - `unfinished`: a kill came before it was ever whole
 */
export type FtsDamage = 'none' | 'damaged' | 'outdated' | 'unfinished'

/**
 * The keyword index's own SQLite file, with every byte under a check sum. Between two checkpoints the main file does
 * not change and its SHA-256 lies beside it; what came since is in the WAL, whose frames have check sums of their own.
 */
export class FtsFile {
  readonly file: string
  /** Words that the file's lexicon holds for certain. */
  readonly lexicon = new Set<string>()
  /** The log may hold frames of a transaction that was not committed: written over in part, they would look damaged. */
  isLogUnfinished = false
  readonly #manifestFile: string
  #database: Database

  private constructor(file: string, database: Database) {
    this.file = file
    this.#manifestFile = manifestOf(file)
    this.#database = database
  }

  get database(): Database {
    return this.#database
  }

  /** Opens the index, or makes an empty one. One that is no good is put aside and named in the result. */
  static open(file: string): { index: FtsFile; damage: FtsDamage } {
    mkdirSync(dirname(file), { recursive: true })
    if (!existsSync(file)) return { index: FtsFile.createEmpty(file), damage: 'none' }
    const wal = walStateOf(`${file}-wal`)
    const { database, damage } = wal === 'damaged' ? { damage: wal } : openWhole(file)
    if (database !== undefined) {
      const index = new FtsFile(file, database)
      index.isLogUnfinished = wal === 'unfinished'
      return { index, damage }
    }
    putAside(file, damage)
    return { index: FtsFile.createEmpty(file), damage }
  }

  /** Makes an empty index in place of whatever is there. */
  static createEmpty(file: string): FtsFile {
    removeFiles(file)
    mkdirSync(dirname(file), { recursive: true })
    replaceFile(manifestOf(file), beingWritten)
    const database = connect(file)
    database.transaction(() => database.execute(schema))
    const index = new FtsFile(file, database)
    index.checkpoint()
    return index
  }

  /** The last change of the store that the index holds. */
  get sequence(): number {
    return Number(this.#database.get("SELECT value FROM meta WHERE key = 'sequence'")?.value)
  }

  setSequence(sequence: number): void {
    this.#database.run("UPDATE meta SET value = ? WHERE key = 'sequence'", sequence)
  }

  get walBytes(): number {
    return statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Moves the WAL into the main file and notes its new check sum. */
  checkpoint(): void {
    replaceFile(this.#manifestFile, beingWritten)
    this.#database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    this.isLogUnfinished = false
    const manifest: Manifest = { sha256: hashFile(this.file), sizeBytes: statSync(this.file).size }
    replaceFile(this.#manifestFile, JSON.stringify(manifest))
  }

  /** @throws AkinError `disk-full` and the like when the WAL could not be moved; the index is closed all the same */
  close(): void {
    try {
      if (this.walBytes > 0) this.checkpoint()
    } finally {
      this.#database.close()
    }
  }

  /** Closes without writing: for an index that is thrown away. */
  discard(): void {
    this.#database.close()
    removeFiles(this.file)
  }

  /** Takes the place of the index at `file`, which is closed and gone. A kill in between leaves the one or the other. */
  replace(old: FtsFile): FtsFile {
    this.close()
    replaceFile(old.#manifestFile, beingWritten)
    old.#database.close()
    for (const end of ['-wal', '-shm']) rmSync(`${old.file}${end}`, { force: true })
    renameSync(this.file, old.file)
    renameSync(this.#manifestFile, old.#manifestFile)
    const index = new FtsFile(old.file, connect(old.file))
    for (const word of this.lexicon) index.lexicon.add(word)
    return index
  }
}

function connect(file: string): Database {
  const database = new Database(file)
  database.execute('PRAGMA journal_mode = WAL')
  database.execute('PRAGMA synchronous = NORMAL')
  // The WAL is moved by checkpoint() alone, which keeps the check sum
  database.execute('PRAGMA wal_autocheckpoint = 0')
  database.execute('PRAGMA temp_store = MEMORY')
  database.execute('PRAGMA cache_size = -32768')
  database.execute('CREATE TEMP TABLE allowed (id INTEGER PRIMARY KEY)')
  return database
}

/** A connection to an index that is whole and of this version; else what is wrong with it. */
function openWhole(file: string): { database?: Database; damage: FtsDamage } {
  const manifest = readManifest(file)
  if (manifest !== 'being written' && !isAsNoted(file, manifest)) return { damage: 'damaged' }
  let database: Database | undefined
  try {
    database = connect(file)
    const isCurrent = Number(database.get("SELECT value FROM meta WHERE key = 'version'")?.value) === analysisVersion
    if (isCurrent && manifest === 'being written') checkStructure(database)
    if (isCurrent) return { database, damage: 'none' }
  } catch (error) {
    database?.close()
    // The disk is full, or the folder cannot be written: no fault of the index
    if (isCode(error, 'disk-full', 'library-read-only', 'library-locked', 'store-write-failed')) throw error
    return { damage: manifest === 'being written' ? 'unfinished' : 'damaged' }
  }
  database.close()
  return { damage: 'outdated' }
}

function isAsNoted(file: string, manifest: Manifest | null): boolean {
  return manifest !== null && statSync(file).size === manifest.sizeBytes && hashFile(file) === manifest.sha256
}

function readManifest(file: string): Manifest | 'being written' | null {
  try {
    const text = readFileSync(manifestOf(file), 'utf8')
    return text === beingWritten ? 'being written' : (JSON.parse(text) as Manifest)
  } catch {
    // Not there, or not what was written: then nothing vouches for the index
    return null
  }
}

/** For a file that was being written when its process was killed: SQLite keeps it whole, but its check sum is not known. */
function checkStructure(database: Database): void {
  const result = database.get('PRAGMA integrity_check(1)')?.integrity_check
  if (result !== 'ok') throw new AkinError('index-damaged', 'The keyword index is not whole', { details: { result } })
  database.run("INSERT INTO words (words) VALUES ('integrity-check')")
}

/** Keeps the last damaged index for whoever wants to look at it. */
function putAside(file: string, damage: FtsDamage): void {
  if (damage === 'damaged') renameSync(file, join(dirname(file), 'keywords.damaged.db'))
  removeFiles(file)
}

/** Removes an index that nobody has open. */
export function removeFiles(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  rmSync(manifestOf(file), { force: true })
}

function manifestOf(file: string): string {
  return file.replace(/\.db$/, '.json')
}

function hashFile(file: string): string {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(1 << 20)
  const descriptor = openSync(file, 'r')
  try {
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, read))
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}
