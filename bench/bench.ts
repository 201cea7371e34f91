import { parseArgs } from 'node:util'
import { setUp } from '../scripts/setup-steps.mjs'
import { benchEmbedding, describeEmbedding, type EmbeddingSpeed } from './embedding-speed.ts'
import { benchImport, type ImportThroughput } from './import-throughput.ts'
import { machine } from './machine.ts'
import { benchNative } from './native/bench-native.ts'
import { benchScrolling, type Scrolling } from './scrolling.ts'
import { benchSearch, type SearchLatency } from './search-latency.ts'
import { benchStartUp, type StartUp } from './start-up.ts'

/**
 * Speed, as ratios within one run where that is possible: these are no tests, and nothing fails by a time.
 *
 *     npm run bench                                    all parts
 *     npm run bench -- import search [--json]          some: import, embedding, native, search, start, scroll
 *     npm run bench -- search --sizes 2000,20000
 */
const parts = ['import', 'embedding', 'native', 'search', 'start', 'scroll'] as const
type Part = (typeof parts)[number]

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      sizes: { type: 'string', default: '2000,20000,200000' },
      rows: { type: 'string', default: '50000' },
    },
  })
  const unknown = positionals.filter((name) => !parts.some((part) => part === name))
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}: ${parts.join(', ')}`)
  const wants = (part: Part): boolean => positionals.length === 0 || positionals.includes(part)
  const sizes = values.sizes.split(',').map(Number)
  await setUp('start')
  const result = {
    machine: machine(),
    ...(wants('import') ? { import: await benchImport() } : {}),
    ...(wants('embedding') ? { embedding: await benchEmbedding() } : {}),
    ...(wants('native') ? { native: await benchNative({ sizes: sizes.filter((size) => size >= 20_000) }) } : {}),
    ...(wants('search') ? { search: await benchSearch(sizes) } : {}),
    ...(wants('start') ? { start: await benchStartUp() } : {}),
    ...(wants('scroll') ? { scroll: await benchScrolling(Number(values.rows)) } : {}),
  }
  console.log(values.json ? JSON.stringify(result) : describe(result))
}

interface Result {
  readonly machine: ReturnType<typeof machine>
  readonly import?: ImportThroughput
  readonly embedding?: EmbeddingSpeed
  readonly native?: object
  readonly search?: readonly SearchLatency[]
  readonly start?: readonly StartUp[]
  readonly scroll?: Scrolling | null
}

function describe(result: Result): string {
  const { processor, cores, memoryGib, simd, node, stolen } = result.machine
  const lines = [`${processor}, ${cores} cores, ${memoryGib} GiB, ${simd}, Node ${node}, ${stolen ?? '?'} of the time stolen`]
  if (result.import !== undefined) lines.push(describeImport(result.import))
  if (result.embedding !== undefined) lines.push(describeEmbedding(result.embedding))
  if (result.native !== undefined) lines.push(`Addon against FAISS C++: ${JSON.stringify(result.native)}`)
  for (const { chunks, query, withoutEmbedding, embedding, vectors, keywords } of result.search ?? []) {
    const stage = (name: string, { p50, p95 }: { p50: number; p95: number }): string =>
      `${name} ${p50.toFixed(1)}/${p95.toFixed(1)}`
    lines.push(
      `Search, ${chunks.toLocaleString('en')} passages, ${query}: ${stage('without the query’s embedding', withoutEmbedding)} ms p50/p95 (${stage('vectors', vectors)}, ${stage('keywords', keywords)}), ${stage('embedding', embedding)}`,
    )
  }
  for (const { library, answerMs, searchMs, memoryMib } of result.start ?? []) {
    const memory = Object.entries(memoryMib).map(([name, mib]) => `${name} ${mib} MiB`)
    lines.push(
      `Start, ${library}: first answer ${answerMs.toFixed(0)} ms, first search ${searchMs.toFixed(0)} ms; ${memory.join(', ')}`,
    )
  }
  if (result.scroll === null) lines.push('Scrolling was not measured: there is no Chromium')
  if (result.scroll) {
    const { rows, frames, p50, p95, max, late, blank } = result.scroll
    lines.push(
      `Scrolling ${rows.toLocaleString('en')} rows: ${frames} frames, ${p50.toFixed(1)}/${p95.toFixed(1)} ms p50/p95, longest ${max.toFixed(0)} ms, ${(late * 100).toFixed(1)} % late, ${(blank * 100).toFixed(1)} % blank`,
    )
  }
  return lines.join('\n')
}

function describeImport({
  documents,
  passages,
  threads,
  importSeconds,
  embedSeconds,
  share,
  wordsSeconds,
}: ImportThroughput): string {
  return `Import of ${documents} texts, ${passages} passages, ${threads} threads: ${importSeconds.toFixed(1)} s, words after ${wordsSeconds.toFixed(1)} s; embedding alone ${embedSeconds.map((one) => one.toFixed(1)).join(' and ')} s; ${share.toFixed(2)} of its speed`
}

await main()
