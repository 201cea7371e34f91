import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedText } from '../engine/library/embedded-text.ts'
import type { Embedder } from '../engine/embedding/embedder.ts'
import { openSqliteLibrary } from '../engine/library/sqlite/sqlite-library.ts'
import { openBenchEngine, resourcesFolder, type BenchEngine } from './bench-engine.ts'
import { newParallelEmbedder } from './eval-vectors.ts'
import { randomOf } from './synthetic-library.ts'

export interface ImportThroughput {
  readonly documents: number
  readonly passages: number
  readonly threads: number
  readonly importSeconds: number
  /** Embedding alone on the same passages, twice: the machine's own drift. */
  readonly embedSeconds: readonly [number, number]
  /** Speed of the whole import as a share of embedding alone. */
  readonly share: number
  /** Until every document is found by its words. */
  readonly wordsSeconds: number
}

/** The whole import, from text to both indexes, against embedding the same passages and nothing else. */
export async function benchImport({ documents = 300, seed = 11 } = {}): Promise<ImportThroughput> {
  const sources = articles(documents, seed)
  const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
  try {
    const { importSeconds, wordsSeconds } = await timeImport(folder, sources, seed)
    const texts = await passagesOf(folder)
    const { threads, embedSeconds } = await timeEmbedding(texts)
    return {
      documents,
      passages: texts.length,
      threads,
      importSeconds,
      embedSeconds,
      share: Math.min(...embedSeconds) / importSeconds,
      wordsSeconds,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function timeImport(
  folder: string,
  sources: ReturnType<typeof articles>,
  seed: number,
): Promise<Pick<ImportThroughput, 'importSeconds' | 'wordsSeconds'>> {
  const bench = await openBenchEngine({ folder })
  try {
    // Threads are measured once for a machine: not part of an import's speed
    await settleOn(bench, articles(5, seed + 1))
    const startedAt = performance.now()
    const { jobId } = await bench.ask('documents.import', { sources })
    await bench.finish(jobId)
    const wordsSeconds = (performance.now() - startedAt) / 1_000
    await embedded(bench)
    return { importSeconds: (performance.now() - startedAt) / 1_000, wordsSeconds }
  } finally {
    await bench.close()
  }
}

async function timeEmbedding(texts: readonly string[]): Promise<Pick<ImportThroughput, 'threads' | 'embedSeconds'>> {
  const embedder = newParallelEmbedder()
  try {
    const { threads, processes } = await embedder.measure(availableParallelism())
    return { threads: threads * processes, embedSeconds: [await embedAll(embedder, texts), await embedAll(embedder, texts)] }
  } finally {
    await embedder.close()
  }
}

async function settleOn(bench: BenchEngine, sources: ReturnType<typeof articles>): Promise<void> {
  await bench.finish((await bench.ask('documents.import', { sources })).jobId)
  await bench.settle()
}

async function embedded(bench: BenchEngine): Promise<void> {
  for (;;) {
    const { pending } = await bench.ask('library.status', {})
    if (pending === 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** What was embedded of the articles, without the five that came first. */
async function passagesOf(folder: string): Promise<string[]> {
  const store = openSqliteLibrary({ folder })
  const texts: string[] = []
  const ids = await store.documents.ids({ filter: {}, sort: { by: 'date', descending: false }, limit: 100_000 })
  for (const { id, title } of (await store.documents.summaries(ids)).filter((one) => one.id > 5)) {
    const text = (await store.documents.texts([id])).get(id)!
    for (const chunk of await store.vectors.chunks(id)) texts.push(embeddedText(title, text, chunk))
  }
  await store.close()
  return texts
}

async function embedAll(embedder: Embedder, texts: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(texts.map((text) => embedder.embedPassage(text)))
  return (performance.now() - startedAt) / 1_000
}

/** Articles put together from paragraphs of the sample library, each another mixture. */
function articles(count: number, seed: number) {
  const folder = join(resourcesFolder, 'sample', 'library')
  const paragraphs = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .replace(/^---[\s\S]*?---/, '')
        .split(/\n\n+/),
    )
    .filter((paragraph) => paragraph.length > 200)
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, number) => {
    const chosen = Array.from({ length: 5 }, () => paragraphs[Math.floor(random() * paragraphs.length)]!)
    return {
      type: 'text' as const,
      externalId: `article-${seed}-${number}`,
      title: `Article ${number}`,
      text: chosen.join('\n\n'),
    }
  })
}
