import type { WireError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'
import type { PostProcessing, PostProcessingMethod } from '../post-processing.ts'
import type { PreparedGraph, PrepareOptions } from './graph/prepare-graph.ts'
import type { ShownStates, ShownTokens } from './inspect.ts'
import type { Speed } from './measure-speed.ts'
import type { ProbeReport } from './probe.ts'

/** What the engine tells the inference process. */
export type ToInference =
  | {
      readonly type: 'load'
      readonly id: number
      readonly model: ModelSpec
      readonly modelsFolder: string
      readonly threads: number
      /** Passages of similar length in one run; 1 when absent. */
      readonly batchSize?: number
    }
  /** Finds the number of threads, and of passages a run, that embeds fastest on this machine. */
  | { readonly type: 'measure-threads'; readonly id: number; readonly candidates: readonly number[] }
  | { readonly type: 'embed'; readonly id: number; readonly text: string; readonly isUrgent: boolean }
  /** Checks what embeddings rest on: `ProbeReport`. */
  | { readonly type: 'probe'; readonly id: number }
  | { readonly type: 'tokens'; readonly id: number; readonly text: string }
  | { readonly type: 'states'; readonly id: number; readonly text: string }
  /** Makes a model file ready to be loaded; needs no loaded model. */
  | ({ readonly type: 'prepare'; readonly id: number } & PrepareOptions)
  /** Learns post-processing from a sample of raw vectors; needs no loaded model. */
  | {
      readonly type: 'learn'
      readonly id: number
      /** Row-major `[n, dimension]`. */
      readonly rows: Float32Array
      readonly dimension: number
      readonly method: PostProcessingMethod
    }
  | { readonly type: 'cancel'; readonly id: number }

/** What comes back; every request but `cancel` gets exactly one answer, and each text is named when its turn comes. */
export type FromInference =
  | { readonly type: 'working'; readonly id: number }
  | { readonly type: 'loaded'; readonly id: number; readonly loadMs: number }
  | ({ readonly type: 'measured'; readonly id: number } & Speed)
  | { readonly type: 'vector'; readonly id: number; readonly vector: Float32Array; readonly computeMs: number }
  | { readonly type: 'probed'; readonly id: number; readonly report: ProbeReport }
  | ({ readonly type: 'tokens'; readonly id: number } & ShownTokens)
  | ({ readonly type: 'states'; readonly id: number } & ShownStates)
  | ({ readonly type: 'prepared'; readonly id: number } & PreparedGraph)
  | { readonly type: 'learnt'; readonly id: number; readonly parameters: PostProcessing }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
