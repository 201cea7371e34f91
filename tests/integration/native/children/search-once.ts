import { FaissIndex, nativeInfo, type Metric } from '../../../../native/faiss.ts'
import { idsFrom, referenceSearch, rowOf, unitVectors } from '../../../harness/vectors.ts'

/** Compares searches with the instruction set that AKIN_SIMD names with looking at every vector. */
const { simdLevel } = nativeInfo()
if (process.env['AKIN_SIMD'] === 'baseline' && simdLevel !== 'baseline') throw new Error(`Runs on ${simdLevel}`)

for (const metric of ['inner-product', 'l2'] satisfies Metric[]) {
  for (const dimension of [5, 64, 100]) {
    const ids = idsFrom(1, 500)
    const vectors = unitVectors({ n: 500, dimension, seed: dimension })
    const index = new FaissIndex({ dimension, metric })
    await index.add(ids, vectors)
    for (let row = 0; row < 30; row++) {
      const query = rowOf(vectors, row, dimension)
      const found = await index.search(query, { k: 10 })
      const expected = referenceSearch({ metric, ids, vectors, query, k: 10 })
      for (const [place, { score }] of expected.entries()) {
        if (Math.abs(found.scores[place]! - score) > 1e-5) throw new Error(`Place ${place} has score ${found.scores[place]}`)
      }
    }
  }
}
process.stdout.write('done\n')
