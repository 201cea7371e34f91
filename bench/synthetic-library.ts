import { join } from 'node:path'
import { builtInModel, spaceOf } from '../engine/embedding/model-spec.ts'
import { openSqliteLibrary } from '../engine/library/sqlite/sqlite-library.ts'
import type { ImportedDocument, LibraryStore } from '../engine/library/library-store.ts'
import { sha256 } from '../engine/platform/hash.ts'

/**
 * Libraries larger than can be embedded in a bench: texts of words with natural frequencies (Zipf) and unit vectors in
 * clusters, written through the store so that every file is what an import would leave.
 */
export interface SyntheticOptions {
  readonly folder: string
  readonly chunks: number
  readonly seed: number
}

/** Chunks and words of one document: a news article's, in windows of 128 tokens. */
const chunksPerDocument = 4
const wordsPerDocument = 380
const vocabularySize = 40_000
const clusters = 500
const documentsPerCommit = 200

export async function makeSyntheticLibrary({
  folder,
  chunks,
  seed,
}: SyntheticOptions): Promise<{ documents: number; chunks: number }> {
  const store = openSqliteLibrary({ folder })
  const random = randomOf(seed)
  const space = await store.vectors.openSpace(spaceOf(builtInModel))
  const centres = Array.from({ length: clusters }, () => gaussians(space.dimension, random))
  const documents = Math.ceil(chunks / chunksPerDocument)
  for (let at = 0; at < documents; at += documentsPerCommit) {
    const count = Math.min(documentsPerCommit, documents - at)
    const results = await store.documents.putImported(Array.from({ length: count }, (_, index) => documentOf(at + index, random)))
    await putVectors(
      store,
      results.map(({ documentId }) => documentId),
      { spaceId: space.id, centres, random },
    )
  }
  await store.close()
  return { documents, chunks: documents * chunksPerDocument }
}

interface VectorSource {
  readonly spaceId: number
  readonly centres: readonly Float32Array[]
  readonly random: () => number
}

async function putVectors(
  store: LibraryStore,
  documentIds: readonly number[],
  { spaceId, centres, random }: VectorSource,
): Promise<void> {
  const ranges = await store.vectors.ranges(documentIds)
  const ids: number[] = []
  const vectors: Float32Array[] = []
  for (const [first, last] of ranges.values()) {
    const centre = centres[Math.floor(random() * centres.length)]!
    for (let id = first; id <= last; id++) {
      ids.push(id)
      vectors.push(near(centre, random))
    }
  }
  const rows = new Float32Array(ids.length * centres[0]!.length)
  for (const [index, vector] of vectors.entries()) rows.set(vector, index * vector.length)
  await store.vectors.put(spaceId, ids, rows)
}

function documentOf(number: number, random: () => number): ImportedDocument {
  const words = Array.from({ length: wordsPerDocument }, () => wordOf(random))
  const text = sentencesOf(words)
  const step = Math.floor(text.length / chunksPerDocument)
  return {
    kind: (['note', 'file', 'article', 'chat'] as const)[number % 4]!,
    title: words.slice(0, 5).join(' '),
    text,
    content: { blocks: [{ type: 'paragraph', start: 0, end: text.length }], marks: [], pages: [] },
    author: number % 3 === 0 ? `Author ${number % 97}` : null,
    publishedAt: new Date(Date.UTC(2015, 0, 1 + (number % 4_000))).toISOString().slice(0, 10),
    language: 'en',
    mediaType: 'text/plain',
    tags: [`tag${number % 40}`, `topic${number % 7}`],
    links: [],
    wordCount: wordsPerDocument,
    chunks: Array.from({ length: chunksPerDocument }, (_, index) => ({
      start: index * step,
      end: index === chunksPerDocument - 1 ? text.length : (index + 1) * step,
      tokenCount: 120,
      headings: [],
      page: null,
    })),
    source: {
      type: 'path',
      location: `/synthetic/folder-${number % 50}/item-${number}.txt`,
      label: `folder-${number % 50}`,
      url: null,
    },
    fingerprint: { sizeBytes: text.length, modifiedAtMs: number },
    contentHash: sha256(`${number} ${text.slice(0, 100)}`),
  }
}

function sentencesOf(words: readonly string[]): string {
  const sentences: string[] = []
  for (let at = 0; at < words.length; at += 14) sentences.push(`${words.slice(at, at + 14).join(' ')}.`)
  return sentences.join(' ')
}

/** A word by its rank in the vocabulary, frequent ones more often: rank^-1 (Zipf). */
export function wordOf(random: () => number): string {
  return wordOfRank(Math.floor(Math.exp(random() * Math.log(vocabularySize))))
}

const syllables = ['ba', 'ko', 'ri', 'ten', 'mu', 'sel', 'do', 'vi', 'par', 'lo', 'ne', 'gu', 'hal', 'si', 'fer', 'to']

export function wordOfRank(rank: number): string {
  let word = ''
  for (let rest = rank + 16; rest > 0; rest = Math.floor(rest / syllables.length)) word += syllables[rest % syllables.length]
  return word
}

export function near(centre: Float32Array, random: () => number): Float32Array {
  const noise = gaussians(centre.length, random)
  return normalised(centre.map((value, index) => value + 0.9 * noise[index]!))
}

export function gaussians(length: number, random: () => number): Float32Array {
  const values = new Float32Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle)
  }
  return normalised(values)
}

function normalised(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  return vector.map((value) => value / length)
}

/** Mulberry32: small, fast, the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function indexFolder(folder: string): string {
  return join(folder, 'index')
}
