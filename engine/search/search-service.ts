import { AkinError, toWireError } from '../../shared/errors.ts'
import type { RequestOutput, RequestParsed, SearchReply } from '../../shared/contract/requests.ts'
import type { DocumentId, DocumentSummary } from '../../shared/model/document.ts'
import type { Passage, SearchHit } from '../../shared/model/search.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { KeywordIndex, KeywordResult } from '../keywords/keyword-index.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import {
  confidenceOf,
  logOdds,
  pageLogOdds,
  probability,
  surroundingsOf,
  topShare,
  verdictOf,
  type Surroundings,
} from './confidence.ts'
import { fuse, type Candidate, type Fused } from './fusion.ts'
import { documentsPerLeg, joinLegs, keywordLeg, meaningCandidates, vectorLeg, type VectorLeg } from './legs.ts'
import { findPassages, PassageFinder } from './passage-finder.ts'
import { openingPassage } from './passages.ts'
import { prepareQuery, type PreparedQuery } from './query-terms.ts'
import { documentVector, moveQuery } from './query-vector.ts'
import { SelectionCache } from './selection-cache.ts'
import { nearestSentences } from './sentences.ts'
import { suggest } from './suggest.ts'

export interface SearchServiceOptions {
  readonly store: LibraryStore
  readonly vectors: VectorIndex
  readonly keywords: KeywordIndex
  readonly embedder: Embedder
}

type Query = RequestParsed<'search.query'>

/** Both legs' answers to one query, before fusion. */
interface Found {
  readonly words: KeywordResult
  readonly meaning: VectorLeg | null
  readonly vector: Float32Array | null
  readonly meaningState: SearchReply['meaning']
  readonly meaningReason: string | null
  readonly timings: { embedMs: number; vectorsMs: number; keywordsMs: number }
}

const noWords: KeywordResult = { hits: [], total: 0, terms: [] }

/** Answers queries: both legs within the filter, fusion, the best passage and why. */
export class SearchService {
  readonly #options: SearchServiceOptions
  readonly #selections: SelectionCache

  constructor(options: SearchServiceOptions) {
    this.#options = options
    this.#selections = new SelectionCache(options.store)
  }

  async query(query: Query, signal?: AbortSignal): Promise<SearchReply> {
    const startedAt = performance.now()
    const prepared = prepareQuery(query.text, query.filter)
    const selection = await this.#selections.get(prepared.filter)
    const isAboutSomething = prepared.text !== '' || query.moreLike.length > 0
    const found = isAboutSomething ? await this.#find(query, prepared, selection, signal) : nothingAsked
    const ranked = isAboutSomething ? await this.#rank(query, prepared, found) : await this.#byDate(query, prepared)
    signal?.throwIfAborted()
    const page = ranked.documents.slice(query.offset, query.offset + query.limit)
    const surroundings = surroundingsOf(ranked.documents, found.meaning?.background ?? null)
    const hits = await this.#hits(page, prepared, { ...found, surroundings })
    const { documents, pending } = await this.#options.store.documents.statusCounts()
    return {
      hits,
      total: ranked.total,
      searched: selection?.documentIds.length ?? documents,
      ...pageVerdict(ranked.documents, isAboutSomething ? surroundings : null),
      words: found.words.terms
        .filter(({ isStopWord }) => !isStopWord)
        .map(({ text, documents: n }) => ({ word: text, documents: n })),
      problems: prepared.parsed.problems.map(({ code, message, start, end }) => ({ code, message, start, end })),
      meaning: found.meaningState,
      meaningReason: found.meaningReason,
      pending,
      timings: { ...found.timings, totalMs: performance.now() - startedAt },
    }
  }

  async passages(
    { text, documentId, mode, limit }: RequestParsed<'search.passages'>,
    signal?: AbortSignal,
  ): Promise<RequestOutput<'search.passages'>> {
    const prepared = prepareQuery(text)
    const { vector } = await this.#queryVector({ mode, moreLike: [], lessLike: [], waitForMeaning: true }, prepared, signal)
    const words = mode === 'vector' ? noWords : await keywordLeg(this.#options, prepared.keywords, {})
    const background = vector === null ? null : await this.#options.vectors.background(vector)
    const finder = new PassageFinder(this.#options, { prepared, words, vector, background, size: this.#options.keywords.size })
    const byDocument = await findPassages(finder, [{ documentId, nearest: [] }])
    return { passages: (byDocument.get(documentId) ?? []).slice(0, limit) }
  }

  async sentences(
    { text, passages }: RequestParsed<'search.sentences'>,
    signal?: AbortSignal,
  ): Promise<RequestOutput<'search.sentences'>> {
    const prepared = prepareQuery(text)
    if (prepared.text === '') return { spans: passages.map(() => null) }
    const { vector: query } = await this.#options.embedder.embedQuery(prepared.text, signal)
    const texts = await this.#options.store.documents.texts([...new Set(passages.map(({ documentId }) => documentId))])
    return {
      spans: await nearestSentences(
        this.#options.embedder,
        query,
        passages.map((passage) => ({ ...passage, text: texts.get(passage.documentId) ?? '' })),
      ),
    }
  }

  async suggest(request: RequestParsed<'search.suggest'>): Promise<RequestOutput<'search.suggest'>> {
    return suggest(this.#options, request)
  }

  async #find(query: Query, prepared: PreparedQuery, selection: Selection | undefined, signal?: AbortSignal): Promise<Found> {
    const wantsWords =
      query.mode !== 'vector' ||
      prepared.keywords.terms.some(({ type }) => type === 'phrase') ||
      prepared.keywords.excluded.length > 0
    const embedding = this.#queryVector(query, prepared, signal)
    const keywordsAt = performance.now()
    const k = wordsDepth(query)
    const words = wantsWords ? await keywordLeg(this.#options, prepared.keywords, { k, selection }) : noWords
    const keywordsMs = performance.now() - keywordsAt
    const embedded = await embedding
    const vectorsAt = performance.now()
    const meaning = embedded.vector === null ? null : await vectorLeg(this.#options, embedded.vector, selection)
    return {
      words,
      meaning,
      vector: embedded.vector,
      meaningState: embedded.state,
      meaningReason: embedded.reason,
      timings: { embedMs: embedded.ms, vectorsMs: performance.now() - vectorsAt, keywordsMs },
    }
  }

  /** The query as a vector; never rejects but for a cancelled query: words are found without it. */
  async #queryVector(
    query: Pick<Query, 'mode' | 'moreLike' | 'lessLike' | 'waitForMeaning'>,
    prepared: PreparedQuery,
    signal?: AbortSignal,
  ): Promise<{ vector: Float32Array | null; state: SearchReply['meaning']; reason: string | null; ms: number }> {
    const { embedder, vectors } = this.#options
    if (query.mode === 'keyword') return { vector: null, state: 'not-asked', reason: null, ms: 0 }
    if (vectors.size === 0) return { vector: null, state: 'empty', reason: null, ms: 0 }
    if (!query.waitForMeaning && embedder.state !== 'ready') {
      // Loaded for the next time; its failure is told by the embedder's state
      embedder.warmUp().catch(() => undefined)
      if (embedder.state !== 'failed') return { vector: null, state: 'loading', reason: null, ms: 0 }
    }
    try {
      const own = prepared.text === '' ? null : await embedder.embedQuery(prepared.text, signal)
      const vector = moveQuery(own?.vector ?? null, await this.#vectorsOf(query.moreLike), await this.#vectorsOf(query.lessLike))
      return { vector, state: 'searched', reason: null, ms: own?.computeMs ?? 0 }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof AkinError)) throw error
      return { vector: null, state: 'failed', reason: toWireError(error).message, ms: 0 }
    }
  }

  async #vectorsOf(ids: readonly DocumentId[]): Promise<Float32Array[]> {
    const all = await Promise.all(ids.map((id) => documentVector(this.#options.vectors, this.#options.store.vectors, id)))
    return all.filter((vector) => vector !== null)
  }

  async #rank(query: Query, prepared: PreparedQuery, found: Found): Promise<Ranked> {
    const fused = await this.#live(await this.#fused(query, prepared, found))
    const documents = query.sort === 'best' ? fused : await this.#sortByDate(fused, query.sort)
    // By words alone what matches is a question of yes or no, and is counted without being looked at
    const isCounted = query.mode === 'keyword' && query.sort === 'best'
    return { documents, total: isCounted ? Math.max(found.words.total, documents.length) : documents.length }
  }

  async #fused(query: Query, prepared: PreparedQuery, found: Found): Promise<Fused[]> {
    const { words, meaning, vector } = found
    if (meaning === null || vector === null) return fuse(wordCandidates(words), 0, { words: 1, power: 1 })
    const c0 = meaning.background.median
    if (query.mode === 'vector') {
      const near = await meaningCandidates(this.#options, vector, meaning)
      return fuse(await this.#matching(prepared, near), c0, { words: 0, power: 1 })
    }
    const candidates = await joinLegs(this.#options, { keywords: prepared.keywords, vector }, { words, meaning })
    return fuse(await this.#matching(prepared, candidates), c0)
  }

  /** Phrases must occur and excluded words must not, however near the meaning is. */
  async #matching(prepared: PreparedQuery, candidates: readonly Candidate[]): Promise<Candidate[]> {
    const allowed = await this.#allowed(
      prepared,
      candidates.map(({ documentId }) => documentId),
    )
    return allowed === null ? [...candidates] : candidates.filter(({ documentId }) => allowed.has(documentId))
  }

  /** Those of the documents that have every phrase and nothing excluded; `null` when the query has neither. */
  async #allowed({ keywords: { terms, excluded } }: PreparedQuery, ids: readonly DocumentId[]): Promise<Set<DocumentId> | null> {
    const { keywords } = this.#options
    const phrases = terms.filter(({ type }) => type === 'phrase')
    if (phrases.length + excluded.length === 0) return null
    const ascending = Float64Array.from(ids).sort()
    const found =
      phrases.length === 0 ? [...ids] : [...(await keywords.scores({ terms: phrases, excluded: [] }, ascending)).keys()]
    const unwanted = await keywords.having(excluded, Float64Array.from(found).sort())
    return new Set(found.filter((id) => !unwanted.has(id)))
  }

  /** While the indexes follow the store, what was just put into the trash is in them still. */
  async #live(documents: Fused[]): Promise<Fused[]> {
    const { store, keywords, vectors } = this.#options
    const last = await store.changes.last()
    if (keywords.sequence >= last && vectors.sequence >= last) return documents
    const ids = documents.map(({ documentId }) => documentId)
    const live = new Set((await store.vectors.ranges(ids)).keys())
    // Those without passages are found by their titles
    const others = await store.documents.states(ids.filter((id) => !live.has(id)))
    for (const { id, trashedAt } of others) if (trashedAt === null) live.add(id)
    return documents.filter(({ documentId }) => live.has(documentId))
  }

  async #sortByDate(documents: readonly Fused[], sort: 'newest' | 'oldest'): Promise<Fused[]> {
    const byId = new Map(documents.map((document) => [document.documentId, document]))
    const ids = await this.#options.store.documents.ids({
      filter: { ids: [...byId.keys()] },
      sort: { by: 'date', descending: sort === 'newest' },
      limit: documents.length,
    })
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  /** Filters without words: everything they let through, by date. */
  async #byDate(query: Query, prepared: PreparedQuery): Promise<Ranked> {
    const { documents } = this.#options.store
    const sort = { by: 'date', descending: query.sort !== 'oldest' } as const
    const { filter } = prepared
    if (prepared.keywords.excluded.length === 0) {
      const { total, rows } = await documents.list({ filter, sort, offset: 0, limit: query.offset + query.limit })
      return { total, documents: rows.map(({ id }) => notAsked(id)) }
    }
    const ids = await documents.ids({ filter, sort, limit: mostByDate })
    const allowed = await this.#allowed(prepared, ids)
    const left = ids.filter((id) => allowed?.has(id) ?? true)
    return { total: left.length, documents: left.map(notAsked) }
  }

  async #hits(
    page: readonly Fused[],
    prepared: PreparedQuery,
    found: Found & { surroundings: Surroundings },
  ): Promise<SearchHit[]> {
    const summaries = new Map(
      (await this.#options.store.documents.summaries(page.map(({ documentId }) => documentId))).map((one) => [one.id, one]),
    )
    const finder = new PassageFinder(this.#options, {
      prepared,
      words: found.words,
      vector: found.vector,
      background: found.meaning?.background ?? null,
      size: this.#options.keywords.size,
    })
    const passages = await findPassages(
      finder,
      page.map(({ documentId }) => ({ documentId, nearest: found.meaning?.nearest.get(documentId) ?? [] })),
    )
    return page.flatMap((fused) => {
      const summary = summaries.get(fused.documentId)
      if (summary === undefined) return []
      return [
        hitOf(fused, summary, {
          passages: passages.get(fused.documentId) ?? [],
          found,
          matched: finder.matchedIn(fused.documentId),
        }),
      ]
    })
  }
}

interface Ranked {
  readonly documents: Fused[]
  readonly total: number
}

/** Documents that are looked through when only words are excluded. */
const mostByDate = 100_000

/** Documents that are sorted by date when they were found by words alone. */
const mostSorted = 10_000

/** By words alone pages go on as long as there are matches; with meaning there are as many as the legs bring in. */
function wordsDepth({ mode, sort, offset, limit }: Query): number {
  if (mode !== 'keyword') return documentsPerLeg
  return sort === 'best' ? Math.max(documentsPerLeg, offset + limit) : mostSorted
}

function notAsked(documentId: DocumentId): Fused {
  return { documentId, words: 0, cosine: null, wordRank: null, meaningRank: null, meaning: 0, score: 0 }
}

const nothingAsked: Found = {
  words: noWords,
  meaning: null,
  vector: null,
  meaningState: 'not-asked',
  meaningReason: null,
  timings: { embedMs: 0, vectorsMs: 0, keywordsMs: 0 },
}

function wordCandidates({ hits }: KeywordResult): Candidate[] {
  return hits.map(({ documentId, score }, index) => ({
    documentId,
    words: score,
    cosine: null,
    wordRank: index + 1,
    meaningRank: null,
  }))
}

function pageVerdict(
  documents: readonly Fused[],
  surroundings: Surroundings | null,
): Pick<SearchReply, 'verdict' | 'confidence'> {
  if (documents.length === 0) return { verdict: 'nothing', confidence: 0 }
  if (surroundings === null) return { verdict: 'strong', confidence: 1 }
  const best = pageLogOdds(documents, surroundings)
  return { verdict: verdictOf(best), confidence: probability(best) }
}

interface HitParts {
  readonly passages: readonly Passage[]
  readonly found: Found & { readonly surroundings: Surroundings }
  readonly matched: { matched: string[]; missing: string[] }
}

function hitOf(fused: Fused, summary: DocumentSummary, { passages, found, matched }: HitParts): SearchHit {
  const background = found.meaning?.background
  const { id, title, kind, source, author, publishedAt, importedAt, tags, isStarred, readAt, status } = summary
  return {
    documentId: id,
    title,
    kind,
    source,
    author,
    publishedAt,
    importedAt,
    tags,
    isStarred,
    readAt,
    status,
    score: fused.score,
    confidence: confidenceOf(logOdds(fused, found.surroundings)),
    passage: passages[0] ?? openingPassage('', []),
    morePassages: Math.max(0, passages.length - 1),
    why: {
      words: { ...matched, rank: fused.wordRank, score: fused.words },
      meaning: {
        rank: fused.meaningRank,
        topShare: background === undefined || fused.cosine === null ? null : topShare(fused.cosine, background),
        score: fused.cosine === null ? null : fused.meaning,
      },
    },
  }
}
