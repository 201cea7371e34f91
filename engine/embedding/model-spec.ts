import type { SpaceDescription } from './embedder.ts'

export const poolings = ['cls', 'mean', 'last-token', 'weighted-mean', 'model'] as const
/**
 * How the hidden states `[tokens, dimension]` become one vector: the first token's, the mean over the real tokens, the
 * last real token's, the mean weighted by position (SGPT), or by the graph itself, whose output is the vector.
 */
export type Pooling = (typeof poolings)[number]

/** transformers.js's names of what the weights are held in. */
export const dtypes = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'] as const
export type Dtype = (typeof dtypes)[number]

/**
 * What happens to texts over the model's length: cut, or read in windows whose states are pooled together. Windows need
 * pooling of our own.
 */
export type LongTexts = 'cut' | 'windows'

/** An ONNX model as Akin runs it: its file and everything that is done to its input and output. */
export interface ModelSpec {
  readonly name: string
  /** Folder below the models folder, with `tokenizer.json` and, where they exist, `tokenizer_config.json` and `config.json`. */
  readonly folder: string
  /** The weights, below the model's folder, under any name, and their SHA-256: checked before loading. */
  readonly weightsFile: string
  readonly weightsSha256: string
  /** Files beside the weights file that hold a part of them; checked before loading. */
  readonly externalData?: readonly { readonly file: string; readonly sha256: string }[]
  /**
   * SHA-256 of the published file that the weights file was made from by showing its hidden states: names the space, since
   * the change alters no vector.
   */
  readonly sourceSha256?: string
  /** SHA-256 of `tokenizer.json`; checked before loading. */
  readonly tokenizerSha256?: string
  /** 8-bit models are always given one text a call: their vectors depend on what else is in the batch. */
  readonly dtype: Dtype
  /** The output to take; absent, the one with the usual name for the pooling. */
  readonly output?: string
  readonly dimension: number
  /** Longest input in tokens, special tokens included. */
  readonly maxInputTokens: number
  readonly longTexts: LongTexts
  /** Tokens that a window repeats of the one before, as context only; absent, a quarter of the window. Ignored when texts are cut. */
  readonly windowOverlapTokens?: number
  readonly pooling: Pooling
  /** True when vectors have the length 1; false keeps them raw, for post-processing. */
  readonly normalised: boolean
  /** A token put before each text whose own state does not count in the mean: GPT-2's `<|endoftext|>`. */
  readonly firstToken?: string
  /** True when a token must not see those after it, as in GPT-2; false when it must; absent when it is not known. */
  readonly isCausal?: boolean
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
  longTexts: 'cut',
  pooling: 'cls',
  normalised: true,
  isCausal: false,
  queryPrefix: 'Represent this sentence for searching relevant passages: ',
  passagePrefix: '',
}

/** True when a text's vector depends on what else is in the batch: one scale is taken over all of it. */
export function isEightBit({ dtype }: Pick<ModelSpec, 'dtype'>): boolean {
  return dtype === 'q8' || dtype === 'int8' || dtype === 'uint8'
}

/** Tokens that a window repeats of the one before it. */
export function windowOverlapOf({ windowOverlapTokens, maxInputTokens }: ModelSpec): number {
  return windowOverlapTokens ?? maxInputTokens >> 2
}

/**
 * The embedding space of a model: whatever changes a vector is part of its identity.
 *
 * @param postProcessing names what is done to the vectors after the model, with the parameters learnt for it
 */
export function spaceOf(model: ModelSpec, postProcessing?: string): SpaceDescription {
  const identity = {
    model: model.name,
    sha256: model.sourceSha256 ?? model.weightsSha256,
    pooling: model.pooling,
    normalised: model.normalised,
    queryPrefix: model.queryPrefix,
    passagePrefix: model.passagePrefix,
    maxInputTokens: model.maxInputTokens,
    dimension: model.dimension,
    // Absent where they do nothing: a space keeps its identity when there is more to say of others
    tokenizer: model.tokenizerSha256,
    externalData: model.externalData?.map(({ sha256 }) => sha256),
    output: model.output,
    windowOverlap: model.longTexts === 'windows' ? windowOverlapOf(model) : undefined,
    firstToken: model.firstToken,
    postProcessing,
  }
  return { name: model.name, identity: JSON.stringify(identity), dimension: model.dimension, metric: 'inner-product' }
}
