import type { ChunkId, DocumentId } from '../../shared/model/document.ts'
import type { Passage } from '../../shared/model/search.ts'
import type { KeywordResult } from '../keywords/keyword-index.ts'
import type { LibraryStore, StoredChunk } from '../library/library-store.ts'
import type { Background, VectorIndex } from '../vectors/vector-index.ts'
import { chunksToScan, openingPassage, rankPassages, type PassageWeights } from './passages.ts'
import type { PreparedQuery } from './query-terms.ts'
import { WordFinder, type FoundWord } from './word-finder.ts'

export interface PassageQuery {
  readonly prepared: PreparedQuery
  readonly words: KeywordResult
  readonly vector: Float32Array | null
  readonly background: Background | null
  /** Documents in the keyword index, for weighing words. */
  readonly size: number
}

/** Texts longer than this are looked through for words only so far, in UTF-16 code units. */
const scannedLength = 1_000_000

/** Finds, for documents of a result page, the passages that answer, and which words of the query they have. */
export class PassageFinder {
  readonly #store: LibraryStore
  readonly #vectors: VectorIndex
  readonly #query: PassageQuery
  readonly #finder: WordFinder
  readonly #matched = new Map<DocumentId, Set<number>>()

  constructor({ store, vectors }: { store: LibraryStore; vectors: VectorIndex }, query: PassageQuery) {
    this.#store = store
    this.#vectors = vectors
    this.#query = query
    this.#finder = new WordFinder(query.prepared.keywords.terms)
  }

  async find(documents: readonly { documentId: DocumentId; nearest: readonly ChunkId[] }[]): Promise<Map<DocumentId, Passage[]>> {
    const ids = documents.map(({ documentId }) => documentId)
    const texts = await this.#store.documents.texts(ids)
    const titles = new Map(
      (await this.#store.documents.summaries(ids)).map(({ id, title, tags, author, source }) => [
        id,
        [title, ...tags, author ?? '', source.label].join('\n'),
      ]),
    )
    const sources = await Promise.all(
      documents.map(async ({ documentId, nearest }) => {
        const text = texts.get(documentId) ?? ''
        const words = this.#finder.find(text, 0, Math.min(text.length, scannedLength))
        this.#note(documentId, words, titles.get(documentId) ?? '')
        const all = await this.#store.vectors.chunks(documentId)
        return { documentId, text, words, all, chunks: chunksToScan(all, nearest, words) }
      }),
    )
    const cosines = await this.#cosines(sources.flatMap(({ chunks }) => chunks))
    const weights = this.#weights()
    return new Map(
      sources.map((source) => {
        const passages = this.#isAsked() ? rankPassages({ ...source, cosines }, weights) : []
        return [source.documentId, passages.length > 0 ? passages : [openingPassage(source.text, source.all)]]
      }),
    )
  }

  /** Words of the query that a document has, in its text or in what is known of it, and those it lacks. Stop words do not count. */
  matchedIn(documentId: DocumentId): { matched: string[]; missing: string[] } {
    const has = this.#matched.get(documentId) ?? new Set<number>()
    const matched: string[] = []
    const missing: string[] = []
    for (const [index, { text, isStopWord }] of this.#query.words.terms.entries()) {
      if (!isStopWord) (has.has(index) ? matched : missing).push(text)
    }
    return { matched, missing }
  }

  #isAsked(): boolean {
    return this.#query.vector !== null || this.#query.prepared.keywords.terms.length > 0
  }

  #note(documentId: DocumentId, words: readonly FoundWord[], title: string): void {
    this.#matched.set(documentId, new Set([...words, ...this.#finder.find(title)].map(({ term }) => term)))
  }

  async #cosines(chunks: readonly StoredChunk[]): Promise<Map<ChunkId, number>> {
    const { vector } = this.#query
    if (vector === null || chunks.length === 0) return new Map()
    const scores = await this.#vectors.scores(
      vector,
      Float64Array.from(chunks, ({ id }) => id),
    )
    return new Map(chunks.map(({ id }, index) => [id, scores[index]!]))
  }

  #weights(): PassageWeights {
    const { words, size, background } = this.#query
    const idf = words.terms.map(({ documents, isStopWord }) =>
      isStopWord ? 0 : Math.log(1 + (size - documents + 0.5) / (documents + 0.5)),
    )
    return { idf: idf.map((value) => Math.max(0, value)), c0: background?.median ?? 0 }
  }
}

export function findPassages(
  finder: PassageFinder,
  documents: readonly { documentId: DocumentId; nearest: readonly ChunkId[] }[],
): Promise<Map<DocumentId, Passage[]>> {
  return finder.find(documents)
}
