import { AkinError } from '../../shared/errors.ts'
import type { RequestOutput, RequestParsed } from '../../shared/contract/requests.ts'
import type { ChunkId, DocumentId, DocumentSummary } from '../../shared/model/document.ts'
import type { KinHit, Passage } from '../../shared/model/search.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'
import type { Background, VectorIndex } from '../vectors/vector-index.ts'
import { kinConfidence, topShare } from './confidence.ts'
import { passageOf } from './passages.ts'
import { dot, meanOf } from './query-vector.ts'
import { SelectionCache } from './selection-cache.ts'
import { sharedWords } from './shared-words.ts'
import { samenessOf, shinglesOf } from '../../shared/text/shingles.ts'

export interface SimilarServiceOptions {
  readonly store: LibraryStore
  readonly vectors: VectorIndex
  readonly keywords: KeywordIndex
  readonly embedder: Embedder
  readonly spaceId: number
}

type SimilarReply = RequestOutput<'similar.find'>

/** What kin are looked for of: its vectors and its text. */
interface Subject {
  readonly documentId: DocumentId | null
  readonly text: string
  /** The mean of its passages, L2-normalised. */
  readonly mean: Float32Array
  /** Its passages, row-major `[n, dimension]`. */
  readonly rows: Float32Array
  readonly state: SimilarReply['state']
  /** A whole document may have near-duplicates; a passage has none. */
  readonly isWhole: boolean
}

interface Candidate {
  readonly documentId: DocumentId
  readonly chunkIds: readonly ChunkId[]
  /** Row-major `[n, dimension]`, a row for each chunk. */
  readonly rows: Float32Array
}

interface Kin extends Candidate {
  readonly score: number
}

/** Chunks asked for: enough that a few long documents do not take all places. */
const nearestChunks = 400
const mostCandidates = 120

/** From this share of common word sequences on, two texts are nearly the same. */
const nearlySame = 0.4

/** Kin this near are compared word by word. */
const comparedFrom = 0.9

/** Passages of the subject and of a candidate that are compared with each other. */
const comparedPassages = 48

/** Finds what is near to a document, a passage or a text. */
export class SimilarService {
  readonly #options: SimilarServiceOptions
  readonly #selections: SelectionCache

  constructor(options: SimilarServiceOptions) {
    this.#options = options
    this.#selections = new SelectionCache(options.store)
  }

  async find(query: RequestParsed<'similar.find'>, signal?: AbortSignal): Promise<SimilarReply> {
    const subject = await this.#subject(query.to, signal)
    if (subject === null) return { hits: [], nearlySame: [], state: 'empty', hidden: 0 }
    const { documentId } = subject
    const hidden = documentId === null ? [] : await this.#options.store.documents.hiddenKin(documentId)
    const selection = await this.#selections.get(query.filter)
    const background = await this.#options.vectors.background(subject.mean)
    const leftOut = new Set([...hidden, ...(documentId === null ? [] : [documentId])])
    const kin = await this.#nearest(subject, selection, leftOut)
    signal?.throwIfAborted()
    const hits = await this.#hits(subject, kin.slice(0, query.limit + 10), background)
    const same = subject.isWhole ? hits.filter(({ sameness }) => sameness !== null && sameness >= nearlySame) : []
    const others = hits.filter((hit) => !same.includes(hit)).slice(0, query.limit)
    return { hits: others, nearlySame: same, state: subject.state, hidden: hidden.length }
  }

  async #subject(to: RequestParsed<'similar.find'>['to'], signal?: AbortSignal): Promise<Subject | null> {
    if (this.#options.vectors.size === 0) return null
    if ('text' in to) return this.#ofText(to.text, null, signal)
    const text = (await this.#options.store.documents.texts([to.documentId])).get(to.documentId)
    if (text === undefined) {
      if ((await this.#options.store.documents.get(to.documentId)) === null)
        throw new AkinError('not-found', 'This item is not in the library any more')
      return null
    }
    if ('start' in to) return this.#ofText(text.slice(to.start, to.end), to.documentId, signal)
    return this.#ofDocument(to.documentId, text, signal)
  }

  async #ofText(text: string, documentId: DocumentId | null, signal?: AbortSignal): Promise<Subject | null> {
    if (!/[\p{L}\p{N}]/u.test(text)) return null
    const mean = await this.#options.embedder.embedText(text, signal)
    return { documentId, text, mean, rows: mean, state: 'ready', isWhole: false }
  }

  /** By the mean of its chunk vectors; one that has none yet is embedded from its beginning on the spot. */
  async #ofDocument(documentId: DocumentId, text: string, signal?: AbortSignal): Promise<Subject | null> {
    const { vectors, documents } = this.#options.store
    const chunks = await vectors.chunks(documentId)
    const stored = await vectors.readByIds(
      this.#options.spaceId,
      chunks.map(({ id }) => id),
    )
    const mean = meanOf(stored.vectors, stored.chunkIds.length)
    if (mean !== null) return { documentId, text, mean, rows: stored.vectors, state: 'ready', isWhole: true }
    const [first] = chunks
    if (first === undefined) return null
    const [summary] = await documents.summaries([documentId])
    const subject = await this.#ofText(`${summary?.title ?? ''}\n\n${text.slice(first.start, first.end)}`, documentId, signal)
    return subject === null
      ? null
      : { ...subject, text, isWhole: true, state: summary?.status === 'failed' ? 'failed' : 'pending' }
  }

  async #nearest(subject: Subject, selection: Selection | undefined, leftOut: ReadonlySet<DocumentId>): Promise<Kin[]> {
    const { store, vectors } = this.#options
    const { chunkRanges: except } = await store.documents.select({ ids: [...leftOut].slice(0, 10_000) })
    const found = await vectors.search(subject.mean, {
      k: nearestChunks,
      except,
      ...(selection === undefined ? {} : { within: selection.chunkRanges }),
    })
    const owners = await store.vectors.documentsOf(found.chunkIds)
    const ids = [...new Set(owners)].filter((id) => id !== 0 && !leftOut.has(id)).slice(0, mostCandidates)
    const kin = (await this.#candidates(ids)).map((candidate) => ({ ...candidate, score: nearness(candidate, subject) }))
    return kin.toSorted((a, b) => b.score - a.score)
  }

  /** The vectors of documents, from the index: the store would take a query for each. */
  async #candidates(ids: readonly DocumentId[]): Promise<Candidate[]> {
    const { store, vectors } = this.#options
    const ranges = await store.vectors.ranges(ids)
    const chunkIds = [...ranges].flatMap(([documentId, [first, last]]) =>
      Array.from({ length: Math.min(last - first + 1, comparedPassages) }, (_, index) => ({ documentId, id: first + index })),
    )
    const rows = await vectors.vectors(chunkIds.map(({ id }) => id))
    const { dimension } = vectors
    const held = chunkIds.map((chunk, row) => ({ ...chunk, row })).filter(({ row }) => !Number.isNaN(rows[row * dimension]!))
    const byDocument = Map.groupBy(held, ({ documentId }) => documentId)
    return [...byDocument].map(([documentId, chunks]) => ({
      documentId,
      chunkIds: chunks.map(({ id }) => id),
      // A document's chunks lie in a row; one that is only partly embedded has gaps, which are closed here
      rows: Float32Array.from(chunks.flatMap(({ row }) => [...rows.subarray(row * dimension, (row + 1) * dimension)])),
    }))
  }

  async #hits(subject: Subject, kin: readonly Kin[], background: Background): Promise<KinHit[]> {
    const { store, keywords } = this.#options
    const ids = kin.map(({ documentId }) => documentId)
    const [texts, summaries] = await Promise.all([store.documents.texts(ids), store.documents.summaries(ids)])
    const byId = new Map(summaries.map((summary) => [summary.id, summary]))
    const shingles = subject.isWhole ? shinglesOf(subject.text) : null
    const nearest = new Map(kin.map((one) => [one.documentId, one.chunkIds[bestRow(one.rows, subject).row]!]))
    const chunks = new Map((await store.vectors.chunksByIds([...nearest.values()])).map((chunk) => [chunk.id, chunk]))
    const hits = kin.map(async ({ documentId, score }): Promise<KinHit | null> => {
      const summary = byId.get(documentId)
      const text = texts.get(documentId)
      const chunk = chunks.get(nearest.get(documentId)!)
      if (summary === undefined || text === undefined || chunk === undefined) return null
      const passage = passageOf({ chunk, words: [] }, text)
      const isCompared = shingles !== null && score >= comparedFrom
      return kinHit(summary, {
        passage,
        score,
        background,
        sharedWords: await sharedWords(keywords, subject.text, passage.text),
        sameness: isCompared ? samenessOf(shingles, shinglesOf(text)) : null,
      })
    })
    return (await Promise.all(hits)).filter((hit) => hit !== null)
  }
}

/** A whole document is compared with whole documents by their means, a passage with passages. */
function nearness({ rows }: Candidate, subject: Subject): number {
  if (!subject.isWhole) return bestRow(rows, subject).score
  const mean = meanOf(rows, rows.length / subject.mean.length)
  return mean === null ? 0 : dot(subject.mean, mean)
}

/** The row that is nearest to any passage of the subject. */
function bestRow(rows: Float32Array, subject: Subject): { row: number; score: number } {
  const dimension = subject.mean.length
  const subjectRows = Math.min(subject.rows.length / dimension, comparedPassages)
  let best = { row: 0, score: -Infinity }
  for (let row = 0; row < rows.length / dimension; row++) {
    const vector = rows.subarray(row * dimension, (row + 1) * dimension)
    for (let other = 0; other < subjectRows; other++) {
      const score = dot(vector, subject.rows.subarray(other * dimension, (other + 1) * dimension))
      if (score > best.score) best = { row, score }
    }
  }
  return best
}

interface KinParts {
  readonly passage: Passage
  readonly score: number
  readonly background: Background
  readonly sharedWords: string[]
  readonly sameness: number | null
}

function kinHit(summary: DocumentSummary, { passage, score, background, sharedWords: words, sameness }: KinParts): KinHit {
  const { id, title, kind, source, publishedAt, importedAt, isStarred } = summary
  return {
    documentId: id,
    title,
    kind,
    source,
    publishedAt,
    importedAt,
    isStarred,
    score,
    confidence: kinConfidence(score, background),
    passage,
    sharedWords: words,
    topShare: topShare(score, background),
    sameness,
  }
}
