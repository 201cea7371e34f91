import type { Binary } from 'mongodb'
import type { DocumentKind, DocumentStatus, DocumentSummary, Reason, Source, SourceType } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { Fingerprint } from '../library-store.ts'

/** A tag by its folded form, which is what makes two tags one. */
export interface TagRecord {
  readonly fold: string
  readonly tag: string
  /** File tags follow the file; the others are the person's and stay. */
  readonly isOfFile: boolean
  /** Taken away by the person; a file's tag stays away when the file is read again. */
  readonly isRemoved: boolean
}

export interface SourceRecord extends Source {
  /** Ascending in the order in which sources were first seen. */
  readonly order: number
  readonly fingerprint: Fingerprint | null
}

/** What went wrong with a chunk that has no vector. */
export interface TryRecord {
  readonly chunk: number
  readonly crashes: number
  readonly failure: Reason | null
}

/** What a document has in one space. */
export interface SpaceState {
  /** One bit a chunk, lowest bit first: whether it has a vector. Nothing else makes a stored vector count. */
  readonly bits: Binary
  readonly embedded: number
  readonly failed: number
  readonly tries: readonly TryRecord[]
}

/** Where the text, structure and headings of a document lie: in how many parts, under which name. */
export interface BodyRecord {
  readonly key: string
  readonly parts: number
  /** Where each part of a text begins that has several, in UTF-16 code units; they are the first of all parts. */
  readonly starts: readonly number[]
  /** SHA-256 of the text. */
  readonly hash: string
  readonly bytes: number
}

/**
 * Everything about a document that has to fit together: what is stored elsewhere (text, chunks, vectors) counts only as
 * far as this record names it. Ids are numbers; `v` is the write that last changed it.
 */
export interface DocumentRecord {
  readonly _id: number
  readonly v: number
  readonly kind: DocumentKind
  readonly title: string
  readonly titleFold: string
  readonly author: string | null
  readonly authorFold: string | null
  /** Sorts documents without an author after the others, in both directions. */
  readonly hasNoAuthor: boolean
  readonly publishedAt: string | null
  readonly importedAt: string
  readonly updatedAt: string
  /** `publishedAt`, else `importedAt`: what "date" means in lists and filters. */
  readonly sortDate: string
  readonly language: string | null
  readonly languageLower: string | null
  readonly hasNoLanguage: boolean
  readonly isStarred: boolean
  readonly readAt: string | null
  readonly trashedAt: string | null
  readonly isTrashed: boolean
  readonly wordCount: number
  readonly mediaType: string
  readonly contentHash: string | null
  readonly hasText: boolean
  readonly status: DocumentStatus
  readonly reason: Reason | null
  readonly firstChunk: number | null
  readonly lastChunk: number | null
  readonly chunkCount: number
  /** In the default space. */
  readonly embeddedCount: number
  readonly failedChunkCount: number
  readonly pageCount: number
  readonly sources: readonly SourceRecord[]
  readonly sourceKeys: readonly string[]
  /** Label, location and address of each source, folded: what `source:` looks in. */
  readonly sourceFolds: readonly string[]
  /** File names without their extension, folded: what a `[[link]]` may name. */
  readonly nameFolds: readonly string[]
  readonly sourceType: SourceType
  readonly sourceLabel: string
  readonly sourceFold: string
  /** The one type of all of its sources; `null` when they differ. */
  readonly onlySourceType: SourceType | null
  readonly tags: readonly TagRecord[]
  readonly tagFolds: readonly string[]
  readonly wikiLinks: readonly string[]
  readonly wikiFolds: readonly string[]
  /** "Not kin", on both sides, ascending. */
  readonly notKin: readonly number[]
  readonly body: BodyRecord | null
  /** By `spaceKey`. */
  readonly spaces: Readonly<Record<string, SpaceState>>
  /** Spaces in which no chunk waits for a vector. */
  readonly completeIn: readonly number[]
}

export interface ChunkRecord {
  readonly _id: number
  readonly documentId: number
  readonly ordinal: number
  readonly start: number
  readonly end: number
  readonly tokenCount: number
  readonly headings: readonly string[]
  readonly page: number | null
  /** Hash of what is embedded: equal hashes share a vector when a document is read again. */
  readonly hash: string
}

export interface VectorRecord {
  readonly _id: number
  readonly documentId: number
  /** Little-endian float32. */
  readonly vector: Binary
}

export interface ChangeRecord {
  readonly _id: number
  readonly kind: 'document' | 'removed' | 'vectors'
  readonly documentId: number
  readonly spaceId: number | null
  readonly firstChunk: number | null
  readonly lastChunk: number | null
}

/** An item of a job; `_id` is `<job>/<hash of the location>`, so that one location has one item. */
export interface JobItemRecord {
  readonly _id: string
  readonly job: number
  readonly number: number
  readonly outcome: 'skipped' | 'failed'
  readonly name: string
  readonly location: string
  readonly sizeBytes: number | null
  readonly documentId: number | null
  readonly reason: Reason
  readonly canRetry: boolean
  /** JSON: what a retry needs. */
  readonly payload: string | null
}

export interface SpaceRecord {
  readonly id: number
  readonly name: string
  readonly identity: string
  readonly dimension: number
  readonly metric: 'inner-product' | 'l2'
  readonly recipe: string
  readonly isDefault: boolean
  readonly removedAt: string | null
  readonly transform: { readonly key: string; readonly parts: number } | null
}

export function spaceKey(spaceId: number): string {
  return `s${spaceId}`
}

export function sourceKey({ type, location }: Pick<Source, 'type' | 'location'>): string {
  return `${type}:${location.toWellFormed()}`
}

/** Fields that a summary is made of. */
export const summaryFields = {
  kind: 1,
  title: 1,
  author: 1,
  publishedAt: 1,
  importedAt: 1,
  updatedAt: 1,
  language: 1,
  isStarred: 1,
  readAt: 1,
  trashedAt: 1,
  isTrashed: 1,
  wordCount: 1,
  mediaType: 1,
  status: 1,
  reason: 1,
  chunkCount: 1,
  embeddedCount: 1,
  sources: 1,
  tags: 1,
} as const

export type SummaryRecord = Pick<DocumentRecord, '_id' | keyof typeof summaryFields>

export function summaryOf(record: SummaryRecord): DocumentSummary {
  return {
    id: record._id,
    kind: record.kind,
    title: record.title,
    source: sourceOf(record.sources[0]!),
    otherSources: record.sources.length - 1,
    author: record.author,
    publishedAt: record.publishedAt,
    importedAt: record.importedAt,
    updatedAt: record.updatedAt,
    language: record.language,
    tags: visibleTags(record.tags),
    isStarred: record.isStarred,
    readAt: record.readAt,
    trashedAt: record.trashedAt,
    wordCount: record.wordCount,
    mediaType: record.mediaType,
    status: record.status,
    reason: record.reason,
    chunkCount: record.chunkCount,
    embeddedCount: record.embeddedCount,
  }
}

export function sourceOf({ type, location, label, url }: Source): Source {
  return { type, location, label, url }
}

/** Ascending. */
export function visibleTags(tags: readonly TagRecord[]): string[] {
  return tags
    .filter(({ isRemoved }) => !isRemoved)
    .map(({ tag }) => tag)
    .toSorted()
}

/** A record with other tags, and what is looked up by them. */
export function withTags<T extends DocumentRecord>(record: T, tags: readonly TagRecord[]): T {
  return { ...record, tags, tagFolds: tags.filter(({ isRemoved }) => !isRemoved).map(({ fold }) => fold) }
}

/** A record with other sources, and what repeats them; `sources` must not be empty. */
export function withSources<T extends DocumentRecord>(record: T, sources: readonly SourceRecord[]): T {
  const ordered = sources.toSorted((a, b) => a.order - b.order)
  const first = ordered[0]!
  return {
    ...record,
    sources: ordered,
    sourceKeys: ordered.map(sourceKey),
    sourceFolds: ordered.map(({ label, location, url }) => foldWord(`${label}\n${location}\n${url ?? ''}`)),
    nameFolds: [...new Set(ordered.map(({ location }) => foldWord(stemOfName(location))))],
    sourceType: first.type,
    sourceLabel: first.label,
    sourceFold: foldWord(first.label),
    onlySourceType: ordered.every(({ type }) => type === first.type) ? first.type : null,
  }
}

/** `notes/Ferry log.md` → `Ferry log`. */
function stemOfName(location: string): string {
  const name = location.split(/[\\/]/).at(-1) ?? location
  return name.replace(/\.[^.]{1,10}$/, '')
}

/** First and last chunk; `null` for a document without any. */
export function rangeOf({ firstChunk, lastChunk }: Pick<DocumentRecord, 'firstChunk' | 'lastChunk'>): [number, number] | null {
  return firstChunk === null || lastChunk === null ? null : [firstChunk, lastChunk]
}

/** Every id of an inclusive range. */
export function idsOf(range: readonly [number, number] | null): number[] {
  return range === null ? [] : Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i)
}
