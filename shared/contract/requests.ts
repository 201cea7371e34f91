import { z } from 'zod'
import { DiskUse, Facets, LibraryStatus, SavedSearch, Settings, Undoable } from '../model/library.ts'
import { Document, DocumentId, DocumentSummary, documentKinds } from '../model/document.ts'
import { Filter } from '../model/filter.ts'
import { Job, JobId, JobItem } from '../model/job.ts'
import { confidences, KinHit, Passage, SearchHit, searchModes, Span } from '../model/search.ts'
import { EmbeddingModel, ImportAnswers, ModelInspection } from '../model/embedding-model.ts'
import { LabSteps, LabToken, SimilarityMatrix } from '../model/lab.ts'
import { SelfTest, SpaceInfo, SpaceRecipe } from '../model/space.ts'
import { defineRequest } from './define.ts'

/** Limits of a request: nothing unbounded crosses a process border. */
export const limits = {
  idsPerRequest: 10_000,
  rowsPerPage: 500,
  hitsPerPage: 100,
  importSources: 5_000,
  inlineTextLength: 10_000_000,
  /** A longer query is refused with `query-too-long`; this is where even reading it stops. */
  queryLength: 1_000_000,
  requestBytes: 64 * 1024 * 1024,
  uploadBytes: 100 * 1024 * 1024,
} as const

const Nothing = z.object({}).strict()
const Done = z.object({})
const Ids = z.array(DocumentId).min(1).max(limits.idsPerRequest)
const Started = z.object({ jobId: JobId })
const QueryText = z.string().max(limits.queryLength)
/** The space to search in; the default one unless given. */
const SpaceId = z.int().positive().optional()
const Tag = z.string().trim().min(1).max(100)

/**
 * Something to import.
 * - `path`: a file or folder on this computer; the terminal only
 * - `grant`: a path that the desktop host handed out after a dialog or a drop; the window never names a path itself
 * - `upload`: bytes that were sent to the browser host before, kept as a copy named by their hash
 * - `text`: a document made by the caller
 */
export const ImportSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('path'), path: z.string().min(1).max(4_096) }),
  z.object({ type: z.literal('grant'), grant: z.string().min(1).max(100) }),
  z.object({
    type: z.literal('upload'),
    /** SHA-256 of the bytes, in hexadecimal, as the upload's reply gave it. */
    uploadId: z.string().regex(/^[0-9a-f]{64}$/),
    /** File name with its folder, as the page knows it: `notes/2024/ferry.md`. */
    name: z.string().min(1).max(4_096),
    modifiedAt: z.iso.datetime().optional(),
  }),
  z.object({
    type: z.literal('text'),
    /** Identifies the text: the same id again replaces it. */
    externalId: z.string().min(1).max(1_000),
    title: z.string().max(2_000),
    text: z.string().max(limits.inlineTextLength),
    mediaType: z.enum(['text/plain', 'text/markdown', 'text/html']).default('text/plain'),
    kind: z.enum(documentKinds).optional(),
    author: z.string().max(500).optional(),
    publishedAt: z.string().max(40).optional(),
    tags: z.array(Tag).max(100).optional(),
    label: z.string().max(200).optional(),
  }),
])
export type ImportSource = z.infer<typeof ImportSource>

/** A model to import: a folder or zip file, as with `ImportSource`. */
const ModelSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('path'), path: z.string().min(1).max(4_096) }),
  z.object({ type: z.literal('grant'), grant: z.string().min(1).max(100) }),
  z.object({ type: z.literal('upload'), uploadId: z.string().regex(/^[0-9a-f]{64}$/), name: z.string().min(1).max(500) }),
])

const SearchReply = z.object({
  hits: z.array(SearchHit),
  /** Documents that either leg found, of which `hits` is a page. */
  total: z.int().nonnegative(),
  /** How many documents the filter let through. */
  searched: z.int().nonnegative(),
  /** Confidence of the best hit; `nothing` when no hit is better than chance: the page then says so. */
  verdict: z.enum([...confidences, 'nothing']),
  /** 0…1: how sure Akin is that the library answers this query at all. */
  confidence: z.number(),
  /** Each word of the query with the number of documents that have it. */
  words: z.array(z.object({ word: z.string(), documents: z.int().nonnegative() })),
  problems: z.array(z.object({ code: z.string(), message: z.string(), start: z.int(), end: z.int() })),
  /** Set when meaning could not be searched: `loading` will pass and an event says so; `failed` gives its reason. */
  meaning: z.enum(['searched', 'not-asked', 'loading', 'failed', 'empty']),
  meaningReason: z.string().nullable(),
  /** Documents that are not read for meaning yet. */
  pending: z.int().nonnegative(),
  timings: z.object({ embedMs: z.number(), vectorsMs: z.number(), keywordsMs: z.number(), totalMs: z.number() }),
})
export type SearchReply = z.infer<typeof SearchReply>

export const SearchQuery = z.object({
  text: QueryText,
  mode: z.enum(searchModes).default('hybrid'),
  /** Joined with the filters in the text; both must hold. */
  filter: Filter.default({}),
  sort: z.enum(['best', 'newest', 'oldest']).default('best'),
  offset: z.int().min(0).max(100_000).default(0),
  limit: z.int().min(1).max(limits.hitsPerPage).default(20),
  /** Documents whose meaning is added to, or taken from, the query's. */
  moreLike: z.array(DocumentId).max(20).default([]),
  lessLike: z.array(DocumentId).max(20).default([]),
  /** True waits for the model to load instead of answering by words first. */
  waitForMeaning: z.boolean().default(true),
  spaceId: SpaceId,
})
export type SearchQuery = z.infer<typeof SearchQuery>

export const SimilarQuery = z.object({
  to: z.union([
    z.object({ documentId: DocumentId, start: z.int().nonnegative(), end: z.int().positive() }),
    z.object({ documentId: DocumentId }),
    z.object({ text: z.string().min(1).max(100_000) }),
  ]),
  filter: Filter.default({}),
  limit: z.int().min(1).max(limits.hitsPerPage).default(20),
  spaceId: SpaceId,
})
export type SimilarQuery = z.infer<typeof SimilarQuery>

const SimilarReply = z.object({
  hits: z.array(KinHit),
  /** Near-duplicates of the item, apart from its kin. */
  nearlySame: z.array(KinHit),
  /** `pending`: the item itself has no vectors yet. */
  state: z.enum(['ready', 'pending', 'failed', 'empty']),
  /** How many items were left out because they were marked "not kin". */
  hidden: z.int().nonnegative(),
})
export type SimilarReply = z.infer<typeof SimilarReply>

const sortFields = ['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status'] as const

/** The contract: every request that any host serves, by `area.verb`. */
export const requests = {
  'library.status': defineRequest(Nothing, LibraryStatus),
  'library.facets': defineRequest(z.object({ filter: Filter.default({}) }), Facets),
  'library.disk': defineRequest(Nothing, DiskUse),
  /** Takes back one change; `not-found` when it is too old. */
  'library.undo': defineRequest(z.object({ undoId: z.int().positive() }), z.object({ changed: z.array(DocumentId) })),

  'documents.list': defineRequest(
    z.object({
      filter: Filter.default({}),
      sort: z.object({ by: z.enum(sortFields), descending: z.boolean() }).default({ by: 'date', descending: true }),
      offset: z.int().min(0).max(10_000_000).default(0),
      limit: z.int().min(1).max(limits.rowsPerPage).default(100),
    }),
    z.object({ total: z.int().nonnegative(), rows: z.array(DocumentSummary) }),
  ),
  /** Ids in the order of the list, for selecting a range or all; at most 100,000. */
  'documents.ids': defineRequest(
    z.object({
      filter: Filter.default({}),
      sort: z.object({ by: z.enum(sortFields), descending: z.boolean() }).default({ by: 'date', descending: true }),
    }),
    z.object({ ids: z.array(DocumentId) }),
  ),
  'documents.get': defineRequest(z.object({ id: DocumentId }), Document),
  /** Where the original's bytes lie on this computer; `file-not-found` when they are gone or there never were any. */
  'documents.original': defineRequest(z.object({ id: DocumentId }), z.object({ path: z.string(), name: z.string() })),
  'documents.import': defineRequest(
    z.object({ sources: z.array(ImportSource).min(1).max(limits.importSources), title: z.string().max(200).optional() }),
    Started,
  ),
  'documents.update': defineRequest(
    z.object({
      ids: Ids,
      addTags: z.array(Tag).max(50).default([]),
      removeTags: z.array(Tag).max(50).default([]),
      isStarred: z.boolean().optional(),
      isRead: z.boolean().optional(),
    }),
    Undoable,
  ),
  'documents.trash': defineRequest(z.object({ ids: Ids }), Undoable),
  'documents.restore': defineRequest(z.object({ ids: Ids }), Undoable),
  /** Removes for good what is in the trash; cannot be undone. */
  'documents.purge': defineRequest(z.object({ ids: Ids }), z.object({ removed: z.int().nonnegative() })),
  /** Reads the originals again, or embeds again where there is none. */
  'documents.reindex': defineRequest(z.object({ ids: Ids }), Started),

  'search.query': defineRequest(SearchQuery, SearchReply),
  /** Further passages of one document for the same query, best first. */
  'search.passages': defineRequest(
    z.object({
      text: QueryText,
      documentId: DocumentId,
      mode: z.enum(searchModes).default('hybrid'),
      limit: z.int().min(1).max(50).default(10),
      spaceId: SpaceId,
    }),
    z.object({ passages: z.array(Passage) }),
  ),
  /** The sentence nearest in meaning within each passage; slower than the search, so asked for after it. */
  'search.sentences': defineRequest(
    z.object({
      text: QueryText,
      passages: z.array(z.object({ documentId: DocumentId, start: z.int().nonnegative(), end: z.int().positive() })).max(20),
      spaceId: SpaceId,
    }),
    z.object({ spans: z.array(Span.nullable()) }),
  ),
  /** Values for the filter under the cursor, with the number of documents each would leave. */
  'search.suggest': defineRequest(
    z.object({ text: QueryText, caret: z.int().nonnegative() }),
    z.object({
      start: z.int().nonnegative(),
      end: z.int().nonnegative(),
      key: z.string().nullable(),
      values: z.array(z.object({ value: z.string(), count: z.int().nonnegative() })),
    }),
  ),
  'search.saved': defineRequest(Nothing, z.object({ searches: z.array(SavedSearch) })),
  'search.save': defineRequest(SavedSearch.omit({ id: true }), SavedSearch),
  'search.unsave': defineRequest(z.object({ id: z.int().positive() }), Done),

  'similar.find': defineRequest(SimilarQuery, SimilarReply),
  /** "Not kin": the two are not shown beside each other again. */
  'similar.hide': defineRequest(z.object({ documentId: DocumentId, otherId: DocumentId }), Undoable),
  'similar.unhide': defineRequest(z.object({ documentId: DocumentId }), z.object({ restored: z.int().nonnegative() })),

  'jobs.list': defineRequest(z.object({ limit: z.int().min(1).max(200).default(100) }), z.object({ jobs: z.array(Job) })),
  'jobs.get': defineRequest(
    z.object({
      id: JobId,
      outcome: z.enum(['failed', 'skipped']).optional(),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(200),
    }),
    z.object({ job: Job, items: z.array(JobItem), totalItems: z.int().nonnegative() }),
  ),
  'jobs.pause': defineRequest(z.object({ id: JobId }), Done),
  'jobs.resume': defineRequest(z.object({ id: JobId }), Done),
  'jobs.cancel': defineRequest(z.object({ id: JobId }), Done),
  /** Tries the failed items of a job again, all or those named, in a new job. */
  'jobs.retry': defineRequest(z.object({ id: JobId, items: z.array(z.int().positive()).max(10_000).optional() }), Started),
  'jobs.clear': defineRequest(Nothing, Done),

  'index.rebuild': defineRequest(z.object({ part: z.enum(['vectors', 'keywords', 'all']).default('all') }), Started),

  'sample.add': defineRequest(Nothing, Started),
  'sample.remove': defineRequest(Nothing, z.object({ removed: z.int().nonnegative() })),

  /** Installed models, and what the catalogue offers. Contacts nobody. */
  'models.list': defineRequest(Nothing, z.object({ models: z.array(EmbeddingModel), hub: z.string() })),
  /** Contacts the hub: the only request for models that does. */
  'models.download': defineRequest(
    z.object({ catalogueId: z.string().min(1).max(100), variant: z.string().min(1).max(40) }),
    Started,
  ),
  /** Looks at a model in a folder or zip file; what it does not say of itself is asked. */
  'models.inspect': defineRequest(z.object({ source: ModelSource, answers: ImportAnswers.default({}) }), ModelInspection),
  'models.import': defineRequest(z.object({ source: ModelSource, answers: ImportAnswers.default({}) }), Started),
  'models.remove': defineRequest(z.object({ id: z.string().min(1).max(100) }), Undoable),

  'spaces.list': defineRequest(Nothing, z.object({ spaces: z.array(SpaceInfo) })),
  /** What a space would be and take, before it is made. Sends nothing away. */
  'spaces.check': defineRequest(
    z.object({ recipe: SpaceRecipe }),
    z.object({
      name: z.string(),
      /** `null` while a service has not been asked. */
      dimension: z.int().positive().nullable(),
      /** `null` for a service, which is not asked before the person says yes. */
      selfTest: SelfTest.nullable(),
      /** The space that is there already. */
      existingId: z.int().positive().nullable(),
      passages: z.int().nonnegative(),
      /** What would be sent, for a service. */
      sends: z.object({ to: z.string(), tokens: z.int().nonnegative(), isExact: z.boolean() }).nullable(),
      /** Seconds that filling it will take at the measured rate. */
      seconds: z.number().nullable(),
    }),
  ),
  /** Makes a space and begins to fill it. For a service `consents` says that texts may be sent to it. */
  'spaces.add': defineRequest(z.object({ recipe: SpaceRecipe, consents: z.boolean().default(false) }), SpaceInfo),
  'spaces.use': defineRequest(z.object({ id: z.int().positive(), acceptsIncomplete: z.boolean().default(false) }), Done),
  'spaces.remove': defineRequest(z.object({ id: z.int().positive() }), Undoable),
  /** The same query in two spaces, side by side. */
  'spaces.compare': defineRequest(
    z.object({
      text: QueryText,
      ids: z.tuple([z.int().positive(), z.int().positive()]),
      mode: z.enum(searchModes).default('vector'),
      limit: z.int().min(1).max(50).default(10),
    }),
    z.object({
      lists: z.array(z.object({ spaceId: z.int().positive(), name: z.string(), hits: z.array(SearchHit) })),
      /** Share of documents that both lists have, 0…1. */
      overlap: z.number(),
    }),
  ),

  /** Whether there is a key for a service, and where keys are kept. The key itself never comes back. */
  'keys.describe': defineRequest(
    z.object({ baseUrl: z.url().max(2_048) }),
    z.object({ hasKey: z.boolean(), place: z.object({ kind: z.enum(['system', 'file', 'none']), description: z.string() }) }),
  ),
  'keys.set': defineRequest(z.object({ baseUrl: z.url().max(2_048), key: z.string().min(1).max(4_096) }), Done),
  'keys.remove': defineRequest(z.object({ baseUrl: z.url().max(2_048) }), Done),

  'lab.tokens': defineRequest(
    z.object({ modelId: z.string().min(1).max(100), text: z.string().max(50_000) }),
    z.object({ tokens: z.array(LabToken), isCut: z.boolean(), maxTokens: z.int().positive() }),
  ),
  /** Text → tokens → hidden states → vector. */
  'lab.steps': defineRequest(z.object({ modelId: z.string().min(1).max(100), text: z.string().min(1).max(5_000) }), LabSteps),
  'lab.similarity': defineRequest(
    z.object({
      texts: z.array(z.string().trim().min(1).max(20_000)).min(2).max(16),
      spaceIds: z.array(z.int().positive()).min(1).max(2),
    }),
    z.object({ matrices: z.array(SimilarityMatrix) }),
  ),
  /** For each token of the first text the nearest of the second, by their hidden states. */
  'lab.nearestTokens': defineRequest(
    z.object({ modelId: z.string().min(1).max(100), a: z.string().min(1).max(5_000), b: z.string().min(1).max(5_000) }),
    z.object({
      a: z.array(LabToken),
      b: z.array(LabToken),
      /** Index in `b` and cosine for each token of `a`. */
      nearest: z.array(z.object({ index: z.int().nonnegative(), cosine: z.number() })),
    }),
  ),

  'settings.get': defineRequest(Nothing, Settings),
  'settings.set': defineRequest(Settings.partial(), Settings),

  'images.load': defineRequest(
    z.object({ documentId: DocumentId, src: z.string().max(8_192) }),
    z.object({ mediaType: z.string(), base64: z.string() }),
  ),

  'about.get': defineRequest(
    Nothing,
    z.object({
      version: z.string(),
      folder: z.string(),
      parts: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
      /** Plain text to paste into a report; holds no titles, texts or paths of the person's files. */
      diagnostics: z.string(),
    }),
  ),

  /** What this host can do, so that the window offers only what works. */
  'host.describe': defineRequest(
    Nothing,
    z.object({
      host: z.enum(['desktop', 'browser', 'terminal']),
      platform: z.string(),
      canPick: z.boolean(),
      canOpen: z.boolean(),
      canShowInFolder: z.boolean(),
    }),
    'host',
  ),
  /** Opens the host's own dialog; the reply names what was chosen by grants, never by paths. */
  'host.pick': defineRequest(
    z.object({ what: z.enum(['files', 'folder']) }),
    z.object({ grants: z.array(z.object({ grant: z.string(), name: z.string() })) }),
    'host',
  ),
  /** Opens the original with the program that the system has for it. */
  'host.open': defineRequest(z.object({ documentId: DocumentId }), Done, 'host'),
  'host.reveal': defineRequest(z.object({ documentId: DocumentId }), Done, 'host'),
  /** Opens a link of a document in the system's browser; https and mailto only. */
  'host.link': defineRequest(z.object({ url: z.url().max(8_192) }), Done, 'host'),
} as const

export type Requests = typeof requests
export type RequestName = keyof Requests
export type RequestInput<N extends RequestName> = z.input<Requests[N]['input']>
/** The input as a handler sees it: defaults filled in. */
export type RequestParsed<N extends RequestName> = z.output<Requests[N]['input']>
export type RequestOutput<N extends RequestName> = z.output<Requests[N]['output']>

export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requests, name)
}
