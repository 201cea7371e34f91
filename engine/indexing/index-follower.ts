import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'

type Followed = Pick<KeywordIndex | VectorIndex, 'catchUp'>

export interface IndexFollowerOptions {
  /** Those that are open at the moment. */
  readonly indexes: () => readonly Followed[]
  readonly onBug: (error: unknown) => void
}

/** Changes that come close together are followed in one go. */
const gatherMs = 30

/** Keeps the derived indexes up with the store: after each change, all of them catch up, each at its own pace. */
export class IndexFollower {
  readonly #options: IndexFollowerOptions
  #timer: NodeJS.Timeout | undefined
  #running = new Set<Promise<void>>()
  #isClosed = false

  constructor(options: IndexFollowerOptions) {
    this.#options = options
  }

  readonly catchUp = (): void => {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const index of this.#options.indexes()) this.#follow(index)
    }, gatherMs)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await Promise.all(this.#running)
  }

  #follow(index: Followed): void {
    const running = index.catchUp().catch(this.#options.onBug)
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }
}
