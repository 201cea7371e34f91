import { FaissIndex } from '../../../../native/faiss.ts'
import { idsFrom } from '../../../harness/vectors.ts'

const dimension = 128
const index = new FaissIndex({ dimension, metric: 'inner-product' })
await index.add(idsFrom(1, 20_000), new Float32Array(20_000 * dimension).fill(0.5))
for (let i = 0; i < 50; i++) void index.search(new Float32Array(dimension).fill(0.5), { k: 10 })
void index.remove(Float64Array.of(1))
process.stdout.write('exiting\n', () => process.exit(0))
