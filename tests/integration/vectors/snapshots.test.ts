import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeSnapshotFiles } from '../../../engine/vectors/snapshot-files.ts'
import { seededRandom } from '../../harness/random.ts'
import { MemoryVectorStore } from '../../harness/memory-vector-store.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { copyFolder } from './failing-files.ts'
import { dimension, heldBy, openIndex, someVectors } from './open-index.ts'

const newFolder = useTempFolders()
const builtAnew = 'The vector index was damaged. It is built anew from the library, nothing is lost'
const olderCopy = 'The vector index was damaged. An older copy is brought up to date, nothing is lost'

/** A store, and the folder of an index of it with two snapshots: generation 1 up to sequence 1, generation 2 up to 2. */
async function twoSnapshots(): Promise<{ store: MemoryVectorStore; folder: string }> {
  const folder = newFolder()
  const store = new MemoryVectorStore(1, dimension)
  store.put(1, someVectors(40, 101))
  const { index } = await openIndex(store, folder)
  await index.catchUp()
  await index.snapshot(true)
  store.put(100, someVectors(10, 102))
  await index.catchUp()
  await index.snapshot(true)
  await index.close()
  store.vectorsRead = 0
  return { store, folder }
}

describe('a snapshot', () => {
  it('makes the next start read nothing of what it holds', async () => {
    const { store, folder } = await twoSnapshots()
    const { index, damage } = await openIndex(store, folder)
    expect(index.state).toBe('catching-up')
    expect(index.sequence).toBe(2)
    expect(index.size).toBe(50)
    await index.catchUp()
    expect(store.vectorsRead).toBe(0)
    expect(await heldBy(index)).toEqual(store.contents)
    expect(damage).toEqual([])
  })

  it('is brought up to date with what changed since', async () => {
    const { store, folder } = await twoSnapshots()
    store.remove(5, 8)
    store.put(300, someVectors(3, 103))
    const { index } = await openIndex(store, folder)
    await index.catchUp()
    expect(store.vectorsRead).toBe(3)
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('is kept until the one after the next', async () => {
    const { store, folder } = await twoSnapshots()
    expect(readdirSync(folder).sort()).toEqual(['vectors-1.1.faiss', 'vectors-1.2.faiss', 'vectors-1.json'])
    const { index } = await openIndex(store, folder)
    store.put(200, someVectors(1, 104))
    await index.catchUp()
    await index.snapshot(true)
    expect(readdirSync(folder).sort()).toEqual(['vectors-1.2.faiss', 'vectors-1.3.faiss', 'vectors-1.json'])
    expect(index.snapshotSequence).toBe(3)
  })

  it('is not written again when no vector changed, but notes how far it reaches', async () => {
    const { store, folder } = await twoSnapshots()
    const before = statSync(join(folder, 'vectors-1.2.faiss')).mtimeMs
    store.touch()
    const { index } = await openIndex(store, folder)
    await index.catchUp()
    await index.snapshot(true)
    expect(index.snapshotSequence).toBe(3)
    expect(readdirSync(folder)).not.toContain('vectors-1.3.faiss')
    expect(statSync(join(folder, 'vectors-1.2.faiss')).mtimeMs).toBe(before)
    await index.close()
    const reopened = await openIndex(store, folder)
    expect(reopened.index.sequence).toBe(3)
  })

  it('is written by itself when many vectors changed, and on closing when some did', async () => {
    const folder = newFolder()
    const store = new MemoryVectorStore(1, dimension)
    store.put(1, someVectors(10, 105))
    const limits = { snapshotChanges: 20, snapshotShare: 0.5, snapshotChangesOnClose: 5 }
    const opened = await openIndex(store, folder, { limits })
    await opened.index.catchUp()
    await opened.index.snapshot()
    expect(opened.index.snapshotSequence).toBe(1) // the first one, however small
    store.put(100, someVectors(15, 106))
    await opened.index.catchUp()
    await opened.index.snapshot()
    expect(opened.index.snapshotSequence).toBe(1)
    store.put(200, someVectors(8, 107))
    await opened.index.catchUp()
    await opened.index.snapshot()
    expect(opened.index.snapshotSequence).toBe(3)
    store.put(300, someVectors(6, 108))
    await opened.index.catchUp()
    await opened.index.close()
    const reopened = await openIndex(store, folder, { limits })
    expect(reopened.index.sequence).toBe(4)
    store.put(400, someVectors(3, 109))
    await reopened.index.catchUp()
    await reopened.index.close()
    expect((await openIndex(store, folder)).index.sequence).toBe(4)
  })

  it('belongs to one space: another has its own beside it', async () => {
    const { store, folder } = await twoSnapshots()
    const other = new MemoryVectorStore(11, dimension) // its name begins like that of space 1
    other.put(1, someVectors(7, 110))
    const { index } = await openIndex(other, folder)
    await index.catchUp()
    await index.close()
    const first = await openIndex(store, folder)
    expect(first.index.size).toBe(50)
    expect((await openIndex(other, folder)).index.size).toBe(7)
    expect(first.damage).toEqual([])
  })

  it('that was interrupted leaves no files behind at the next start', async () => {
    const { store, folder } = await twoSnapshots()
    for (const name of ['vectors-1.3.faiss.tmp', 'vectors-1.json.tmp', 'vectors-1.3.faiss', 'vectors-1.1.faiss.damaged']) {
      writeFileSync(join(folder, name), 'left over')
    }
    writeFileSync(join(folder, 'keywords.db'), 'not ours')
    await openIndex(store, folder)
    const names = ['keywords.db', 'vectors-1.1.faiss', 'vectors-1.2.faiss', 'vectors-1.json']
    expect(readdirSync(folder).sort()).toEqual(names)
  })
})

describe('damage', () => {
  it('of the newest snapshot is told, put aside, and mended from the one before', async () => {
    const { store, folder } = await twoSnapshots()
    const path = join(folder, 'vectors-1.2.faiss')
    const bytes = readFileSync(path)
    bytes[bytes.length - 5]! ^= 4 // inside a vector, where the file itself cannot tell
    writeFileSync(path, bytes)
    const { index, damage } = await openIndex(store, folder)
    expect(damage).toEqual([olderCopy])
    expect(existsSync(`${path}.damaged`)).toBe(true)
    expect(index.size).toBe(40)
    await index.catchUp()
    expect(store.vectorsRead).toBe(10)
    expect(await heldBy(index)).toEqual(store.contents)
    await index.close()
    const reopened = await openIndex(store, folder)
    expect(reopened.damage).toEqual([]) // it is told once: another snapshot was written without being asked for
    expect(reopened.index.sequence).toBe(2)
  })

  it('of both snapshots is told, and the index is built anew', async () => {
    const { store, folder } = await twoSnapshots()
    for (const name of ['vectors-1.1.faiss', 'vectors-1.2.faiss']) writeFileSync(join(folder, name), 'rubbish')
    const { index, damage } = await openIndex(store, folder)
    expect(damage).toEqual([builtAnew])
    expect(index.state).toBe('rebuilding')
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('of the manifest is told, and the index is built anew', async () => {
    const { store, folder } = await twoSnapshots()
    const path = join(folder, 'vectors-1.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"sequence":2', '"sequence":9'))
    const { index, damage } = await openIndex(store, folder)
    expect(damage).toEqual([builtAnew])
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    expect(readdirSync(folder)).toContain('vectors-1.json.damaged')
  })

  it('is told when snapshots that the manifest names are gone', async () => {
    const { store, folder } = await twoSnapshots()
    rmSync(join(folder, 'vectors-1.2.faiss'))
    const first = await openIndex(store, folder)
    expect(first.damage).toEqual([olderCopy])
    rmSync(join(folder, 'vectors-1.1.faiss'))
    const second = await openIndex(store, folder)
    expect(second.damage).toEqual([builtAnew])
    await second.index.catchUp()
    expect(await heldBy(second.index)).toEqual(store.contents)
  })

  it('is no damage when nothing is there: a folder that was emptied is filled again', async () => {
    const { store } = await twoSnapshots()
    const { index, damage } = await openIndex(store, join(newFolder(), 'new', 'folders'))
    await index.catchUp()
    expect(damage).toEqual([])
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('anywhere, by flips, cuts and rubbish in any file, never gives an index that differs from the store', async () => {
    const { store, folder } = await twoSnapshots()
    const random = seededRandom(111)
    for (let round = 0; round < 120; round++) {
      const copy = newFolder()
      copyFolder(folder, copy)
      const path = join(copy, random.pick(readdirSync(copy).sort()))
      const bytes = readFileSync(path)
      const kind = random.pick(['flip', 'cut', 'zeros', 'longer'])
      if (kind === 'flip') bytes[random.int(0, bytes.length - 1)]! ^= 1 << random.int(0, 7)
      if (kind === 'zeros') bytes.fill(0, random.int(0, bytes.length - 1))
      const cut = bytes.subarray(0, kind === 'cut' ? random.int(0, bytes.length - 1) : bytes.length)
      writeFileSync(path, kind === 'longer' ? Buffer.concat([bytes, bytes]) : cut)
      const { index } = await openIndex(store, copy)
      await index.catchUp()
      expect(await heldBy(index)).toEqual(store.contents)
      await index.close()
    }
  })
})

describe('a disk that cannot be written', () => {
  const failing = (code: string) => ({
    ...nodeSnapshotFiles,
    fill: () => Promise.reject(Object.assign(new Error(code), { code })),
  })

  it('leaves the index as useful as before; only asking for a snapshot tells', async () => {
    const { store, folder } = await twoSnapshots()
    const { index, logged } = await openIndex(store, folder, {
      files: failing('ENOSPC'),
      limits: { snapshotChanges: 1, snapshotShare: 0 },
    })
    store.put(500, someVectors(5, 112))
    await index.catchUp()
    await expect(index.snapshot(true)).rejects.toThrow('ENOSPC')
    expect(await heldBy(index)).toEqual(store.contents)
    await index.close()
    expect(logged).toContain('a vector snapshot could not be written')
    expect((await openIndex(store, folder)).index.sequence).toBe(2)
  })

  it('is not tried again and again, but after some time', async () => {
    const { store, folder } = await twoSnapshots()
    let tries = 0
    const files = {
      ...nodeSnapshotFiles,
      fill: () => {
        tries++
        return Promise.reject(new Error('ENOSPC'))
      },
    }
    const limits = { snapshotChanges: 1, snapshotShare: 0, snapshotRetryMs: 1_000_000 }
    const { index } = await openIndex(store, folder, { files, limits })
    for (let round = 0; round < 5; round++) {
      store.put(500 + round * 10, someVectors(5, 113))
      await index.catchUp()
    }
    await index.snapshot()
    expect(tries).toBe(1)
    const impatient = await openIndex(store, folder, { files, limits: { ...limits, snapshotRetryMs: 0 } })
    await impatient.index.catchUp()
    await impatient.index.snapshot().catch(() => undefined)
    expect(tries).toBeGreaterThan(2)
  })

  it('may hold a damaged snapshot that cannot be put aside', async () => {
    const { store, folder } = await twoSnapshots()
    writeFileSync(join(folder, 'vectors-1.2.faiss'), 'rubbish')
    writeFileSync(join(folder, 'vectors-1.json.tmp'), 'left over')
    const refuse = () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' }))
    const files = { ...nodeSnapshotFiles, rename: refuse, remove: refuse }
    const { index, damage } = await openIndex(store, folder, { files })
    await index.catchUp()
    expect(damage).toEqual([olderCopy])
    expect(await heldBy(index)).toEqual(store.contents)
  })
})
