import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { builtInModel } from '../engine/embedding/model-spec.ts'
import { OnnxEmbedder } from '../engine/embedding/onnx/onnx-embedder.ts'
import { ParallelEmbedder } from '../engine/embedding/onnx/parallel-embedder.ts'
import { spawnWithNode } from '../engine/processes/node-spawn.ts'
import { dot } from '../engine/search/query-vector.ts'
import { applyPostProcessing } from '../engine/embedding/post-processing.ts'
import { learnPostProcessing } from '../engine/embedding/onnx/errands.ts'
import { methodOf } from '../engine/spaces/transforms.ts'
import { openBenchEngine, resourcesFolder } from './bench-engine.ts'
import { learnt, modelOf, useModel, type SpaceChoice } from './eval-space.ts'
import { pearson, spearman } from './metrics.ts'

export interface StsResult {
  readonly set: string
  readonly pairs: number
  readonly spearman: number
  readonly pearson: number
}

/** Agreement of cosines with people's scores, both sentences embedded as passages. */
export async function evalSts(file: string, choice: SpaceChoice | null = null): Promise<StsResult> {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t'))
  const scores = rows.map((row) => Number(row[0]))
  const texts = [1, 2].map((column) => rows.map((row) => (row[column] ?? '').trim()))
  const [first = [], second = []] = await withEmbedder(choice, async (embedder) => {
    const vectors: Float32Array[][] = []
    for (const column of texts) vectors.push(await Promise.all(column.map((text) => embedder.embedPassage(text))))
    return choice === null ? vectors : processed(vectors, choice)
  })
  const cosines = first.map((vector, index) => cosine(vector, second[index]!))
  return { set: basename(file), pairs: rows.length, spearman: spearman(scores, cosines), pearson: pearson(scores, cosines) }
}

async function withEmbedder<T>(choice: SpaceChoice | null, work: (embedder: OnnxEmbedder) => Promise<T>): Promise<T> {
  const bench = choice === null ? null : await openBenchEngine()
  const embedder =
    bench === null
      ? newEmbedder()
      : new OnnxEmbedder({ ...(await modelOf(bench, choice!)), spawn: spawnWithNode, threads: availableParallelism() })
  try {
    return await work(embedder)
  } finally {
    await embedder.close()
    await bench?.close()
  }
}

/** What is learnt is learnt from all sentences of the set. */
async function processed(columns: Float32Array[][], { postProcessing }: SpaceChoice): Promise<Float32Array[][]> {
  const method = methodOf(postProcessing)
  const all = columns.flat()
  const dimension = all[0]?.length ?? 0
  if (method === null || dimension === 0) return columns
  const rows = new Float32Array(all.length * dimension)
  for (const [index, vector] of all.entries()) rows.set(vector, index * dimension)
  const parameters = await learnPostProcessing({ rows, dimension, method }, { spawn: spawnWithNode })
  return columns.map((column) => column.map((vector) => applyPostProcessing(parameters, vector)))
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1)
}

export interface TopicsResult {
  readonly set: string
  readonly documents: number
  readonly nearest: number
  readonly nearest10: number
}

/** Share of the nearest, and of the ten nearest, kin with the same label, through import and "similar". */
export async function evalTopics(file: string, choice: SpaceChoice | null = null): Promise<TopicsResult> {
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string | number; title: string; text: string; label: string })
  const bench = await openBenchEngine()
  try {
    const modelId = choice === null ? null : await useModel(bench, choice)
    const sources = texts.map(({ id, title, text }) => ({ type: 'text' as const, externalId: String(id), title, text }))
    await bench.finish((await bench.ask('documents.import', { sources })).jobId)
    await bench.settle()
    const spaceId = choice === null ? undefined : await learnt(bench, modelId!, choice)
    const inSpace = spaceId === undefined ? {} : { spaceId }
    const { rows } = await bench.ask('documents.list', { limit: 500 })
    const labels = new Map(rows.map((row) => [row.id, texts.find(({ id }) => String(id) === row.source.location)?.label]))
    let [nearest, nearest10] = [0, 0]
    for (const row of rows) {
      const { hits, nearlySame } = await bench.ask('similar.find', { to: { documentId: row.id }, limit: 30, ...inSpace })
      const kin = [...hits, ...nearlySame].toSorted((a, b) => b.score - a.score).slice(0, 10)
      const same = kin.map((hit) => labels.get(hit.documentId) === labels.get(row.id))
      nearest += same[0] === true ? 1 : 0
      nearest10 += same.filter(Boolean).length / Math.max(1, same.length)
    }
    return { set: basename(file), documents: rows.length, nearest: nearest / rows.length, nearest10: nearest10 / rows.length }
  } finally {
    await bench.close()
  }
}

/** The built-in model as the engine runs it. */
export function newParallelEmbedder(threads = 1): ParallelEmbedder {
  return new ParallelEmbedder({
    model: builtInModel,
    modelsFolder: join(resourcesFolder, 'models'),
    spawn: spawnWithNode,
    threads,
  })
}

export function newEmbedder(threads = availableParallelism()): OnnxEmbedder {
  return new OnnxEmbedder({ model: builtInModel, modelsFolder: join(resourcesFolder, 'models'), spawn: spawnWithNode, threads })
}
