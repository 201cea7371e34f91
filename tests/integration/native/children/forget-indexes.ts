import { FaissIndex } from '../../../../native/faiss.ts'
import { idsFrom } from '../../../harness/vectors.ts'

/** Makes and forgets 2 GB of indexes; V8 knows their weight, so that it collects them in time by itself. */
const dimension = 256
const n = 20_000
const vectors = new Float32Array(n * dimension).fill(0.5)

for (let round = 0; round < 100; round++) {
  const index = new FaissIndex({ dimension, metric: 'l2' })
  await index.add(idsFrom(1, n), vectors)
}
const megabytes = process.resourceUsage().maxRSS / 1024
if (megabytes > 1_000) throw new Error(`The process took ${megabytes} MB`)
process.stdout.write('done\n')
