import { AkinError, fromWireError, isCode } from '../../../shared/errors.ts'
import type { ServiceExit, ServiceProcess, SpawnService } from '../../processes/service.ts'
import type { EmbeddedQuery, Embedder, EmbedderState } from '../embedder.ts'
import { spaceOf, type ModelSpec } from '../model-spec.ts'
import type { ShownStates, ShownTokens } from './inspect.ts'
import type { Speed } from './measure-speed.ts'
import type { ProbeReport } from './probe.ts'
import type { FromInference, ToInference } from './protocol.ts'

export interface OnnxEmbedderOptions {
  readonly model: ModelSpec
  readonly modelsFolder: string
  readonly spawn: SpawnService
  /** Threads of ONNX Runtime; measured on this machine, 1 until then. */
  readonly threads: number
  /** Passages of similar length in one run, as measured with the threads; 1 when absent. */
  readonly batchSize?: number
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
  /** The texts that the process is at: one, or those of a batch. */
  readonly #working = new Set<number>()
  #nextId = 1
  #deaths = 0
  #answered = 0
  #isClosed = false
  #threads: number
  #batchSize: number

  constructor(options: OnnxEmbedderOptions) {
    this.#options = options
    this.#threads = options.threads
    this.#batchSize = options.batchSize ?? 1
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

  /**
   * Finds the fastest number of threads among the candidates, and how many passages a run, and uses both from now on. The
   * caller keeps them for `useSpeed` next time: on first use of each model it takes some seconds.
   */
  async measureThreads(candidates: readonly number[]): Promise<Speed> {
    await this.#start()
    const { threads, batchSize, tokensPerSecond } = await this.#answerOf('measured', { type: 'measure-threads', candidates })
    this.#threads = threads
    this.#batchSize = batchSize
    return { threads, batchSize, tokensPerSecond }
  }

  /** Uses a number of threads that was measured before, one passage a run. */
  async useThreads(threads: number): Promise<void> {
    await this.useSpeed({ threads, batchSize: 1 })
  }

  /** Uses what was measured before; opens the model again when other threads are in use. */
  async useSpeed({ threads, batchSize }: Pick<Speed, 'threads' | 'batchSize'>): Promise<void> {
    if (threads === this.#threads && batchSize === this.#batchSize) return
    this.#threads = threads
    this.#batchSize = batchSize
    if (this.#ready === undefined) return
    await this.#ready
    await this.#ask(this.#load())
  }

  /**
   * Checks what embeddings rest on: width, finite numbers, order, places, batches, and three sentences. What is wrong is in the
   * report and not thrown.
   *
   * @throws AkinError when the model cannot be loaded at all, with the reason in words: as `embedQuery` does
   */
  async probe(): Promise<ProbeReport> {
    await this.#start()
    return (await this.#answerOf('probed', { type: 'probe' })).report
  }

  /** Tokens of a text as given, without prefixes, with their places in it. Goes before passages that wait. */
  async tokens(text: string): Promise<ShownTokens> {
    await this.#start()
    return this.#answerOf('tokens', { type: 'tokens', text })
  }

  /**
   * Hidden states of the first tokens of a text, at most 512, and the vector that becomes of them.
   *
   * @throws AkinError `not-found` when the model shows none
   */
  async hiddenStates(text: string): Promise<ShownStates> {
    await this.#start()
    return this.#answerOf('states', { type: 'states', text })
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
    // Given up while the model was loaded
    signal?.throwIfAborted()
    const answer = await this.#answerOf('vector', { type: 'embed', text, isUrgent }, signal)
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
    const service = this.#options.spawn('inference')
    this.#process = service
    this.#answered = 0
    this.#working.clear()
    service.onMessage((message) => this.#receive(message as FromInference))
    service.onExit((exit) => this.#died(service, exit))
    try {
      await this.#ask(this.#load())
    } catch (error) {
      // It goes as a failed start and not as a death
      if (this.#process === service) this.#process = undefined
      service.kill()
      throw error
    }
    this.#failure = undefined
    this.#setState('ready', null)
  }

  #load(): Outgoing {
    const { model, modelsFolder } = this.#options
    return { type: 'load', model, modelsFolder, threads: this.#threads, batchSize: this.#batchSize }
  }

  async #answerOf<Type extends FromInference['type']>(
    type: Type,
    message: Outgoing,
    signal?: AbortSignal,
  ): Promise<Extract<FromInference, { type: Type }>> {
    const answer = await this.#ask(message, signal)
    if (answer.type !== type) throw new AkinError('internal', 'Unexpected answer of the inference process')
    return answer as Extract<FromInference, { type: Type }>
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
      this.#working.add(message.id)
      return
    }
    this.#working.delete(message.id)
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
    const [workingId, ...others] = this.#working
    this.#working.clear()
    // Which of a batch it died of is not known: from now on each is by itself
    if (others.length > 0) this.#batchSize = 1
    this.#fail(
      (id) =>
        new AkinError('inference-crashed', 'The model stopped while it was reading', {
          retryable: true,
          details: { code, signal, lastWords: lastWords.slice(-500), wasAtIt: others.length === 0 && id === workingId },
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
