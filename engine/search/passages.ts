import type { ChunkId, DocumentId } from '../../shared/model/document.ts'
import type { Passage, Span } from '../../shared/model/search.ts'
import type { StoredChunk } from '../library/library-store.ts'
import type { FoundWord } from './word-finder.ts'

/** Documents with more chunks than this are looked through only where the legs point. */
const mostChunksScanned = 400

export interface PassageSource {
  readonly documentId: DocumentId
  readonly text: string
  /** All chunks of the document, in order. */
  readonly chunks: readonly StoredChunk[]
  /** Cosine of each chunk with the query; NaN or absent where there is none. */
  readonly cosines: ReadonlyMap<ChunkId, number>
  /** Places of the query's words, ascending. */
  readonly words: readonly FoundWord[]
}

export interface PassageWeights {
  /** Inverse document frequency of each term of the query; 0 for stop words. */
  readonly idf: readonly number[]
  /** Median cosine of the query over the library. */
  readonly c0: number
}

interface ScoredChunk {
  readonly chunk: StoredChunk
  readonly score: number
  readonly words: readonly FoundWord[]
}

/** Passages of a document that match, best first: those that hold the query's words or are near it in meaning. */
export function rankPassages(source: PassageSource, weights: PassageWeights): Passage[] {
  const scored = source.chunks.map((chunk) => scoreChunk(chunk, source, weights))
  const best = scored.toSorted((a, b) => b.score - a.score || a.chunk.ordinal - b.chunk.ordinal)
  return withoutOverlaps(best.filter(({ score }, index) => index === 0 || score > 0)).map((one) => passageOf(one, source.text))
}

function scoreChunk(chunk: StoredChunk, source: PassageSource, { idf, c0 }: PassageWeights): ScoredChunk {
  const words = within(source.words, chunk.start, chunk.end)
  const total = idf.reduce((sum, value) => sum + value, 0)
  const terms = new Set(words.map(({ term }) => term))
  let covered = 0
  for (const term of terms) covered += idf[term] ?? 0
  const cosine = source.cosines.get(chunk.id)
  const meaning = cosine === undefined || Number.isNaN(cosine) ? 0 : Math.max(0, (cosine - c0) / (1 - c0))
  return { chunk, words, score: (total > 0 ? covered / total : 0) / 2 + meaning / 2 }
}

/** Windows overlap: of two that share most of their text the better one is enough. */
function withoutOverlaps(ranked: readonly ScoredChunk[]): ScoredChunk[] {
  const kept: ScoredChunk[] = []
  for (const one of ranked) {
    const isNew = kept.every(({ chunk }) => {
      const shared = Math.min(chunk.end, one.chunk.end) - Math.max(chunk.start, one.chunk.start)
      return shared <= (one.chunk.end - one.chunk.start) / 2
    })
    if (isNew) kept.push(one)
  }
  return kept
}

export function passageOf({ chunk, words }: { chunk: StoredChunk; words: readonly FoundWord[] }, text: string): Passage {
  return {
    chunkId: chunk.id,
    start: chunk.start,
    end: chunk.end,
    text: text.slice(chunk.start, chunk.end),
    words: words.map(({ start, end }): [number, number] => [start, end]),
    page: chunk.page,
    heading: chunk.headings.at(-1) ?? null,
  }
}

/** The beginning of a document, for when nothing was looked for. */
export function openingPassage(text: string, chunks: readonly StoredChunk[]): Passage {
  const [first] = chunks
  if (first !== undefined) return passageOf({ chunk: first, words: [] }, text)
  return { chunkId: null, start: 0, end: 0, text: '', words: [], page: null, heading: null }
}

/** Which chunks are worth a look: all of a short document, those near the query or with its words of a long one. */
export function chunksToScan(
  chunks: readonly StoredChunk[],
  nearest: readonly ChunkId[],
  words: readonly FoundWord[],
): StoredChunk[] {
  if (chunks.length <= mostChunksScanned) return [...chunks]
  const near = new Set(nearest)
  const byWords = chunks.filter((chunk) => within(words, chunk.start, chunk.end).length > 0)
  return [...new Set([...chunks.filter(({ id }) => near.has(id)), ...byWords.slice(0, mostChunksScanned)])].toSorted(
    (a, b) => a.ordinal - b.ordinal,
  )
}

/** Those of the ascending places that lie wholly in `[start, end)`. */
export function within<T extends { start: number; end: number }>(places: readonly T[], start: number, end: number): T[] {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]!.start < start) low = middle + 1
    else high = middle
  }
  const found: T[] = []
  for (let i = low; i < places.length && places[i]!.start < end; i++) if (places[i]!.end <= end) found.push(places[i]!)
  return found
}

export function spanOf(place: { start: number; end: number }): Span {
  return [place.start, place.end]
}
