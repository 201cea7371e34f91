import type { AkinError } from '../../../shared/errors.ts'
import { cancelled } from './embeddings-client.ts'
import type { RemoteLimits } from './remote-model.ts'

/** A text that waits for its vector. */
export interface WaitingText {
  readonly text: string
  readonly tokens: number
  resolve(vector: Float32Array): void
  reject(error: unknown): void
}

export interface RequestLaneOptions {
  readonly limits: Pick<RemoteLimits, 'inputs' | 'tokensInAll'>
  /** Requests under way at once. */
  readonly requests: number
  /** How long texts are gathered that are asked for one by one. */
  readonly gatherMs: number
  /** Settles every text of the batch. The signal says that nobody waits for any of them. */
  readonly run: (batch: readonly WaitingText[], signal: AbortSignal) => Promise<void>
}

interface Entry extends WaitingText {
  batch: Batch | undefined
}

interface Batch {
  readonly controller: AbortController
  waiting: number
}

/** Gathers texts into requests, in the order they were asked for. */
export class RequestLane {
  readonly #options: RequestLaneOptions
  #waiting: Entry[] = []
  #running = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: RequestLaneOptions) {
    this.#options = options
  }

  ask(text: string, tokens: number, signal?: AbortSignal): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal?.removeEventListener('abort', cancel)
        if (entry.batch !== undefined && --entry.batch.waiting === 0) entry.batch.controller.abort()
        entry.batch = undefined
      }
      const entry: Entry = {
        text,
        tokens,
        batch: undefined,
        resolve: (vector) => (settle(), resolve(vector)),
        reject: (error) => (settle(), reject(error)),
      }
      const cancel = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== entry)
        entry.reject(cancelled(signal!))
      }
      if (signal?.aborted === true) return reject(cancelled(signal))
      signal?.addEventListener('abort', cancel, { once: true })
      this.#waiting.push(entry)
      this.#schedule()
    })
  }

  /** Tells everybody whose text was not sent yet. */
  fail(error: AkinError): void {
    for (const entry of this.#waiting.splice(0)) entry.reject(error)
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#running >= this.#options.requests) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#send()
    }, this.#options.gatherMs)
  }

  #send(): void {
    while (this.#running < this.#options.requests && this.#waiting.length > 0) void this.#run(this.#next())
  }

  #next(): Entry[] {
    const { inputs, tokensInAll } = this.#options.limits
    let [count, tokens] = [0, 0]
    for (const entry of this.#waiting) {
      tokens += entry.tokens
      if (count === inputs || (count > 0 && tokens > tokensInAll)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #run(entries: Entry[]): Promise<void> {
    this.#running++
    const batch: Batch = { controller: new AbortController(), waiting: entries.length }
    for (const entry of entries) entry.batch = batch
    try {
      await this.#options.run(entries, batch.controller.signal)
    } catch (error) {
      for (const entry of entries) entry.reject(error)
    } finally {
      this.#running--
      this.#schedule()
    }
  }
}
