import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FtsKeywordIndex } from '../../../engine/keywords/fts-keyword-index.ts'
import { walStateOf } from '../../../engine/keywords/wal-check.ts'
import { Database } from '../../../engine/platform/database.ts'
import { keywordProblems } from '../../harness/engine-check.ts'
import { flipByte } from '../../harness/flip-byte.ts'
import { seededRandom } from '../../harness/random.ts'
import { imported, put } from '../library/builders.ts'
import { openTempLibrary } from '../library/temp-library.ts'

let library: Awaited<ReturnType<typeof openTempLibrary>>
let folder: string

beforeEach(async () => {
  library = await openTempLibrary()
  folder = join(library.folder, 'index')
})
afterEach(() => library.cleanUp())

async function openIndex(): Promise<{ index: FtsKeywordIndex; told: string[] }> {
  const told: string[] = []
  const index = FtsKeywordIndex.open({ store: library.store, folder, onDamage: (message) => told.push(message) })
  await index.catchUp()
  return { index, told }
}

const fill = (from: number, count: number): Promise<number[]> =>
  put(
    library.store,
    ...Array.from({ length: count }, (_, i) => imported(`N${from + i}`, `the harbour at night, number ${from + i}`)),
  )

/**
 * The index as a kill leaves it: one part of it in the main file and another in the log.
 */
async function killedIndex(): Promise<void> {
  await fill(0, 40)
  const { index: first } = await openIndex()
  await first.close()
  await fill(40, 40)
  const { index } = await openIndex()
  const copy = join(library.folder, 'killed')
  cpSync(folder, copy, { recursive: true })
  await index.close()
  rmSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true })
  rmSync(copy, { recursive: true })
  rmSync(join(folder, 'keywords.db-shm'), { force: true })
  expect(statSync(join(folder, 'keywords.db-wal')).size).toBeGreaterThan(10_000)
}

/** Opens what is there, and what must be found is found; then nobody has it open any more. */
async function openedAndWhole(): Promise<string[]> {
  const { index, told } = await openIndex()
  expect((await index.search({ terms: [{ text: 'harbour', type: 'word' }], excluded: [] }, { k: 10 })).total).toBe(80)
  await index.close()
  expect(await keywordProblems(library.store, library.folder)).toEqual([])
  return told
}

const damaged = ['The keyword index was damaged. It is built anew from the library, nothing is lost']

describe('a flipped byte', () => {
  it.each(['keywords.db', 'keywords.db-wal', 'keywords.json'])('anywhere in %s is noticed, told and made good', async (name) => {
    await killedIndex()
    const whole = join(library.folder, 'whole')
    cpSync(folder, whole, { recursive: true })
    const random = seededRandom(name.length)
    const size = statSync(join(folder, name)).size
    const places = [0, 3, 20, 40, size - 1, ...Array.from({ length: 12 }, () => random.int(0, size - 1))]
    for (const place of places.filter((one) => one < size)) {
      rmSync(folder, { recursive: true })
      cpSync(whole, folder, { recursive: true })
      flipByte(join(folder, name), place)
      expect(await openedAndWhole()).toEqual(damaged)
    }
  })

  it('in the main file leaves the damaged one for whoever wants to look at it, and one of them only', async () => {
    await killedIndex()
    for (let i = 0; i < 2; i++) {
      flipByte(join(folder, 'keywords.db'), 5_000)
      await openedAndWhole()
    }
    expect(readdirSync(folder).toSorted()).toEqual(['keywords.damaged.db', 'keywords.db', 'keywords.json'])
  })
})

describe('a kill', () => {
  it('is no damage, however often it comes', async () => {
    await killedIndex()
    for (let kill = 0; kill < 3; kill++) {
      const { index, told } = await openIndex()
      expect(told).toEqual([])
      const copy = join(library.folder, `copy-${kill}`)
      cpSync(folder, copy, { recursive: true })
      await index.close()
      rmSync(folder, { recursive: true })
      cpSync(copy, folder, { recursive: true })
    }
    expect(await openedAndWhole()).toEqual([])
  })

  it('in the middle of a write to the log is no damage', async () => {
    await killedIndex()
    const wal = join(folder, 'keywords.db-wal')
    for (const cut of [1, 100, 4_000, 5_000]) {
      truncateSync(wal, statSync(wal).size - cut)
      expect(walStateOf(wal)).not.toBe('damaged')
    }
    expect(await openedAndWhole()).toEqual([])
  })

  it('while the index is made, or its log is moved into it, is no damage', async () => {
    await killedIndex()
    writeFileSync(join(folder, 'keywords.json'), JSON.stringify({ state: 'being written' }))
    expect(await openedAndWhole()).toEqual([])
    for (const content of ['', 'SQLite format 3\u0000']) {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      writeFileSync(join(folder, 'keywords.db'), content)
      writeFileSync(join(folder, 'keywords.json'), JSON.stringify({ state: 'being written' }))
      expect(await openedAndWhole()).toEqual([])
    }
  })

  it('between the steps of putting a rebuilt index in its place leaves one that is whole', async () => {
    await killedIndex()
    const { index } = await openIndex()
    await index.close()
    // The old log is gone, the new file is in its place, its check sum is not
    cpSync(join(folder, 'keywords.json'), join(folder, 'keywords.new.json'))
    writeFileSync(join(folder, 'keywords.json'), JSON.stringify({ state: 'being written' }))
    expect(await openedAndWhole()).toEqual([])
    expect(readdirSync(folder).toSorted()).toEqual(['keywords.db', 'keywords.json'])
  })
})

describe('an index of another version', () => {
  it('is built anew, and that is no damage', async () => {
    await killedIndex()
    const { index: before } = await openIndex()
    await before.close()
    const file = join(folder, 'keywords.db')
    const database = new Database(file)
    database.execute("UPDATE meta SET value = 999 WHERE key = 'version'")
    database.close()
    writeFileSync(join(folder, 'keywords.json'), JSON.stringify({ state: 'being written' }))
    expect(await openedAndWhole()).toEqual(['The keyword index is built anew for this version of Akin'])
  })
})

describe('the check of a log', () => {
  it('tells what SQLite wrote from what was changed since, byte by byte', () => {
    const file = join(library.folder, 'small.db')
    const database = new Database(file)
    database.execute('PRAGMA journal_mode = WAL; PRAGMA page_size = 512; CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    cpSync(`${file}-wal`, join(library.folder, 'wal'))
    database.close()
    const wal = join(library.folder, 'wal')
    expect(walStateOf(wal)).toBe('whole')
    const bytes = readFileSync(wal)
    const random = seededRandom(1)
    for (let i = 0; i < 200; i++) {
      const place = random.int(0, bytes.length - 1)
      flipByte(wal, place, random.int(1, 255))
      expect(walStateOf(wal)).toBe('damaged')
      writeFileSync(wal, bytes)
    }
    expect(walStateOf(join(library.folder, 'not there'))).toBe('empty')
  })

  it('takes a transaction that was never committed for unfinished', () => {
    const file = join(library.folder, 'large.db')
    const database = new Database(file)
    database.execute('PRAGMA journal_mode = WAL; PRAGMA cache_size = 5; CREATE TABLE t (x)')
    database.execute('BEGIN')
    for (let i = 0; i < 500; i++) database.run('INSERT INTO t VALUES (?)', 'x'.repeat(2_000))
    cpSync(`${file}-wal`, join(library.folder, 'wal'))
    database.execute('ROLLBACK')
    database.close()
    expect(walStateOf(join(library.folder, 'wal'))).toBe('unfinished')
  })
})
