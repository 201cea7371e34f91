import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ImportSource } from '../shared/contract/requests.ts'
import { documentKinds } from '../shared/model/document.ts'
import { searchModes, type SearchMode } from '../shared/model/search.ts'
import { openBenchEngine, type BenchEngine } from './bench-engine.ts'
import { chooseSpace, learnt, useModel, type SpaceChoice } from './eval-space.ts'
import { evalSts, evalTopics } from './eval-vectors.ts'
import { auc, averagePrecision, mean, ndcg, recall, type Judgments } from './metrics.ts'

/**
 * Retrieval quality of a collection through the real import and search path.
 *
 *     npm run eval -- --set <folder> [--json]    corpus.jsonl, queries.jsonl, qrels.tsv
 *     npm run eval -- --sts <tsv> [--json]       score, sentence 1, sentence 2
 *     npm run eval -- --topics <jsonl> [--json]  id, title, text, label
 *
 * With `--space <name>` in the space of a model that a library has (`--library <folder>`), with `--model <folder>` of one
 * that lies in a folder; `--pooling` and `--post-processing` as for `akin spaces add`.
 */
interface CorpusEntry {
  readonly id: string
  readonly title?: string
  readonly text?: string
  readonly kind?: string
  readonly date?: string
  readonly tags?: readonly string[]
}

interface QueryEntry {
  readonly id: string
  readonly text: string
  readonly type?: string
}

interface Quality {
  ndcg10: number
  map: number
  recall100: number
}

type ByMode = Record<SearchMode, Quality>

/** Texts sent to the engine at once. */
const perRequest = 500

/** How deep the rankings are read; average precision sees no more. */
const depth = 400

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'set': { type: 'string', multiple: true },
      'sts': { type: 'string', multiple: true },
      'topics': { type: 'string', multiple: true },
      'space': { type: 'string' },
      'model': { type: 'string' },
      'library': { type: 'string' },
      'pooling': { type: 'string' },
      'post-processing': { type: 'string' },
      'json': { type: 'boolean', default: false },
      'per-query': { type: 'boolean', default: false },
    },
  })
  const choice = chooseSpace(values)
  const print = (result: object, text: () => string): void =>
    console.log(values.json ? JSON.stringify(choice === null ? result : { ...result, space: nameOf(choice) }) : text())
  for (const folder of values.set ?? []) {
    const result = await evalSet(folder, choice, values['per-query'])
    print(result, () => describe(result))
  }
  for (const file of values.sts ?? []) {
    const result = await evalSts(file, choice)
    print(
      result,
      () => `${result.set}: ${result.pairs} pairs, Spearman ${round(result.spearman)}, Pearson ${round(result.pearson)}`,
    )
  }
  for (const file of values.topics ?? []) {
    const result = await evalTopics(file, choice)
    print(
      result,
      () =>
        `${result.set}: ${result.documents} texts, nearest of the same topic ${round(result.nearest)}, ten nearest ${round(result.nearest10)}`,
    )
  }
  if ([values.set, values.sts, values.topics].every((list) => list === undefined))
    throw new Error('Name a collection: --set <folder>, --sts <tsv> or --topics <jsonl>')
}

function nameOf({ name, pooling, postProcessing }: SpaceChoice): string {
  const { method } = postProcessing
  return [name, ...(pooling === null ? [] : [pooling]), ...(method === 'none' ? [] : [JSON.stringify(postProcessing)])].join(', ')
}

async function evalSet(folder: string, choice: SpaceChoice | null, printsQueries: boolean) {
  const corpus = readJsonl<CorpusEntry>(join(folder, 'corpus.jsonl'))
  const queries = readJsonl<QueryEntry>(join(folder, 'queries.jsonl'))
  const judgments = readJudgments(join(folder, 'qrels.tsv'))
  const bench = await openBenchEngine()
  try {
    const modelId = choice === null ? null : await useModel(bench, choice)
    const seconds = await importCorpus(bench, corpus)
    const spaceId = choice === null ? undefined : await learnt(bench, modelId!, choice)
    const names = await sourceNames(bench)
    const startedAt = performance.now()
    const answers = await askAll(bench, queries, { names, spaceId })
    const judged = queries.filter(({ id }) => [...(judgments.get(id)?.values() ?? [])].some((grade) => grade > 0))
    const unanswered = queries.filter((query) => !judged.includes(query))
    const confidence = (list: readonly QueryEntry[]): number[] => list.map(({ id }) => answers.get(id)!.confidence)
    const said = (list: readonly QueryEntry[]): number => list.filter(({ id }) => answers.get(id)!.saysNothing).length
    if (printsQueries) printQueries(queries, answers, judgments)
    return {
      set: basename(folder),
      documents: corpus.length,
      queries: judged.length,
      modes: qualityOf(judged, answers, judgments),
      byType: byType(judged, (list) => qualityOf(list, answers, judgments)),
      nothing: {
        auc: auc(confidence(judged), confidence(unanswered)),
        said: said(unanswered),
        of: unanswered.length,
        falseAlarms: said(judged),
        ofAnswered: judged.length,
      },
      seconds: { ...seconds, search: (performance.now() - startedAt) / 1_000 },
    }
  } finally {
    await bench.close()
  }
}

type EvalResult = Awaited<ReturnType<typeof evalSet>>

async function importCorpus(bench: BenchEngine, corpus: readonly CorpusEntry[]): Promise<{ import: number; embed: number }> {
  const startedAt = performance.now()
  const jobs: number[] = []
  for (let at = 0; at < corpus.length; at += perRequest) {
    const sources = corpus.slice(at, at + perRequest).map(sourceOf)
    jobs.push((await bench.ask('documents.import', { sources, title: 'Collection' })).jobId)
  }
  for (const jobId of jobs) await bench.finish(jobId)
  const importedAt = performance.now()
  await bench.settle()
  return { import: (importedAt - startedAt) / 1_000, embed: (performance.now() - startedAt) / 1_000 }
}

function sourceOf({ id, title, text, kind, date, tags }: CorpusEntry): ImportSource {
  const known = documentKinds.find((one) => one === kind)
  return {
    type: 'text',
    externalId: id,
    title: title ?? '',
    text: text ?? '',
    mediaType: 'text/plain',
    ...(known === undefined ? {} : { kind: known }),
    ...(date === undefined ? {} : { publishedAt: date }),
    ...(tags === undefined ? {} : { tags: [...tags] }),
  }
}

/** Document id → ids of the collection; equal texts are one document with several. */
async function sourceNames(bench: BenchEngine): Promise<Map<number, string[]>> {
  const names = new Map<number, string[]>()
  for (let offset = 0; ; offset += 500) {
    const { rows } = await bench.ask('documents.list', { offset, limit: 500 })
    if (rows.length === 0) return names
    for (const row of rows) {
      const sources = row.otherSources === 0 ? [row.source] : (await bench.ask('documents.get', { id: row.id })).sources
      names.set(
        row.id,
        sources.map(({ location }) => location),
      )
    }
  }
}

interface Answers {
  rankings: Record<SearchMode, string[]>
  confidence: number
  saysNothing: boolean
}

async function askAll(
  bench: BenchEngine,
  queries: readonly QueryEntry[],
  { names, spaceId }: { names: ReadonlyMap<number, string[]>; spaceId: number | undefined },
): Promise<Map<string, Answers>> {
  const answers = new Map<string, Answers>()
  for (const { id, text } of queries) {
    const rankings: Record<SearchMode, string[]> = { keyword: [], vector: [], hybrid: [] }
    let confidence = 0
    let saysNothing = false
    for (const mode of searchModes) {
      const reply = await askDeep(bench, text, { mode, spaceId })
      rankings[mode] = reply.documentIds.flatMap((documentId) => names.get(documentId) ?? [])
      if (mode === 'hybrid') ({ confidence, saysNothing } = reply)
    }
    answers.set(id, { rankings, confidence, saysNothing })
  }
  return answers
}

async function askDeep(
  bench: BenchEngine,
  text: string,
  { mode, spaceId }: { mode: SearchMode; spaceId: number | undefined },
): Promise<{ documentIds: number[]; confidence: number; saysNothing: boolean }> {
  const documentIds: number[] = []
  for (let offset = 0; ; offset += 100) {
    const reply = await bench.ask('search.query', {
      text: plain(text),
      mode,
      offset,
      limit: 100,
      ...(spaceId === undefined ? {} : { spaceId }),
    })
    documentIds.push(...reply.hits.map((hit) => hit.documentId))
    if (reply.hits.length < 100 || documentIds.length >= depth)
      return { documentIds, confidence: reply.confidence, saysNothing: reply.verdict === 'nothing' }
  }
}

/** A collection's queries are plain words: quotation marks and leading minus signs mean nothing in them. */
function plain(text: string): string {
  return text
    .replaceAll(/["“”„«»]/gu, ' ')
    .replaceAll(/(^|\s)-(?=\S)/gu, '$1')
    .replaceAll(/(\p{L}):(?=\S)/gu, '$1: ')
}

function qualityOf(
  queries: readonly QueryEntry[],
  answers: ReadonlyMap<string, Answers>,
  judgments: ReadonlyMap<string, Judgments>,
): ByMode {
  const quality = (mode: SearchMode): Quality => {
    const measure = (one: (ranking: string[], relevant: Judgments) => number): number =>
      round(mean(queries.map(({ id }) => one(answers.get(id)!.rankings[mode], judgments.get(id)!))))
    return {
      ndcg10: measure((ranking, relevant) => ndcg(ranking, relevant, 10)),
      map: measure(averagePrecision),
      recall100: measure((ranking, relevant) => recall(ranking, relevant, 100)),
    }
  }
  return { keyword: quality('keyword'), vector: quality('vector'), hybrid: quality('hybrid') }
}

function byType(queries: readonly QueryEntry[], measure: (queries: readonly QueryEntry[]) => ByMode): Record<string, ByMode> {
  const types = [...new Set(queries.flatMap(({ type }) => type ?? []))].toSorted()
  return Object.fromEntries(types.map((type) => [type, measure(queries.filter((query) => query.type === type))]))
}

function printQueries(
  queries: readonly QueryEntry[],
  answers: ReadonlyMap<string, Answers>,
  judgments: ReadonlyMap<string, Judgments>,
): void {
  for (const { id, text, type } of queries) {
    const { rankings, confidence, saysNothing } = answers.get(id)!
    const relevant = judgments.get(id)
    const scores = searchModes
      .map((mode) => `${mode} ${relevant === undefined ? '–' : ndcg(rankings[mode], relevant, 10).toFixed(2)}`)
      .join(', ')
    console.error(`${id} ${type ?? ''} “${text}”: ${scores}; confidence ${confidence.toFixed(2)}${saysNothing ? ' nothing' : ''}`)
  }
}

function describe({ set, documents, queries, modes, nothing, seconds }: EvalResult): string {
  const line = (mode: SearchMode): string => {
    const { ndcg10, map, recall100 } = modes[mode]
    return `  ${mode.padEnd(8)} nDCG@10 ${ndcg10.toFixed(4)}  MAP ${map.toFixed(4)}  Recall@100 ${recall100.toFixed(4)}`
  }
  const about =
    nothing.of === 0
      ? ''
      : `\n  nothing  auc ${nothing.auc?.toFixed(3)}, said for ${nothing.said} of ${nothing.of}, false alarms ${nothing.falseAlarms} of ${nothing.ofAnswered}`
  const times = Object.entries(seconds).map(([what, value]) => `${what} ${value.toFixed(1)} s`)
  return `${set}: ${documents} documents, ${queries} judged queries\n${searchModes.map(line).join('\n')}${about}\n  ${times.join(', ')}`
}

function readJsonl<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const entry = JSON.parse(line) as T & { id: unknown }
      return { ...entry, id: String(entry.id) }
    })
}

function readJudgments(file: string): Map<string, Map<string, number>> {
  const judgments = new Map<string, Map<string, number>>()
  if (!existsSync(file)) return judgments
  for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
    const [query, document, grade] = line.trim().split(/\s+/)
    if (query === undefined || document === undefined || grade === undefined) continue
    const known = judgments.get(query) ?? new Map<string, number>()
    known.set(document, Number(grade))
    judgments.set(query, known)
  }
  return judgments
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

await main()
