import { AkinError } from '../../shared/errors.ts'
import type { RequestOutput, RequestParsed } from '../../shared/contract/requests.ts'
import type { DocumentId, DocumentSummary } from '../../shared/model/document.ts'
import type { KinHit, Passage } from '../../shared/model/search.ts'
import { samenessOf, shinglesOf } from '../../shared/text/shingles.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import { kinConfidence } from './confidence.ts'
import { KinSpace, nearestRow, seeDocuments, type SeenDocument } from './kin-vectors.ts'
import { passageOf } from './passages.ts'
import { dot } from './query-vector.ts'
import { SelectionCache } from './selection-cache.ts'
import { sharedWords } from './shared-words.ts'

export interface SimilarServiceOptions {
  readonly store: LibraryStore
  readonly vectors: VectorIndex
  readonly keywords: KeywordIndex
  readonly embedder: Embedder
}

type SimilarReply = RequestOutput<'similar.find'>

/** What kin are looked for of: its vectors, seen from the library's centre, and its text. */
interface Subject {
  readonly documentId: DocumentId | null
  readonly text: string
  readonly rows: readonly Float32Array[]
  readonly mean: Float32Array
  readonly state: SimilarReply['state']
  /** A whole document is compared with whole documents and may have near-duplicates; a passage with passages. */
  readonly isWhole: boolean
}

interface Kin extends SeenDocument {
  readonly score: number
}

/** Chunks asked for: enough that a few long documents do not take all places. */
const nearestChunks = 400
const mostCandidates = 120

/** From this share of common word sequences on, two texts are nearly the same. */
const nearlySame = 0.4

/** Kin this near are compared word by word. */
const comparedFrom = 0.5

/** Finds what is near to a document, a passage or a text. */
export class SimilarService {
  readonly #options: SimilarServiceOptions
  readonly #selections: SelectionCache

  constructor(options: SimilarServiceOptions) {
    this.#options = options
    this.#selections = new SelectionCache(options.store)
  }

  async find(query: RequestParsed<'similar.find'>, signal?: AbortSignal): Promise<SimilarReply> {
    const space = await KinSpace.of(this.#options.vectors)
    const subject = await this.#subject(query.to, space, signal)
    if (subject === null) return { hits: [], nearlySame: [], state: 'empty', hidden: 0 }
    const { documentId } = subject
    const hidden = documentId === null ? [] : await this.#options.store.documents.hiddenKin(documentId)
    const selection = await this.#selections.get(query.filter)
    const leftOut = new Set([...hidden, ...(documentId === null ? [] : [documentId])])
    const kin = await this.#nearest(subject, selection, { leftOut, space })
    signal?.throwIfAborted()
    const hits = await this.#hits(subject, kin.slice(0, query.limit + 10), space)
    const same = subject.isWhole ? hits.filter(({ sameness }) => sameness !== null && sameness >= nearlySame) : []
    const others = hits.filter((hit) => !same.includes(hit)).slice(0, query.limit)
    return { hits: others, nearlySame: same, state: subject.state, hidden: hidden.length }
  }

  async #subject(to: RequestParsed<'similar.find'>['to'], space: KinSpace, signal?: AbortSignal): Promise<Subject | null> {
    if (this.#options.vectors.size === 0) return null
    if ('text' in to) return this.#ofText(to.text, { documentId: null, space, signal })
    const text = (await this.#options.store.documents.texts([to.documentId])).get(to.documentId)
    if (text === undefined) {
      if ((await this.#options.store.documents.get(to.documentId)) === null)
        throw new AkinError('not-found', 'This item is not in the library any more')
      return null
    }
    const { documentId } = to
    if ('start' in to) return this.#ofText(text.slice(to.start, to.end), { documentId, space, signal })
    return this.#ofDocument(documentId, text, { space, signal })
  }

  async #ofText(
    text: string,
    { documentId, space, signal }: Context & { documentId: DocumentId | null },
  ): Promise<Subject | null> {
    if (!/[\p{L}\p{N}]/u.test(text)) return null
    const seen = space.see(await this.#options.embedder.embedText(text, signal))
    return { documentId, text, mean: seen, rows: [seen], state: 'ready', isWhole: false }
  }

  /** By the mean of its passages; a document that has no vector yet is embedded from its beginning on the spot. */
  async #ofDocument(documentId: DocumentId, text: string, context: Context): Promise<Subject | null> {
    const { documents, vectors } = this.#options.store
    const [seen] = await seeDocuments(this.#options, [documentId], context.space)
    if (seen !== undefined) return { documentId, text, mean: seen.mean, rows: seen.rows, state: 'ready', isWhole: true }
    const [first] = await vectors.chunks(documentId)
    if (first === undefined) return null
    const [summary] = await documents.summaries([documentId])
    const opening = `${summary?.title ?? ''}\n\n${text.slice(first.start, first.end)}`
    const subject = await this.#ofText(opening, { ...context, documentId })
    if (subject === null) return null
    return { ...subject, text, isWhole: true, state: summary?.status === 'failed' ? 'failed' : 'pending' }
  }

  async #nearest(
    subject: Subject,
    selection: Selection | undefined,
    { leftOut, space }: { leftOut: ReadonlySet<DocumentId>; space: KinSpace },
  ): Promise<Kin[]> {
    const { store, vectors } = this.#options
    const { chunkRanges: except } = await store.documents.select({ ids: [...leftOut].slice(0, 10_000) })
    const found = await vectors.search(subject.mean, {
      k: nearestChunks,
      except,
      ...(selection === undefined ? {} : { within: selection.chunkRanges }),
    })
    const owners = await store.vectors.documentsOf(found.chunkIds)
    const ids = [...new Set(owners)].filter((id) => id !== 0 && !leftOut.has(id)).slice(0, mostCandidates)
    const candidates = await seeDocuments(this.#options, ids, space)
    const score = (candidate: SeenDocument): number =>
      subject.isWhole ? dot(subject.mean, candidate.mean) : nearestRow(candidate.rows, subject.rows).score
    return candidates.map((candidate) => ({ ...candidate, score: score(candidate) })).toSorted((a, b) => b.score - a.score)
  }

  async #hits(subject: Subject, kin: readonly Kin[], space: KinSpace): Promise<KinHit[]> {
    const { store, keywords, vectors } = this.#options
    const ids = kin.map(({ documentId }) => documentId)
    const [texts, summaries, { sample }] = await Promise.all([
      store.documents.texts(ids),
      store.documents.summaries(ids),
      vectors.background(subject.mean),
    ])
    const byId = new Map(summaries.map((summary) => [summary.id, summary]))
    const shingles = subject.isWhole ? shinglesOf(subject.text) : null
    const nearest = new Map(kin.map((one) => [one.documentId, one.chunkIds[nearestRow(one.rows, subject.rows).row]!]))
    const chunks = new Map((await store.vectors.chunksByIds([...nearest.values()])).map((chunk) => [chunk.id, chunk]))
    const hits = kin.map(async ({ documentId, score }): Promise<KinHit | null> => {
      const summary = byId.get(documentId)
      const text = texts.get(documentId)
      const chunk = chunks.get(nearest.get(documentId)!)
      if (summary === undefined || text === undefined || chunk === undefined) return null
      const passage = passageOf({ chunk, words: [] }, text)
      return kinHit(summary, {
        passage,
        score,
        sharedWords: await sharedWords(keywords, subject.text, passage.text),
        topShare: space.topShare(subject.mean, score, sample),
        sameness: shingles !== null && score >= comparedFrom ? samenessOf(shingles, shinglesOf(text)) : null,
      })
    })
    return (await Promise.all(hits)).filter((hit) => hit !== null)
  }
}

interface Context {
  readonly space: KinSpace
  readonly signal?: AbortSignal | undefined
}

interface KinParts extends Pick<KinHit, 'score' | 'sharedWords' | 'topShare' | 'sameness'> {
  readonly passage: Passage
}

function kinHit({ id, title, kind, source, publishedAt, importedAt, isStarred }: DocumentSummary, parts: KinParts): KinHit {
  return {
    documentId: id,
    title,
    kind,
    source,
    publishedAt,
    importedAt,
    isStarred,
    confidence: kinConfidence(parts.score),
    ...parts,
  }
}
