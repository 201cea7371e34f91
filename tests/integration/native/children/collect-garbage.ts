import { FaissIndex } from '../../../../native/faiss.ts'
import { idsFrom, rowOf, unitVectors } from '../../../harness/vectors.ts'

/** Run with --expose-gc. Nothing but the calls under way holds the indexes, their arguments and results. */
const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('Run with --expose-gc')

const dimension = 64
const vectors = unitVectors({ n: 2_000, dimension, seed: 71 })

function searchAndForget(): Promise<{ ids: Float64Array }>[] {
  const index = new FaissIndex({ dimension, metric: 'inner-product' })
  void index.add(idsFrom(1, 2_000), vectors.slice())
  return Array.from({ length: 20 }, (_, row) => index.search(rowOf(vectors, row, dimension).slice(), { k: 5 }))
}

for (let round = 0; round < 20; round++) {
  const searches = searchAndForget()
  for (let i = 0; i < 5; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const results = await Promise.all(searches)
  for (const [row, { ids }] of results.entries()) {
    if (ids[0] !== row + 1) throw new Error(`Search ${row} found ${ids[0]}`)
  }
}
process.stdout.write('done\n')
