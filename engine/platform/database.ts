import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { AkinError } from '../../shared/errors.ts'

export type Row = Record<string, string | number | bigint | null | Uint8Array>
export type SqlValue = SQLInputValue

export interface DatabaseOptions {
  readonly isReadOnly?: boolean
  /** The SQL is known to fit the schema: a table or column that it does not find was there once, and is damaged now. */
  readonly isSchemaKnown?: boolean
}

/**
 * One SQLite connection with a cache of prepared statements and errors turned into codes. All calls are synchronous;
 * a transaction is one function call, so that nothing else of this process can come between its statements.
 */
export class Database {
  readonly #connection: DatabaseSync
  readonly #isSchemaKnown: boolean
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0

  constructor(file: string, options: DatabaseOptions = {}) {
    this.#isSchemaKnown = options.isSchemaKnown ?? false
    this.#connection = this.#guard(() => new DatabaseSync(file, { readOnly: options.isReadOnly ?? false, timeout: 5_000 }))
  }

  /** Runs SQL that returns nothing, several statements at once if need be. */
  execute(sql: string): void {
    this.#guard(() => this.#open.exec(sql))
  }

  /** Runs one statement and tells how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    const result = this.#guard(() => this.#statement(sql).run(...values))
    return { changes: Number(result.changes), lastId: Number(result.lastInsertRowid) }
  }

  get(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values)) as Row | undefined
  }

  all(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values)) as Row[]
  }

  /** As `all`, each row as the list of its columns: for many rows, where making objects would take most of the time. */
  lists(sql: string, ...values: SqlValue[]): Row[string][][] {
    return this.#guard(() => {
      const statement = this.#statement(sql)
      statement.setReturnArrays(true)
      try {
        return statement.all(...values) as unknown as Row[string][][]
      } finally {
        statement.setReturnArrays(false)
      }
    })
  }

  /** Runs `work` in one transaction; nested calls join the outer one. Anything thrown takes all of it back. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    this.execute('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.execute('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#guard(() => this.#connection.close())
  }

  get #open(): DatabaseSync {
    if (!this.#connection.isOpen) throw new AkinError('unavailable', 'The database is closed')
    return this.#connection
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const isMisfit = this.#isSchemaKnown && (error as { errcode?: unknown }).errcode === codes.error
      throw isMisfit ? damagedError(error) : sqliteError(error)
    }
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself after some errors (disk full, I/O); there is nothing left to take back
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#open.prepare(sql)
    if (this.#statements.size >= 400) this.#statements.clear()
    this.#statements.set(sql, statement)
    return statement
  }
}

/** Result codes of sqlite3.h. */
const codes = { error: 1, busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }
/**
 * Keys of rows that do not fit together (foreign, primary, unique key, row id). Akin's statements never ask for that, so
 * an index of the database no longer tells what its table holds.
 */
const brokenKeys: ReadonlySet<number> = new Set([787, 1_555, 2_067, 2_579])
/** SQLITE_IOERR_SHMSIZE: there is no room for the index of the log. */
const noRoomForLogIndex = 4_874

function damagedError(cause: unknown): AkinError {
  const { message, errcode } = cause as { message?: unknown; errcode?: unknown }
  return new AkinError('library-damaged', 'The library file is damaged', {
    cause,
    details: { sqlite: message, errcode },
    advice: 'Put back the newest file of the folder "backups"; the damaged one is left as it is',
  })
}

function meaningOf(errcode: number): number {
  if (errcode === noRoomForLogIndex) return codes.full
  return brokenKeys.has(errcode) ? codes.corrupt : errcode & 0xff
}

/** Turns an error of node:sqlite into one with a code of ours; other errors are returned as they are. */
export function sqliteError(error: unknown): unknown {
  // No number that Akin stores is beyond 2^53: its bytes were changed
  if ((error as { code?: unknown }).code === 'ERR_OUT_OF_RANGE') return damagedError(error)
  const errcode = (error as { errcode?: unknown }).errcode
  if (!(error instanceof Error) || typeof errcode !== 'number') return error
  const options = { cause: error, details: { sqlite: error.message, errcode } }
  switch (meaningOf(errcode)) {
    case codes.full:
      return new AkinError('disk-full', 'The disk is full', {
        ...options,
        retryable: true,
        advice: 'Free some space, then try again. Nothing that was stored is lost',
      })
    case codes.readOnly:
      return new AkinError('library-read-only', 'The library folder cannot be written', {
        ...options,
        advice: 'Allow writing to the folder, or choose another with --library',
      })
    case codes.busy:
      return new AkinError('library-locked', 'Another program is using the library', {
        ...options,
        retryable: true,
        advice: 'Close the other program, then try again',
      })
    case codes.corrupt:
    case codes.notADatabase:
      return damagedError(error)
    case codes.ioError:
    case codes.cannotOpen:
      return new AkinError('store-write-failed', 'The library could not be read or written', {
        ...options,
        retryable: true,
        advice: 'Check the disk and that the folder can be written',
      })
    default:
      return error
  }
}
