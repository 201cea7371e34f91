import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { builtInModel } from '../engine/embedding/model-spec.ts'
import { OnnxEmbedder } from '../engine/embedding/onnx/onnx-embedder.ts'
import { spawnWithNode } from '../engine/processes/node-spawn.ts'
import { dot } from '../engine/search/query-vector.ts'
import { openBenchEngine, resourcesFolder } from './bench-engine.ts'
import { pearson, spearman } from './metrics.ts'

export interface StsResult {
  readonly set: string
  readonly pairs: number
  readonly spearman: number
  readonly pearson: number
}

/** Agreement of cosines with people's scores, both sentences embedded as passages. */
export async function evalSts(file: string): Promise<StsResult> {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t'))
  const embedder = newEmbedder()
  try {
    const embed = (column: number): Promise<Float32Array[]> =>
      Promise.all(rows.map((row) => embedder.embedPassage((row[column] ?? '').trim())))
    const [first, second] = [await embed(1), await embed(2)]
    const scores = rows.map((row) => Number(row[0]))
    const cosines = first.map((vector, index) => dot(vector, second[index]!))
    return { set: basename(file), pairs: rows.length, spearman: spearman(scores, cosines), pearson: pearson(scores, cosines) }
  } finally {
    await embedder.close()
  }
}

export interface TopicsResult {
  readonly set: string
  readonly documents: number
  readonly nearest: number
  readonly nearest10: number
}

/** Share of the nearest, and of the ten nearest, kin with the same label, through import and "similar". */
export async function evalTopics(file: string): Promise<TopicsResult> {
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string | number; title: string; text: string; label: string })
  const bench = await openBenchEngine()
  try {
    const sources = texts.map(({ id, title, text }) => ({ type: 'text' as const, externalId: String(id), title, text }))
    await bench.finish((await bench.ask('documents.import', { sources })).jobId)
    await bench.settle()
    const { rows } = await bench.ask('documents.list', { limit: 500 })
    const labels = new Map(rows.map((row) => [row.id, texts.find(({ id }) => String(id) === row.source.location)?.label]))
    let [nearest, nearest10] = [0, 0]
    for (const row of rows) {
      const { hits, nearlySame } = await bench.ask('similar.find', { to: { documentId: row.id }, limit: 30 })
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

export function newEmbedder(threads = availableParallelism()): OnnxEmbedder {
  return new OnnxEmbedder({ model: builtInModel, modelsFolder: join(resourcesFolder, 'models'), spawn: spawnWithNode, threads })
}
