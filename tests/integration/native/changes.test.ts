import { describe, expect, it } from 'vitest'
import { FaissIndex } from '../../../native/faiss.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import { seededRandom } from '../../harness/random.ts'
import { idsFrom, rowOf, unitVectors } from '../../harness/vectors.ts'

const dimension = 12
const vectors = unitVectors({ n: 200, dimension, seed: 41 })

async function filled(): Promise<FaissIndex> {
  const index = new FaissIndex({ dimension, metric: 'inner-product' })
  await index.add(idsFrom(1, 100), vectors.subarray(0, 100 * dimension))
  return index
}

describe('adding', () => {
  it('gives vectors back as they were, and NaN for ids that are not held', async () => {
    const index = await filled()
    const found = await index.reconstruct(Float64Array.of(100, 7, 101))
    expect([...found.subarray(0, dimension)]).toEqual([...rowOf(vectors, 99, dimension)])
    expect([...found.subarray(dimension, 2 * dimension)]).toEqual([...rowOf(vectors, 6, dimension)])
    expect(found.subarray(2 * dimension).every((value) => Number.isNaN(value))).toBe(true)
  })

  it('takes the largest id there is', async () => {
    const index = await filled()
    await index.add(Float64Array.of(Number.MAX_SAFE_INTEGER), rowOf(vectors, 150, dimension))
    const { ids } = await index.search(rowOf(vectors, 150, dimension), { k: 1 })
    expect([...ids]).toEqual([Number.MAX_SAFE_INTEGER])
  })

  it('adds nothing when one id is held already, wherever it stands', async () => {
    const index = await filled()
    const ids = Float64Array.of(101, 102, 50)
    await expect(index.add(ids, vectors.subarray(0, 3 * dimension))).rejects.toMatchObject({ code: 'duplicate-id' })
    expect(index.size).toBe(100)
    expect([...(await index.ids(Float64Array.of(101, 200)))]).toEqual([])
  })

  it('adds nothing when an id comes twice', async () => {
    const index = await filled()
    const ids = Float64Array.of(103, 101, 103)
    await expect(index.add(ids, vectors.subarray(0, 3 * dimension))).rejects.toMatchObject({
      code: 'duplicate-id',
      message: 'Id 103 comes twice',
    })
    expect(index.size).toBe(100)
  })

  it('counts size and memory', async () => {
    const index = await filled()
    expect(index.size).toBe(100)
    expect(index.memoryBytes).toBe(100 * (dimension * 4 + 8))
    await index.add(new Float64Array(), new Float32Array())
    expect(index.size).toBe(100)
  })

  it('copies what it is given: changing the arrays afterwards changes nothing', async () => {
    const index = new FaissIndex({ dimension, metric: 'inner-product' })
    const ids = idsFrom(1, 50)
    const mutable = vectors.slice(0, 50 * dimension)
    const adding = index.add(ids, mutable)
    mutable.fill(Number.NaN)
    ids.fill(-1)
    structuredClone(mutable, { transfer: [mutable.buffer] })
    await adding
    expect([...(await index.reconstruct(Float64Array.of(50)))]).toEqual([...rowOf(vectors, 49, dimension)])
  })
})

describe('removing', () => {
  it('counts those that were held and no longer finds them', async () => {
    const index = await filled()
    expect(await index.remove(Float64Array.of(5, 5, 6, 1_000))).toBe(2)
    expect(index.size).toBe(98)
    for (const id of [5, 6]) {
      const { ids } = await index.search(rowOf(vectors, id - 1, dimension), { k: 98 })
      expect(ids.includes(id)).toBe(false)
    }
    const { ids } = await index.search(rowOf(vectors, 9, dimension), { k: 1 })
    expect([...ids]).toEqual([10])
  })

  it('can add an id again after it was removed, with another vector', async () => {
    const index = await filled()
    await index.remove(Float64Array.of(5))
    await index.add(Float64Array.of(5), rowOf(vectors, 180, dimension))
    expect([...(await index.reconstruct(Float64Array.of(5)))]).toEqual([...rowOf(vectors, 180, dimension)])
    expect([...(await index.ids())]).toEqual([...idsFrom(1, 100)])
  })

  it('is nothing for no ids and for ids that are not held', async () => {
    const index = await filled()
    expect(await index.remove(new Float64Array())).toBe(0)
    expect(await index.remove(Float64Array.of(999))).toBe(0)
  })

  it('stays equal to a map after thousands of random additions and removals in any order', async () => {
    const random = seededRandom(42)
    const index = new FaissIndex({ dimension, metric: 'inner-product' })
    const held = new Map<number, Float32Array>()
    for (let round = 0; round < 150; round++) {
      const wanted = new Set(Array.from({ length: random.int(1, 40) }, () => random.int(1, 2_000)))
      const added = [...wanted].filter((id) => !held.has(id))
      const rows = new Float32Array(added.length * dimension)
      for (const [place, id] of added.entries()) {
        const vector = rowOf(vectors, random.int(0, 199), dimension)
        rows.set(vector, place * dimension)
        held.set(id, vector)
      }
      await index.add(Float64Array.from(added), rows)
      const removed = random.some([...held.keys()], random.int(0, 30))
      expect(await index.remove(Float64Array.from(removed))).toBe(removed.length)
      for (const id of removed) held.delete(id)
    }
    const ids = [...held.keys()].sort((a, b) => a - b)
    expect([...(await index.ids())]).toEqual(ids)
    const found = await index.reconstruct(Float64Array.from(ids))
    for (const [row, id] of ids.entries()) expect([...rowOf(found, row, dimension)]).toEqual([...held.get(id)!])
  })
})

describe('arguments', () => {
  const one = rowOf(vectors, 0, dimension)
  const infinite = Float32Array.from({ length: 2 * dimension }, (_, i) => (i === dimension + 3 ? Infinity : 0.5))
  const wrong: [string, ErrorCode, (index: FaissIndex) => Promise<unknown>][] = [
    ['an id of 0', 'invalid-id', (index) => index.add(Float64Array.of(0), one)],
    ['a negative id', 'invalid-id', (index) => index.remove(Float64Array.of(-1))],
    ['a fractional id', 'invalid-id', (index) => index.scores(one, Float64Array.of(1.5))],
    ['an id of NaN', 'invalid-id', (index) => index.reconstruct(Float64Array.of(Number.NaN))],
    ['an id of 2^53', 'invalid-id', (index) => index.add(Float64Array.of(2 ** 53), one)],
    ['fewer vectors than ids', 'dimension-mismatch', (index) => index.add(Float64Array.of(201, 202), one)],
    ['vectors of another dimension', 'dimension-mismatch', (index) => index.add(Float64Array.of(201), one.subarray(1))],
    ['a query of another dimension', 'dimension-mismatch', (index) => index.search(one.subarray(1), { k: 1 })],
    ['two queries to scores', 'dimension-mismatch', (index) => index.scores(vectors.subarray(0, 24), Float64Array.of(1))],
    ['a vector that is not finite', 'invalid-argument', (index) => index.add(Float64Array.of(201, 202), infinite)],
    ['a query that is not finite', 'invalid-argument', (index) => index.search(infinite, { k: 1 })],
    ['a k of 0', 'invalid-argument', (index) => index.search(one, { k: 0 })],
    ['a fractional k', 'invalid-argument', (index) => index.search(one, { k: 1.5 })],
    ['a k of NaN', 'invalid-argument', (index) => index.search(one, { k: Number.NaN })],
    ['more results than memory has room for', 'invalid-argument', (index) => index.search(vectors, { k: 99_999_999 })],
    ['half a range', 'invalid-argument', (index) => index.search(one, { k: 1, within: Float64Array.of(1) })],
    [
      'a range that ends before it begins',
      'invalid-argument',
      (index) => index.search(one, { k: 1, within: Float64Array.of(2, 1) }),
    ],
    ['ranges that touch', 'invalid-argument', (index) => index.search(one, { k: 1, except: Float64Array.of(1, 5, 5, 6) })],
    ['ranges out of order', 'invalid-argument', (index) => index.ids(Float64Array.of(10, 20, 1, 5))],
    ['a range of fractions', 'invalid-argument', (index) => index.ids(Float64Array.of(1, 2.5))],
    ['an infinite range', 'invalid-argument', (index) => index.ids(Float64Array.of(1, Infinity))],
    ['ids in an array', 'invalid-argument', (index) => index.remove([1] as unknown as Float64Array)],
    ['ids as float32', 'invalid-argument', (index) => index.remove(Float32Array.of(1) as unknown as Float64Array)],
    [
      'vectors as float64',
      'invalid-argument',
      (index) => index.search(new Float64Array(12) as unknown as Float32Array, { k: 1 }),
    ],
    ['an empty path', 'invalid-argument', (index) => index.save('')],
    ['a path with a NUL', 'invalid-argument', (index) => index.load('a\0b')],
  ]

  it.each(wrong)('refuses %s with %s and changes nothing', async (_name, code, method) => {
    const index = await filled()
    await expect(method(index)).rejects.toMatchObject({ name: 'AkinError', code })
    expect(index.size).toBe(100)
    expect([...(await index.search(one, { k: 1 })).ids]).toEqual([1])
  })

  it('names the row of a vector that is not finite', async () => {
    const index = await filled()
    await expect(index.add(Float64Array.of(201, 202), infinite)).rejects.toThrow(
      'The vector in row 1 holds a number that is not finite',
    )
  })

  it.each([
    ['a dimension of 0', { dimension: 0, metric: 'l2' }],
    ['a fractional dimension', { dimension: 1.5, metric: 'l2' }],
    ['a dimension that no model has', { dimension: 100_000, metric: 'l2' }],
    ['an unknown metric', { dimension: 4, metric: 'hamming' }],
    ['an index that it does not support', { dimension: 4, metric: 'l2', description: 'HNSW32' }],
  ])('refuses to make an index of %s', (_name, options) => {
    expect(() => new FaissIndex(options as { dimension: number; metric: 'l2' })).toThrowError(
      expect.objectContaining({ name: 'AkinError', code: 'invalid-argument' }),
    )
  })
})

describe('closing', () => {
  it('lets calls under way finish, frees the memory and refuses what comes after', async () => {
    const index = await filled()
    const searching = index.search(rowOf(vectors, 0, dimension), { k: 1 })
    const closing = index.close()
    expect([...(await searching).ids]).toEqual([1])
    await closing
    await index.close()
    expect(index.size).toBe(0)
    expect(index.memoryBytes).toBe(0)
    await expect(index.search(rowOf(vectors, 0, dimension), { k: 1 })).rejects.toMatchObject({ code: 'unavailable' })
  })
})
