import { describe, expect, it } from 'vitest'
import { FaissIndex, nativeInfo, type FaissSearchOptions, type Metric } from '../../../native/faiss.ts'
import { seededRandom } from '../../harness/random.ts'
import { idsFrom, referenceScore, referenceSearch, rowOf, unitVectors } from '../../harness/vectors.ts'

const metrics: readonly Metric[] = ['inner-product', 'l2']

/** Float32 sums of 64 products of numbers below 1 against sums in double precision. */
const tolerance = 1e-5

async function indexOf(ids: Float64Array, vectors: Float32Array, metric: Metric = 'inner-product'): Promise<FaissIndex> {
  const index = new FaissIndex({ dimension: vectors.length / ids.length, metric })
  await index.add(ids, vectors)
  return index
}

/** What is wrong with a result of one query: it has the right scores at the right places, and each is the score of its id. */
function mistakesIn(
  found: { ids: Float64Array; scores: Float32Array },
  expected: readonly { id: number; score: number }[],
  scoreOf: (id: number) => number,
): string[] {
  const hits = [...found.ids].filter((id) => id !== -1)
  const mistakes: string[] = []
  if (hits.length !== expected.length) mistakes.push(`found ${hits.length} instead of ${expected.length}`)
  if (new Set(hits).size !== hits.length) mistakes.push('found an id twice')
  for (const [place, id] of hits.entries()) {
    const score = found.scores[place]!
    if (!(Math.abs(score - (expected[place]?.score ?? NaN)) < tolerance)) mistakes.push(`place ${place} has score ${score}`)
    if (!(Math.abs(score - scoreOf(id)) < tolerance)) mistakes.push(`${score} is not the score of ${id}`)
  }
  const padding = found.ids.subarray(hits.length).every((id) => id === -1)
  if (!padding || !found.scores.subarray(hits.length).every((score) => score === -Infinity)) mistakes.push('wrong padding')
  return mistakes
}

/** A part of 1 … n as ranges: each block of 10 ids at random, or the whole when the share is 1. */
function someRanges(n: number, share: number, seed: number): Float64Array {
  if (share === 1) return Float64Array.of(1, n)
  const random = seededRandom(seed)
  const ranges: number[] = []
  for (let first = 1; first <= n; first += 10) {
    const last = Math.min(first + 9, n)
    if (!random.chance(share)) continue
    if (ranges.at(-1) === first - 1) ranges[ranges.length - 1] = last
    else ranges.push(first, last)
  }
  return Float64Array.from(ranges)
}

function isWithin(ranges: Float64Array, id: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (id >= ranges[i]! && id <= ranges[i + 1]!) return true
  return false
}

describe('what the addon is made of', () => {
  it('says which FAISS and which instruction set it runs', () => {
    const info = nativeInfo()
    expect(info.faissVersion).toMatch(/^\d+\.\d+\.\d+$/)
    expect(['avx512', 'avx2', 'baseline']).toContain(info.simdLevel)
    expect(info.threads).toBeGreaterThanOrEqual(1)
  })
})

describe.each(metrics)('searching by %s', (metric) => {
  const dimension = 64
  const ids = idsFrom(1, 3_000)
  const vectors = unitVectors({ n: ids.length, dimension, seed: 11 })
  const queries = unitVectors({ n: 40, dimension, seed: 12 })

  async function mistakesOf(index: FaissIndex, queries: Float32Array, options: FaissSearchOptions): Promise<string[]> {
    const { k, within, except } = options
    const found = await index.search(queries, options)
    const isAllowed = (id: number) =>
      (within === undefined || isWithin(within, id)) && (except === undefined || !isWithin(except, id))
    return Array.from({ length: queries.length / dimension }, (_, row) => {
      const query = rowOf(queries, row, dimension)
      const one = { ids: found.ids.subarray(row * k, (row + 1) * k), scores: found.scores.subarray(row * k, (row + 1) * k) }
      const expected = referenceSearch({ metric, ids, vectors, query, k, isAllowed })
      const forbidden = [...one.ids].filter((id) => id !== -1 && !isAllowed(id)).map((id) => `${id} is not allowed`)
      return mistakesIn(one, expected, (id) => referenceScore(metric, query, rowOf(vectors, id - 1, dimension))).concat(forbidden)
    }).flat()
  }

  it.each([1, 10, 256])('finds the same %i nearest as looking at every vector', async (k) => {
    const index = await indexOf(ids, vectors, metric)
    for (let row = 0; row < 5; row++) expect(await mistakesOf(index, rowOf(queries, row, dimension), { k })).toEqual([])
  })

  it('finds the same for a batch, small or large, as for each query by itself', async () => {
    const index = await indexOf(ids, vectors, metric)
    expect(await mistakesOf(index, queries.subarray(0, 7 * dimension), { k: 10 })).toEqual([])
    expect(await mistakesOf(index, queries, { k: 10 })).toEqual([])
    expect(await mistakesOf(index, queries, { k: 150 })).toEqual([])
  })

  it.each([0, 0.001, 0.01, 0.1, 0.5, 1])('finds only what is within the filter when it selects a share of %d', async (share) => {
    const index = await indexOf(ids, vectors, metric)
    const within = someRanges(ids.length, share, 13)
    expect(await mistakesOf(index, rowOf(queries, 0, dimension), { k: 10, within })).toEqual([])
    expect(await mistakesOf(index, queries, { k: 256, within })).toEqual([])
  })

  it.each([0, 0.01, 0.5, 1])('finds nothing of what is excepted when that is a share of %d', async (share) => {
    const index = await indexOf(ids, vectors, metric)
    const except = someRanges(ids.length, share, 14)
    expect(await mistakesOf(index, rowOf(queries, 1, dimension), { k: 10, except })).toEqual([])
    expect(await mistakesOf(index, queries, { k: 10, within: someRanges(ids.length, 0.3, 15), except })).toEqual([])
  })

  it('gives exact scores of given ids in their order, and NaN for those it lacks', async () => {
    const index = await indexOf(ids, vectors, metric)
    const query = rowOf(queries, 2, dimension)
    const wanted = Float64Array.of(3_000, 5, 5, 99_999, 1)
    const scores = await index.scores(query, wanted)
    for (const place of [0, 1, 2, 4]) {
      const expected = referenceScore(metric, query, rowOf(vectors, wanted[place]! - 1, dimension))
      expect(Math.abs(scores[place]! - expected)).toBeLessThan(tolerance)
    }
    expect(scores[3]).toBeNaN()
    expect(await index.scores(query, new Float64Array())).toHaveLength(0)
  })

  it('gives the same numbers whether searches run one after the other or all at once', async () => {
    const index = await indexOf(ids, vectors, metric)
    const each = Array.from({ length: 40 }, (_, row) => rowOf(queries, row, dimension))
    const serial = []
    for (const query of each) serial.push(await index.search(query, { k: 20 }))
    const parallel = await Promise.all(each.map((query) => index.search(query, { k: 20 })))
    expect(parallel).toEqual(serial)
  })
})

describe('filters', () => {
  const dimension = 8
  const vectors = unitVectors({ n: 6, dimension, seed: 21 })

  it('takes ranges that reach beyond the ids held and single ids', async () => {
    const index = await indexOf(Float64Array.of(10, 20, 30, 40, 50, 60), vectors)
    const held = async (...within: number[]) => [...(await index.ids(Float64Array.from(within)))]
    expect(await held(0, 9)).toEqual([])
    expect(await held(0, 10)).toEqual([10])
    expect(await held(10, 10, 11, 19, 20, 45)).toEqual([10, 20, 30, 40])
    expect(await held(60, Number.MAX_SAFE_INTEGER)).toEqual([60])
    expect(await held(61, 99)).toEqual([])
    expect(await held()).toEqual([])
  })

  it('takes out an exception that reaches over several ranges, and several exceptions of one range', async () => {
    const index = await indexOf(Float64Array.of(10, 20, 30, 40, 50, 60), vectors)
    const found = async (within: number[], except: number[]) => {
      const options = { k: 6, within: Float64Array.from(within), except: Float64Array.from(except) }
      const { ids } = await index.search(rowOf(vectors, 0, dimension), options)
      return [...ids].filter((id) => id > 0).sort((a, b) => a - b)
    }
    expect(await found([10, 20, 30, 30, 50, 60], [20, 50])).toEqual([10, 60])
    expect(await found([10, 60], [15, 25, 40, 40])).toEqual([10, 30, 50, 60])
    expect(await found([10, 60], [1, 100])).toEqual([])
  })

  it('selects the same by id when the ids were not added in ascending order', async () => {
    const random = seededRandom(22)
    const ids = Float64Array.from(random.shuffled([...idsFrom(1, 500)]))
    const shuffled = unitVectors({ n: 500, dimension, seed: 23 })
    const index = await indexOf(ids, shuffled)
    const query = unitVectors({ n: 1, dimension, seed: 24 })
    const within = someRanges(500, 0.3, 25)
    const { ids: found } = await index.search(query, { k: 20, within })
    const isAllowed = (id: number) => isWithin(within, id)
    const expected = referenceSearch({ metric: 'inner-product', ids, vectors: shuffled, query, k: 20, isAllowed })
    expect([...found]).toEqual(expected.map(({ id }) => id))
    expect([...(await index.ids())]).toEqual([...idsFrom(1, 500)])
  })
})

describe('edges', () => {
  const dimension = 16
  const vectors = unitVectors({ n: 30, dimension, seed: 31 })
  const query = rowOf(vectors, 0, dimension)

  it('pads with -1 when there are fewer than k', async () => {
    const index = await indexOf(idsFrom(1, 3), vectors.subarray(0, 3 * dimension))
    const { ids, scores } = await index.search(query, { k: 5 })
    expect([...ids.subarray(3)]).toEqual([-1, -1])
    expect([...scores.subarray(3)]).toEqual([-Infinity, -Infinity])
    const batch = await index.search(vectors, { k: 5 })
    expect(batch.ids.filter((id) => id === -1)).toHaveLength(30 * 2)
  })

  it('finds nothing in an empty index, alone or in a batch', async () => {
    const index = new FaissIndex({ dimension, metric: 'l2' })
    expect([...(await index.search(query, { k: 2 })).ids]).toEqual([-1, -1])
    expect((await index.search(vectors, { k: 1 })).ids.every((id) => id === -1)).toBe(true)
    expect(await index.ids()).toHaveLength(0)
  })

  it('returns empty arrays for no query', async () => {
    const index = await indexOf(idsFrom(1, 30), vectors)
    expect(await index.search(new Float32Array(), { k: 3 })).toEqual({ ids: new Float64Array(), scores: new Float32Array() })
  })

  it('orders equal vectors by id and keeps the lowest ids when not all have room', async () => {
    const same = new Float32Array(30 * dimension)
    for (let row = 0; row < 30; row++) same.set(query, row * dimension)
    const index = await indexOf(Float64Array.from(idsFrom(1, 30)).reverse(), same)
    expect([...(await index.search(query, { k: 5 })).ids]).toEqual([1, 2, 3, 4, 5])
    expect([...(await index.search(query, { k: 3, within: Float64Array.of(10, 20) })).ids]).toEqual([10, 11, 12])
  })

  it('handles every dimension around the width of the vector registers', async () => {
    for (const d of [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 100]) {
      for (const metric of metrics) {
        const base = unitVectors({ n: 21, dimension: d, seed: d })
        const index = await indexOf(idsFrom(1, 21), base, metric)
        const one = rowOf(base, 3, d)
        const expected = referenceSearch({ metric, ids: idsFrom(1, 21), vectors: base, query: one, k: 21 })
        const scoreOf = (id: number) => referenceScore(metric, one, rowOf(base, id - 1, d))
        expect(mistakesIn(await index.search(one, { k: 21 }), expected, scoreOf)).toEqual([])
      }
    }
  })
})
