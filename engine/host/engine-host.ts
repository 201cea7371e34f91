import type { EventMessage, EventPayload } from '../../shared/contract/events.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import { AkinError, fromWireError, toWireError } from '../../shared/errors.ts'
import type { ServiceExit, ServiceProcess, SpawnService } from '../processes/service.ts'
import { noKeys, type KeyVault } from '../keys/key-vault.ts'
import type { EngineConfig, FromEngine, ToEngine } from './engine-protocol.ts'
import { answerKey } from './key-link.ts'

export interface EngineHostOptions {
  readonly config: EngineConfig
  readonly spawn: SpawnService
  /** Answers for keys, when the configuration says that the host keeps them. */
  readonly keys?: KeyVault
  /** Waits before each new start of an engine that died; after the last one it is given up. */
  readonly restartDelaysMs?: readonly number[]
}

type State = EventPayload<'engine.state'>

interface Waiting {
  readonly resolve: (reply: Reply) => void
}

const defaultDelaysMs = [0, 500, 2_000, 5_000, 15_000]

/** An engine that ran this long had no trouble starting: its death begins a new count. */
const steadyMs = 60_000
const closeTimeoutMs = 20_000

/** A host's side of the engine's process: starts it, speaks the contract with it, and starts it again when it dies. */
export class EngineHost {
  readonly #options: EngineHostOptions
  readonly #listeners = new Set<(message: EventMessage) => void>()
  readonly #waiting = new Map<number, Waiting>()
  #process: ServiceProcess | undefined
  #opened = Promise.withResolvers<void>()
  #closed = Promise.withResolvers<void>()
  #state: State = { state: 'starting', message: null }
  #nextId = 1
  #number = 0
  #deaths = 0
  #startedAt = 0
  #isClosing = false

  constructor(options: EngineHostOptions) {
    this.#options = options
    this.#opened.promise.catch(() => undefined)
  }

  get state(): State {
    return this.#state
  }

  /** Process id of the engine; `undefined` between two lives. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /**
   * Starts the engine; resolves when the library is open.
   *
   * @throws AkinError when the library cannot be opened: see `openEngine`
   */
  async start(): Promise<void> {
    this.#launch()
    await this.#opened.promise
  }

  /** Asks the engine; waits while it is started again. Never rejects. */
  async request(name: string, input: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<Reply> {
    try {
      await this.#opened.promise
    } catch (error) {
      return { ok: false, error: toWireError(error) }
    }
    if (signal?.aborted === true) return { ok: false, error: toWireError(new AkinError('cancelled', 'Cancelled')) }
    const id = this.#nextId++
    return new Promise((resolve) => {
      const cancel = (): void => this.#post({ type: 'cancel', id })
      signal?.addEventListener('abort', cancel, { once: true })
      this.#waiting.set(id, {
        resolve: (reply) => {
          signal?.removeEventListener('abort', cancel)
          resolve(reply)
        },
      })
      this.#post({ type: 'request', id, name, input })
    })
  }

  onEvent(listener: (message: EventMessage) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Lets the engine end in order; kills it when it takes too long. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#process === undefined) return
    const timer = setTimeout(() => this.#process?.kill(), closeTimeoutMs)
    this.#post({ type: 'close' })
    await this.#closed.promise
    clearTimeout(timer)
    this.#process?.kill()
  }

  #launch(): void {
    this.#startedAt = Date.now()
    const service = this.#options.spawn('engine')
    this.#process = service
    service.onMessage((message) => this.#receive(message as FromEngine))
    service.onExit((exit) => this.#died(service, exit))
    this.#post({ type: 'open', config: this.#options.config })
  }

  #receive(message: FromEngine): void {
    switch (message.type) {
      case 'opened':
        this.#opened.resolve()
        this.#setState({ state: 'ready', message: null })
        return
      case 'refused':
        this.#giveUp(fromWireError(message.error))
        return
      case 'reply':
        this.#waiting.get(message.id)?.resolve(message.reply)
        this.#waiting.delete(message.id)
        return
      case 'event':
        this.#send(message.message)
        return
      case 'key':
        void answerKey(this.#options.keys ?? noKeys, message).then((reply) => this.#post(reply))
        return
      case 'closed':
        this.#closed.resolve()
    }
  }

  #died(service: ServiceProcess, exit: ServiceExit): void {
    if (service !== this.#process) return
    this.#process = undefined
    this.#closed.resolve()
    if (this.#isClosing || this.#state.state === 'failed') return
    this.#deaths = Date.now() - this.#startedAt > steadyMs ? 1 : this.#deaths + 1
    this.#dropWaiting()
    const delays = this.#options.restartDelaysMs ?? defaultDelaysMs
    const delayMs = delays[this.#deaths - 1]
    if (delayMs === undefined) {
      this.#giveUp(
        new AkinError('unavailable', 'Akin’s engine stopped again and again', {
          advice: 'Start Akin anew. What was stored is safe',
          details: { lastWords: exit.lastWords.slice(-1_000) },
        }),
      )
      return
    }
    if (this.#state.state === 'ready') this.#opened = Promise.withResolvers()
    this.#opened.promise.catch(() => undefined)
    this.#setState({
      state: 'restarting',
      message: 'Akin’s engine stopped and is started again. Nothing that was stored is lost',
    })
    setTimeout(() => {
      if (!this.#isClosing) this.#launch()
    }, delayMs)
  }

  #giveUp(error: AkinError): void {
    this.#setState({ state: 'failed', message: error.message })
    this.#opened.reject(error)
    this.#dropWaiting()
  }

  #dropWaiting(): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    const error = toWireError(
      new AkinError('unavailable', 'Akin’s engine stopped before it could answer', {
        retryable: true,
        advice: 'It is started again by itself; try once more',
      }),
    )
    for (const one of waiting) one.resolve({ ok: false, error })
  }

  #post(message: ToEngine): void {
    this.#process?.post(message)
  }

  #setState(state: State): void {
    this.#state = state
    this.#send({ event: 'engine.state', payload: state, number: 0 })
  }

  /** Events get the host's own numbers, which go on over the engine's lives. */
  #send(message: EventMessage): void {
    const numbered = { ...message, number: ++this.#number } as EventMessage
    for (const listener of this.#listeners) listener(numbered)
  }
}
