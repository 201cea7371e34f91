import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { builtInModel } from '../engine/embedding/model-spec.ts'
import type { ParallelEmbedder } from '../engine/embedding/onnx/parallel-embedder.ts'
import { loadTokenizer } from '../engine/embedding/onnx/tokenizer.ts'
import { importTransformers } from '../engine/embedding/onnx/transformers.ts'
import { embeddedText } from '../engine/library/embedded-text.ts'
import { openSqliteLibrary } from '../engine/library/sqlite/sqlite-library.ts'
import { openBenchEngine, resourcesFolder } from './bench-engine.ts'
import { newParallelEmbedder } from './eval-vectors.ts'

const wayNames = ['pipeline', 'akin', 'floor'] as const
type WayName = (typeof wayNames)[number]

export interface EmbeddingSpeed {
  readonly model: string
  readonly passages: number
  readonly tokens: number
  readonly threads: number
  /** Tokens a second, the median of the rounds. */
  readonly tokensPerSecond: Readonly<Record<WayName, number>>
  /** Of each round: Akin against transformers.js's pipeline, and against the session alone. */
  readonly againstPipeline: readonly number[]
  readonly againstFloor: readonly number[]
}

/** What the pipeline is given at once: texts in the order of the library, padded to the longest of them. */
const batchSize = 16

/** Embeds the passages from one index to another. */
type Way = (from: number, to: number) => Promise<unknown>

/**
 * The same passages, file and threads: Akin's whole path with its process, transformers.js's pipeline for embeddings, and the
 * session alone with tensors made before. They take turns at every sixteen passages, since machines are noisy. Real tokens are
 * counted, padding is not.
 *
 * @param options.threads measured when absent
 */
export async function benchEmbedding({
  rounds = 5,
  threads,
}: { rounds?: number; threads?: number } = {}): Promise<EmbeddingSpeed> {
  const modelsFolder = join(resourcesFolder, 'models')
  const texts = await samplePassages()
  const embedder = newParallelEmbedder(threads ?? 1)
  try {
    const used = threads ?? (await measuredThreads(embedder))
    const ids = await idsOf(texts, modelsFolder)
    const ways: Record<WayName, Way> = {
      akin: (from, to) => Promise.all(texts.slice(from, to).map((text) => embedder.embedPassage(text))),
      pipeline: await pipelineOf(texts, modelsFolder, sessionOptions(used)),
      floor: await floorOf(ids, modelsFolder, sessionOptions(used)),
    }
    // The first round warms up
    await secondsOf(ways, texts.length)
    const times: Record<WayName, number>[] = []
    for (let round = 0; round < rounds; round++) times.push(await secondsOf(ways, texts.length))
    const tokens = ids.reduce((sum, { length }) => sum + length, 0)
    const rate = (name: WayName): number => Math.round(tokens / median(times.map((time) => time[name])))
    return {
      model: builtInModel.name,
      passages: texts.length,
      tokens,
      threads: used,
      tokensPerSecond: { akin: rate('akin'), pipeline: rate('pipeline'), floor: rate('floor') },
      againstPipeline: times.map(({ akin, pipeline }) => pipeline / akin),
      againstFloor: times.map(({ akin, floor }) => floor / akin),
    }
  } finally {
    await embedder.close()
  }
}

/** Over all processes: the others may use as many. */
async function measuredThreads(embedder: ParallelEmbedder): Promise<number> {
  const { threads, processes } = await embedder.measure(availableParallelism())
  return threads * processes
}

async function secondsOf(ways: Record<WayName, Way>, count: number): Promise<Record<WayName, number>> {
  const seconds = { akin: 0, pipeline: 0, floor: 0 }
  for (let from = 0; from < count; from += batchSize) {
    for (const name of wayNames) {
      const startedAt = performance.now()
      await ways[name](from, Math.min(from + batchSize, count))
      seconds[name] += (performance.now() - startedAt) / 1_000
    }
  }
  return seconds
}

export function describeEmbedding(speed: EmbeddingSpeed): string {
  const { model, passages, tokens, threads, tokensPerSecond: rate, againstPipeline, againstFloor } = speed
  const range = (ratios: readonly number[]): string =>
    `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
  return `Embedding ${passages} passages of ${tokens} tokens, ${model}, ${threads} threads: ${rate.akin} tokens/s; transformers.js's pipeline in batches of ${batchSize} ${rate.pipeline}, the session alone ${rate.floor}; ${range(againstPipeline)} × the pipeline, ${range(againstFloor)} of the session`
}

function sessionOptions(threads: number) {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  } as const
}

type Session = ReturnType<typeof sessionOptions>

/** Every passage of the sample library as it is embedded, in its order. */
async function samplePassages(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
  try {
    const bench = await openBenchEngine({ folder, embeds: false })
    const path = join(resourcesFolder, 'sample', 'library')
    await bench.finish((await bench.ask('documents.import', { sources: [{ type: 'path', path }] })).jobId)
    await bench.close()
    return await passagesOf(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function passagesOf(folder: string): Promise<string[]> {
  const store = openSqliteLibrary({ folder })
  const texts: string[] = []
  const ids = await store.documents.ids({ filter: {}, sort: { by: 'title', descending: false }, limit: 100_000 })
  for (const { id, title } of await store.documents.summaries(ids)) {
    const text = (await store.documents.texts([id])).get(id)!
    for (const chunk of await store.vectors.chunks(id)) texts.push(embeddedText(title, text, chunk))
  }
  await store.close()
  return texts
}

async function idsOf(texts: readonly string[], modelsFolder: string): Promise<number[][]> {
  const tokenizer = await loadTokenizer(join(modelsFolder, builtInModel.folder), builtInModel)
  const { before, after } = tokenizer
  const room = builtInModel.maxInputTokens - before.length - after.length
  return texts.map((text) => [...before, ...tokenizer.idsOf(text).slice(0, room), ...after])
}

async function pipelineOf(texts: readonly string[], modelsFolder: string, session: Session): Promise<Way> {
  const { env, pipeline } = await importTransformers()
  env.localModelPath = `${modelsFolder}/`
  const extract = await pipeline('feature-extraction', builtInModel.folder, { dtype: 'q8', session_options: session })
  return (from, to) => extract(texts.slice(from, to), { pooling: 'cls', normalize: true })
}

async function floorOf(ids: readonly (readonly number[])[], modelsFolder: string, options: Session): Promise<Way> {
  const session = await InferenceSession.create(join(modelsFolder, builtInModel.folder, builtInModel.weightsFile), options)
  const feeds = ids.map((text) => ({
    input_ids: new Tensor('int64', BigInt64Array.from(text, BigInt), [1, text.length]),
    attention_mask: new Tensor('int64', new BigInt64Array(text.length).fill(1n), [1, text.length]),
    token_type_ids: new Tensor('int64', new BigInt64Array(text.length), [1, text.length]),
  }))
  return async (from, to) => {
    for (const feed of feeds.slice(from, to)) await session.run(feed, ['last_hidden_state'])
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
