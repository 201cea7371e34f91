import { z } from 'zod'

/** A token of a text as the Lab shows it. */
export const LabToken = z.object({
  id: z.int().nonnegative(),
  /** For people: spaces and bytes can be seen. */
  text: z.string(),
  /** As the vocabulary has it: `Ġcake`, `##ing`. */
  piece: z.string(),
  /** `[start, end)` in UTF-16 code units of the text; tokens of one character in several pieces share it. */
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  /** True for what the model puts round every text. */
  isSpecial: z.boolean(),
})
export type LabToken = z.infer<typeof LabToken>

/** From text to vector, with every number on the way. */
export const LabSteps = z.object({
  tokens: z.array(LabToken),
  /** True when the model, or what can be shown, ends before the text. */
  isCut: z.boolean(),
  dimension: z.int().positive(),
  /** The first numbers of each token's hidden state, `[tokens][shown]`. */
  states: z.array(z.array(z.number())),
  /** How long each hidden state is (L2). */
  lengths: z.array(z.number()),
  /** The first numbers of the pooled vector, `[shown]`. */
  vector: z.array(z.number()),
  /** How the states become the vector, in words. */
  pooling: z.string(),
})
export type LabSteps = z.infer<typeof LabSteps>

/** Cosines of every text with every other in one space, row-major. */
export const SimilarityMatrix = z.object({ spaceId: z.int().positive(), name: z.string(), rows: z.array(z.array(z.number())) })
export type SimilarityMatrix = z.infer<typeof SimilarityMatrix>
