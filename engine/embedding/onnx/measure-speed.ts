import type { OnnxModel } from './onnx-model.ts'
import { batchDifferenceOf, batchTolerance } from './probe.ts'
import type { Reading } from './reading.ts'

/** How a model embeds passages fastest on this machine. */
export interface Speed {
  readonly threads: number
  /** Texts of similar length in one run; 1 for models whose vectors depend on their batch. */
  readonly batchSize: number
  /** Tokens a second, one text a call, by threads. */
  readonly tokensPerSecond: Readonly<Record<number, number>>
}

const measuredRuns = 8
const measuredTokens = 128

/** More threads, or more texts a call, must be worth it: threads take time from everything else, batches memory. */
const worthwhile = 1.1

const batchSize = 8

const text = 'the tide came in and the tide went out, and the harbour wall stood where it had stood '.repeat(20)

/** Finds the fastest of the candidates and leaves the model with it. */
export async function measureSpeed(model: OnnxModel, candidates: readonly number[]): Promise<Speed> {
  const tokensPerSecond: Record<number, number> = {}
  let best = { threads: model.threads, rate: 0 }
  for (const threads of candidates) {
    await model.useThreads(threads)
    const rate = await rateOf(model, [passageOf(model, measuredTokens)])
    tokensPerSecond[threads] = Math.round(rate)
    if (rate > best.rate * worthwhile) best = { threads, rate }
  }
  await model.useThreads(best.threads)
  return { threads: best.threads, batchSize: await bestBatchSize(model), tokensPerSecond }
}

/** Lengths as near to each other as they lie in a queue that is sorted by length. */
async function bestBatchSize(model: OnnxModel): Promise<number> {
  if (!model.mayBatch || (await batchDifferenceOf(model)) > batchTolerance) return 1
  const passages = Array.from({ length: batchSize }, (_, index) => passageOf(model, measuredTokens - 4 * index))
  const alone = await rateOf(model, passages, (readings) => oneByOne(model, readings))
  const together = await rateOf(model, passages)
  return together > alone * worthwhile ? batchSize : 1
}

function passageOf(model: OnnxModel, tokens: number): Reading {
  const { ids } = model.read(text).runs[0]!
  const cut = ids.slice(0, tokens)
  return { runs: [{ ids: cut, from: 0, to: cut.length }], tokenCount: cut.length, isCut: true }
}

async function oneByOne(model: OnnxModel, readings: readonly Reading[]): Promise<void> {
  for (const reading of readings) await model.embedTogether([reading])
}

/** Median tokens a second. */
async function rateOf(
  model: OnnxModel,
  readings: readonly Reading[],
  run: (readings: readonly Reading[]) => Promise<unknown> = (all) => model.embedTogether(all),
): Promise<number> {
  const tokens = readings.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
  const runs = readings.length === 1 ? measuredRuns : measuredRuns >> 1
  const times: number[] = []
  for (let count = 0; count < runs; count++) {
    const startedAt = performance.now()
    await run(readings)
    times.push(performance.now() - startedAt)
  }
  const median = times.toSorted((a, b) => a - b)[runs >> 1]!
  return (tokens / median) * 1_000
}
