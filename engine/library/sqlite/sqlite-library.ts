import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AkinError, isCode } from '../../../shared/errors.ts'
import type { LibraryStore } from '../library-store.ts'
import { explainOpening } from '../folder-access.ts'
import { ChangeLog } from './change-log.ts'
import { Database } from '../../platform/database.ts'
import { migrate, refuseOthers, type Migration } from './migrate.ts'
import { SqliteDocuments } from './sqlite-documents.ts'
import { SqliteJobs } from './sqlite-jobs.ts'
import { SqliteSettings } from './sqlite-settings.ts'
import { countVectors, SqliteVectors, vectorBytes } from './sqlite-vectors.ts'

export interface SqliteLibraryOptions {
  /** Holds `library.db` and `backups/`; must exist. */
  readonly folder: string
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the library of a folder, or makes one. WAL with `synchronous = FULL`: a commit that returned is on the disk.
 *
 * @throws AkinError `library-newer-schema`, `library-damaged`, `library-read-only`, `disk-full`, `migration-failed`
 */
export function openSqliteLibrary({ folder, migrations }: SqliteLibraryOptions): LibraryStore {
  const file = join(folder, 'library.db')
  let database: Database | undefined
  try {
    lookBeforeOpening(file, migrations)
    database = new Database(file, { isSchemaKnown: true })
    prepare(database)
    migrate(database, join(folder, 'backups'), migrations)
    return new SqliteLibrary(database, file)
  } catch (error) {
    database?.close()
    throw explainOpening(error, file)
  }
}

/** True when a library was opened in the folder before and its file is there, emptied: a new folder has neither. */
function wasUsed(folder: string): boolean {
  return existsSync(join(folder, 'library.db')) && existsSync(join(folder, 'index'))
}

/**
 * Refuses what must not be touched. A file is looked at through a connection that cannot write, since the first thing
 * that one which can does is to move the changes of a killed process from the log into it.
 */
function lookBeforeOpening(file: string, migrations: readonly Migration[] | undefined): void {
  const size = sizeOf(file)
  if (size === 0 && sizeOf(`${file}-wal`) > 0) {
    throw new AkinError('library-damaged', 'The library file is empty, though changes to it are there', {
      advice: 'Put back the newest file of the folder "backups"; opening the library as it is would lose them',
      details: { file },
    })
  }
  if (size === 0 && wasUsed(dirname(file))) {
    throw new AkinError('library-damaged', 'The library file is empty, though the folder holds the indexes of a library', {
      advice: 'Put back the newest file of the folder "backups", or remove the folder "index" to begin anew',
      details: { file },
    })
  }
  if (size === 0) return
  const database = new Database(file, { isReadOnly: true })
  try {
    refuseOthers(database, migrations)
  } catch (error) {
    // A folder that cannot be written, for one, may not be read this way: opening says what is wrong with it
    if (!isCode(error, 'store-write-failed', 'library-read-only')) throw error
  } finally {
    database.close()
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function prepare(database: Database): void {
  // 8 KiB pages hold five vectors of 384 numbers where 4 KiB hold two
  database.execute('PRAGMA page_size = 8192')
  database.execute('PRAGMA journal_mode = WAL')
  database.execute('PRAGMA synchronous = FULL')
  database.execute('PRAGMA foreign_keys = ON')
  database.execute('PRAGMA temp_store = MEMORY')
  database.execute('PRAGMA cache_size = -65536')
  // A log that a large import made long becomes short again
  database.execute('PRAGMA journal_size_limit = 67108864')
}

class SqliteLibrary implements LibraryStore {
  readonly documents: SqliteDocuments
  readonly vectors: SqliteVectors
  readonly changes: ChangeLog
  readonly jobs: SqliteJobs
  readonly settings: SqliteSettings
  readonly createdAt: string
  readonly #database: Database
  readonly #file: string

  constructor(database: Database, file: string) {
    this.#database = database
    this.#file = file
    database.run("INSERT INTO meta (key, value) VALUES ('created_at', ?) ON CONFLICT DO NOTHING", new Date().toISOString())
    this.createdAt = String(database.get("SELECT value FROM meta WHERE key = 'created_at'")?.value)
    this.changes = new ChangeLog(database)
    this.documents = new SqliteDocuments(database, this.changes)
    this.vectors = new SqliteVectors(database, this.changes)
    this.jobs = new SqliteJobs(database)
    this.settings = new SqliteSettings(database)
  }

  async sizes(): Promise<{ libraryBytes: number; vectorBytes: number }> {
    const total = sizeOf(this.#file) + sizeOf(`${this.#file}-wal`)
    const spaces = this.#database.all('SELECT id, dimension FROM spaces')
    const sizes = spaces.map(({ id, dimension }) => vectorBytes(countVectors(this.#database, Number(id)), Number(dimension)))
    const sum = sizes.reduce((all, bytes) => all + bytes, 0)
    return { libraryBytes: Math.max(0, total - sum), vectorBytes: sum }
  }

  async close(): Promise<void> {
    this.#database.close()
  }
}
