import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../harness/random.ts'
import { MemoryVectorStore } from '../../harness/memory-vector-store.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { referenceSearch, rowOf } from '../../harness/vectors.ts'
import { dimension, heldBy, openIndex, someVectors } from './open-index.ts'

const newFolder = useTempFolders()

function storeWith(n: number, seed = 81): MemoryVectorStore {
  const store = new MemoryVectorStore(1, dimension)
  if (n > 0) store.put(1, someVectors(n, seed))
  return store
}

describe('following the store', () => {
  it('holds nothing of an empty library and is ready', async () => {
    const { index } = await openIndex(storeWith(0), newFolder())
    await index.catchUp()
    expect(index.state).toBe('ready')
    expect(index.size).toBe(0)
    expect(index.sequence).toBe(0)
    expect((await index.search(rowOf(someVectors(1, 1), 0, dimension), { k: 3 })).chunkIds).toHaveLength(0)
  })

  it('holds what was stored before and what is stored later', async () => {
    const store = storeWith(50)
    const { index, states } = await openIndex(store, newFolder())
    expect(index.state).toBe('rebuilding')
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    store.put(100, someVectors(20, 82))
    store.touch()
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    expect(index.sequence).toBe(3)
    expect(states).toEqual(['ready', 'catching-up', 'ready'])
  })

  it('lets go of what was removed, and takes it again when it came back', async () => {
    const store = storeWith(50)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    store.remove(10, 19)
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    expect(index.size).toBe(40)
    store.put(10, someVectors(10, 83))
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('removes only what the store no longer has, even when a range reaches over more', async () => {
    const store = storeWith(50)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    store.remove(20, 21)
    store.put(20, someVectors(1, 84)) // one of them is back before the index looks
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    expect(index.size).toBe(49)
  })

  it('takes the new vector of a chunk that was embedded anew', async () => {
    const store = storeWith(10)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    store.put(4, someVectors(2, 85))
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('does not care for other spaces', async () => {
    const store = storeWith(10)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    store.touch(2)
    await index.catchUp()
    expect(index.sequence).toBe(2)
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('is equal to the store after hundreds of random changes, read in small portions', async () => {
    const random = seededRandom(86)
    const store = storeWith(30)
    const { index } = await openIndex(store, newFolder(), { limits: { changesPerRead: 7, vectorsPerRead: 5 } })
    for (let round = 0; round < 300; round++) {
      const first = random.int(1, 400)
      if (random.chance(0.6)) store.put(first, someVectors(random.int(1, 12), round))
      else store.remove(first, first + random.int(0, 30))
      if (random.chance(0.2)) await index.catchUp()
    }
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('starts from nothing when the store forgot changes that it needs, and searches the old state meanwhile', async () => {
    const store = storeWith(40)
    const { index, states } = await openIndex(store, newFolder())
    await index.catchUp()
    store.remove(1, 5)
    store.put(100, someVectors(9, 87))
    store.trim()
    const found: number[] = []
    const query = rowOf(store.contents.vectors, 20, dimension).slice()
    store.beforeRead = async () => {
      expect(index.state).toBe('rebuilding')
      found.push((await index.search(query, { k: 1 })).chunkIds.length, index.size)
    }
    await index.catchUp()
    expect(found.slice(0, 2)).toEqual([1, 40])
    expect(await heldBy(index)).toEqual(store.contents)
    expect(states).toEqual(['ready', 'rebuilding', 'ready'])
  })

  it('starts from nothing when the store is older than the index', async () => {
    const folder = newFolder()
    const store = storeWith(40)
    for (let i = 0; i < 10; i++) store.touch()
    const { index } = await openIndex(store, folder)
    await index.catchUp()
    await index.close()
    const restored = storeWith(20, 88)
    const reopened = await openIndex(restored, folder)
    await reopened.index.catchUp()
    expect(await heldBy(reopened.index)).toEqual(restored.contents)
    expect(reopened.index.sequence).toBe(1)
  })

  it('leaves out stored vectors that are not finite, and holds all others', async () => {
    const store = storeWith(10)
    const broken = someVectors(4, 89)
    broken[dimension * 2 + 1] = Number.NaN
    store.put(20, broken)
    const { index, logged } = await openIndex(store, newFolder())
    await index.catchUp()
    store.put(30, broken)
    await index.catchUp()
    const { chunkIds } = await heldBy(index)
    expect([...chunkIds]).toEqual([...store.contents.chunkIds].filter((id) => id !== 22 && id !== 32))
    expect(logged.length).toBeGreaterThan(0)
  })

  it('can go on after the store failed in the middle', async () => {
    const store = storeWith(40)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 10 } })
    let reads = 0
    store.beforeRead = () => {
      if (++reads === 3) throw new Error('the disk is slow today')
    }
    await expect(index.catchUp()).rejects.toThrow('the disk is slow today')
    expect(index.size).toBe(20)
    await index.catchUp()
    expect(index.state).toBe('ready')
    expect(await heldBy(index)).toEqual(store.contents)
  })
})

describe('catching up', () => {
  it('is joined: many calls at once read the store about once', async () => {
    const store = storeWith(100)
    const { index } = await openIndex(store, newFolder())
    await Promise.all(Array.from({ length: 20 }, () => index.catchUp()))
    expect(store.vectorsRead).toBe(100)
  })

  it('holds every change that was made before the call, even when one runs already', async () => {
    const store = storeWith(100)
    const { index } = await openIndex(store, newFolder())
    const random = seededRandom(90)
    const calls: Promise<void>[] = []
    for (let round = 1; round <= 40; round++) {
      const id = 1_000 + round
      store.put(id, someVectors(1, round))
      calls.push(
        index.catchUp().then(async () => {
          expect((await index.scores(rowOf(someVectors(1, 1), 0, dimension), Float64Array.of(id)))[0]).not.toBeNaN()
        }),
      )
      if (random.chance(0.5)) await new Promise((resolve) => setTimeout(resolve, random.int(0, 2)))
    }
    await Promise.all(calls)
  })

  it('lets searches through, and timers, while it reads much', async () => {
    const store = storeWith(5_000)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 50 } })
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const sizes = new Set<number>()
    const done = new AbortController()
    const catching = index.catchUp().finally(() => done.abort())
    while (!done.signal.aborted) {
      sizes.add((await index.search(rowOf(someVectors(1, 1), 0, dimension), { k: 10_000 })).chunkIds.length)
    }
    await catching
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
    expect(sizes.size).toBeGreaterThan(2)
    expect(index.size).toBe(5_000)
  })
})

describe('rebuilding', () => {
  it('tells how far it is, and is equal to the store', async () => {
    const store = storeWith(95)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 30 } })
    await index.catchUp()
    const progress: [number, number][] = []
    await index.rebuild({ onProgress: (completed, total) => progress.push([completed, total]) })
    expect(progress).toEqual([
      [30, 95],
      [60, 95],
      [90, 95],
      [95, 95],
    ])
    expect(await heldBy(index)).toEqual(store.contents)
    expect(index.state).toBe('ready')
  })

  it('holds what changed while it ran', async () => {
    const store = storeWith(60)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 20 } })
    await index.catchUp()
    let reads = 0
    store.beforeRead = () => {
      reads++
      if (reads === 2) store.remove(1, 10)
      if (reads === 3) store.put(200, someVectors(3, 91))
    }
    await index.rebuild()
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('leaves the old index in use when it is cancelled', async () => {
    const store = storeWith(60)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 20 } })
    await index.catchUp()
    const cancel = new AbortController()
    store.beforeRead = () => cancel.abort(new Error('cancelled by the person'))
    await expect(index.rebuild({ signal: cancel.signal })).rejects.toThrow('cancelled by the person')
    expect(index.state).toBe('ready')
    expect(await heldBy(index)).toEqual(store.contents)
  })

  it('lets catching up wait, and then hold everything', async () => {
    const store = storeWith(60)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    const rebuilding = index.rebuild()
    store.put(300, someVectors(2, 92))
    await index.catchUp()
    expect(await heldBy(index)).toEqual(store.contents)
    await rebuilding
  })
})

describe('searching', () => {
  it('finds the nearest chunks within the filter, best first, without padding', async () => {
    const store = storeWith(200)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    const query = rowOf(someVectors(1, 93), 0, dimension)
    const { chunkIds: ids, vectors } = store.contents
    const isAllowed = (id: number) => id >= 50 && id <= 60 && id !== 55
    const found = await index.search(query, { k: 20, within: Float64Array.of(50, 60), except: Float64Array.of(55, 55) })
    const expected = referenceSearch({ metric: 'inner-product', ids, vectors, query, k: 20, isAllowed })
    expect([...found.chunkIds]).toEqual(expected.map(({ id }) => id))
    expect(found.scores).toHaveLength(10)
  })

  it('refuses a query of another dimension, also when it would be two queries', async () => {
    const { index } = await openIndex(storeWith(5), newFolder())
    await expect(index.search(new Float32Array(dimension * 2), { k: 1 })).rejects.toMatchObject({ code: 'dimension-mismatch' })
  })

  it('gives NaN for chunks that it lacks', async () => {
    const { index } = await openIndex(storeWith(5), newFolder())
    await index.catchUp()
    expect((await index.vectors([99])).every((value) => Number.isNaN(value))).toBe(true)
    expect([...(await index.scores(rowOf(someVectors(1, 1), 0, dimension), Float64Array.of(99)))]).toEqual([Number.NaN])
  })
})

describe('the background', () => {
  const query = rowOf(someVectors(1, 94), 0, dimension)

  function exactScores(store: MemoryVectorStore): number[] {
    const { vectors } = store.contents
    const scores = Array.from({ length: vectors.length / dimension }, (_, row) =>
      rowOf(vectors, row, dimension).reduce((sum, value, i) => sum + value * query[i]!, 0),
    )
    return scores.sort((a, b) => a - b)
  }

  it('is empty, with a median of 0, for an empty index', async () => {
    const { index } = await openIndex(storeWith(0), newFolder())
    expect(await index.background(query)).toEqual({ median: 0, sample: new Float32Array() })
  })

  it('is all scores, ascending, while there are few, and follows every change', async () => {
    const store = storeWith(101)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    for (const change of [() => undefined, () => store.remove(3, 3), () => store.put(500, someVectors(30, 95))]) {
      change()
      await index.catchUp()
      const { median, sample } = await index.background(query)
      const expected = exactScores(store)
      expect(sample).toHaveLength(expected.length)
      for (const [place, score] of sample.entries()) expect(score).toBeCloseTo(expected[place]!, 5)
      const middle = (expected[Math.floor((expected.length - 1) / 2)]! + expected[Math.floor(expected.length / 2)]!) / 2
      expect(median).toBeCloseTo(middle, 5)
    }
  })

  it('is a sample of 2,000 of many, the same each time, with nearly the median of all', async () => {
    const store = storeWith(9_000)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    const first = await index.background(query)
    expect(first.sample).toHaveLength(2_000)
    expect(await index.background(query)).toEqual(first)
    // Scores have a deviation of 1/sqrt(8) = 0.35; that of the median of 2,000 is 1.25 / sqrt(2,000) of it: 0.01
    expect(Math.abs(first.median - exactScores(store)[4_500]!)).toBeLessThan(0.03)
  })

  it('leaves out what was removed since the sample was drawn, and draws anew as the index grows', async () => {
    const store = storeWith(9_000)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    await index.background(query)
    store.remove(1, 100)
    await index.catchUp()
    const { length } = (await index.background(query)).sample
    expect(length).toBeLessThan(2_000)
    expect(length).toBeGreaterThan(1_900)
    store.put(20_000, someVectors(1_000, 96))
    await index.catchUp()
    expect((await index.background(query)).sample).toHaveLength(2_000)
  })
})

describe('reading while the index is rebuilt', () => {
  it('never fails, at the moment of the swap neither', async () => {
    const store = storeWith(3_000)
    const { index } = await openIndex(store, newFolder())
    await index.catchUp()
    const query = rowOf(someVectors(1, 97), 0, dimension)
    const done = new AbortController()
    const rebuilding = (async () => {
      for (let round = 0; round < 10; round++) await index.rebuild()
      done.abort()
    })()
    let reads = 0
    while (!done.signal.aborted) {
      const results = await Promise.all([
        index.background(query),
        index.search(query, { k: 5 }),
        index.scores(query, Float64Array.of(1)),
        index.vectors([1]),
      ])
      expect(results[0].sample).toHaveLength(2_000)
      expect(results[1].chunkIds).toHaveLength(5)
      reads++
    }
    await rebuilding
    expect(reads).toBeGreaterThan(10)
  })
})

describe('closing', () => {
  it('stops catching up at the next read, and refuses searches afterwards', async () => {
    const store = storeWith(1_000)
    const { index } = await openIndex(store, newFolder(), { limits: { vectorsPerRead: 10 } })
    const catching = index.catchUp()
    store.beforeRead = () => {
      store.beforeRead = () => undefined
      void index.close()
    }
    await catching
    await index.close()
    expect(store.vectorsRead).toBeLessThan(100)
    await expect(index.search(rowOf(someVectors(1, 1), 0, dimension), { k: 1 })).rejects.toMatchObject({ code: 'unavailable' })
    await index.catchUp() // does nothing, and does not fail
  })
})
