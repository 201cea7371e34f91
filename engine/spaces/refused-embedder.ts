import type { AkinError } from '../../shared/errors.ts'
import type { Embedder, SpaceDescription } from '../embedding/embedder.ts'

/** Stands for a model that cannot be used, and says why: the space that it made is kept, and found by words. */
export class RefusedEmbedder implements Embedder {
  readonly space: SpaceDescription
  readonly state = 'failed'
  readonly reason: AkinError

  constructor(space: SpaceDescription, reason: AkinError) {
    this.space = space
    this.reason = reason
  }

  embedQuery(): Promise<never> {
    return Promise.reject(this.reason)
  }

  embedText(): Promise<never> {
    return Promise.reject(this.reason)
  }

  embedPassage(): Promise<never> {
    return Promise.reject(this.reason)
  }

  warmUp(): Promise<never> {
    return Promise.reject(this.reason)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
