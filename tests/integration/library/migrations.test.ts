import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations, type Migration } from '../../../engine/library/sqlite/migrate.ts'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { sha256 } from '../../../engine/platform/hash.ts'
import { seededRandom } from '../../harness/random.ts'
import { expectFixture, fillFixture } from './fixtures/fixture-library.ts'
import { loadDump } from './fixtures/sql-dump.ts'
import { slowMigrations } from './slow-migrations.ts'
import { tempFolder, type TempFolder } from './temp-library.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const newer: Migration = {
  name: '9999-add-colour',
  sql: 'ALTER TABLE documents ADD COLUMN colour TEXT; UPDATE documents SET colour = kind;',
}
const failing: Migration = {
  name: '9999-fail',
  sql: 'DELETE FROM tags; UPDATE documents SET title = 1; INSERT INTO no_such_table VALUES (1);',
}

let library: TempFolder
let file: string
beforeEach(() => {
  library = tempFolder('akin-migration-')
  file = join(library.folder, 'library.db')
})
afterEach(() => library.remove())

async function fill(): Promise<void> {
  const store = openSqliteLibrary({ folder: library.folder })
  await fillFixture(store)
  await store.close()
}

async function expectWhole(folder = library.folder, steps = migrations): Promise<void> {
  const store = openSqliteLibrary({ folder, migrations: steps })
  try {
    await expectFixture(store)
  } finally {
    await store.close()
  }
}

function versionOf(database: string): number {
  const connection = new DatabaseSync(database, { readOnly: true })
  const version = Number(connection.prepare('PRAGMA user_version').get()?.user_version)
  connection.close()
  return version
}

function backups(): string[] {
  const folder = join(library.folder, 'backups')
  return existsSync(folder) ? readdirSync(folder).toSorted() : []
}

/** Opens a backup as a library of its own. */
async function expectBackup(name: string): Promise<void> {
  const restored = tempFolder('akin-restored-')
  cpSync(join(library.folder, 'backups', name), join(restored.folder, 'library.db'))
  await expectWhole(restored.folder)
  restored.remove()
}

describe('a library of an older schema', () => {
  const dumps = readdirSync(fixtures).filter((name) => name.endsWith('.sql'))

  it('has a fixture for every schema there ever was', () => {
    expect(dumps.toSorted()).toEqual(migrations.map((_, i) => `schema-${i + 1}.sql`).toSorted())
  })

  it.each(dumps)('has everything that was in it after it was brought up to date: %s', async (name) => {
    loadDump(file, readFileSync(join(fixtures, name), 'utf8'))
    await expectWhole()
    expect(versionOf(file)).toBe(migrations.length)
  })

  it.each(dumps)('has the very schema that its migrations make: %s', async (name) => {
    loadDump(file, readFileSync(join(fixtures, name), 'utf8'))
    const version = Number(/\d+/.exec(name)![0])
    const fresh = tempFolder()
    await openSqliteLibrary({ folder: fresh.folder, migrations: migrations.slice(0, version) }).close()
    expect(schemaOf(file)).toEqual(schemaOf(join(fresh.folder, 'library.db')))
    fresh.remove()
  })

  it('is copied before its first migration, and the copy is a whole library', async () => {
    await fill()
    await expectWhole(library.folder, [...migrations, newer])
    expect(backups()).toEqual([expect.stringMatching(new RegExp(`^library-v${migrations.length}-.*\\.db$`))])
    expect(versionOf(file)).toBe(migrations.length + 1)
    await expectBackup(backups()[0]!)
  })

  it('is not copied when there is nothing to do, or nothing in it yet', async () => {
    await fill()
    await openSqliteLibrary({ folder: library.folder }).close()
    expect(backups()).toEqual([])
  })
})

function schemaOf(database: string): unknown[] {
  const connection = new DatabaseSync(database, { readOnly: true })
  const rows = connection
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'vectors\\_%' ESCAPE '\\' ORDER BY type, name")
    .all()
  connection.close()
  return rows
}

describe('a migration that fails', () => {
  it('leaves the library as it was, and tells where the copy lies', async () => {
    await fill()
    const error = (() => {
      try {
        openSqliteLibrary({ folder: library.folder, migrations: [...migrations, failing] })
        return undefined
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code: 'migration-failed', message: expect.stringContaining('9999-fail') as string })
    expect((error as { advice: string }).advice).toContain(backups()[0])
    expect(versionOf(file)).toBe(migrations.length)
    await expectWhole()
    await expectBackup(backups()[0]!)
  })

  it('keeps the steps before it, and goes on from there once it is mended', async () => {
    await fill()
    expect(() => openSqliteLibrary({ folder: library.folder, migrations: [...migrations, newer, failing] })).toThrow(/9999-fail/)
    expect(versionOf(file)).toBe(migrations.length + 1)
    const mended = { name: '9999-mended', sql: 'CREATE TABLE more (x)' }
    await expectWhole(library.folder, [...migrations, newer, mended])
    expect(versionOf(file)).toBe(migrations.length + 2)
  })

  it('keeps the seven newest copies only', async () => {
    await fill()
    const made: string[] = []
    for (let i = 0; i < 9; i++) {
      expect(() => openSqliteLibrary({ folder: library.folder, migrations: [...migrations, failing] })).toThrow(/9999-fail/)
      made.push(...backups().filter((name) => !made.includes(name)))
    }
    expect(made).toHaveLength(9)
    expect(backups()).toEqual(made.slice(-7))
    await expectBackup(made.at(-1)!)
  })

  it('keeps the copy it made though the clock was set back', async () => {
    await fill()
    mkdirSync(join(library.folder, 'backups'))
    const future = Array.from({ length: 9 }, (_, i) => `library-v1-2099-01-0${i + 1}T00-00-00-000Z.db`)
    for (const name of future) writeFileSync(join(library.folder, 'backups', name), 'old')
    expect(() => openSqliteLibrary({ folder: library.folder, migrations: [...migrations, failing] })).toThrow(/9999-fail/)
    const fresh = backups().filter((name) => !future.includes(name))
    expect(fresh).toHaveLength(1)
    expect(backups()).toHaveLength(7)
    await expectBackup(fresh[0]!)
  })

  it('leaves other files in the folder of copies alone', async () => {
    await fill()
    mkdirSync(join(library.folder, 'backups'))
    writeFileSync(join(library.folder, 'backups', 'my own copy.db'), 'mine')
    for (let i = 0; i < 9; i++) {
      expect(() => openSqliteLibrary({ folder: library.folder, migrations: [...migrations, failing] })).toThrow(/9999-fail/)
    }
    expect(readFileSync(join(library.folder, 'backups', 'my own copy.db'), 'utf8')).toBe('mine')
    expect(backups()).toHaveLength(8)
  })
})

describe('a library of a newer schema', () => {
  const refuses = (folder: string): void => {
    expect(() => openSqliteLibrary({ folder })).toThrow(
      expect.objectContaining({
        code: 'library-newer-schema',
        details: { version: migrations.length + 1, known: migrations.length },
      }) as Error,
    )
  }

  it('is refused and not touched', async () => {
    await fill()
    await openSqliteLibrary({ folder: library.folder, migrations: [...migrations, newer] }).close()
    const before = sha256(readFileSync(file))
    refuses(library.folder)
    refuses(library.folder)
    expect(sha256(readFileSync(file))).toBe(before)
    expect(backups()).toHaveLength(1)
    await expectWhole(library.folder, [...migrations, newer])
  })

  it('is refused and not touched when it was killed and its last changes lie in the log still', async () => {
    const killed = tempFolder('akin-killed-')
    await fill()
    const store = openSqliteLibrary({ folder: library.folder, migrations: [...migrations, newer] })
    await store.settings.set('counter', 1)
    for (const name of ['library.db', 'library.db-wal']) cpSync(join(library.folder, name), join(killed.folder, name))
    await store.close()
    const before = ['library.db', 'library.db-wal'].map((name) => sha256(readFileSync(join(killed.folder, name))))
    refuses(killed.folder)
    expect(['library.db', 'library.db-wal'].map((name) => sha256(readFileSync(join(killed.folder, name))))).toEqual(before)
    await expectWhole(killed.folder, [...migrations, newer])
    killed.remove()
  })
})

describe('a migration that is killed', () => {
  const child = join(import.meta.dirname, 'migration-child.ts')

  /** True when it was done before it was killed. */
  async function migrateUntilKilled(lifeMs: number): Promise<boolean> {
    const worker = spawn(process.execPath, [child, library.folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('close', () => resolve())
      worker.stdout.setEncoding('utf8').on('data', (data: string) => {
        if (output === '') setTimeout(() => worker.kill('SIGKILL'), lifeMs)
        output += data
      })
    })
    return output.includes('done')
  }

  it('leaves the old schema or the new one, whole, and never loses the copy', async () => {
    const random = seededRandom(5)
    await fill()
    let killed = 0
    for (let round = 0; round < 8; round++) {
      const isDone = await migrateUntilKilled(random.int(5, 700))
      const version = versionOf(file)
      expect(isDone ? [slowMigrations.length] : [migrations.length, slowMigrations.length]).toContain(version)
      if (!isDone) killed++
      const copy = tempFolder('akin-migration-copy-')
      for (const name of ['library.db', 'library.db-wal']) {
        if (existsSync(join(library.folder, name))) cpSync(join(library.folder, name), join(copy.folder, name))
      }
      await expectWhole(copy.folder, version === migrations.length ? migrations : slowMigrations)
      copy.remove()
      for (const name of backups().filter((one) => one.endsWith('.db'))) await expectBackup(name)
      if (version === slowMigrations.length) break
    }
    expect(killed).toBeGreaterThan(2)
    await expectWhole(library.folder, slowMigrations)
  })

  it('in the middle of copying the library leaves no half copy behind', async () => {
    await fill()
    mkdirSync(join(library.folder, 'backups'))
    writeFileSync(join(library.folder, 'backups', 'library-unfinished.tmp'), 'half a copy')
    await expectWhole(library.folder, [...migrations, newer])
    expect(backups()).toEqual([expect.stringMatching(new RegExp(`^library-v${migrations.length}-.*\\.db$`))])
    await expectBackup(backups()[0]!)
  })
})
