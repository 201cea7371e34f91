import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AkinError, isCode } from '../../../shared/errors.ts'
import { fsyncFile, syncFolder } from '../../platform/fsync.ts'
import type { Database } from '../../platform/database.ts'
import { createLibrary } from './migrations/0001-create-library.ts'
import { severalSpaces } from './migrations/0002-several-spaces.ts'

export interface Migration {
  readonly name: string
  readonly sql: string
}

/** In order; the number of applied ones is the file's `user_version`. Only ever add to the end. */
export const migrations: readonly Migration[] = [
  { name: '0001-create-library', sql: createLibrary },
  { name: '0002-several-spaces', sql: severalSpaces },
]

const keptBackups = 7

/** "Akin" in ASCII; the first migration writes it. */
const applicationId = 0x41_6b_69_6e

/**
 * @throws AkinError `library-newer-schema` when a newer Akin wrote the file, `library-damaged` when another program did
 */
export function refuseOthers(database: Database, steps: readonly Migration[] = migrations): void {
  const version = versionOf(database)
  const isOurs =
    version === 0
      ? database.get('SELECT 1 AS x FROM sqlite_schema LIMIT 1') === undefined
      : Number(database.get('PRAGMA application_id')?.application_id) === applicationId
  if (!isOurs) {
    throw new AkinError('library-damaged', 'The file library.db of this folder is not a library of Akin', {
      advice: 'Choose another folder with --library. The file was not changed',
    })
  }
  if (version > steps.length) {
    throw new AkinError(
      'library-newer-schema',
      `This library was written by a newer Akin (schema ${version}, this one knows ${steps.length})`,
      {
        advice: 'Update Akin to open it. The library was not changed',
        details: { version, known: steps.length },
      },
    )
  }
}

/**
 * Brings the schema up to date, each migration in a transaction of its own, with a copy of the library made before
 * the first one. A kill half-way leaves either the old schema or the new one.
 *
 * @throws AkinError `library-newer-schema`; `migration-failed` with the backup's place; `disk-full` or
 * `library-read-only` when that is why, the library being as it was
 */
export function migrate(database: Database, backupFolder: string, steps: readonly Migration[] = migrations): void {
  refuseOthers(database, steps)
  const version = versionOf(database)
  if (version === steps.length) return
  const backup = version === 0 ? null : backUp(database, backupFolder, version)
  for (const [index, step] of steps.entries()) {
    if (index >= version) apply(database, step, index + 1, backup)
  }
}

function versionOf(database: Database): number {
  return Number(database.get('PRAGMA user_version')?.user_version ?? 0)
}

function apply(database: Database, step: Migration, version: number, backup: string | null): void {
  try {
    database.transaction(() => {
      database.execute(step.sql)
      database.execute(`PRAGMA user_version = ${version}`)
    })
  } catch (cause) {
    if (isCode(cause, 'disk-full', 'library-read-only', 'library-locked')) throw cause
    throw new AkinError('migration-failed', `The library could not be brought to the new version (step ${step.name})`, {
      advice:
        backup === null
          ? 'Check that the disk has room and can be written'
          : `The library is as it was; a copy lies in ${backup}`,
      cause,
    })
  }
}

/** A whole, consistent copy of the library, also while the WAL holds changes. The newest seven are kept. */
export function backUp(database: Database, folder: string, version: number): string {
  mkdirSync(folder, { recursive: true })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const name = `library-v${version}-${stamp}.db`
  // What is cut off by a kill or a full disk must not pass for a copy
  const unfinished = join(folder, 'library-unfinished.tmp')
  rmSync(unfinished, { force: true })
  try {
    database.run('VACUUM INTO ?', unfinished)
    fsyncFile(unfinished)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
  renameSync(unfinished, join(folder, name))
  syncFolder(folder)
  removeOldBackups(folder, name)
  return join(folder, name)
}

/** The newest one is kept whatever the clock says. */
function removeOldBackups(folder: string, newest: string): void {
  const others = readdirSync(folder).filter((name) => /^library-v\d+-.*\.db$/.test(name) && name !== newest)
  const ageKey = (name: string): string => name.replace(/^library-v\d+-/, '')
  const byAge = others.toSorted((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1))
  for (const name of byAge.slice(0, -(keptBackups - 1))) rmSync(join(folder, name))
}
