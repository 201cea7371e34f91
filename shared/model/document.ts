import { z } from 'zod'
import type { Content } from './content.ts'

export const documentKinds = ['note', 'file', 'article', 'chat'] as const
export type DocumentKind = (typeof documentKinds)[number]

/**
 * Whether an item can be found.
 * - `indexed`: found by its words and by its meaning
 * - `pending`: found by its words; some of its passages have no vector yet
 * - `failed`: it could not be read, or some passages could not be embedded; `reason` says which
 * - `skipped`: there is nothing in it to search; `reason` says why
 */
export const documentStatuses = ['indexed', 'pending', 'failed', 'skipped'] as const
export type DocumentStatus = (typeof documentStatuses)[number]

/** A positive integer, never reused. */
export const DocumentId = z.int().positive()
export type DocumentId = number

/** A chunk's id is its vector id in every space: a positive integer below 2^53, never reused. */
export type ChunkId = number

export const sourceTypes = ['path', 'upload', 'inline', 'sample'] as const
export type SourceType = (typeof sourceTypes)[number]

/** Where a document came from. A document found at two places has two sources. */
export const Source = z.object({
  type: z.enum(sourceTypes),
  /** An absolute path, the name of an uploaded file with its folder, or an id given by the caller. */
  location: z.string(),
  /** What a person reads: the folder's name, the site, "Uploads". */
  label: z.string(),
  /** The original's address on the web, where it names one. */
  url: z.string().nullable(),
})
export type Source = z.infer<typeof Source>

/** Why an item failed or was skipped, in words, with what to do. */
export const Reason = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
})
export type Reason = z.infer<typeof Reason>

/** One row of the Library table: everything about a document but its text. */
export const DocumentSummary = z.object({
  id: DocumentId,
  kind: z.enum(documentKinds),
  title: z.string(),
  source: Source,
  /** How many further sources have the same content. */
  otherSources: z.int().nonnegative(),
  author: z.string().nullable(),
  /** ISO 8601. The day it was written or published, as far as the file tells. */
  publishedAt: z.string().nullable(),
  importedAt: z.string(),
  updatedAt: z.string(),
  /** BCP 47, `null` when the text is too short to tell. */
  language: z.string().nullable(),
  tags: z.array(z.string()),
  isStarred: z.boolean(),
  readAt: z.string().nullable(),
  trashedAt: z.string().nullable(),
  wordCount: z.int().nonnegative(),
  mediaType: z.string(),
  status: z.enum(documentStatuses),
  reason: Reason.nullable(),
  /** Passages, and how many of them have a vector in the default space. */
  chunkCount: z.int().nonnegative(),
  embeddedCount: z.int().nonnegative(),
})
export type DocumentSummary = z.infer<typeof DocumentSummary>

/** A whole document. `content` is large and of our own making, so it is not validated again at each border. */
export const Document = DocumentSummary.extend({
  text: z.string(),
  content: z.custom<Content>((value) => typeof value === 'object' && value !== null),
  sources: z.array(Source),
  /** Titles of the items that its `[[links]]` name, with the item where one has that title. */
  wikiLinks: z.array(z.object({ target: z.string(), documentId: DocumentId.nullable() })),
  /** Items that link here. */
  backlinks: z.array(z.object({ documentId: DocumentId, title: z.string() })),
  pageCount: z.int().nonnegative(),
})
export type Document = z.infer<typeof Document>
