import { z } from 'zod'
import { Reason } from './document.ts'

/** Shipped with Akin, known to its catalogue of downloads, or taken from a folder or zip file of the person's. */
export const modelOrigins = ['built-in', 'catalogue', 'imported'] as const
export type ModelOrigin = (typeof modelOrigins)[number]

/**
 * `available` can be downloaded; `incomplete` is a download that stopped and can go on; `damaged` is there but its files
 * are not those that were installed, so that it is not loaded.
 */
export const modelStates = ['installed', 'available', 'incomplete', 'damaged'] as const
export type ModelState = (typeof modelStates)[number]

/** How hidden states become one vector; `model` means that the graph itself gives the vector. */
export const modelPoolings = ['cls', 'mean', 'last-token', 'weighted-mean', 'model'] as const

/** Safe as the name of a folder on every system. */
export const ModelId = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?$/)
export type ModelId = z.infer<typeof ModelId>

export const ModelLicence = z.object({
  /** "MIT", "Apache-2.0", "Gemma Terms of Use". */
  name: z.string(),
  url: z.string().nullable(),
  /** False where the terms restrict what the model may be used for; the window then says so before a download. */
  isOpen: z.boolean(),
  /** What a person should know before using it; `null` when there is nothing to say. */
  note: z.string().nullable(),
})
export type ModelLicence = z.infer<typeof ModelLicence>

/** A published figure of the unquantised model, with the place it was published at; never one of our own. */
export const ModelQuality = z.object({ benchmark: z.string(), score: z.number(), source: z.string() })
export type ModelQuality = z.infer<typeof ModelQuality>

/** The same model with its weights stored otherwise: smaller and a little less exact, or in full. */
export const ModelVariant = z.object({
  /** `q8`, `fp32`, `q4`: unique within the model. */
  id: z.string(),
  /** What a person reads: "8 bit", "full precision". */
  label: z.string(),
  /** The id that the model has once this variant is installed. */
  modelId: ModelId,
  sizeBytes: z.int().nonnegative().nullable(),
  /** False while some sizes are only known about, until the hub tells them. */
  isSizeExact: z.boolean(),
  isDefault: z.boolean(),
  isInstalled: z.boolean(),
})
export type ModelVariant = z.infer<typeof ModelVariant>

/** An embedding model as the window and the terminal show it. */
export const EmbeddingModel = z.object({
  id: ModelId,
  /** As people know it: `bge-small-en-v1.5`. */
  name: z.string(),
  origin: z.enum(modelOrigins),
  state: z.enum(modelStates),
  /** Why it is damaged or incomplete. */
  reason: Reason.nullable(),
  /** On the disk when it is there, else what there is to download; `null` when nobody knows. */
  sizeBytes: z.int().nonnegative().nullable(),
  /** How much of an incomplete download is there. */
  receivedBytes: z.int().nonnegative(),
  /** `null`, as the two below, when a damaged model no longer says it. */
  dimension: z.int().positive().nullable(),
  /** BCP 47 codes; `mul` for about a hundred of them; empty when not known. */
  languages: z.array(z.string()),
  /** Longest input that it reads at once, special tokens included. */
  maxTokens: z.int().positive().nullable(),
  /** `null` when the model was imported without one. */
  licence: ModelLicence.nullable(),
  pooling: z.enum(modelPoolings).nullable(),
  isNormalised: z.boolean(),
  queryPrefix: z.string(),
  passagePrefix: z.string(),
  quality: ModelQuality.nullable(),
  /** What there is to choose from in the catalogue; empty for all others. */
  variants: z.array(ModelVariant),
  /** The catalogue's entry it belongs to. */
  catalogueId: ModelId.nullable(),
  /** Repository at the hub, or the name of the folder or zip file it was taken from. */
  source: z.string().nullable(),
  /** False when some facts of the catalogue's entry could not be checked; the first download records the files. */
  isVerified: z.boolean(),
  installedAt: z.string().nullable(),
})
export type EmbeddingModel = z.infer<typeof EmbeddingModel>

/** What a model's files do not say and a person must: asked before an import. */
export const ImportQuestion = z.object({
  about: z.enum(['pooling', 'query-prefix', 'passage-prefix', 'max-tokens']),
  question: z.string(),
  /** Offered first; never taken without an answer. */
  suggestion: z.string().nullable(),
})
export type ImportQuestion = z.infer<typeof ImportQuestion>

/** What was found in a folder or zip file, before anything is copied. */
export const ModelInspection = z.object({
  name: z.string(),
  /** Where it would be installed. */
  modelId: ModelId,
  variants: z.array(z.object({ id: z.string(), label: z.string(), file: z.string(), bytes: z.int().nonnegative() })),
  chosenVariant: z.string(),
  dimension: z.int().positive(),
  maxTokens: z.int().positive().nullable(),
  pooling: z.enum(modelPoolings).nullable(),
  isNormalised: z.boolean(),
  queryPrefix: z.string().nullable(),
  passagePrefix: z.string().nullable(),
  /** True for a language model, whose vectors must be taken from inside the graph before it can be used. */
  givesLogits: z.boolean(),
  sizeBytes: z.int().nonnegative(),
  questions: z.array(ImportQuestion),
  /** What is odd and does no harm, in words. */
  notes: z.array(z.string()),
})
export type ModelInspection = z.infer<typeof ModelInspection>

/** A person's answers to the questions of an inspection, and what they would rather have otherwise. */
export const ImportAnswers = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  variant: z.string().max(40).optional(),
  pooling: z.enum(modelPoolings).optional(),
  queryPrefix: z.string().max(500).optional(),
  passagePrefix: z.string().max(500).optional(),
  maxTokens: z.int().min(8).max(131_072).optional(),
})
export type ImportAnswers = z.infer<typeof ImportAnswers>
