import { cancelled, EmbeddingsClient, type EmbeddingsClientOptions, type Outcome } from './embeddings-client.ts'
import { harmlessText } from './measure-dimension.ts'
import type { Failure } from './remote-errors.ts'
import type { RemoteModel } from './remote-model.ts'
import type { LaneRule } from './remote-rules.ts'
import { backOffMs } from './waits.ts'

export interface AskOptions {
  readonly rule: LaneRule
  /** Waits while the service wants to be left alone. */
  readonly isPatient: boolean
  readonly signal: AbortSignal
  /** Tries in all when the service has a fault; by default as many as for anything else. */
  readonly triesOfFault?: number
}

/** Asks a service for vectors until it gives them or it makes no sense any more, and learns what it does not know. */
export class PatientClient {
  readonly #model: RemoteModel
  readonly #client: EmbeddingsClient
  /** Not every server knows base64; one that refuses it is asked without. */
  #encoding: 'base64' | 'float' = 'base64'
  #hasSucceeded = false
  /** A service that is busy is left alone by all requests that are patient. */
  #notBefore = 0

  constructor(options: EmbeddingsClientOptions) {
    this.#model = options.model
    this.#client = new EmbeddingsClient(options)
  }

  /** @throws AkinError `not-allowed`, `key-store-failed`, and `cancelled` or the signal's own reason */
  async ask(request: { inputs: readonly string[]; tokens: number }, options: AskOptions): Promise<Outcome> {
    const { rule, signal, isPatient } = options
    const { tries: mostTries, patienceMs } = rule.retry
    const startedAt = performance.now()
    for (let tries = 1; ; tries++) {
      if (isPatient) await wait(this.#notBefore - performance.now(), signal)
      const outcome = await this.#tryEncodings({ ...request, timeoutMs: rule.timeoutMs, signal })
      if (outcome.ok || !outcome.isPassing) return outcome
      if (tries >= (outcome.isFault ? (options.triesOfFault ?? mostTries) : mostTries)) return outcome
      const waitMs = (outcome.waitMs ?? 0) + backOffMs(rule.retry, tries, Math.random)
      if (performance.now() - startedAt + waitMs > patienceMs) return outcome
      if (outcome.error.code === 'rate-limited') this.#notBefore = Math.max(this.#notBefore, performance.now() + waitMs)
      await wait(waitMs, signal)
    }
  }

  /** Whether the service takes other texts, so that the fault lies with these: asked with the name of Akin. */
  async isItsTexts({ isRefusal, isFault }: Failure, options: AskOptions): Promise<boolean> {
    if (!isRefusal && !isFault) return false
    // A fault may have come over the service since it last answered
    if (isRefusal && this.#hasSucceeded) return true
    // It was given its time to get well
    return (await this.ask({ inputs: [harmlessText], tokens: 1 }, { ...options, triesOfFault: 1 })).ok
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #tryEncodings(attempt: {
    inputs: readonly string[]
    tokens: number
    timeoutMs: number
    signal: AbortSignal
  }): Promise<Outcome> {
    const encoding = this.#encoding
    const outcome = await this.#client.try({ ...attempt, encoding })
    const mayMindEncoding = this.#model.tokenizer === 'estimate' && encoding === 'base64' && !this.#hasSucceeded
    if (outcome.ok) this.#hasSucceeded = true
    if (outcome.ok || !outcome.isRefusal || !mayMindEncoding) return outcome
    const plain = await this.#client.try({ ...attempt, encoding: 'float' })
    if (plain.ok) [this.#encoding, this.#hasSucceeded] = ['float', true]
    return plain
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelled(signal)
  if (ms <= 0) return
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => (clearTimeout(timer), reject(cancelled(signal)))
    const timer = setTimeout(() => (signal.removeEventListener('abort', abort), resolve()), ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
