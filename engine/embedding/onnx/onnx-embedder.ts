import { AkinError, fromWireError } from '../../../shared/errors.ts'
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
  /** Told whenever `state` changes, with what happened in words. */
  readonly onState?: (state: EmbedderState, message: string | null) => void
  /** Waits before the process is started again: after the first death, the second … the last one counts for all others. */
  readonly restartDelaysMs?: readonly number[]
}

interface Waiting {
  readonly resolve: (message: FromInference) => void
  readonly reject: (error: Error) => void
}

type Outgoing = ToInference extends infer Message ? (Message extends { id: number } ? Omit<Message, 'id'> : never) : never

const defaultDelaysMs = [0, 500, 2_000, 10_000]

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
    this.#fail(new AkinError('unavailable', 'Akin is closing'))
  }

  async #embed(text: string, isUrgent: boolean, signal?: AbortSignal): Promise<EmbeddedQuery> {
    signal?.throwIfAborted()
    await this.#start()
    const answer = await this.#ask({ type: 'embed', text, isUrgent }, signal)
    if (answer.type !== 'vector') throw new AkinError('internal', 'Unexpected answer of the inference process')
    if (++this.#answered >= textsUntilTrusted) this.#deaths = 0
    return answer
  }

  /** Joins callers that come while the process starts; a failed start is tried again by the next caller. */
  #start(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new AkinError('unavailable', 'Akin is closing'))
    this.#ready ??= this.#launch().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  async #launch(): Promise<void> {
    const delays = this.#options.restartDelaysMs ?? defaultDelaysMs
    const delayMs = this.#deaths === 0 ? 0 : (delays[Math.min(this.#deaths - 1, delays.length - 1)] ?? 0)
    this.#setState(this.#deaths === 0 ? 'starting' : 'restarting', null)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    if (this.#isClosed) throw new AkinError('unavailable', 'Akin is closing')
    const { model, modelsFolder, spawn } = this.#options
    const service = spawn('inference')
    this.#process = service
    this.#answered = 0
    service.onMessage((message) => this.#receive(message as FromInference))
    service.onExit((exit) => this.#died(service, exit))
    try {
      await this.#ask({ type: 'load', model, modelsFolder, threads: this.#threads })
    } catch (error) {
      service.kill()
      this.#setState('failed', error instanceof Error ? error.message : null)
      throw error
    }
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
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    this.#waiting.delete(message.id)
    if (message.type === 'error') waiting.reject(fromWireError(message.error))
    else waiting.resolve(message)
  }

  #died(service: ServiceProcess, exit: ServiceExit): void {
    if (service !== this.#process) return
    this.#process = undefined
    this.#ready = undefined
    this.#deaths++
    if (this.#isClosed) return
    if (this.#state !== 'failed') this.#setState('restarting', 'The model stopped and is started again. Nothing is lost')
    this.#fail(
      new AkinError('inference-crashed', 'The model stopped while it was reading', {
        retryable: true,
        details: { code: exit.code, signal: exit.signal, lastWords: exit.lastWords.slice(-500) },
      }),
    )
  }

  #fail(error: AkinError): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const one of waiting) one.reject(error)
  }

  #setState(state: EmbedderState, message: string | null): void {
    if (this.#state === state && message === null) return
    this.#state = state
    this.#options.onState?.(state, message)
  }
}
