import type { ChunkId, DocumentId } from '../../shared/model/document.ts'
import type { KeywordIndex, KeywordQuery, KeywordResult } from '../keywords/keyword-index.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'
import type { Background, VectorIndex } from '../vectors/vector-index.ts'
import type { Candidate } from './fusion.ts'

/** Documents that each leg brings in; what one lacks is scored for it afterwards. */
export const documentsPerLeg = 200

/** Chunks asked for at first: about twice as many as documents, and more when a few documents take all places. */
const firstChunks = 400

/** Documents as the vector leg met them. */
export interface VectorLeg {
  /** In the order of their nearest chunk. */
  readonly order: readonly DocumentId[]
  /** The nearest chunks of each document, best first. */
  readonly nearest: ReadonlyMap<DocumentId, readonly ChunkId[]>
  readonly background: Background
}

export interface LegsOptions {
  readonly store: LibraryStore
  readonly vectors: VectorIndex
  readonly keywords: KeywordIndex
}

/** Finds the nearest documents: chunks by nearness, grouped by document, until there are enough documents. */
export async function vectorLeg(
  { vectors, store }: LegsOptions,
  query: Float32Array,
  selection: Selection | undefined,
): Promise<VectorLeg> {
  const background = vectors.background(query)
  const within = selection === undefined ? {} : { within: selection.chunkRanges }
  for (let k = firstChunks; ; k *= 4) {
    const found = await vectors.search(query, { k, ...within })
    const leg = await group(store, found.chunkIds)
    const isAll = found.chunkIds.length < k
    if (leg.order.length >= documentsPerLeg || isAll)
      return { ...leg, order: leg.order.slice(0, documentsPerLeg), background: await background }
  }
}

async function group(store: LibraryStore, chunkIds: Float64Array): Promise<Omit<VectorLeg, 'background'>> {
  const owners = await store.vectors.documentsOf(chunkIds)
  const nearest = new Map<DocumentId, ChunkId[]>()
  for (const [index, owner] of owners.entries()) {
    if (owner === 0) continue
    const chunks = nearest.get(owner)
    if (chunks === undefined) nearest.set(owner, [chunkIds[index]!])
    else chunks.push(chunkIds[index]!)
  }
  return { order: [...nearest.keys()], nearest }
}

export function keywordLeg(
  { keywords }: LegsOptions,
  query: KeywordQuery,
  { k = documentsPerLeg, selection }: { k?: number; selection?: Selection | undefined },
): Promise<KeywordResult> {
  return keywords.search(query, { k, ...(selection === undefined ? {} : { within: selection.documentIds }) })
}

/** Every document that either leg found, with both scores. */
export async function joinLegs(
  options: LegsOptions,
  query: { keywords: KeywordQuery; vector: Float32Array },
  { words, meaning }: { words: KeywordResult; meaning: VectorLeg },
): Promise<Candidate[]> {
  const wordHits = new Map(words.hits.map((hit, index) => [hit.documentId, { score: hit.score, rank: index + 1 }]))
  const ids = [...new Set([...wordHits.keys(), ...meaning.order])]
  const withoutWords = Float64Array.from(meaning.order.filter((id) => !wordHits.has(id)))
  const [moreWords, cosines] = await Promise.all([
    options.keywords.scores(query.keywords, withoutWords),
    documentCosines(options, query.vector, ids, meaning),
  ])
  const ranks = meaningRanks(cosines)
  return ids.map((documentId) => ({
    documentId,
    words: wordHits.get(documentId)?.score ?? moreWords.get(documentId)?.score ?? 0,
    cosine: cosines.get(documentId) ?? null,
    wordRank: wordHits.get(documentId)?.rank ?? null,
    meaningRank: ranks.get(documentId) ?? null,
  }))
}

/** The vector leg alone. */
export async function meaningCandidates(options: LegsOptions, vector: Float32Array, meaning: VectorLeg): Promise<Candidate[]> {
  const cosines = await documentCosines(options, vector, meaning.order, meaning)
  const ranks = meaningRanks(cosines)
  return [...cosines].map(([documentId, cosine]) => ({
    documentId,
    words: 0,
    cosine,
    wordRank: null,
    meaningRank: ranks.get(documentId)!,
  }))
}

function meaningRanks(cosines: ReadonlyMap<DocumentId, number>): Map<DocumentId, number> {
  const order = [...cosines].toSorted((a, b) => b[1] - a[1])
  return new Map(order.map(([documentId], index) => [documentId, index + 1]))
}

/** Chunks of one document that are scored besides its nearest. */
const chunksScored = 64

/**
 * How the two nearest chunks make the score of a document. One chunk alone may be near by chance; measured better on
 * Cranfield, `personal` and three sets made of BBC articles than the nearest alone (bench/README).
 */
const bestShare = 0.7

/** Cosine of each document: of its nearest chunk for the most part, of the next for the rest. */
async function documentCosines(
  { store, vectors }: LegsOptions,
  query: Float32Array,
  ids: readonly DocumentId[],
  { nearest }: VectorLeg,
): Promise<Map<DocumentId, number>> {
  const ranges = await store.vectors.ranges(ids)
  const chunkIds: ChunkId[] = []
  const owners: DocumentId[] = []
  for (const [documentId, [first, last]] of ranges) {
    const end = Math.min(last, first + chunksScored - 1)
    const far = (nearest.get(documentId) ?? []).filter((id) => id > end)
    for (let id = first; id <= end; id++) chunkIds.push(id)
    chunkIds.push(...far)
    while (owners.length < chunkIds.length) owners.push(documentId)
  }
  const scores = await vectors.scores(query, Float64Array.from(chunkIds))
  const best = new Map<DocumentId, [number, number]>()
  for (const [index, owner] of owners.entries()) {
    const score = scores[index]!
    if (Number.isNaN(score)) continue
    const [first, second] = best.get(owner) ?? [-Infinity, -Infinity]
    best.set(owner, score > first ? [score, first] : [first, Math.max(second, score)])
  }
  return new Map(
    [...best].map(([id, [first, second]]) => [id, second === -Infinity ? first : bestShare * first + (1 - bestShare) * second]),
  )
}
