import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { FaissIndex, nativeInfo, type FaissSearchOptions } from '../../native/faiss.ts'
import { chosenIds, clusteredVectors } from './dataset.ts'
import { nativeReportText } from './report.ts'

/**
 * What searching through the addon costs against the same searches in C++ (`baseline.cc`), in plain JavaScript, and under
 * filters. Each comparison is made several times in turn and the median counts: machines are noisy, ratios less so.
 *
 *     node bench/native/bench-native.ts [--json] [--sizes 20000,100000,200000] [--dimension 384]
 */
export interface BenchNativeOptions {
  /** Vectors. Default 20,000, 100,000 and 200,000. */
  readonly sizes?: readonly number[]
  /** Default 384. */
  readonly dimension?: number
  /** Queries of each measurement. Default 100. */
  readonly queries?: number
  /** Times each measurement is made. Default 3. */
  readonly rounds?: number
  /** Told what is being measured. */
  readonly onStep?: (step: string) => void
}

/** Milliseconds of single queries, one after the other. */
export interface Latency {
  readonly p50: number
  readonly p95: number
}

export interface SearchComparison {
  readonly n: number
  readonly k: number
  readonly akin: Latency
  /** `IndexFlat::search` with the addon's distance functions. */
  readonly faiss: Latency
  /** The addon's index called from C++: what is left of `akin` is the way from and to JavaScript. */
  readonly core: Latency
  /** p50 of akin ÷ p50 of FAISS. Target: at most 1.05. */
  readonly ratio: number
  /** Gigabytes of vectors read in a second by akin. */
  readonly gigabytesPerSecond: number
}

export interface FilterComparison {
  readonly n: number
  readonly share: number
  readonly selected: number
  readonly ranges: number
  readonly akin: Latency
  /** FAISS's inner product and heap over positions that are known beforehand. */
  readonly gatherScan: Latency
  /** p50 of akin ÷ p50 of the scan. Target at 1 %: at most 1.5. */
  readonly ratio: number
}

export interface NativeReport {
  readonly machine: { cpu: string; cores: number; simdLevel: string; faissVersion: string; node: string; stolenPercent: number }
  readonly dimension: number
  readonly queries: number
  readonly search: readonly SearchComparison[]
  readonly filters: readonly FilterComparison[]
  readonly javascript: { n: number; loop: Latency; ratio: number }
  readonly batch: { n: number; queries: number; queriesPerSecond: number }
  readonly add: { n: number; vectorsPerSecond: number }
  readonly background: { n: number; sample: number; latency: Latency }
}

const run = promisify(execFile)

interface Bench {
  readonly folder: string
  readonly dimension: number
  readonly queries: number
  readonly rounds: number
  readonly vectors: Float32Array
  readonly program: string
  readonly vectorFile: string
}

export async function benchNative(options: BenchNativeOptions = {}): Promise<NativeReport> {
  const { sizes = [20_000, 100_000, 200_000], dimension = 384, queries = 100, rounds = 3, onStep = () => undefined } = options
  const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
  const stolenBefore = cpuTimes()
  try {
    onStep('making vectors and the C++ program')
    const search: SearchComparison[] = []
    const filters: FilterComparison[] = []
    const largest = Math.max(...sizes)
    const bench = await prepare(folder, { n: largest, dimension, queries, rounds })
    for (const n of sizes) {
      onStep(`filling an index of ${n} vectors`)
      const { index } = await filledIndex(bench, n)
      for (const k of [10, 256]) {
        onStep(`searching ${n} vectors, k = ${k}`)
        search.push(await compareSearch(bench, index, n, k))
      }
      for (const share of [0.001, 0.01, 0.1, 0.5]) {
        onStep(`searching ${share * 100} % of ${n} vectors`)
        filters.push(await compareFilter(bench, index, n, share))
      }
      await index.close()
    }
    onStep(`JavaScript, a batch and a sample over ${largest} vectors`)
    const rest = await measureRest(bench, largest)
    const { simdLevel, faissVersion } = nativeInfo()
    const cpu = cpus()[0]?.model.trim() ?? 'unknown'
    const stolenPercent = stolenSince(stolenBefore)
    const machine = { cpu, cores: cpus().length, simdLevel, faissVersion, node: process.version, stolenPercent }
    return { machine, dimension, queries, search, filters, ...rest }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function prepare(
  folder: string,
  { n, dimension, queries, rounds }: { n: number; dimension: number; queries: number; rounds: number },
): Promise<Bench> {
  const vectors = clusteredVectors(n, dimension, 2_026)
  const vectorFile = join(folder, 'vectors.f32')
  writeFileSync(vectorFile, vectors)
  const program = join(folder, 'baseline')
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'build-native.mjs')
  await run(process.execPath, [script, '--program', join(import.meta.dirname, 'baseline.cc'), program])
  return { folder, dimension, queries, rounds, vectors, program, vectorFile }
}

async function filledIndex({ vectors, dimension }: Bench, n: number): Promise<{ index: FaissIndex; vectorsPerSecond: number }> {
  const index = new FaissIndex({ dimension, metric: 'inner-product' })
  const perCall = 1_000
  const startedAt = performance.now()
  for (let first = 0; first < n; first += perCall) {
    const count = Math.min(perCall, n - first)
    const ids = Float64Array.from({ length: count }, (_, i) => first + i + 1)
    await index.add(ids, vectors.subarray(first * dimension, (first + count) * dimension))
  }
  return { index, vectorsPerSecond: Math.round((n * 1_000) / (performance.now() - startedAt)) }
}

/** Query i of a measurement over the first n vectors, as the C++ program takes it. */
function queryOf({ vectors, dimension, queries }: Bench, n: number, i: number): Float32Array {
  const row = i * Math.floor(n / queries)
  return vectors.subarray(row * dimension, (row + 1) * dimension)
}

async function timeQueries(bench: Bench, n: number, search: (query: Float32Array) => unknown): Promise<number[]> {
  await search(queryOf(bench, n, 0))
  const times: number[] = []
  for (let i = 0; i < bench.queries; i++) {
    const query = queryOf(bench, n, i)
    const startedAt = performance.now()
    await search(query)
    times.push(performance.now() - startedAt)
  }
  return times
}

async function compareSearch(bench: Bench, index: FaissIndex, n: number, k: number): Promise<SearchComparison> {
  const akin: Latency[] = []
  const faiss: Latency[] = []
  const core: Latency[] = []
  for (let round = 0; round < bench.rounds; round++) {
    akin.push(latencyOf(await timeQueries(bench, n, (query) => index.search(query, { k }))))
    const [first, second] = await runProgram(bench, n, k)
    faiss.push(first!)
    core.push(second!)
  }
  const result = { akin: medianOf(akin), faiss: medianOf(faiss), core: medianOf(core) }
  const gigabytesPerSecond = (4 * n * bench.dimension) / result.akin.p50 / 1e6
  return { n, k, ...result, ratio: result.akin.p50 / result.faiss.p50, gigabytesPerSecond }
}

async function compareFilter(bench: Bench, index: FaissIndex, n: number, share: number): Promise<FilterComparison> {
  const { ranges, ids } = chosenIds(n, share, 7)
  const file = join(bench.folder, 'positions.i64')
  writeFileSync(
    file,
    BigInt64Array.from(ids, (id) => BigInt(id - 1)),
  )
  const options: FaissSearchOptions = { k: 10, within: ranges }
  const akin: Latency[] = []
  const gatherScan: Latency[] = []
  for (let round = 0; round < bench.rounds; round++) {
    akin.push(latencyOf(await timeQueries(bench, n, (query) => index.search(query, options))))
    gatherScan.push((await runProgram(bench, n, 10, file))[0]!)
  }
  const result = { akin: medianOf(akin), gatherScan: medianOf(gatherScan) }
  return { n, share, selected: ids.length, ranges: ranges.length / 2, ...result, ratio: result.akin.p50 / result.gatherScan.p50 }
}

async function runProgram(bench: Bench, n: number, k: number, positions?: string): Promise<Latency[]> {
  const parameters = [bench.vectorFile, n, bench.dimension, bench.queries, k].map(String)
  const { stdout } = await run(bench.program, positions === undefined ? parameters : [...parameters, positions])
  return stdout.split('/').map((part) => latencyOf(part.trim().split(' ').map(Number)))
}

async function measureRest(bench: Bench, n: number): Promise<Pick<NativeReport, 'javascript' | 'batch' | 'add' | 'background'>> {
  const { index, vectorsPerSecond } = await filledIndex(bench, n)
  const few = { ...bench, queries: 10 }
  const loop = latencyOf(await timeQueries(few, n, (query) => nearestInJavaScript(bench, n, query, 10)))
  const akin = latencyOf(await timeQueries(bench, n, (query) => index.search(query, { k: 10 })))
  const batch = bench.vectors.subarray(0, 1_000 * bench.dimension)
  const startedAt = performance.now()
  await index.search(batch, { k: 10 })
  const queriesPerSecond = Math.round(1_000_000 / (performance.now() - startedAt))
  const sample = Float64Array.from({ length: 2_000 }, (_, i) => Math.floor(((i + 0.5) * n) / 2_000) + 1)
  const latency = latencyOf(await timeQueries(bench, n, (query) => index.scores(query, sample)))
  await index.close()
  return {
    javascript: { n, loop, ratio: akin.p50 / loop.p50 },
    batch: { n, queries: 1_000, queriesPerSecond },
    add: { n, vectorsPerSecond },
    background: { n, sample: sample.length, latency },
  }
}

/** The loop that anyone would write first. */
function nearestInJavaScript({ vectors, dimension }: Bench, n: number, query: Float32Array, k: number): number[] {
  const nearest: { row: number; score: number }[] = []
  for (let row = 0; row < n; row++) {
    const score = innerProduct(vectors, row * dimension, query)
    if (nearest.length === k && score <= nearest[k - 1]!.score) continue
    const place = nearest.findIndex((entry) => entry.score < score)
    nearest.splice(place < 0 ? nearest.length : place, 0, { row, score })
    nearest.length = Math.min(nearest.length, k)
  }
  return nearest.map(({ row }) => row)
}

function innerProduct(vectors: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0
  for (let i = 0; i < query.length; i++) sum += vectors[offset + i]! * query[i]!
  return sum
}

function latencyOf(times: readonly number[]): Latency {
  const ascending = times.toSorted((a, b) => a - b)
  const at = (share: number) => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))]!
  return { p50: at(0.5), p95: at(0.95) }
}

/** The round with the median p50. */
function medianOf(rounds: readonly Latency[]): Latency {
  return rounds.toSorted((a, b) => a.p50 - b.p50)[Math.floor(rounds.length / 2)]!
}

/** Of all processors together, in ticks: stolen by other machines, and everything. */
function cpuTimes(): { stolen: number; all: number } {
  if (process.platform !== 'linux') return { stolen: 0, all: 0 }
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0]!
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  return { stolen: ticks[7] ?? 0, all: ticks.reduce((sum, value) => sum + value, 0) }
}

function stolenSince(before: { stolen: number; all: number }): number {
  const now = cpuTimes()
  return now.all === before.all ? 0 : (100 * (now.stolen - before.stolen)) / (now.all - before.all)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      sizes: { type: 'string' },
      dimension: { type: 'string' },
      queries: { type: 'string' },
    },
  })
  const report = await benchNative({
    ...(values.sizes === undefined ? {} : { sizes: values.sizes.split(',').map(Number) }),
    ...(values.dimension === undefined ? {} : { dimension: Number(values.dimension) }),
    ...(values.queries === undefined ? {} : { queries: Number(values.queries) }),
    onStep: (step) => {
      if (!values.json) console.error(`  ${step}`)
    },
  })
  console.log(values.json ? JSON.stringify(report) : nativeReportText(report))
}

if (import.meta.main) await main()
