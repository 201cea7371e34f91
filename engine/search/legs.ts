import type { ChunkId, DocumentId } from '../../shared/model/document.ts'
import type { KeywordIndex, KeywordQuery, KeywordResult } from '../keywords/keyword-index.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'
import type { Background, VectorIndex } from '../vectors/vector-index.ts'
import type { Candidate } from './fusion.ts'

/** Documents that each leg brings in; what one lacks is scored for it afterwards. */
const documentsPerLeg = 200

/** Chunks asked for at first: about twice as many as documents, and more when a few documents take all places. */
const firstChunks = 400

/** A document's best chunks as the vector leg met them. */
export interface VectorLeg {
  readonly best: ReadonlyMap<DocumentId, number>
  /** Documents in the order of their best chunk. */
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
    const leg = await group(store, found.chunkIds, found.scores)
    const isAll = found.chunkIds.length < k
    if (leg.order.length >= documentsPerLeg || isAll)
      return { ...leg, order: leg.order.slice(0, documentsPerLeg), background: await background }
  }
}

async function group(store: LibraryStore, chunkIds: Float64Array, scores: Float32Array): Promise<Omit<VectorLeg, 'background'>> {
  const owners = await store.vectors.documentsOf(chunkIds)
  const best = new Map<DocumentId, number>()
  const nearest = new Map<DocumentId, ChunkId[]>()
  for (const [index, owner] of owners.entries()) {
    if (owner === 0) continue
    if (!best.has(owner)) best.set(owner, scores[index]!)
    const chunks = nearest.get(owner)
    if (chunks === undefined) nearest.set(owner, [chunkIds[index]!])
    else chunks.push(chunkIds[index]!)
  }
  return { best, order: [...best.keys()], nearest }
}

export function keywordLeg(
  { keywords }: LegsOptions,
  query: KeywordQuery,
  selection: Selection | undefined,
): Promise<KeywordResult> {
  return keywords.search(query, { k: documentsPerLeg, ...(selection === undefined ? {} : { within: selection.documentIds }) })
}

/** Chunks per document that are scored for the vector leg when the words found the document. */
const chunksScored = 64

/** Every document that either leg found, with both scores. */
export async function joinLegs(
  options: LegsOptions,
  query: { keywords: KeywordQuery; vector: Float32Array },
  legs: { words: KeywordResult; meaning: VectorLeg },
): Promise<Candidate[]> {
  const { words, meaning } = legs
  const wordHits = new Map(words.hits.map((hit, index) => [hit.documentId, { score: hit.score, rank: index + 1 }]))
  const ids = [...new Set([...wordHits.keys(), ...meaning.order])]
  const withoutWords = Float64Array.from(meaning.order.filter((id) => !wordHits.has(id)))
  const moreWords = await options.keywords.scores(query.keywords, withoutWords)
  const cosines = await missingCosines(
    options,
    query.vector,
    ids.filter((id) => !meaning.best.has(id)),
  )
  const ranks = new Map(meaning.order.map((id, index) => [id, index + 1]))
  return ids.map((documentId) => ({
    documentId,
    words: wordHits.get(documentId)?.score ?? moreWords.get(documentId)?.score ?? 0,
    cosine: meaning.best.get(documentId) ?? cosines.get(documentId) ?? null,
    wordRank: wordHits.get(documentId)?.rank ?? null,
    meaningRank: ranks.get(documentId) ?? null,
  }))
}

async function missingCosines(
  { store, vectors }: LegsOptions,
  query: Float32Array,
  ids: readonly DocumentId[],
): Promise<Map<DocumentId, number>> {
  const best = new Map<DocumentId, number>()
  if (ids.length === 0) return best
  const { chunkRanges } = await store.documents.select({ ids: [...ids] })
  const chunkIds = Float64Array.from(idsOfRanges(chunkRanges))
  const [scores, owners] = await Promise.all([vectors.scores(query, chunkIds), store.vectors.documentsOf(chunkIds)])
  for (const [index, owner] of owners.entries()) {
    const score = scores[index]!
    if (!Number.isNaN(score) && score > (best.get(owner) ?? -Infinity)) best.set(owner, score)
  }
  return best
}

function* idsOfRanges(ranges: Float64Array): Generator<number> {
  for (let i = 0; i < ranges.length; i += 2) {
    for (let id = ranges[i]!; id <= Math.min(ranges[i + 1]!, ranges[i]! + chunksScored - 1); id++) yield id
  }
}
