import { z } from 'zod'
import { DocumentId, documentKinds, documentStatuses, Reason } from './document.ts'

/** What the status bar tells: how much of the library can be found. Trashed items do not count. */
export const LibraryStatus = z.object({
  documents: z.int().nonnegative(),
  /** Found by words and by meaning. */
  indexed: z.int().nonnegative(),
  /** Found by words, waiting to be read for meaning. */
  pending: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  trashed: z.int().nonnegative(),
  chunks: z.int().nonnegative(),
  embeddedChunks: z.int().nonnegative(),
  /** True when the sample library is in it. */
  hasSample: z.boolean(),
  space: z.object({ name: z.string(), dimension: z.int().positive(), where: z.enum(['local', 'remote']) }),
  indexes: z.object({
    /** `catching-up`: opened, and applying what the store changed since; search works with what is there. */
    vectors: z.enum(['ready', 'catching-up', 'rebuilding']),
    keywords: z.enum(['ready', 'catching-up', 'rebuilding']),
    /** True when both hold every change of the library; a change takes some hundredths of a second to get there. */
    isCurrent: z.boolean(),
    /** Said once when a damaged index was found and rebuilt. */
    notes: z.array(z.string()),
  }),
  inference: z.enum(['idle', 'starting', 'ready', 'restarting', 'failed']),
  /** Why meaning cannot be searched at the moment. */
  inferenceReason: Reason.nullable(),
  activeJobs: z.int().nonnegative(),
  failedItems: z.int().nonnegative(),
  isReadOnly: z.boolean(),
  /** What left this computer, newest first; empty means nothing ever did. */
  sent: z.array(z.object({ what: z.string(), to: z.string(), since: z.string(), count: z.int().nonnegative() })),
  /** When the library was set up. */
  createdAt: z.string(),
  sequence: z.int().nonnegative(),
})
export type LibraryStatus = z.infer<typeof LibraryStatus>

export const FacetValue = z.object({ value: z.string(), count: z.int().nonnegative() })
export type FacetValue = z.infer<typeof FacetValue>

/** Counts of values among the documents of a filter, most frequent first, at most 200 a field. */
export const Facets = z.object({
  total: z.int().nonnegative(),
  kinds: z.array(z.object({ value: z.enum(documentKinds), count: z.int().nonnegative() })),
  statuses: z.array(z.object({ value: z.enum(documentStatuses), count: z.int().nonnegative() })),
  tags: z.array(FacetValue),
  languages: z.array(FacetValue),
  sources: z.array(FacetValue),
  authors: z.array(FacetValue),
  starred: z.int().nonnegative(),
  unread: z.int().nonnegative(),
  trashed: z.int().nonnegative(),
})
export type Facets = z.infer<typeof Facets>

export const DiskUse = z.object({
  folder: z.string(),
  /** Bytes by part, largest first. */
  parts: z.array(
    z.object({
      part: z.enum(['library', 'model', 'vectors', 'indexes', 'uploads', 'backups', 'trash']),
      bytes: z.int().nonnegative(),
    }),
  ),
  freeBytes: z.int().nonnegative().nullable(),
})
export type DiskUse = z.infer<typeof DiskUse>

export const SavedSearch = z.object({
  id: z.int().positive(),
  name: z.string().min(1).max(200),
  query: z.string().max(4_000),
  mode: z.enum(['hybrid', 'vector', 'keyword']),
})
export type SavedSearch = z.infer<typeof SavedSearch>

/** What the person chose; kept in the library. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  readerFontSizePx: z.int().min(14).max(22),
  /** Library columns in their order. */
  columns: z.array(z.enum(['kind', 'source', 'author', 'date', 'tags', 'language', 'length', 'status'])).max(8),
  librarySort: z.object({
    by: z.enum(['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status']),
    descending: z.boolean(),
  }),
  listWidthPx: z.int().min(280).max(800),
  kinPanel: z.boolean(),
  /** Days until what is in the trash is removed for good; 0 keeps it. */
  trashDays: z.int().min(0).max(3_650),
  searchMode: z.enum(['hybrid', 'vector', 'keyword']),
  /** Sites whose pictures are loaded without asking. */
  pictureSites: z.array(z.string().max(255)).max(1_000),
  /** Whether keys without Ctrl or Cmd (`j`, `x`, `?`) act; speech input and some keyboards need them off (WCAG 2.1.4). */
  singleKeys: z.boolean(),
  /** Where models are downloaded from. */
  hub: z.url().max(2_048),
})
export type Settings = z.infer<typeof Settings>

export const defaultSettings: Settings = {
  theme: 'system',
  readerFontSizePx: 17,
  columns: ['source', 'author', 'date', 'tags', 'language', 'length', 'status'],
  librarySort: { by: 'date', descending: true },
  listWidthPx: 416,
  kinPanel: true,
  trashDays: 30,
  searchMode: 'hybrid',
  pictureSites: [],
  singleKeys: true,
  hub: 'https://huggingface.co',
}

/** A change that can be taken back, as the toast offers it. */
export const Undoable = z.object({
  undoId: z.int().positive().nullable(),
  changed: z.array(DocumentId),
})
export type Undoable = z.infer<typeof Undoable>
