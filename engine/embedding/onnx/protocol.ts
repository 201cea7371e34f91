import type { WireError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'

/** What the engine tells the inference process. */
export type ToInference =
  | {
      readonly type: 'load'
      readonly id: number
      readonly model: ModelSpec
      readonly modelsFolder: string
      readonly threads: number
    }
  /** Finds the number of threads that embeds passages fastest on this machine. */
  | { readonly type: 'measure-threads'; readonly id: number; readonly candidates: readonly number[] }
  | { readonly type: 'embed'; readonly id: number; readonly text: string; readonly isUrgent: boolean }
  | { readonly type: 'cancel'; readonly id: number }

/** What comes back; every request but `cancel` gets exactly one answer, and each text is named when its turn comes. */
export type FromInference =
  | { readonly type: 'working'; readonly id: number }
  | { readonly type: 'loaded'; readonly id: number; readonly loadMs: number }
  | {
      readonly type: 'measured'
      readonly id: number
      readonly threads: number
      readonly tokensPerSecond: Readonly<Record<number, number>>
    }
  | { readonly type: 'vector'; readonly id: number; readonly vector: Float32Array; readonly computeMs: number }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
