import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { FaissIndex } from '../../../../native/faiss.ts'
import { idsFrom } from '../../../harness/vectors.ts'

const dimension = 128
const n = 5_000

/** Starts many calls and waits for none. */
async function work(): Promise<void> {
  const index = new FaissIndex({ dimension, metric: 'inner-product' })
  await index.add(idsFrom(1, n), new Float32Array(n * dimension).fill(0.5))
  for (let i = 1; i <= 60; i++) {
    void index.search(new Float32Array(dimension).fill(0.5), { k: 10 })
    if (i % 10 === 0) void index.remove(Float64Array.of(i))
  }
}

if (isMainThread) {
  for (let round = 0; round < 20; round++) {
    const isBusy = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(new URL(import.meta.url), { workerData: isBusy })
    await Atomics.waitAsync(isBusy, 0, 0).value
    await Promise.all([worker.terminate(), round % 5 === 0 ? work() : undefined])
  }
  process.stdout.write('done\n')
} else {
  await work()
  const isBusy = workerData as Int32Array<SharedArrayBuffer>
  Atomics.store(isBusy, 0, 1)
  Atomics.notify(isBusy, 0)
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}
