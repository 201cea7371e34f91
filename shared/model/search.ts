import { z } from 'zod'
import { DocumentId, DocumentSummary, documentKinds, Source } from './document.ts'

export const searchModes = ['hybrid', 'vector', 'keyword'] as const
/** `hybrid` fuses both legs; `vector` is by meaning, `keyword` by words. */
export type SearchMode = (typeof searchModes)[number]

/**
 * How sure Akin is that a hit is what was asked for, from both legs together, calibrated on collections with judgments.
 */
export const confidences = ['strong', 'likely', 'weak'] as const
export type Confidence = (typeof confidences)[number]

/** `[start, end)` in UTF-16 code units of the document's text. */
export const Span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]).readonly()
export type Span = z.infer<typeof Span>

export const Passage = z.object({
  chunkId: z.int().positive().nullable(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  text: z.string(),
  /** Found words, as offsets into the document's text. */
  words: z.array(Span),
  /** The page it stands on, for paged documents. */
  page: z.int().positive().nullable(),
  /** The heading it stands under. */
  heading: z.string().nullable(),
})
export type Passage = z.infer<typeof Passage>

/** Why a document was found: told to the person in one line. */
export const Why = z.object({
  words: z.object({
    /** Query words that occur in the document, as the person typed them. */
    matched: z.array(z.string()),
    missing: z.array(z.string()),
    /** Place among all documents by words, from 1; `null` when the leg did not find it. */
    rank: z.int().positive().nullable(),
    /** Share of the most that BM25 could give to this query, 0…1. */
    score: z.number(),
  }),
  meaning: z.object({
    rank: z.int().positive().nullable(),
    /** Share of the library that is at least as near to the query, 0…1: 0.01 reads "top 1 %". `null` without the vector leg. */
    topShare: z.number().nullable(),
    /** (cosine − c0) / (1 − c0), c0 being the median cosine of this query over the library. */
    score: z.number().nullable(),
  }),
})
export type Why = z.infer<typeof Why>

export const SearchHit = z.object({
  documentId: DocumentId,
  title: z.string(),
  kind: z.enum(documentKinds),
  source: Source,
  author: z.string().nullable(),
  publishedAt: z.string().nullable(),
  importedAt: z.string(),
  tags: z.array(z.string()),
  isStarred: z.boolean(),
  readAt: z.string().nullable(),
  status: DocumentSummary.shape.status,
  /** Higher is better; comparable within one reply only. */
  score: z.number(),
  confidence: z.enum(confidences),
  passage: Passage,
  /** Further passages of the document that match. */
  morePassages: z.int().nonnegative(),
  why: Why,
})
export type SearchHit = z.infer<typeof SearchHit>

/** An item near to another, with the passage that brings them together. */
export const KinHit = z.object({
  documentId: DocumentId,
  title: z.string(),
  kind: z.enum(documentKinds),
  source: Source,
  publishedAt: z.string().nullable(),
  importedAt: z.string(),
  isStarred: z.boolean(),
  score: z.number(),
  confidence: z.enum(confidences),
  passage: Passage,
  /** Telling words that both share, at most four; empty when they meet by meaning only. */
  sharedWords: z.array(z.string()),
  topShare: z.number().nullable(),
  /** Share of word sequences in common, 0…1; set only for near-duplicates. */
  sameness: z.number().nullable(),
})
export type KinHit = z.infer<typeof KinHit>
