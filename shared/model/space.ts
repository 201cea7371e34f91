import { z } from 'zod'

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
  /** JSON: which model makes its vectors, and how. What it says is for whoever makes them; equal spaces may be made in other ways. */
  recipe: z.string(),
  isDefault: z.boolean(),
})
export type EmbeddingSpace = z.infer<typeof EmbeddingSpace>
