import { AkinError, fromWireError, isCode } from '../../../shared/errors.ts'
import type { ServiceExit, ServiceProcess, SpawnService } from '../../processes/service.ts'
import type { EmbeddedQuery, Embedder, EmbedderState } from '../embedder.ts'
import { spaceOf, type ModelSpec } from '../model-spec.ts'
import type { FromInference, ToInference } from './protocol.ts'

export interface OnnxEmbedderOptions {
  readonly model: ModelSpec
  readonly modelsFolder: string
  readonly spawn: SpawnService
  /** Threads of ONNX Runtime; measured on this machine, 1 until then. */
  readonly threads: number
  /** Told whenever `state` changes, with what happened when it is no good news. */
  readonly onState?: (state: EmbedderState, reason: AkinError | null) => void
  /** Waits before the process is started again: after the first death, the second … the last one counts for all others. */
  readonly restartDelaysMs?: readonly number[]
}

interface Waiting {
  readonly resolve: (message: FromInference) => void
  readonly reject: (error: Error) => void
}

type Outgoing = ToInference extends infer Message ? (Message extends { id: number } ? Omit<Message, 'id'> : never) : never

const defaultDelaysMs = [0, 500, 2_000, 10_000]

/** A process that dies while it loads the model is started so often before the model is to blame. */
const mostStarts = 3

/** What kept the model from loading is told to all who ask within this time; then it is tried again. */
const believeFailureMs = 2_000

/** A run of deaths is over when the process has answered this many texts. */
const textsUntilTrusted = 20

/** Embeds through the inference process: starts it when it is needed, and again with growing pauses when it dies. */
export class OnnxEmbedder implements Embedder {
  readonly space
  readonly #options: OnnxEmbedderOptions
  readonly #waiting = new Map<number, Waiting>()
  #state: EmbedderState = 'idle'
  #process: ServiceProcess | undefined
  #ready: Promise<void> | undefined
  /** Why the last start failed, and when. */
  #failure: { error: unknown; at: number } | undefined
  /** The text that the process is at. */
  #workingId: number | undefined
  #nextId = 1
  #deaths = 0
  #answered = 0
  #isClosed = false
  #threads: number

  constructor(options: OnnxEmbedderOptions) {
    this.#options = options
    this.#threads = options.threads
    this.space = spaceOf(options.model)
  }

  get state(): EmbedderState {
    return this.#state
  }

  /** Process id of the inference process, for measuring its memory; `undefined` when it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  async embedQuery(text: string, signal?: AbortSignal): Promise<EmbeddedQuery> {
    return this.#embed(this.#options.model.queryPrefix + text, true, signal)
  }

  async embedText(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return (await this.#embed(this.#options.model.passagePrefix + text, true, signal)).vector
  }

  async embedPassage(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return (await this.#embed(this.#options.model.passagePrefix + text, false, signal)).vector
  }

  async warmUp(): Promise<void> {
    await this.#start()
  }

  /** Finds the fastest number of threads among the candidates and uses it from now on. */
  async measureThreads(
    candidates: readonly number[],
  ): Promise<{ threads: number; tokensPerSecond: Readonly<Record<number, number>> }> {
    await this.#start()
    const measured = await this.#ask({ type: 'measure-threads', candidates })
    if (measured.type !== 'measured') throw new AkinError('internal', 'Unexpected answer of the inference process')
    this.#threads = measured.threads
    return measured
  }

  /** Uses a number of threads that was measured before; loads the model again when another is in use. */
  async useThreads(threads: number): Promise<void> {
    if (threads === this.#threads) return
    this.#threads = threads
    const { model, modelsFolder } = this.#options
    if (this.#ready === undefined) return
    await this.#ready
    await this.#ask({ type: 'load', model, modelsFolder, threads })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#process?.kill()
    this.#fail(() => closing())
  }

  async #embed(text: string, isUrgent: boolean, signal?: AbortSignal): Promise<EmbeddedQuery> {
    try {
      return await this.#embedOnce(text, isUrgent, signal)
    } catch (error) {
      // Somebody waits for it, and it was hardly this text that stopped the model
      if (isUrgent && isCode(error, 'inference-crashed')) return this.#embedOnce(text, isUrgent, signal)
      throw error
    }
  }

  async #embedOnce(text: string, isUrgent: boolean, signal?: AbortSignal): Promise<EmbeddedQuery> {
    signal?.throwIfAborted()
    await this.#start()
    const answer = await this.#ask({ type: 'embed', text, isUrgent }, signal)
    if (answer.type !== 'vector') throw new AkinError('internal', 'Unexpected answer of the inference process')
    if (++this.#answered >= textsUntilTrusted) this.#deaths = 0
    return answer
  }

  /** Joins callers that come while the process starts; a failed start is tried again by a later caller. */
  #start(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closing())
    const { error, at } = this.#failure ?? { error: undefined, at: -Infinity }
    if (performance.now() - at < believeFailureMs) return Promise.reject(error)
    this.#ready ??= this.#launch().catch((failure: unknown) => {
      this.#ready = undefined
      throw failure
    })
    return this.#ready
  }

  async #launch(): Promise<void> {
    for (let start = 1; ; start++) {
      try {
        return await this.#launchOnce()
      } catch (error) {
        if (this.#isClosed) throw closing()
        const isDeath = isCode(error, 'inference-crashed')
        if (isDeath && start < mostStarts) continue
        const failure = isDeath ? diedOfModel(this.#options.model.name, error) : error
        this.#failure = { error: failure, at: performance.now() }
        this.#setState('failed', failure instanceof AkinError ? failure : new AkinError('model-failed', String(failure)))
        throw failure
      }
    }
  }

  async #launchOnce(): Promise<void> {
    const delays = this.#options.restartDelaysMs ?? defaultDelaysMs
    const delayMs = this.#deaths === 0 ? 0 : (delays[Math.min(this.#deaths - 1, delays.length - 1)] ?? 0)
    if (this.#state !== 'restarting') this.#setState('starting', null)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    if (this.#isClosed) throw closing()
    const { model, modelsFolder, spawn } = this.#options
    const service = spawn('inference')
    this.#process = service
    this.#answered = 0
    this.#workingId = undefined
    service.onMessage((message) => this.#receive(message as FromInference))
    service.onExit((exit) => this.#died(service, exit))
    try {
      await this.#ask({ type: 'load', model, modelsFolder, threads: this.#threads })
    } catch (error) {
      // It goes as a failed start and not as a death
      if (this.#process === service) this.#process = undefined
      service.kill()
      throw error
    }
    this.#failure = undefined
    this.#setState('ready', null)
  }

  #ask(message: Outgoing, signal?: AbortSignal): Promise<FromInference> {
    const id = this.#nextId++
    return new Promise<FromInference>((resolve, reject) => {
      const cancel = (): void => this.#process?.post({ type: 'cancel', id } satisfies ToInference)
      signal?.addEventListener('abort', cancel, { once: true })
      const settle = (): void => signal?.removeEventListener('abort', cancel)
      this.#waiting.set(id, {
        resolve: (answer) => (settle(), resolve(answer)),
        reject: (error) => (settle(), reject(error)),
      })
      this.#process?.post({ ...message, id })
    })
  }

  #receive(message: FromInference): void {
    if (message.type === 'working') {
      this.#workingId = message.id
      return
    }
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    this.#waiting.delete(message.id)
    if (message.type === 'error') waiting.reject(fromWireError(message.error))
    else waiting.resolve(message)
  }

  #died(service: ServiceProcess, exit: ServiceExit): void {
    if (service !== this.#process) return
    const wasReady = this.#state === 'ready'
    this.#process = undefined
    this.#deaths++
    if (this.#isClosed) return
    const { code, signal, lastWords } = exit
    // While it starts, whoever starts it goes on
    if (wasReady) {
      this.#ready = undefined
      this.#setState('restarting', new AkinError('inference-crashed', 'The model stopped and is started again. Nothing is lost'))
    }
    const workingId = this.#workingId
    this.#fail(
      (id) =>
        new AkinError('inference-crashed', 'The model stopped while it was reading', {
          retryable: true,
          details: { code, signal, lastWords: lastWords.slice(-500), wasAtIt: id === workingId },
        }),
    )
    // Whoever needs it next finds it ready
    if (wasReady) this.#start().catch(() => undefined)
  }

  #fail(errorOf: (id: number) => AkinError): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [id, one] of waiting) one.reject(errorOf(id))
  }

  #setState(state: EmbedderState, reason: AkinError | null): void {
    if (this.#isClosed || (this.#state === state && reason === null)) return
    this.#state = state
    this.#options.onState?.(state, reason)
  }
}

function closing(): AkinError {
  return new AkinError('unavailable', 'Akin is closing')
}

function diedOfModel(name: string, cause: AkinError): AkinError {
  return new AkinError('model-failed', `The model ${name} stops as soon as it is loaded`, {
    advice: 'Restart the computer; if that does not help, install Akin again. Everything is found by its words meanwhile',
    cause,
    ...(cause.details === undefined ? {} : { details: cause.details }),
  })
}
