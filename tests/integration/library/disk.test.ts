import { cpSync, existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isCode, type AkinError } from '../../../shared/errors.ts'
import { lockFolder } from '../../../engine/library/folder-lock.ts'
import type { LibraryStore } from '../../../engine/library/library-store.ts'
import { migrations } from '../../../engine/library/sqlite/migrate.ts'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { chunkIds, imported, noon, spaceNamed, vectorsOf } from './builders.ts'
import { expectFixture, fillFixture } from './fixtures/fixture-library.ts'
import { readOnlyView, smallDisk, whyNoMounts, type Mount } from './mounts.ts'
import { tempFolder, type TempFolder } from './temp-library.ts'

const reason = whyNoMounts()
if (reason !== undefined) console.log(`Skipped: full disks and read-only folders, since ${reason}`)

const text = (i: number): string => `${i} ${'so many words '.repeat(4_000)}`

/** Imports until the disk is full; what was acknowledged, and why it ended. */
async function fillUp(store: LibraryStore): Promise<{ ids: number[]; error: AkinError }> {
  const ids: number[] = []
  for (let i = 0; i < 1_000; i++) {
    try {
      const [result] = await store.documents.putImported([imported(`Item ${i}`, text(i))])
      ids.push(result!.documentId)
    } catch (error) {
      return { ids, error: error as AkinError }
    }
  }
  throw new Error('the disk was never full')
}

/** Takes all the room that is left, but for some bytes. */
function takeRoom(folder: string, name = 'filler', butBytes = 0): string {
  const file = join(folder, name)
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(file, Buffer.alloc(bavail * bsize - butBytes))
  return file
}

async function expectTexts(store: LibraryStore, ids: readonly number[]): Promise<void> {
  expect(await store.documents.count({})).toBe(ids.length)
  for (const [i, id] of ids.entries()) expect((await store.documents.get(id))!.text).toBe(text(i))
  expect(await store.documents.verifyTexts(ids)).toEqual([])
}

/** Whether there is room for what opening needs depends on how much of the log could be moved into the library before. */
async function openedWhileFull(folder: string, ids: readonly number[]): Promise<string> {
  let store: LibraryStore
  try {
    store = openSqliteLibrary({ folder })
  } catch (error) {
    return (error as AkinError).code
  }
  await expectTexts(store, ids)
  await store.close()
  return 'whole'
}

describe.skipIf(reason !== undefined)('a full disk', () => {
  let disk: Mount
  beforeEach(() => {
    disk = smallDisk(4)
  })
  afterEach(() => disk.remove())

  it('is told with its code, loses nothing, and is over once there is room', async () => {
    const filler = join(disk.folder, 'filler')
    writeFileSync(filler, Buffer.alloc(1_000_000))
    const store = openSqliteLibrary({ folder: disk.folder })
    const sequence: number[] = []
    store.changes.onChange((number) => sequence.push(number))
    const { ids, error } = await fillUp(store)
    expect(error).toMatchObject({ code: 'disk-full', retryable: true })
    expect(ids.length).toBeGreaterThan(3)
    expect(sequence.at(-1)).toBe(await store.changes.last())
    await expectTexts(store, ids)
    rmSync(filler)
    const [more] = await store.documents.putImported([imported(`Item ${ids.length}`, text(ids.length))])
    expect(more!.documentId).toBeGreaterThan(ids.at(-1)!)
    await expectTexts(store, [...ids, more!.documentId])
    await store.close()
  })

  it('fails every kind of write with its code, and none of them half', async () => {
    const store = openSqliteLibrary({ folder: disk.folder })
    const { ids } = await fillUp(store)
    const space = await store.vectors.openSpace(spaceNamed('one', 384)).catch((error: unknown) => error as AkinError)
    const filler = takeRoom(disk.folder)
    const before = await store.documents.summaries(ids)
    const many = Array.from({ length: 400 }, (_, i) => `tag ${i} ${'x'.repeat(90)}`)
    const writes: Promise<unknown>[] = [
      store.documents.update(ids, { addTags: many, isStarred: true }, noon),
      store.settings.set('large', text(1).repeat(20)),
      store.jobs.add({ kind: 'import', title: text(1).repeat(20), unit: 'files', payload: {}, createdAt: noon }),
      store.documents.putImported([imported('New', text(1).repeat(20))]),
    ]
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'disk-full' } })
    }
    expect(isCode(space, 'disk-full') || (await store.vectors.spaces()).length === 1).toBe(true)
    expect(await store.documents.summaries(ids)).toEqual(before)
    expect(await store.settings.get('large')).toBeUndefined()
    await store.close()
    rmSync(filler)
    const again = openSqliteLibrary({ folder: disk.folder })
    expect(await again.documents.summaries(ids)).toEqual(before)
    await expectTexts(again, ids)
    await again.close()
  })

  it('keeps a library that is closed and opened while there is no room at all', async () => {
    const store = openSqliteLibrary({ folder: disk.folder })
    const { ids } = await fillUp(store)
    const first = takeRoom(disk.folder, 'first')
    await store.close()
    expect(['whole', 'disk-full']).toContain(await openedWhileFull(disk.folder, ids))
    const second = takeRoom(disk.folder, 'second')
    expect(['whole', 'disk-full']).toContain(await openedWhileFull(disk.folder, ids))
    for (const filler of [first, second]) rmSync(filler)
    const third = openSqliteLibrary({ folder: disk.folder })
    await expectTexts(third, ids)
    await third.close()
  })

  it('keeps a library that was killed while there was no room, though its log lies beside it', async () => {
    const store = openSqliteLibrary({ folder: disk.folder })
    const { ids } = await fillUp(store)
    const copy = tempFolder()
    for (const name of readdirSync(disk.folder).filter((one) => one.startsWith('library.db') && !one.endsWith('-shm'))) {
      cpSync(join(disk.folder, name), join(copy.folder, name))
    }
    await store.close()
    const opened = openSqliteLibrary({ folder: copy.folder })
    expect(await opened.documents.count({})).toBe(ids.length)
    await expectTexts(opened, ids)
    await opened.close()
    copy.remove()
  })

  it('is told when a library cannot be made, and one can be made later', async () => {
    const filler = takeRoom(disk.folder)
    expect(() => openSqliteLibrary({ folder: disk.folder })).toThrow(expect.objectContaining({ code: 'disk-full' }) as Error)
    rmSync(filler)
    const store = openSqliteLibrary({ folder: disk.folder })
    await fillFixture(store)
    await expectFixture(store)
    await store.close()
  })

  it('is told when there is no room for the copy before a migration, and leaves no half copy', async () => {
    const store = openSqliteLibrary({ folder: disk.folder })
    await fillFixture(store)
    await store.close()
    // There is room to open it, and not for a second one
    const filler = takeRoom(disk.folder, 'filler', 150_000)
    const steps = [...migrations, { name: '9999-add-colour', sql: 'ALTER TABLE documents ADD COLUMN colour TEXT' }]
    expect(() => openSqliteLibrary({ folder: disk.folder, migrations: steps })).toThrow(
      expect.objectContaining({ code: 'disk-full' }) as Error,
    )
    const backups = join(disk.folder, 'backups')
    expect(existsSync(backups) ? readdirSync(backups) : []).toEqual([])
    rmSync(filler)
    const again = openSqliteLibrary({ folder: disk.folder })
    await expectFixture(again)
    await again.close()
  })

  it('is told when vectors find no room, and they are pending still', async () => {
    const store = openSqliteLibrary({ folder: disk.folder })
    const space = await store.vectors.openSpace(spaceNamed('one', 384))
    const chunks = Array.from({ length: 900 }, (_, i) => ({ start: i, end: i + 5, tokenCount: 3, headings: [], page: null }))
    const [result] = await store.documents.putImported([imported('A', 'word '.repeat(1_000), { chunks })])
    const ids = await chunkIds(store, result!.documentId)
    takeRoom(disk.folder)
    await expect(store.vectors.put(space.id, ids, vectorsOf(ids, 384))).rejects.toMatchObject({ code: 'disk-full' })
    expect(await store.vectors.pendingCount(space.id)).toBe(900)
    expect(await store.vectors.count(space.id)).toBe(0)
    await store.close()
  })
})

describe.skipIf(reason !== undefined)('a folder that cannot be written', () => {
  let library: TempFolder
  let view: Mount
  beforeEach(async () => {
    library = tempFolder()
    const store = openSqliteLibrary({ folder: library.folder })
    await fillFixture(store)
    await store.close()
    view = readOnlyView(library.folder)
  })
  afterEach(() => {
    view.remove()
    library.remove()
  })

  it('is refused with its code, with a library in it and without', async () => {
    const refused = expect.objectContaining({ code: 'library-read-only' }) as Error
    expect(() => openSqliteLibrary({ folder: view.folder })).toThrow(refused)
    const store = openSqliteLibrary({ folder: library.folder })
    await expectFixture(store)
    await store.close()
    rmSync(join(library.folder, 'library.db'))
    expect(() => openSqliteLibrary({ folder: view.folder })).toThrow(refused)
  })

  it('is refused with its code when its library was killed and left its log', async () => {
    const store = openSqliteLibrary({ folder: library.folder })
    await store.settings.set('counter', 1)
    const killed = tempFolder()
    for (const name of ['library.db', 'library.db-wal']) cpSync(join(library.folder, name), join(killed.folder, name))
    await store.close()
    const killedView = readOnlyView(killed.folder)
    expect(() => openSqliteLibrary({ folder: killedView.folder })).toThrow(
      expect.objectContaining({ code: 'library-read-only' }) as Error,
    )
    killedView.remove()
    killed.remove()
  })

  it('cannot be locked, and says so with its code', () => {
    expect(() => lockFolder(view.folder)).toThrow(expect.objectContaining({ code: 'library-read-only' }) as Error)
    lockFolder(library.folder)()
    expect(() => lockFolder(view.folder)).toThrow(expect.objectContaining({ code: 'library-read-only' }) as Error)
  })
})
