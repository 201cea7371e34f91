import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FaissIndex } from '../../../native/faiss.ts'
import { seededRandom } from '../../harness/random.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { idsFrom, referenceSearch, rowOf, unitVectors } from '../../harness/vectors.ts'

const dimension = 24
const newFolder = useTempFolders()

describe('many calls at once', () => {
  it('end as if they had been made one after the other', async () => {
    const random = seededRandom(61)
    const vectors = unitVectors({ n: 3_000, dimension, seed: 62 })
    const index = new FaissIndex({ dimension, metric: 'inner-product' })
    const held = new Set<number>()
    const calls: Promise<void>[] = []
    let next = 1
    for (let round = 0; round < 300; round++) {
      const size = random.int(1, 10)
      const ids = idsFrom(next, size)
      calls.push(index.add(ids, vectors.subarray((next - 1) * dimension, (next - 1 + size) * dimension)))
      for (const id of ids) held.add(id)
      next += size
      const heldThen = Float64Array.from(held)
      const query = rowOf(vectors, random.int(0, 2_999), dimension)
      const expected = referenceSearch({
        metric: 'inner-product',
        ids: heldThen,
        vectors: rowsOf(vectors, heldThen),
        query,
        k: 3,
      })
      calls.push(
        index.search(query, { k: 3 }).then(({ ids: found }) => {
          expect([...found].filter((id) => id > 0)).toEqual(expected.map(({ id }) => id))
        }),
      )
      const removed = random.some([...held], random.int(0, 3))
      calls.push(index.remove(Float64Array.from(removed)).then((count) => expect(count).toBe(removed.length)))
      for (const id of removed) held.delete(id)
    }
    await Promise.all(calls)
    expect([...(await index.ids())]).toEqual([...held].sort((a, b) => a - b))
  })

  it('lets searches pass an addition that waits for a save', async () => {
    const vectors = unitVectors({ n: 2_000, dimension, seed: 63 })
    const index = new FaissIndex({ dimension, metric: 'inner-product' })
    await index.add(idsFrom(1, 2_000), vectors)
    const order: string[] = []
    const note = (name: string) => (): number => order.push(name)
    const saving = index.save(join(newFolder(), 'a')).then(note('save'))
    const adding = index.add(Float64Array.of(9_999), rowOf(vectors, 0, dimension)).then(note('add'))
    const searching = index.search(rowOf(vectors, 0, dimension), { k: 1 }).then(note('search'))
    await Promise.all([saving, adding, searching])
    expect(order.indexOf('search')).toBeLessThan(order.indexOf('add'))
    expect(order.indexOf('save')).toBeLessThan(order.indexOf('add'))
  })

  it('leaves the event loop free while a long search runs', async () => {
    const n = 20_000
    const index = new FaissIndex({ dimension: 256, metric: 'inner-product' })
    await index.add(idsFrom(1, n), new Float32Array(n * 256).fill(0.1))
    const queries = new Float32Array(2_000 * 256).fill(0.1)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await index.search(queries, { k: 10 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })
})

/** Each of these ends the process if it goes wrong, so each runs in one of its own. */
describe('a process', () => {
  const run = promisify(execFile)
  const child = (script: string) =>
    run(process.execPath, ['--expose-gc', join(import.meta.dirname, 'children', script)], { timeout: 100_000 })

  it('may forget an index and collect garbage while calls on it are under way', async () => {
    await expect(child('collect-garbage.ts')).resolves.toMatchObject({ stdout: 'done\n' })
  })

  it('gives memory back when indexes are forgotten', async () => {
    await expect(child('forget-indexes.ts')).resolves.toMatchObject({ stdout: 'done\n' })
  })

  it('may use indexes in several threads and end them while calls are under way', async () => {
    await expect(child('end-threads.ts')).resolves.toMatchObject({ stdout: 'done\n' })
  })

  it.each(['baseline', 'avx2', 'avx512'])(
    'finds the same with the instructions of %s, where the processor has them',
    async (level) => {
      const script = join(import.meta.dirname, 'children', 'search-once.ts')
      const { stdout } = await run(process.execPath, [script], { env: { ...process.env, AKIN_SIMD: level } })
      expect(stdout).toBe('done\n')
    },
  )

  it('may exit while calls are under way', async () => {
    await expect(child('exit-early.ts')).resolves.toMatchObject({ stdout: 'exiting\n' })
  })
})

function rowsOf(vectors: Float32Array, ids: Float64Array): Float32Array {
  const rows = new Float32Array(ids.length * dimension)
  for (const [place, id] of ids.entries()) rows.set(rowOf(vectors, id - 1, dimension), place * dimension)
  return rows
}
