import { AkinError } from '../../../shared/errors.ts'
import type { EmbeddedQuery, Embedder, EmbedderState, SpaceDescription } from '../embedder.ts'
import { cancelled, EmbeddingsClient, type EmbeddingsClientOptions, type Outcome, type SentRequest } from './embeddings-client.ts'
import { harmlessText, withoutDirection } from './measure-dimension.ts'
import { remoteSpaceOf } from './remote-model.ts'
import { RequestLane, type WaitingText } from './request-lane.ts'
import { loadTokenMeter, type CountedText, type TokenMeter } from './token-meter.ts'
import { backOffMs, type RetryRule } from './waits.ts'

/** How one kind of requests is made. */
export interface LaneRule {
  /** Under way at once. */
  readonly requests: number
  readonly gatherMs: number
  /** Of one try, from connecting to the last byte. */
  readonly timeoutMs: number
  readonly retry: RetryRule
}

export interface RemoteRules {
  readonly connectTimeoutMs: number
  readonly passages: LaneRule
  /** Of queries, for which somebody waits. */
  readonly queries: LaneRule
}

/** Passages wait for a service that is busy; a query is answered soon or by words alone. */
export const usualRules: RemoteRules = {
  connectTimeoutMs: 10_000,
  passages: {
    requests: 2,
    gatherMs: 10,
    timeoutMs: 120_000,
    retry: { tries: 6, baseMs: 1_000, maxMs: 30_000, patienceMs: 300_000 },
  },
  queries: { requests: 2, gatherMs: 0, timeoutMs: 20_000, retry: { tries: 3, baseMs: 250, maxMs: 2_000, patienceMs: 8_000 } },
}

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
  readonly #client: EmbeddingsClient
  readonly #passages: RequestLane
  readonly #queries: RequestLane
  readonly #closing = new AbortController()
  #meter: Promise<TokenMeter> | undefined
  #state: EmbedderState = 'idle'
  #usage: RemoteUsage = { requests: 0, inputs: 0, tokens: 0, cutInputs: 0 }
  /** Not every server knows base64; one that refuses it is asked without. */
  #encoding: 'base64' | 'float' = 'base64'
  #hasSucceeded = false
  /** A service that is busy is left alone by all requests for passages. */
  #passagesNotBefore = 0

  /** @throws AkinError `bad-request` when the model's dimension is not known */
  constructor(options: RemoteEmbedderOptions) {
    const { model, rules = usualRules } = options
    this.space = remoteSpaceOf(model)
    this.#options = options
    this.#rules = rules
    this.#client = new EmbeddingsClient({
      ...options,
      connectTimeoutMs: rules.connectTimeoutMs,
      onSent: (sent) => this.#countSent(sent),
    })
    const { limits } = model
    this.passagesAhead = Math.min(limits.inputs, 128) * rules.passages.requests
    this.#passages = new RequestLane({ ...rules.passages, limits, run: (batch, signal) => this.#runPassages(batch, signal) })
    this.#queries = new RequestLane({
      ...rules.queries,
      limits,
      run: (batch, signal) => this.#run(batch, { rule: rules.queries, signal }),
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
    await this.#run(batch, { rule: this.#rules.passages, signal, onFailure: (error) => this.#passages.fail(error) })
  }

  /** Settles every text of a batch. */
  async #run(batch: readonly WaitingText[], options: RunOptions): Promise<void> {
    const outcome = await this.#exchange(
      batch.map(({ text }) => text),
      { ...options, tokens: tokensOf(batch) },
    )
    if (outcome.ok) return this.#deliver(batch, outcome.vectors)
    const { error, isRefusal } = outcome
    if (isRefusal && (await this.#takesOthers(options))) {
      if (batch.length === 1) return batch[0]!.reject(refusedText(error))
      const middle = batch.length >> 1
      await this.#run(batch.slice(0, middle), options)
      return this.#run(batch.slice(middle), options)
    }
    this.#setState('failed', error)
    for (const one of batch) one.reject(error)
    // The same would befall those that wait: what nobody will keep is not sent
    options.onFailure?.(error)
  }

  #deliver(batch: readonly WaitingText[], vectors: readonly (Float32Array | null)[]): void {
    this.#hasSucceeded = true
    this.#setState('ready', null)
    for (const [index, waiting] of batch.entries()) {
      const vector = vectors[index]
      if (vector === null || vector === undefined) waiting.reject(withoutDirection(this.#options.model.model))
      else waiting.resolve(vector)
    }
  }

  /** Tries until there are vectors, or it makes no sense any more. */
  async #exchange(inputs: readonly string[], options: RunOptions & { tokens: number }): Promise<Outcome> {
    const { rule, tokens } = options
    const signal = AbortSignal.any([options.signal, this.#closing.signal])
    const startedAt = performance.now()
    for (let tries = 1; ; tries++) {
      if (rule === this.#rules.passages) await wait(this.#passagesNotBefore - performance.now(), signal)
      const outcome = await this.#tryEncodings({ inputs, tokens, timeoutMs: rule.timeoutMs, signal })
      if (outcome.ok || !outcome.isPassing || tries >= rule.retry.tries) return outcome
      const waitMs = (outcome.waitMs ?? 0) + backOffMs(rule.retry, tries, Math.random)
      if (performance.now() - startedAt + waitMs > rule.retry.patienceMs) return outcome
      if (outcome.error.code === 'rate-limited') this.#leaveAlone(waitMs)
      await wait(waitMs, signal)
    }
  }

  async #tryEncodings(attempt: {
    inputs: readonly string[]
    tokens: number
    timeoutMs: number
    signal: AbortSignal
  }): Promise<Outcome> {
    const outcome = await this.#client.try({ ...attempt, encoding: this.#encoding })
    const mayMindEncoding = this.#options.model.tokenizer === 'estimate' && this.#encoding === 'base64' && !this.#hasSucceeded
    if (outcome.ok || !outcome.isRefusal || !mayMindEncoding) return outcome
    const plain = await this.#client.try({ ...attempt, encoding: 'float' })
    if (plain.ok) this.#encoding = 'float'
    return plain
  }

  /** Whether the service takes other texts, so that it was these that it refused. */
  async #takesOthers(options: RunOptions): Promise<boolean> {
    if (this.#hasSucceeded) return true
    const { tokens } = (await this.#loadMeter()).fit(harmlessText, this.#options.model.limits.tokensEach)
    const outcome = await this.#exchange([harmlessText], { ...options, tokens })
    this.#hasSucceeded ||= outcome.ok
    return outcome.ok
  }

  #leaveAlone(waitMs: number): void {
    this.#passagesNotBefore = Math.max(this.#passagesNotBefore, performance.now() + waitMs)
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

interface RunOptions {
  readonly rule: LaneRule
  readonly signal: AbortSignal
  readonly onFailure?: (error: AkinError) => void
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

/** @throws AkinError `cancelled`, or the signal's own reason */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelled(signal)
  if (ms <= 0) return
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => (clearTimeout(timer), reject(cancelled(signal)))
    const timer = setTimeout(() => (signal.removeEventListener('abort', abort), resolve()), ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
