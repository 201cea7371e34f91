import { cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AkinError } from '../../../shared/errors.ts'
import type { LibraryStore } from '../../../engine/library/library-store.ts'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { sha256 } from '../../../engine/platform/hash.ts'
import { seededRandom } from '../../harness/random.ts'
import { byTitle, embedAll, imported, noon, putOne, spaceNamed } from './builders.ts'
import { fillFixture } from './fixtures/fixture-library.ts'
import { tempFolder, type TempFolder } from './temp-library.ts'

let library: TempFolder
let file: string
beforeEach(() => {
  library = tempFolder('akin-damage-')
  file = join(library.folder, 'library.db')
})
afterEach(() => library.remove())

const damaged = expect.objectContaining({ code: 'library-damaged' }) as Error
const open = (): LibraryStore => openSqliteLibrary({ folder: library.folder })

/** Changes one bit of a file at the first place of some bytes in it. */
function flipIn(path: string, bytes: string): void {
  const content = readFileSync(path)
  const at = content.indexOf(bytes)
  if (at < 0) throw new Error(`${bytes} is not in the file`)
  content[at + 2]! ^= 1
  writeFileSync(path, content)
}

describe('a text whose bytes were changed on the disk', () => {
  const text = 'The unmistakable ferry left the harbour at half past ten.'

  it('is noticed, told with the item, and does not hide the others', async () => {
    const store = open()
    const a = await putOne(store, 'A', text)
    const b = await putOne(store, 'B', 'another text')
    await store.close()
    flipIn(file, 'unmistakable')
    const again = open()
    expect(await again.documents.verifyTexts([a, b, 99])).toEqual([a])
    expect(await again.documents.get(a)).toMatchObject({ title: 'A', reason: { code: 'library-damaged' } })
    expect(await again.documents.get(b)).toMatchObject({ text: 'another text', reason: null })
    // Reading it again from its original mends it
    await again.documents.putImported([imported('A', text)], { isForced: true })
    expect(await again.documents.verifyTexts([a, b])).toEqual([])
    expect(await again.documents.get(a)).toMatchObject({ text, reason: null })
    await again.close()
  })

  it('is noticed when the bytes are no characters any more', async () => {
    const store = open()
    const a = await putOne(store, 'A', `${text} Übermäßig.`)
    await store.close()
    const content = readFileSync(file)
    content[content.indexOf('Übermäßig')] = 0xff
    writeFileSync(file, content)
    const again = open()
    expect(await again.documents.verifyTexts([a])).toEqual([a])
    await again.close()
  })

  it('is noticed when it is gone altogether, or what describes it cannot be read', async () => {
    const store = open()
    const [a, b] = [await putOne(store, 'A', text), await putOne(store, 'B', 'another text')]
    await store.close()
    const connection = new DatabaseSync(file)
    connection.prepare('DELETE FROM texts WHERE document_id = ?').run(a)
    connection.prepare("UPDATE texts SET content = '{' WHERE document_id = ?").run(b)
    connection.close()
    const again = open()
    expect(await again.documents.verifyTexts([a, b])).toEqual([a, b])
    expect(await again.documents.get(a)).toMatchObject({ text: '', reason: { code: 'library-damaged' } })
    expect(await again.documents.get(b)).toMatchObject({ text: 'another text', reason: { code: 'library-damaged' } })
    await again.close()
  })
})

describe('numbers that cannot have been stored', () => {
  it('are told as damage, whatever they are read for', async () => {
    const store = open()
    const id = await putOne(store, 'A', 'a')
    await store.close()
    const connection = new DatabaseSync(file)
    connection.exec('UPDATE documents SET word_count = 9223372036854775807, first_chunk = 9223372036854775807')
    connection.close()
    const again = open()
    await expect(again.documents.get(id)).rejects.toMatchObject({ code: 'library-damaged' })
    await expect(again.documents.summaries([id])).rejects.toMatchObject({ code: 'library-damaged' })
    await expect(again.documents.select({})).rejects.toMatchObject({ code: 'library-damaged' })
    await again.close()
  })
})

describe('a library file that is not one', () => {
  const cases: [string, () => void][] = [
    ['some text', () => writeFileSync(file, 'This is no database at all. '.repeat(1_000))],
    ['a few bytes', () => writeFileSync(file, 'SQLi')],
    ['zeros', () => writeFileSync(file, Buffer.alloc(100_000))],
    ['a database of another program', () => makeDatabase(0)],
    ['a database of another program with a version', () => makeDatabase(1)],
  ]
  function makeDatabase(version: number): void {
    const connection = new DatabaseSync(file)
    connection.exec(`CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x'); PRAGMA user_version = ${version}`)
    connection.close()
  }

  it.each(cases)('is refused with its code and left as it is: %s', (_, make) => {
    make()
    const before = sha256(readFileSync(file))
    expect(open).toThrow(damaged)
    expect(open).toThrow(damaged)
    expect(sha256(readFileSync(file))).toBe(before)
  })

  it('is refused when it is empty though changes to it lie in its log', async () => {
    const store = open()
    await putOne(store, 'A', 'a')
    const copy = tempFolder()
    cpSync(`${file}-wal`, join(copy.folder, 'library.db-wal'))
    await store.close()
    writeFileSync(join(copy.folder, 'library.db'), '')
    const before = sha256(readFileSync(join(copy.folder, 'library.db-wal')))
    expect(() => openSqliteLibrary({ folder: copy.folder })).toThrow(damaged)
    expect(sha256(readFileSync(join(copy.folder, 'library.db-wal')))).toBe(before)
    copy.remove()
  })

  it('is made where there is none, or an empty one from a start that was killed', async () => {
    writeFileSync(file, '')
    const store = open()
    await putOne(store, 'A', 'a')
    await store.close()
    expect(existsSync(file)).toBe(true)
  })
})

/** Everything that can be read, and some of each kind of write; the codes of what failed. */
async function useAll(store: LibraryStore): Promise<string[]> {
  const codes: string[] = []
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      codes.push(error.code)
      return undefined
    }
  }
  const { documents, vectors, changes, jobs, settings } = store
  const ids = (await attempt(() => documents.ids({ filter: {}, sort: byTitle, limit: 100 }))) ?? [1, 2, 3]
  const sorts = ['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status'] as const
  for (const by of sorts)
    await attempt(() => documents.list({ filter: {}, sort: { by, descending: true }, offset: 0, limit: 50 }))
  for (const id of ids) {
    await attempt(() => documents.get(id))
    await attempt(() => documents.sources(id))
    await attempt(() => vectors.chunks(id))
    await attempt(() => documents.hiddenKin(id))
  }
  const filter = { tags: ['boats'], sources: ['notes'], authors: ['ida'], languages: ['en'], contains: 'f' }
  await attempt(() => documents.count(filter))
  await attempt(() => documents.facets({}))
  await attempt(() => documents.facets(filter))
  await attempt(() => documents.select({}))
  await attempt(() => documents.statusCounts())
  await attempt(() => documents.indexable(0, 100))
  await attempt(() => documents.states(ids))
  await attempt(() => documents.texts(ids))
  await attempt(() => documents.verifyTexts(ids))
  await attempt(() => documents.trashedBefore('2030'))
  await attempt(() => documents.idsByTitle('harbour'))
  for (const space of (await attempt(() => vectors.spaces())) ?? []) {
    await attempt(() => vectors.pending(space.id, 0, 100))
    await attempt(() => vectors.pendingCount(space.id))
    await attempt(() => vectors.count(space.id))
    await attempt(() => vectors.read(space.id, 0, 1e9, 100))
  }
  await attempt(() => changes.since(0, 1_000))
  for (const job of (await attempt(() => jobs.list(100))) ?? []) {
    await attempt(() => jobs.items(job.id, { offset: 0, limit: 100 }))
    await attempt(() => jobs.retryPayloads(job.id))
  }
  await attempt(() => settings.get('settings'))
  await attempt(() => settings.savedSearches())
  await attempt(() => settings.sent())
  await attempt(() => documents.putImported([imported('Harbour', 'changed text'), imported('New', 'new text')]))
  await attempt(() => documents.update(ids, { addTags: ['new'], removeTags: ['boats'], isStarred: true }, noon))
  await attempt(() => vectors.forget(ids))
  const [space] = (await attempt(() => vectors.spaces())) ?? []
  if (space !== undefined && space.dimension < 100) await attempt(() => embedAll(store, space))
  await attempt(() => vectors.openSpace(spaceNamed('three', 3)))
  await attempt(() => documents.trash(ids, noon))
  await attempt(() => documents.purge(ids))
  await attempt(() => jobs.add({ kind: 'embed', title: 't', unit: 'items', payload: {}, createdAt: noon }))
  await attempt(() => jobs.clear())
  await attempt(() => settings.set('settings', { a: 1 }))
  await attempt(() => store.sizes())
  return codes
}

/** Opens and uses whatever is there; the codes of what failed. Anything without a code is thrown. */
async function openAndUse(folder: string): Promise<string[]> {
  let store: LibraryStore
  try {
    store = openSqliteLibrary({ folder })
  } catch (error) {
    if (!(error instanceof AkinError)) throw error
    return [error.code]
  }
  try {
    return await useAll(store)
  } finally {
    await store.close().catch((error: unknown) => {
      if (!(error instanceof AkinError)) throw error
    })
  }
}

describe('a library with random damage', () => {
  let whole: TempFolder
  let log: TempFolder
  beforeAll(async () => {
    whole = tempFolder('akin-whole-')
    log = tempFolder('akin-log-')
    const store = openSqliteLibrary({ folder: whole.folder })
    await fillFixture(store)
    for (const name of ['library.db', 'library.db-wal']) cpSync(join(whole.folder, name), join(log.folder, name))
    await store.close()
  })
  afterAll(() => {
    whole.remove()
    log.remove()
  })

  const allowed = ['library-damaged', 'not-found', 'library-newer-schema', 'migration-failed', 'store-write-failed']

  it('of changed bytes fails with codes only, or works', async () => {
    const random = seededRandom(11)
    const content = readFileSync(join(whole.folder, 'library.db'))
    let noticed = 0
    for (let round = 0; round < 220; round++) {
      const copy = Buffer.from(content)
      for (let i = 0; i < random.pick([1, 1, 3, 40]); i++) {
        // Half of them where something is written: most of a new file is empty room within pages
        const at = random.chance(0.5) ? random.int(0, copy.length - 1) : placeOfContent(copy, random.int(0, copy.length - 1))
        copy[at]! ^= random.pick([1, 0x80, 0xff, random.int(1, 255)])
      }
      const folder = tempFolder('akin-flipped-')
      writeFileSync(join(folder.folder, 'library.db'), copy)
      const codes = await openAndUse(folder.folder)
      expect(allowed).toEqual(expect.arrayContaining(codes))
      if (codes.includes('library-damaged')) noticed++
      folder.remove()
    }
    expect(noticed).toBeGreaterThan(20)
  })

  it('of a cut-off end fails with codes only, or works', async () => {
    const random = seededRandom(12)
    const size = readFileSync(join(whole.folder, 'library.db')).length
    const lengths = [
      1,
      15,
      16,
      99,
      100,
      101,
      4_096,
      8_191,
      8_192,
      8_193,
      size - 1,
      size - 3_000,
      size - 8_192,
      ...Array.from({ length: 40 }, () => random.int(1, size)),
    ]
    let noticed = 0
    for (const length of lengths) {
      const folder = tempFolder('akin-cut-')
      cpSync(join(whole.folder, 'library.db'), join(folder.folder, 'library.db'))
      truncateSync(join(folder.folder, 'library.db'), length)
      const codes = await openAndUse(folder.folder)
      expect(allowed).toEqual(expect.arrayContaining(codes))
      if (codes.includes('library-damaged')) noticed++
      folder.remove()
    }
    expect(noticed).toBeGreaterThan(lengths.length / 2)
  })

  it('of the log opens with what was whole before the damage', async () => {
    const random = seededRandom(13)
    const content = readFileSync(join(log.folder, 'library.db-wal'))
    for (let round = 0; round < 40; round++) {
      const folder = tempFolder('akin-log-copy-')
      cpSync(join(log.folder, 'library.db'), join(folder.folder, 'library.db'))
      const copy = Buffer.from(content.subarray(0, random.chance(0.5) ? content.length : random.int(0, content.length)))
      if (copy.length > 0) copy[random.int(0, copy.length - 1)]! ^= 0xff
      writeFileSync(join(folder.folder, 'library.db-wal'), copy)
      expect(await openAndUse(folder.folder)).toEqual([])
      folder.remove()
    }
  })
})

/** The next byte from a place on that is not zero. */
function placeOfContent(content: Buffer, from: number): number {
  for (let at = from; at < content.length; at++) if (content[at] !== 0) return at
  return from
}
