import type { SpaceDescription } from './embedder.ts'

export const poolings = ['cls', 'mean', 'last-token', 'weighted-mean', 'model'] as const
/**
 * How the hidden states `[tokens, dimension]` become one vector: the first token's, the mean over the real tokens, the
 * last real token's, the mean weighted by position (SGPT), or by the graph itself, whose output is the vector.
 */
export type Pooling = (typeof poolings)[number]

/** An ONNX model as Akin runs it: its file and everything that is done to its input and output. */
export interface ModelSpec {
  readonly name: string
  /** Folder below the models folder, in the layout that transformers.js loads. */
  readonly folder: string
  /** The weights, below the model's folder, and their SHA-256: checked before loading. */
  readonly weightsFile: string
  readonly weightsSha256: string
  /** transformers.js's name of the quantisation; decides the file's suffix. */
  readonly dtype: 'q8' | 'fp32' | 'fp16' | 'int8' | 'uint8' | 'q4'
  readonly dimension: number
  /** Longest input in tokens, special tokens included; longer texts are cut. */
  readonly maxInputTokens: number
  readonly pooling: Pooling
  /** Put before a query, and before a passage. */
  readonly queryPrefix: string
  readonly passagePrefix: string
}

/**
 * The model that ships inside: BAAI/bge-small-en-v1.5 in int8, MIT licence. English; other languages come out poor.
 * Pooling and prefix are the model card's.
 */
export const builtInModel: ModelSpec = {
  name: 'bge-small-en-v1.5',
  folder: 'bge-small-en-v1.5',
  weightsFile: 'onnx/model_quantized.onnx',
  weightsSha256: '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
  dtype: 'q8',
  dimension: 384,
  maxInputTokens: 512,
  pooling: 'cls',
  queryPrefix: 'Represent this sentence for searching relevant passages: ',
  passagePrefix: '',
}

/** The embedding space of a model: whatever changes a vector is part of its identity. */
export function spaceOf(model: ModelSpec): SpaceDescription {
  const identity = {
    model: model.name,
    sha256: model.weightsSha256,
    pooling: model.pooling,
    normalised: true,
    queryPrefix: model.queryPrefix,
    passagePrefix: model.passagePrefix,
    maxInputTokens: model.maxInputTokens,
    dimension: model.dimension,
  }
  return { name: model.name, identity: JSON.stringify(identity), dimension: model.dimension, metric: 'inner-product' }
}
