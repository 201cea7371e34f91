import { EngineHost, type EngineHostOptions } from '../engine/host/engine-host.ts'
import type { EventMessage } from '../shared/contract/events.ts'
import type { Reply } from '../shared/contract/reply.ts'

/** The engine as the windows know it: the same one, though a refused library was tried again with another host. */
export class EngineLink {
  readonly #options: EngineHostOptions
  readonly #listeners = new Set<(message: EventMessage) => void>()
  #host: EngineHost

  constructor(options: EngineHostOptions) {
    this.#options = options
    this.#host = this.#makeHost()
  }

  /** Process id of the engine; `undefined` between two lives. */
  get pid(): number | undefined {
    return this.#host.pid
  }

  /**
   * Opens the library.
   *
   * @throws AkinError when it cannot be opened; `start` may then be called again
   */
  async start(): Promise<void> {
    if (this.#host.state.state === 'failed') {
      await this.#host.close()
      this.#host = this.#makeHost()
    }
    await this.#host.start()
  }

  /** Never rejects. */
  request(name: string, input: unknown, options: { signal?: AbortSignal } = {}): Promise<Reply> {
    return this.#host.request(name, input, options)
  }

  onEvent(listener: (message: EventMessage) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    return this.#host.close()
  }

  #makeHost(): EngineHost {
    const host = new EngineHost(this.#options)
    host.onEvent((message) => {
      for (const listener of this.#listeners) listener(message)
    })
    return host
  }
}
