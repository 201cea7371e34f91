import type { EmbeddingSpace } from '../../shared/model/space.ts'

export type EmbedderState = 'idle' | 'starting' | 'ready' | 'restarting' | 'failed'

/** What a space is, before the store gave it an id. */
export type SpaceDescription = Omit<EmbeddingSpace, 'id' | 'isDefault' | 'recipe'>

/** A vector with the time that the model itself took for it, without waiting. */
export interface EmbeddedQuery {
  readonly vector: Float32Array
  readonly computeMs: number
}

/**
 * Turns texts into vectors of one embedding space. Pooling and normalisation are part of it: what comes out is ready
 * for the index.
 */
export interface Embedder {
  readonly space: SpaceDescription
  readonly state: EmbedderState
  /** So many passages asked for at once keep it busy; as many as are usual when absent. */
  readonly passagesAhead?: number
  /**
   * The vector of a query, `[dimension]`, with the time it took. Goes before passages that wait.
   * @throws AkinError `model-missing`, `model-damaged`, `model-failed`, `inference-crashed`, `cancelled`, `unavailable`
   */
  embedQuery(text: string, signal?: AbortSignal): Promise<EmbeddedQuery>
  /** The vector of a short text by the rule for passages, with the priority of a query: for "similar to". */
  embedText(text: string, signal?: AbortSignal): Promise<Float32Array>
  /**
   * The vector of a passage, `[dimension]`. Many may be asked for at once; they are answered one by one in order.
   * @throws AkinError `embedding-failed` when this text cannot be embedded; `inference-crashed` when the process died,
   * with `wasAtIt` in its details, true when it was at this very text: it is started again; `model-missing`,
   * `model-damaged`, `model-failed` when it cannot be started; `cancelled`, `unavailable`
   */
  embedPassage(text: string, signal?: AbortSignal): Promise<Float32Array>
  /** Loads the model, so that the first query does not wait for it. */
  warmUp(): Promise<void>
  close(): Promise<void>
}
