import type { Embedder, EmbeddedQuery, EmbedderState, SpaceDescription } from '../embedding/embedder.ts'

/** What was learnt from a library to be done to every vector of a space before it is compared. */
export interface VectorTransform {
  /** Names what was learnt: an index made with another is of no use. */
  readonly id: string
  /** @param vectors row-major `[n, dimension]`; not changed */
  apply(vectors: Float32Array): Float32Array
}

/** Transforms what is searched with; passages stay raw, since the store keeps them so. */
export class TransformedEmbedder implements Embedder {
  readonly #inner: Embedder
  readonly #transform: VectorTransform

  constructor(inner: Embedder, transform: VectorTransform) {
    this.#inner = inner
    this.#transform = transform
  }

  get space(): SpaceDescription {
    return this.#inner.space
  }

  get state(): EmbedderState {
    return this.#inner.state
  }

  async embedQuery(text: string, signal?: AbortSignal): Promise<EmbeddedQuery> {
    const { vector, computeMs } = await this.#inner.embedQuery(text, signal)
    return { vector: this.#transform.apply(vector), computeMs }
  }

  async embedText(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.#transform.apply(await this.#inner.embedText(text, signal))
  }

  embedPassage(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.#inner.embedPassage(text, signal)
  }

  warmUp(): Promise<void> {
    return this.#inner.warmUp()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
