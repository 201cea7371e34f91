import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBenchEngine, type BenchEngine } from './bench-engine.ts'
import { percentile } from './metrics.ts'
import { makeSyntheticLibrary, randomOf, wordOf } from './synthetic-library.ts'

export interface StageTimes {
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
}

export interface SearchLatency {
  readonly chunks: number
  readonly documents: number
  readonly query: string
  /** From request to reply without the model's own time for the query. */
  readonly withoutEmbedding: StageTimes
  readonly embedding: StageTimes
  readonly vectors: StageTimes
  readonly keywords: StageTimes
}

const queries = 60

/** Search through the engine's contract on synthetic libraries, by stage. */
export async function benchSearch(sizes: readonly number[]): Promise<SearchLatency[]> {
  const results: SearchLatency[] = []
  for (const chunks of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
    try {
      const made = await makeSyntheticLibrary({ folder, chunks, seed: 1 })
      const bench = await openBenchEngine({ folder })
      await bench.settle()
      await bench.ask('search.query', { text: 'warm up' })
      const random = randomOf(7)
      const words = (count: number): string => Array.from({ length: count }, () => wordOf(random)).join(' ')
      for (const [name, next] of [
        ['4 words', () => words(4)],
        ['8 words', () => words(8)],
        ['3 words within half of the library', () => `${words(3)} kind:note kind:file`],
        ['3 words within 2.5 %', () => `${words(3)} tag:tag3`],
      ] as const) {
        results.push({ ...(await measure(bench, next)), query: name, chunks: made.chunks, documents: made.documents })
      }
      await bench.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return results
}

async function measure(bench: BenchEngine, next: () => string): Promise<Omit<SearchLatency, 'query' | 'chunks' | 'documents'>> {
  const times = { withoutEmbedding: [] as number[], embedding: [] as number[], vectors: [] as number[], keywords: [] as number[] }
  for (let i = 0; i < queries; i++) {
    const text = next()
    const startedAt = performance.now()
    const { timings } = await bench.ask('search.query', { text, limit: 20 })
    times.withoutEmbedding.push(performance.now() - startedAt - timings.embedMs)
    times.embedding.push(timings.embedMs)
    times.vectors.push(timings.vectorsMs)
    times.keywords.push(timings.keywordsMs)
  }
  const stage = (values: readonly number[]): StageTimes => ({ p50: percentile(values, 0.5), p95: percentile(values, 0.95) })
  return {
    withoutEmbedding: stage(times.withoutEmbedding),
    embedding: stage(times.embedding),
    vectors: stage(times.vectors),
    keywords: stage(times.keywords),
  }
}
