import { z } from 'zod'
import { Reason } from './document.ts'

/**
 * An embedding space: vectors of one space may be compared with each other and with nothing else. Its identity is
 * the model with the hash of its file, and everything done to its output.
 */
export const EmbeddingSpace = z.object({
  id: z.int().positive(),
  /** The model's name as people know it: `bge-small-en-v1.5`. */
  name: z.string(),
  /** Model, file hash, pooling, prefixes, dimension and normalisation in one string; equal exactly when the space is the same. */
  identity: z.string(),
  dimension: z.int().positive(),
  metric: z.enum(['inner-product', 'l2']),
  /** JSON: which model makes its vectors, and how (`SpaceRecipe`). */
  recipe: z.string(),
  isDefault: z.boolean(),
})
export type EmbeddingSpace = z.infer<typeof EmbeddingSpace>

/**
 * What is done to every vector before it is compared, learnt from the library: nothing, its mean taken off, its mean and
 * strongest components taken off, or all directions made equally wide.
 */
export const PostProcessing = z.discriminatedUnion('method', [
  z.object({ method: z.literal('none') }),
  z.object({ method: z.literal('centre') }),
  z.object({ method: z.literal('all-but-the-top'), components: z.int().min(1).max(64) }),
  z.object({ method: z.literal('whitening'), shrinkage: z.number().min(0).max(1) }),
])
export type PostProcessing = z.infer<typeof PostProcessing>

/** What is taken when only the method is named. */
const usualAmounts = { components: 3, shrinkage: 0.05 } as const

/** Reads what a person types: `none`, `centre`, `all-but-the-top:3`, `whitening:0.05`; `null` for anything else. */
export function parsePostProcessing(text: string): PostProcessing | null {
  const [method, amount, ...rest] = text.split(':')
  const value = amount === undefined || amount === '' ? undefined : Number(amount)
  if (rest.length > 0 || amount === '') return null
  const { components, shrinkage } = usualAmounts
  const parsed = PostProcessing.safeParse({
    method,
    ...(method === 'all-but-the-top' ? { components: value ?? components } : {}),
    ...(method === 'whitening' ? { shrinkage: value ?? shrinkage } : {}),
  })
  const takesNoAmount = method === 'none' || method === 'centre'
  return parsed.success && !(takesNoAmount && amount !== undefined) ? parsed.data : null
}

/** How a vector comes of hidden states `[tokens, dimension]`; `model`: the graph gives the vector itself. */
export const poolingNames = ['cls', 'mean', 'last-token', 'weighted-mean', 'model'] as const

const prefix = z.string().max(500)

/** How the vectors of a space are made. */
export const SpaceRecipe = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('local'),
    /** A model that is installed, by its id. */
    modelId: z.string().min(1).max(200),
    /** What is to differ from the model's own settings. */
    pooling: z.enum(poolingNames).optional(),
    queryPrefix: prefix.optional(),
    passagePrefix: prefix.optional(),
    postProcessing: PostProcessing.default({ method: 'none' }),
  }),
  z.object({
    type: z.literal('remote'),
    /** `https://api.openai.com/v1`, or that of a compatible server. */
    baseUrl: z.url().max(2_048),
    model: z.string().min(1).max(200),
    /** Asked of models that can give shorter vectors; `null` leaves it to the model. */
    dimensions: z.int().min(1).max(16_384).nullable().default(null),
    /** How long its vectors are; measured when the space is made. */
    dimension: z.int().positive().optional(),
    /** The longest text of a compatible server's model, in tokens. */
    maxInputTokens: z.int().min(64).max(131_072).optional(),
    queryPrefix: prefix.default(''),
    passagePrefix: prefix.default(''),
    postProcessing: PostProcessing.default({ method: 'none' }),
  }),
])
export type SpaceRecipe = z.infer<typeof SpaceRecipe>

export const spaceStates = ['ready', 'filling', 'waiting', 'paused', 'refused'] as const

/** A space as people see it: what it is and how much of the library it holds. */
export const SpaceInfo = z.object({
  id: z.int().positive(),
  name: z.string(),
  dimension: z.int().positive(),
  recipe: SpaceRecipe,
  /** The one that searches use unless another is asked for. */
  isDefault: z.boolean(),
  /** `this computer`, or the host that texts are sent to. */
  where: z.string(),
  /**
   * `ready`: holds everything; `filling`, `paused`: a job is at it; `waiting`: passages wait and no job is at it;
   * `refused`: cannot be used, for the reason given.
   */
  state: z.enum(spaceStates),
  reason: Reason.nullable(),
  /** Passages with a vector, waiting for one, and without the prospect of one. */
  vectors: z.int().nonnegative(),
  pending: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Bytes on the disk: vectors in the library, and the index made of them. */
  bytes: z.int().nonnegative(),
  indexBytes: z.int().nonnegative(),
  /** The job that fills it. */
  jobId: z.int().positive().nullable(),
  /** Passages a second, measured the last time it was filled on this computer. */
  ratePerSecond: z.number().nullable(),
})
export type SpaceInfo = z.infer<typeof SpaceInfo>

/** What a model makes of three sentences, two of them near in meaning: the check before a space is made. */
export const SelfTest = z.object({
  isPassed: z.boolean(),
  near: z.number(),
  far: z.number(),
  problems: z.array(z.string()),
})
export type SelfTest = z.infer<typeof SelfTest>
