import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FaissIndex, type Metric } from '../../../native/faiss.ts'
import { AkinError, isCode } from '../../../shared/errors.ts'
import { seededRandom } from '../../harness/random.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { idsFrom, rowOf, unitVectors } from '../../harness/vectors.ts'

const dimension = 10
const vectors = unitVectors({ n: 60, dimension, seed: 51 })
const headerBytes = 64
const newFolder = useTempFolders()

async function filled(metric: Metric = 'inner-product'): Promise<FaissIndex> {
  const index = new FaissIndex({ dimension, metric })
  await index.add(idsFrom(1, 60), vectors)
  return index
}

async function savedFile(): Promise<string> {
  const path = join(newFolder(), 'index.faiss')
  const index = await filled()
  await index.save(path)
  return path
}

async function contents(index: FaissIndex): Promise<{ ids: Float64Array; vectors: Float32Array }> {
  const ids = await index.ids()
  return { ids, vectors: await index.reconstruct(ids) }
}

describe('a saved index', () => {
  it.each<Metric>(['inner-product', 'l2'])('is the same after loading (%s)', async (metric) => {
    const path = join(newFolder(), 'index.faiss')
    const saved = await filled(metric)
    await saved.remove(Float64Array.of(3, 60))
    await saved.add(Float64Array.of(3), rowOf(vectors, 2, dimension)) // out of order on purpose
    await saved.save(path)
    const loaded = new FaissIndex({ dimension, metric })
    await loaded.add(Float64Array.of(1_000), rowOf(vectors, 0, dimension)) // replaced by what is loaded
    await loaded.load(path)
    expect(loaded.size).toBe(59)
    expect(loaded.memoryBytes).toBeGreaterThan(0)
    expect(await contents(loaded)).toEqual(await contents(saved))
    const query = rowOf(vectors, 20, dimension)
    expect(await loaded.search(query, { k: 10 })).toEqual(await saved.search(query, { k: 10 }))
  })

  it('may be empty', async () => {
    const path = join(newFolder(), 'index.faiss')
    await new FaissIndex({ dimension, metric: 'l2' }).save(path)
    const loaded = new FaissIndex({ dimension, metric: 'l2' })
    await loaded.load(path)
    expect(loaded.size).toBe(0)
  })

  it('replaces a file that is there and belongs to its owner only', async () => {
    const path = join(newFolder(), 'index.faiss')
    writeFileSync(path, 'x'.repeat(100_000))
    await (await filled()).save(path)
    expect(statSync(path).size).toBeLessThan(10_000)
    const fresh = join(newFolder(), 'index.faiss')
    await (await filled()).save(fresh)
    expect(statSync(fresh).mode & 0o777).toBe(0o600)
  })

  it('can be searched and saved again while it is being saved', async () => {
    const folder = newFolder()
    const index = await filled()
    const query = rowOf(vectors, 5, dimension)
    const results = await Promise.all([
      index.save(join(folder, 'a')),
      index.search(query, { k: 1 }),
      index.save(join(folder, 'b')),
      index.search(query, { k: 1 }),
    ])
    expect(results[1]).toEqual(results[3])
    expect(readFileSync(join(folder, 'a'))).toEqual(readFileSync(join(folder, 'b')))
  })
})

describe('a file that cannot be used', () => {
  async function codeOfLoading(path: string): Promise<string> {
    const index = await filled()
    const before = await contents(index)
    const code = await index.load(path).then(
      () => 'loaded',
      (error: unknown) => (error instanceof AkinError ? error.code : 'no AkinError'),
    )
    expect(await contents(index)).toEqual(before)
    return code
  }

  it('is missing', async () => {
    expect(await codeOfLoading(join(newFolder(), 'none'))).toBe('file-not-found')
  })

  it('is a folder', async () => {
    expect(await codeOfLoading(newFolder())).toBe('file-unreadable')
  })

  it('has another dimension or metric', async () => {
    const path = await savedFile()
    await expect(new FaissIndex({ dimension: 11, metric: 'inner-product' }).load(path)).rejects.toMatchObject({
      code: 'dimension-mismatch',
    })
    await expect(new FaissIndex({ dimension, metric: 'l2' }).load(path)).rejects.toMatchObject({ code: 'dimension-mismatch' })
  })

  it('is empty, or something else', async () => {
    const path = join(newFolder(), 'index.faiss')
    for (const text of ['', 'IxFI', 'x'.repeat(64), 'x'.repeat(10_000)]) {
      writeFileSync(path, text)
      expect(await codeOfLoading(path)).toBe('index-damaged')
    }
  })

  it('is cut anywhere, or has something behind it', async () => {
    const path = await savedFile()
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 37) {
      writeFileSync(path, whole.subarray(0, length))
      expect(await codeOfLoading(path)).toBe('index-damaged')
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.from([0])]))
    expect(await codeOfLoading(path)).toBe('index-damaged')
  })

  it('has a flipped bit anywhere before the vectors', async () => {
    const path = await savedFile()
    const whole = readFileSync(path)
    const random = seededRandom(52)
    const checkedBytes = whole.length - 60 * dimension * 4
    for (let round = 0; round < 600; round++) {
      const damaged = Buffer.from(whole)
      const place = round < headerBytes * 4 ? Math.floor(round / 4) : random.int(0, checkedBytes - 1)
      damaged[place]! ^= 1 << random.int(0, 7)
      writeFileSync(path, damaged)
      expect(await codeOfLoading(path)).toBe('index-damaged')
    }
  })

  it('has several random bytes changed: it is refused, or loaded with as many vectors of finite numbers', async () => {
    const path = await savedFile()
    const whole = readFileSync(path)
    const random = seededRandom(53)
    for (let round = 0; round < 300; round++) {
      const damaged = Buffer.from(whole)
      for (let i = 0; i < 8; i++) damaged[random.int(0, whole.length - 1)] = random.int(0, 255)
      writeFileSync(path, damaged)
      const index = new FaissIndex({ dimension, metric: 'inner-product' })
      const loaded = await index.load(path).then(
        () => true,
        (error: unknown) => {
          if (isCode(error, 'index-damaged')) return false
          throw error
        },
      )
      expect(index.size).toBe(loaded ? 60 : 0)
      expect((await contents(index)).vectors.every((value) => Number.isFinite(value))).toBe(true)
    }
  })

  it('claims sizes that would take all memory', async () => {
    const path = await savedFile()
    const whole = readFileSync(path)
    const claims: [number, bigint][] = [
      [16, 2n ** 40n],
      [16, 2n ** 61n],
      [16, 2n ** 64n - 1n],
      [24, 2n ** 63n],
      [32, 2n ** 63n],
    ]
    for (const [place, value] of claims) {
      const damaged = Buffer.from(whole)
      damaged.writeBigUInt64LE(value, place)
      writeFileSync(path, damaged)
      expect(await codeOfLoading(path)).toBe('index-damaged')
    }
    const wide = Buffer.from(whole)
    wide.writeUInt32LE(0xffffffff, 12)
    writeFileSync(path, wide)
    expect(await codeOfLoading(path)).toBe('index-damaged')
  })
})

describe('a file that cannot be written', () => {
  it('says that there is no such folder', async () => {
    const index = await filled()
    await expect(index.save(join(newFolder(), 'none', 'index.faiss'))).rejects.toMatchObject({ code: 'file-not-found' })
  })

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    const index = new FaissIndex({ dimension, metric: 'l2' })
    await index.add(idsFrom(1, 60), vectors)
    const path = join(newFolder(), 'index.faiss')
    symlinkSync('/dev/full', path)
    await expect(index.save(path)).rejects.toMatchObject({ code: 'disk-full' })
    expect(existsSync('/dev/full')).toBe(true) // what cannot be written is removed, but never a device
  })
})
