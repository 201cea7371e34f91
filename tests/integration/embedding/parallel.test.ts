import { afterEach, describe, expect, it } from 'vitest'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { ParallelEmbedder } from '../../../engine/embedding/onnx/parallel-embedder.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import { isCode } from '../../../shared/errors.ts'
import { modelsFolder, until } from '../../harness/engine.ts'
import { watchedSpawn } from '../../harness/engine-spawn.ts'

const texts = Array.from(
  { length: 24 },
  (_, i) => `Remark ${i}: the ferry leaves the harbour at ${i} past nine and takes no caravans.`,
)
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

function parallel(spawn = spawnWithNode): ParallelEmbedder {
  const embedder = new ParallelEmbedder({ model: builtInModel, modelsFolder, spawn, threads: 1 })
  open.push(embedder)
  return embedder
}

const together = { processes: 2, threads: 1, batchSize: 1 }
const all = (embedder: ParallelEmbedder): Promise<Float32Array[]> => Promise.all(texts.map((text) => embedder.embedPassage(text)))

describe('a model in several processes', () => {
  it('gives the vectors that one gives, to the last bit, and both have a part in it', async () => {
    const one = new OnnxEmbedder({ model: builtInModel, modelsFolder, spawn: spawnWithNode, threads: 2 })
    open.push(one)
    const { spawn, started } = watchedSpawn()
    const embedder = parallel(spawn)
    await embedder.useSpeed(together)
    const vectors = await all(embedder)
    expect(vectors).toEqual(await Promise.all(texts.map((text) => one.embedPassage(text))))
    expect(started).toHaveLength(2)
    const asked = started.map(({ posted }) => posted.filter((message) => (message as { type: string }).type === 'embed').length)
    expect(Math.min(...asked)).toBeGreaterThan(texts.length / 4)
    // Somebody waits for a query: it never waits for a model to load
    await embedder.embedQuery('when does the ferry leave?')
    expect(started).toHaveLength(2)
  })

  it('loses only what a process that dies was at, says so, and goes on with a new one', async () => {
    const { spawn, started } = watchedSpawn()
    const embedder = parallel(spawn)
    await embedder.useSpeed(together)
    await all(embedder)
    const asked = Promise.allSettled(texts.map((text) => embedder.embedPassage(text)))
    started[1]!.killFromOutside()
    const results = await asked
    const lost = results.filter((result) => result.status === 'rejected')
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(texts.length)
    expect(lost.every(({ reason }) => isCode(reason, 'inference-crashed'))).toBe(true)
    expect(await all(embedder)).toHaveLength(texts.length)
    expect(started).toHaveLength(3)
  })

  it('leaves no process behind', async () => {
    const { spawn, started } = watchedSpawn()
    const embedder = parallel(spawn)
    await embedder.useSpeed(together)
    await all(embedder)
    await embedder.close()
    await until('both are gone', async () => (started.every(({ isGone }) => isGone) ? true : undefined))
    expect(started).toHaveLength(2)
  })

  it('is measured, and used as it is fastest', async () => {
    const embedder = parallel()
    const speed = await embedder.measure(2)
    console.log(`measured with two processors: ${JSON.stringify(speed)}`)
    expect(speed.processes * speed.threads).toBeLessThanOrEqual(2)
    expect(speed.tokensPerSecond).toBeGreaterThan(0)
    expect(embedder.passagesAhead).toBeGreaterThanOrEqual(8 * speed.processes)
  })
})
