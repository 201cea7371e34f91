import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { SnapshotFiles } from '../../../engine/vectors/snapshot-files.ts'
import { MemoryVectorStore } from '../../harness/memory-vector-store.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { copyFolder, countingFiles, killedFiles, PowerLossDisk, powerCuts } from './failing-files.ts'
import { dimension, heldBy, openIndex, someVectors } from './open-index.ts'

const newFolder = useTempFolders()

function newStore(): MemoryVectorStore {
  const store = new MemoryVectorStore(1, dimension)
  store.put(1, someVectors(30, 121))
  return store
}

/**
 * A life with four snapshots, so that generations are written, kept and forgotten, and one note of a sequence number.
 * @param onSnapshot told the sequence number that a snapshot holds once it was promised to be there
 */
async function live(
  store: MemoryVectorStore,
  folder: string,
  files: SnapshotFiles,
  onSnapshot: (sequence: number) => void = () => undefined,
): Promise<void> {
  const { index } = await openIndex(store, folder, { files })
  await index.catchUp()
  await index.snapshot(true)
  onSnapshot(index.snapshotSequence)
  for (let round = 0; round < 3; round++) {
    store.put(100 + round * 10, someVectors(5, round))
    store.remove(round * 3 + 1, round * 3 + 2)
    await index.catchUp()
    await index.snapshot(true)
    onSnapshot(index.snapshotSequence)
  }
  store.touch()
  await index.catchUp()
  await index.close()
}

/**
 * Opens what is left in a folder and says what is wrong with it: damage, a difference from the store, things left over.
 * @param sequence what it holds at least, without asking the store: the store may have forgotten the changes up to it
 */
async function faultsIn(store: MemoryVectorStore, folder: string, sequence = 0): Promise<string[]> {
  const { index, damage } = await openIndex(store, folder)
  const faults = [...damage]
  if (index.sequence < sequence) faults.push(`holds changes up to ${index.sequence} instead of ${sequence}`)
  await index.catchUp()
  if (!isDeepStrictEqual(await heldBy(index), store.contents)) faults.push('differs from the store')
  await index.snapshot(true)
  await index.close()
  const names = readdirSync(folder)
  faults.push(...names.filter((name) => name.endsWith('.tmp') || name.endsWith('.damaged')))
  if (names.filter((name) => name.endsWith('.faiss')).length > 2) faults.push(`keeps too much: ${names.join(' ')}`)
  return faults
}

describe('a process that is killed', () => {
  it('at any step of writing snapshots leaves an index that becomes equal to the store, and no damage', async () => {
    const counting = countingFiles()
    await live(newStore(), newFolder(), counting.files)
    expect(counting.count()).toBeGreaterThan(25)
    for (let step = 0; step < counting.count(); step++) {
      for (const isHalfDone of [false, true]) {
        const folder = newFolder()
        const store = newStore()
        await live(store, folder, killedFiles(step, isHalfDone)).catch(() => undefined)
        expect(await faultsIn(store, folder)).toEqual([])
      }
    }
  })

  it('twice in a row, at any two steps, changes nothing about that', async () => {
    const counting = countingFiles()
    await live(newStore(), newFolder(), counting.files)
    for (let step = 3; step < counting.count(); step += 3) {
      const folder = newFolder()
      const store = newStore()
      await live(store, folder, killedFiles(step, true)).catch(() => undefined)
      for (let second = 0; second < 12; second += 2) {
        const copy = join(newFolder(), 'copy')
        copyFolder(folder, copy)
        await live(store, copy, killedFiles(second, true)).catch(() => undefined)
        expect(await faultsIn(store, copy)).toEqual([])
      }
    }
  })
})

describe('a power cut', () => {
  it.each(powerCuts)('after any step leaves an index that becomes equal to the store, and no damage (%s)', async (cut) => {
    const store = newStore()
    const disk = new PowerLossDisk()
    const promised: { steps: number; sequence: number }[] = []
    await live(store, newFolder(), disk.files, (sequence) => promised.push({ steps: disk.steps, sequence }))
    for (let step = 0; step < disk.steps; step++) {
      const folder = newFolder()
      disk.restore(step, cut, folder)
      expect(await faultsIn(store, folder, promised.findLast(({ steps }) => steps <= step + 1)?.sequence)).toEqual([])
    }
  })
})
