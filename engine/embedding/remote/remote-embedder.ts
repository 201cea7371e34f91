import { AkinError } from '../../../shared/errors.ts'
import type { EmbeddedQuery, Embedder, EmbedderState, SpaceDescription } from '../embedder.ts'
import { cancelled, type EmbeddingsClientOptions, type SentRequest } from './embeddings-client.ts'
import { withoutDirection } from './measure-dimension.ts'
import { PatientClient, type AskOptions } from './patient-client.ts'
import { remoteSpaceOf } from './remote-model.ts'
import { usualRules, type RemoteRules } from './remote-rules.ts'
import { RequestLane, type WaitingText } from './request-lane.ts'
import { loadTokenMeter, type CountedText, type TokenMeter } from './token-meter.ts'

/** OpenAI takes 2,048; what is sent together is lost together, and a request a second is far below its limits. */
const passagesPerRequest = 128

/** What the embedder sent since it was made. */
export interface RemoteUsage {
  readonly requests: number
  readonly inputs: number
  readonly tokens: number
  /** Texts of which only the beginning was sent. */
  readonly cutInputs: number
}

export interface RemoteEmbedderOptions extends Omit<EmbeddingsClientOptions, 'connectTimeoutMs'> {
  /** Told of each text of which only the beginning is sent: its limit in tokens. */
  readonly onCut?: (limitTokens: number) => void
  /** Told whenever `state` changes, with what happened when it is no good news. */
  readonly onState?: (state: EmbedderState, reason: AkinError | null) => void
  readonly rules?: RemoteRules
}

/**
 * Embeds through a service with OpenAI's interface. Texts asked for one by one are gathered into requests; queries go
 * past passages. Nothing is sent unless `isAllowed`.
 */
export class RemoteEmbedder implements Embedder {
  readonly space: SpaceDescription
  /** So many passages asked for at once fill the requests under way. */
  readonly passagesAhead: number
  readonly #options: RemoteEmbedderOptions
  readonly #rules: RemoteRules
  readonly #client: PatientClient
  readonly #passages: RequestLane
  readonly #queries: RequestLane
  readonly #closing = new AbortController()
  #meter: Promise<TokenMeter> | undefined
  #state: EmbedderState = 'idle'
  #usage: RemoteUsage = { requests: 0, inputs: 0, tokens: 0, cutInputs: 0 }

  /** @throws AkinError `bad-request` when the model's dimension is not known */
  constructor(options: RemoteEmbedderOptions) {
    const { model, rules = usualRules } = options
    this.space = remoteSpaceOf(model)
    this.#options = options
    this.#rules = rules
    const { connectTimeoutMs } = rules
    this.#client = new PatientClient({ ...options, connectTimeoutMs, onSent: (sent) => this.#countSent(sent) })
    const { limits } = model
    const inputs = Math.min(limits.inputs, passagesPerRequest)
    this.passagesAhead = inputs * rules.passages.requests
    this.#passages = new RequestLane({
      ...rules.passages,
      limits: { ...limits, inputs },
      run: (batch, signal) => this.#runPassages(batch, signal),
    })
    this.#queries = new RequestLane({
      ...rules.queries,
      limits,
      run: (batch, signal) => this.#runQueries(batch, signal),
    })
  }

  get state(): EmbedderState {
    return this.#state
  }

  get usage(): RemoteUsage {
    return this.#usage
  }

  async embedQuery(text: string, signal?: AbortSignal): Promise<EmbeddedQuery> {
    const startedAt = performance.now()
    const vector = await this.#embed(this.#queries, this.#options.model.queryPrefix, text, signal)
    return { vector, computeMs: performance.now() - startedAt }
  }

  embedText(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.#embed(this.#queries, this.#options.model.passagePrefix, text, signal)
  }

  embedPassage(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.#embed(this.#passages, this.#options.model.passagePrefix, text, signal)
  }

  /** Loads the tokenizer. Sends nothing. */
  async warmUp(): Promise<void> {
    this.#requireOpen()
    await this.#loadMeter()
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(closing())
    this.#queries.fail(closing())
    this.#passages.fail(closing())
    await this.#client.close()
  }

  async #embed(lane: RequestLane, prefix: string, text: string, signal?: AbortSignal): Promise<Float32Array> {
    this.#requireOpen()
    if (signal?.aborted === true) throw cancelled(signal)
    if (text.trim() === '') throw new AkinError('embedding-failed', 'There is no text to read')
    const { text: fitting, tokens } = this.#fit(await this.#loadMeter(), prefix + text)
    this.#requireOpen()
    return lane.ask(fitting, tokens, signal)
  }

  #fit(meter: TokenMeter, text: string): CountedText {
    const { tokensEach } = this.#options.model.limits
    const fitted = meter.fit(text, tokensEach)
    if (fitted.isCut) {
      this.#usage = { ...this.#usage, cutInputs: this.#usage.cutInputs + 1 }
      this.#options.onCut?.(tokensEach)
    }
    return fitted
  }

  async #runPassages(batch: readonly WaitingText[], signal: AbortSignal): Promise<void> {
    const failure = await this.#run(batch, { rule: this.#rules.passages, isPatient: true, signal })
    // The same would befall those that wait: what nobody will keep is not sent
    if (failure !== null) this.#passages.fail(failure)
  }

  async #runQueries(batch: readonly WaitingText[], signal: AbortSignal): Promise<void> {
    await this.#run(batch, { rule: this.#rules.queries, isPatient: false, signal })
  }

  /** Settles every text of a batch. Tells what is wrong with the service, `null` when nothing is. */
  async #run(batch: readonly WaitingText[], options: AskOptions): Promise<AkinError | null> {
    const inputs = batch.map(({ text }) => text)
    const outcome = await this.#client.ask({ inputs, tokens: tokensOf(batch) }, this.#whileOpen(options))
    if (outcome.ok) {
      this.#deliver(batch, outcome.vectors)
      return null
    }
    if (await this.#client.isItsTexts(outcome, this.#whileOpen(options))) return this.#findRefused(batch, outcome.error, options)
    this.#setState('failed', outcome.error)
    for (const one of batch) one.reject(outcome.error)
    return outcome.error
  }

  /** One text of a batch, or more, is what the service does not take: halves it until only those go without a vector. */
  async #findRefused(batch: readonly WaitingText[], error: AkinError, options: AskOptions): Promise<AkinError | null> {
    if (batch.length === 1) {
      batch[0]!.reject(refusedText(error))
      return null
    }
    const middle = batch.length >> 1
    // The service is well: what fails twice is a text's fault
    const halves = { ...options, triesOfFault: 2 }
    const failure = await this.#run(batch.slice(0, middle), halves)
    if (failure === null) return this.#run(batch.slice(middle), halves)
    for (const one of batch.slice(middle)) one.reject(failure)
    return failure
  }

  #deliver(batch: readonly WaitingText[], vectors: readonly (Float32Array | null)[]): void {
    this.#setState('ready', null)
    for (const [index, waiting] of batch.entries()) {
      const vector = vectors[index]
      if (vector === null || vector === undefined) waiting.reject(withoutDirection(this.#options.model.model))
      else waiting.resolve(vector)
    }
  }

  #whileOpen(options: AskOptions): AskOptions {
    return { ...options, signal: AbortSignal.any([options.signal, this.#closing.signal]) }
  }

  async #countSent(sent: SentRequest): Promise<void> {
    await this.#options.onSent?.(sent)
    const { requests, inputs, tokens, cutInputs } = this.#usage
    this.#usage = { requests: requests + 1, inputs: inputs + sent.inputs, tokens: tokens + sent.tokens, cutInputs }
  }

  #loadMeter(): Promise<TokenMeter> {
    this.#meter ??= loadTokenMeter(this.#options.model.tokenizer)
    return this.#meter
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw closing()
  }

  #setState(state: EmbedderState, reason: AkinError | null): void {
    if (this.#closing.signal.aborted || (this.#state === state && reason === null)) return
    this.#state = state
    this.#options.onState?.(state, reason)
  }
}

function tokensOf(batch: readonly WaitingText[]): number {
  return batch.reduce((sum, { tokens }) => sum + tokens, 0)
}

function closing(): AkinError {
  return new AkinError('unavailable', 'Akin is closing')
}

/** The service takes other texts: this one alone goes without a vector. */
function refusedText({ message, advice, details }: AkinError): AkinError {
  return new AkinError('embedding-failed', message, {
    ...(advice === undefined ? {} : { advice }),
    ...(details === undefined ? {} : { details }),
  })
}
