import { existsSync, mkdirSync, openSync, readSync, closeSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { Database } from '../platform/database.ts'
import { replaceFile } from '../platform/replace-file.ts'

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

/**
 * The keyword index's own SQLite file, with every byte under a check sum. Between two checkpoints the main file does
 * not change and its SHA-256 lies beside it; what came since is in the WAL, whose frames SQLite checks itself.
 */
export class FtsFile {
  readonly file: string
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

  /** Opens the index, or makes an empty one. A damaged or outdated one is put aside and named in the result. */
  static open(file: string): { index: FtsFile; damage: 'none' | 'damaged' | 'outdated' } {
    mkdirSync(dirname(file), { recursive: true })
    if (!existsSync(file)) {
      removeFiles(file)
      return { index: FtsFile.#create(file), damage: 'none' }
    }
    const problem = problemOf(file)
    if (problem === 'none') return { index: new FtsFile(file, connect(file)), damage: 'none' }
    putAside(file)
    return { index: FtsFile.#create(file), damage: problem }
  }

  /** Makes an empty index in place of whatever is there. */
  static createEmpty(file: string): FtsFile {
    removeFiles(file)
    mkdirSync(dirname(file), { recursive: true })
    return FtsFile.#create(file)
  }

  static #create(file: string): FtsFile {
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

  /** Moves the WAL into the main file and notes its new check sum. A kill in between leaves no check sum to trust. */
  checkpoint(): void {
    rmSync(this.#manifestFile, { force: true })
    this.#database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    const manifest: Manifest = { sha256: hashFile(this.file), sizeBytes: statSync(this.file).size }
    replaceFile(this.#manifestFile, JSON.stringify(manifest))
  }

  close(): void {
    if (this.walBytes > 0) this.checkpoint()
    this.#database.close()
  }

  /** Closes without writing: for an index that is thrown away. */
  discard(): void {
    this.#database.close()
    removeFiles(this.file)
  }

  /** Takes the place of the index at `file`, which is closed and removed. */
  replace(old: FtsFile): FtsFile {
    this.close()
    old.#database.close()
    removeFiles(old.file)
    renameSync(this.file, old.file)
    renameSync(this.#manifestFile, old.#manifestFile)
    return new FtsFile(old.file, connect(old.file))
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

function problemOf(file: string): 'none' | 'damaged' | 'outdated' {
  try {
    const manifest = JSON.parse(readFileSync(manifestOf(file), 'utf8')) as Manifest
    if (statSync(file).size !== manifest.sizeBytes || hashFile(file) !== manifest.sha256) return 'damaged'
  } catch {
    // No check sum: a checkpoint was cut short, so the main file cannot be told from a damaged one
    return 'damaged'
  }
  const database = new Database(file)
  try {
    return Number(database.get("SELECT value FROM meta WHERE key = 'version'")?.value) === analysisVersion ? 'none' : 'outdated'
  } catch {
    return 'damaged'
  } finally {
    database.close()
  }
}

/** Keeps the last damaged index for whoever wants to look at it. */
function putAside(file: string): void {
  rmSync(manifestOf(file), { force: true })
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  renameSync(file, join(dirname(file), 'keywords.damaged.db'))
}

function removeFiles(file: string): void {
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
