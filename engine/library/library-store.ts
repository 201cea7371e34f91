import type { Content, Link } from '../../shared/model/content.ts'
import type {
  ChunkId,
  Document,
  DocumentId,
  DocumentKind,
  DocumentStatus,
  DocumentSummary,
  Reason,
  Source,
} from '../../shared/model/document.ts'
import type { Filter } from '../../shared/model/filter.ts'
import type { Job, JobId, JobItem, JobKind, JobState } from '../../shared/model/job.ts'
import type { Facets, SavedSearch } from '../../shared/model/library.ts'
import type { EmbeddingSpace } from '../../shared/model/space.ts'

/**
 * The truth of a library: everything that a person brought in or made, and the vectors, which are dear to compute.
 * Indexes are derived from it by following `changes`. SQLite and MongoDB both implement this port and pass the same
 * suite (`tests/integration/library/library-store.suite.ts`).
 *
 * Every method that writes is atomic and durable when its promise resolves: a `kill -9` after that loses nothing of
 * it, one before it leaves nothing of it. All methods may be called in parallel.
 *
 * @throws AkinError `store-write-failed`, `disk-full` or `library-read-only` from any method that writes
 */
export interface LibraryStore {
  readonly documents: DocumentStore
  readonly vectors: VectorStore
  readonly changes: ChangeFeed
  readonly jobs: JobStore
  readonly settings: SettingsStore
  /** When the library was set up, ISO 8601. */
  readonly createdAt: string
  /** Bytes on disk of texts and metadata, and of vectors. */
  sizes(): Promise<{ libraryBytes: number; vectorBytes: number }>
  /** Waits for writes that are under way, then lets go of the files. Calls after it reject with `unavailable`. */
  close(): Promise<void>
}

/** What a file looked like when it was read, to see without reading whether it changed. */
export interface Fingerprint {
  readonly sizeBytes: number
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number
}

/** A chunk as the chunker makes it: a span of the document's text. */
export interface ChunkDraft {
  /** `[start, end)` in UTF-16 code units of the document's text. */
  readonly start: number
  readonly end: number
  /** Tokens of the span by the built-in model's tokenizer, special tokens included. */
  readonly tokenCount: number
  /** Headings above it, outermost first. */
  readonly headings: readonly string[]
  /** Page on which it begins, for paged documents. */
  readonly page: number | null
}

/** A document as the parser gives it, ready to be stored. */
export interface ImportedDocument {
  readonly kind: DocumentKind
  readonly title: string
  readonly text: string
  readonly content: Content
  readonly author: string | null
  readonly publishedAt: string | null
  readonly language: string | null
  readonly mediaType: string
  readonly tags: readonly string[]
  readonly links: readonly Link[]
  readonly wordCount: number
  readonly chunks: readonly ChunkDraft[]
  readonly source: Source
  readonly fingerprint: Fingerprint | null
  /** SHA-256 of the original's bytes, hexadecimal: equal content is one document. */
  readonly contentHash: string
}

/** A source that could not be read, or in which there is nothing to search. It is kept, so that it can be seen and tried again. */
export interface UnreadableDocument {
  readonly kind: DocumentKind
  readonly title: string
  readonly mediaType: string
  readonly status: 'failed' | 'skipped'
  readonly reason: Reason
  readonly source: Source
  readonly fingerprint: Fingerprint | null
  readonly contentHash: string | null
}

export type ImportOutcome = 'added' | 'updated' | 'unchanged'

export interface ImportResult {
  readonly documentId: DocumentId
  readonly outcome: ImportOutcome
}

/** What is known of a source from an earlier import. */
export interface KnownSource {
  readonly documentId: DocumentId
  readonly contentHash: string | null
  readonly fingerprint: Fingerprint | null
  readonly status: DocumentStatus
  readonly isTrashed: boolean
  readonly importedAt: string
  readonly updatedAt: string
}

export interface DocumentSort {
  readonly by: 'title' | 'kind' | 'source' | 'author' | 'date' | 'language' | 'length' | 'status'
  readonly descending: boolean
}

/** The documents a filter lets through, as the indexes need them. */
export interface Selection {
  /** Ascending ids. */
  readonly documentIds: Float64Array
  /** Their chunks as ascending, disjoint, inclusive ranges: `[first0, last0, first1, last1, …]`. */
  readonly chunkRanges: Float64Array
}

/** What a document's rows in the derived indexes are made of. */
export interface IndexableDocument {
  readonly id: DocumentId
  readonly title: string
  readonly text: string
  readonly headings: readonly string[]
  readonly tags: readonly string[]
  readonly author: string | null
  readonly sourceLabel: string
}

export interface DocumentChanges {
  readonly addTags?: readonly string[]
  readonly removeTags?: readonly string[]
  readonly isStarred?: boolean
  readonly isRead?: boolean
}

/** How each document was before a change, enough to put it back. */
export interface DocumentState {
  readonly id: DocumentId
  readonly tags: readonly string[]
  readonly isStarred: boolean
  readonly readAt: string | null
  readonly trashedAt: string | null
}

export interface StoredChunk {
  readonly id: ChunkId
  readonly documentId: DocumentId
  /** 0 for the first chunk of its document. */
  readonly ordinal: number
  readonly start: number
  readonly end: number
  readonly tokenCount: number
  readonly headings: readonly string[]
  readonly page: number | null
}

export interface StatusCounts {
  readonly documents: number
  readonly indexed: number
  readonly pending: number
  readonly failed: number
  readonly skipped: number
  readonly trashed: number
  readonly chunks: number
  /** Those with a vector in the default space. */
  readonly embeddedChunks: number
  readonly hasSample: boolean
}

export interface PutImportedOptions {
  /** Stores it again though the content is the same: for reading an item anew. */
  readonly isForced?: boolean
  /**
   * Takes a document out of the trash when it is imported again: right when the person named this very item, wrong
   * when a whole folder is read again that happens to hold it. Default false.
   */
  readonly restoresTrashed?: boolean
}

export interface DocumentStore {
  /**
   * Stores what was read, all of the list or nothing.
   * - A source seen for the first time whose content is known becomes a further source of that document.
   * - A known source with other content updates its document in place, keeping tags, star and read mark, unless the
   *   document has other sources: then the source moves to a document of its own, with the same marks.
   * - A known source whose content is now another document's becomes a further source of that one, which takes over the
   *   person's tags, star, read mark and hidden kin; a document without a source left is removed.
   * - What was in sight stays in sight: a document in the trash that takes over such a source leaves the trash.
   * - Chunks whose text stays keep their vectors.
   */
  putImported(documents: readonly ImportedDocument[], options?: PutImportedOptions): Promise<ImportResult[]>
  /** Stores that a source could not be read; an earlier good version of its document stays as it is. */
  putUnreadable(documents: readonly UnreadableDocument[]): Promise<ImportResult[]>
  /** What is known of each source, in order; `null` for a new one. */
  knownSources(sources: readonly Pick<Source, 'type' | 'location'>[]): Promise<(KnownSource | null)[]>
  /**
   * Adds a source to a document whose content it repeats, or renews its label and fingerprint. A source of another
   * document moves, as `putImported` has it; that is `updated`.
   * @throws AkinError `not-found`
   */
  addSource(documentId: DocumentId, source: Source, fingerprint: Fingerprint | null): Promise<ImportOutcome>
  /** The document with this content that has text, if any. */
  findByContent(contentHash: string): Promise<DocumentId | null>

  get(id: DocumentId): Promise<Document | null>
  list(options: {
    filter: Filter
    sort: DocumentSort
    offset: number
    limit: number
  }): Promise<{ total: number; rows: DocumentSummary[] }>
  /** At most `limit` ids in order. */
  ids(options: { filter: Filter; sort: DocumentSort; limit: number }): Promise<DocumentId[]>
  /** In the order asked for; ids that do not exist are left out. */
  summaries(ids: readonly DocumentId[]): Promise<DocumentSummary[]>
  /** Texts by id, for passages; ids that do not exist are left out. */
  texts(ids: readonly DocumentId[]): Promise<Map<DocumentId, string>>
  count(filter: Filter): Promise<number>
  facets(filter: Filter): Promise<Facets>
  select(filter: Filter): Promise<Selection>
  statusCounts(): Promise<StatusCounts>
  /** Where each document came from: everything needed to read it again. */
  sources(id: DocumentId): Promise<(Source & { fingerprint: Fingerprint | null; contentHash: string | null })[]>
  idsByTitle(title: string): Promise<DocumentId[]>
  /** Documents that come from nowhere else than sources of this type. */
  idsBySourceType(type: Source['type']): Promise<DocumentId[]>

  states(ids: readonly DocumentId[]): Promise<DocumentState[]>
  /** Ids that do not exist are left out; returns those that changed. */
  update(ids: readonly DocumentId[], changes: DocumentChanges, at: string): Promise<DocumentId[]>
  trash(ids: readonly DocumentId[], at: string): Promise<DocumentId[]>
  restore(ids: readonly DocumentId[]): Promise<DocumentId[]>
  /** Puts tags, star, read mark and trash back to what they were. */
  putStates(states: readonly DocumentState[]): Promise<DocumentId[]>
  /** Removes for good, only what is in the trash. Returns the content hashes that no source names any more. */
  purge(ids: readonly DocumentId[]): Promise<{ removed: DocumentId[]; orphanedContent: string[] }>
  /** Ids trashed before an instant. */
  trashedBefore(at: string): Promise<DocumentId[]>

  /** Documents outside the trash that have text, ascending by id, for building an index from nothing. */
  indexable(afterId: DocumentId, limit: number): Promise<IndexableDocument[]>
  /** The same for single ids; what is gone or in the trash is left out. */
  indexableByIds(ids: readonly DocumentId[]): Promise<IndexableDocument[]>

  /** "Not kin" pairs. */
  hideKin(documentId: DocumentId, otherId: DocumentId): Promise<boolean>
  unhideKin(documentId: DocumentId, otherId?: DocumentId): Promise<number>
  hiddenKin(documentId: DocumentId): Promise<DocumentId[]>

  /** Compares the stored hash of every text with the text; returns the damaged ones. */
  verifyTexts(ids: readonly DocumentId[]): Promise<DocumentId[]>
}

export interface PendingChunk {
  readonly id: ChunkId
  readonly documentId: DocumentId
  readonly tokenCount: number
  /** What is embedded: the title before the first chunk, then the chunk's text. */
  readonly text: string
  /** Times that embedding it brought the inference process down. */
  readonly crashes: number
}

export interface StoredVectors {
  readonly chunkIds: Float64Array
  /** Row-major `[n, dimension]`. */
  readonly vectors: Float32Array
}

export interface SpaceCounts {
  /** Passages with a vector; those of the trash count. */
  readonly vectors: number
  /** Passages outside the trash that wait for one, and those that cannot have one. */
  readonly pending: number
  readonly failed: number
  /** Bytes on the disk, roughly. */
  readonly bytes: number
}

export interface VectorStore {
  /**
   * The space with this identity, made when it is new, brought back when it was removed. The first one becomes the
   * default. A recipe that is given takes the place of the one before.
   */
  openSpace(space: Omit<EmbeddingSpace, 'id' | 'isDefault' | 'recipe'>, recipe?: string): Promise<EmbeddingSpace>
  /** Those that were not removed, oldest first. */
  spaces(): Promise<EmbeddingSpace[]>
  /** What each space holds, by its id. */
  spaceCounts(): Promise<Map<number, SpaceCounts>>
  /** Searches and the status of documents go by this space from now on. */
  setDefaultSpace(spaceId: number): Promise<void>
  /**
   * Takes a space out of use; its vectors stay until it is purged.
   * @throws AkinError `conflict` for the default space
   */
  removeSpace(spaceId: number, removedAt: string): Promise<void>
  restoreSpace(spaceId: number): Promise<void>
  /** Deletes the vectors of spaces that were removed before an instant; returns their ids. */
  purgeSpaces(removedBefore: string): Promise<number[]>
  /** What is done to every vector of the space before it is compared; `null` when nothing is. */
  transform(spaceId: number): Promise<Uint8Array | null>
  setTransform(spaceId: number, transform: Uint8Array | null): Promise<void>
  /** Chunks of documents outside the trash without a vector in the space, ascending by id. Those that failed in it are left out. */
  pending(spaceId: number, afterId: ChunkId, limit: number): Promise<PendingChunk[]>
  pendingCount(spaceId: number): Promise<number>
  /** Chunks of documents outside the trash with the text that is embedded for them, ascending by id. */
  passages(afterId: ChunkId, limit: number): Promise<{ id: ChunkId; text: string }[]>
  /**
   * Stores vectors and marks documents as indexed whose last one came. Chunks that are gone meanwhile are left out, and
   * those that have a vector in the space keep it. A chunk that was given up before is as good as any other.
   * @param vectors row-major `[n, dimension]`; not kept
   */
  put(spaceId: number, chunkIds: readonly ChunkId[], vectors: Float32Array): Promise<void>
  /** Vectors of documents outside the trash with chunk ids in `(afterId, toId]`, ascending. */
  read(spaceId: number, afterId: ChunkId, toId: ChunkId, limit: number): Promise<StoredVectors>
  /** Those of the given chunks that exist, whatever the trash. */
  readByIds(spaceId: number, chunkIds: readonly ChunkId[]): Promise<StoredVectors>
  count(spaceId: number): Promise<number>
  /** Counts one more crash at a chunk that has no vector in the space; returns how many there were, 0 when it has one or is gone. */
  countCrash(spaceId: number, chunkId: ChunkId): Promise<number>
  /** A chunk that cannot be embedded in the space: it is not tried again there, and in the default space its document says why. */
  markFailed(spaceId: number, chunkId: ChunkId, reason: Reason): Promise<void>
  /** Forgets the failures of these documents in every space, so that they are tried again; returns how many there were. */
  clearFailures(documentIds: readonly DocumentId[]): Promise<number>
  /** Forgets the vectors of these documents in every space; they are pending again. */
  forget(documentIds: readonly DocumentId[]): Promise<void>
  chunks(documentId: DocumentId): Promise<StoredChunk[]>
  chunksByIds(ids: readonly ChunkId[]): Promise<StoredChunk[]>
  /** First and last chunk of each document outside the trash that has chunks; the others are left out. */
  ranges(documentIds: readonly DocumentId[]): Promise<Map<DocumentId, readonly [ChunkId, ChunkId]>>
  /** Just the document of each chunk, for grouping; 0 where the chunk is gone. In order. */
  documentsOf(ids: Float64Array): Promise<Float64Array>
}

/**
 * One entry of the change sequence. A follower reads the state that the entry names and makes its own equal to it, so
 * that applying an entry twice, or late, does no harm.
 * - `document`: text or metadata that the keyword index holds; also when it came back from the trash
 * - `removed`: gone or in the trash; its chunks `[firstChunk, lastChunk]` leave the indexes
 * - `vectors`: vectors of chunks in `[firstChunk, lastChunk]` of the document were stored or came back
 */
export interface Change {
  readonly sequence: number
  readonly kind: 'document' | 'removed' | 'vectors'
  readonly documentId: DocumentId
  readonly spaceId: number | null
  readonly firstChunk: ChunkId | null
  readonly lastChunk: ChunkId | null
}

export interface ChangeFeed {
  /** The newest sequence number; 0 for a new library. */
  last(): Promise<number>
  /**
   * Changes after `sequence`, ascending. `isComplete` is false when entries after it were trimmed: the follower then
   * starts from nothing.
   */
  since(sequence: number, limit: number): Promise<{ changes: Change[]; isComplete: boolean }>
  /** Forgets entries up to `sequence`; followers that are behind start from nothing. */
  trim(sequence: number): Promise<void>
  /**
   * Called after each commit that added changes, in the order of adding; returns a function that stops it. What a
   * listener throws becomes a warning of the process: the write is done and the other listeners hear of it.
   */
  onChange(listener: (sequence: number, documentIds: readonly DocumentId[]) => void): () => void
}

/** What a job needs to go on after a restart; the job's runner knows its shape. */
export type JobPayload = Readonly<Record<string, unknown>>

export interface StoredJob {
  readonly id: JobId
  readonly kind: JobKind
  readonly title: string
  readonly state: JobState
  readonly unit: Job['unit']
  readonly completed: number
  readonly total: number | null
  readonly counts: Job['counts']
  readonly payload: JobPayload
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly error: Reason | null
}

export interface JobItemDraft {
  readonly outcome: 'skipped' | 'failed'
  readonly name: string
  readonly location: string
  readonly sizeBytes: number | null
  readonly documentId: DocumentId | null
  readonly reason: Reason
  readonly canRetry: boolean
  /** What a retry needs. */
  readonly payload: JobPayload | null
}

export interface JobStore {
  add(job: Pick<StoredJob, 'kind' | 'title' | 'unit' | 'payload' | 'createdAt'>): Promise<StoredJob>
  get(id: JobId): Promise<StoredJob | null>
  /** Newest first. */
  list(limit: number): Promise<StoredJob[]>
  /** Those that have not ended, oldest first. */
  open(): Promise<StoredJob[]>
  update(id: JobId, changes: Partial<Omit<StoredJob, 'id' | 'kind' | 'createdAt'>>): Promise<void>
  /** At most 20,000 items are kept of a job; the counts go on. An item with the same location replaces the earlier one. */
  addItems(id: JobId, items: readonly JobItemDraft[]): Promise<void>
  items(
    id: JobId,
    options: { outcome?: 'skipped' | 'failed'; offset: number; limit: number },
  ): Promise<{ items: JobItem[]; total: number }>
  /** Payloads of failed items that can be tried again, all or those named. */
  retryPayloads(id: JobId, items?: readonly number[]): Promise<JobPayload[]>
  /** Removes ended jobs; returns their ids. */
  clear(): Promise<JobId[]>
}

export interface SettingsStore {
  /** A JSON value, `undefined` when it was never set. */
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  savedSearches(): Promise<SavedSearch[]>
  saveSearch(search: Omit<SavedSearch, 'id'>): Promise<SavedSearch>
  removeSearch(id: number): Promise<boolean>
  /** Adds to what left this computer: one row for each kind of thing and receiver. */
  recordSent(what: string, to: string, at: string): Promise<void>
  sent(): Promise<{ what: string; to: string; since: string; count: number }[]>
}
