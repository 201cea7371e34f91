import { Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { AkinError } from '../../../shared/errors.ts'
import { redact } from '../../keys/redact.ts'
import { isOpen, ownNetworkLookup } from './base-url.ts'
import { readAnswer, type ReadAnswer } from './embeddings-answer.ts'
import {
  networkFailure,
  notJson,
  statusFailure,
  timedOut,
  tooLarge,
  type Asked,
  type Failure,
  type Said,
} from './remote-errors.ts'
import type { RemoteModel } from './remote-model.ts'
import { requestedWaitMs, type ReadHeader } from './waits.ts'

/** What left the computer with one request. */
export interface SentRequest {
  /** With its port when it is not the usual one. */
  readonly host: string
  readonly model: string
  readonly inputs: number
  /** As the service counts them, or an estimate for services whose tokenizer is not known. */
  readonly tokens: number
}

export interface EmbeddingsClientOptions {
  readonly model: RemoteModel
  /** Read anew for each request; `null` sends none. */
  readonly key: () => Promise<string | null>
  /** Whether the person allowed that texts go to this service. Asked again at the last moment; nothing is sent without it. */
  readonly isAllowed: () => boolean
  /** Told once the connection stands and before the first byte of a text leaves; the text waits for it. */
  readonly onSent?: ((sent: SentRequest) => Promise<void> | void) | undefined
  readonly connectTimeoutMs: number
}

export interface Attempt {
  readonly inputs: readonly string[]
  readonly tokens: number
  readonly encoding: 'base64' | 'float'
  /** From the first step of connecting to the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type Outcome = ({ readonly ok: true } & ReadAnswer) | ({ readonly ok: false } & Failure)

/** Of an answer that is an error. */
const errorBytes = 64 * 1024
/** Of what a service said, as a person sees it. */
const saidCharacters = 300
/** Of one number: `-0.012345678901234567,` and some spaces, or 16/3 characters of base64. */
const bytesPerNumber = 40
const mostNumbers = 16_384

/** Asks a service for vectors, one try at a time. Follows no redirect, and tells nothing of the key in any error. */
export class EmbeddingsClient {
  readonly #options: EmbeddingsClientOptions
  readonly #url: URL
  #agent: Agent | undefined

  constructor(options: EmbeddingsClientOptions) {
    this.#options = options
    this.#url = new URL(`${options.model.baseUrl}/embeddings`)
  }

  /**
   * One request.
   * @throws AkinError `not-allowed`, `cancelled`, `key-store-failed`
   */
  async try(attempt: Attempt): Promise<Outcome> {
    this.#requireAllowed()
    const key = await this.#options.key()
    const { model, baseUrl, dimensions } = this.#options.model
    const asked: Asked = { baseUrl, model, dimensions, host: this.#url.host, hasKey: key !== null }
    const controller = new AbortController()
    const cancel = (): void => controller.abort()
    attempt.signal.addEventListener('abort', cancel, { once: true })
    const timer = setTimeout(cancel, attempt.timeoutMs)
    try {
      if (attempt.signal.aborted) throw cancelled(attempt.signal)
      return await this.#exchange(attempt, { asked, key, signal: controller.signal })
    } catch (error) {
      if (attempt.signal.aborted) throw cancelled(attempt.signal)
      if (error instanceof AkinError && error.code === 'not-allowed') throw error
      return { ok: false, ...(controller.signal.aborted ? timedOut(asked) : networkFailure(error, asked)) }
    } finally {
      clearTimeout(timer)
      attempt.signal.removeEventListener('abort', cancel)
    }
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
  }

  async #exchange(
    attempt: Attempt,
    { asked, key, signal }: { asked: Asked; key: string | null; signal: AbortSignal },
  ): Promise<Outcome> {
    const { dimension } = this.#options.model
    const inputs = attempt.inputs.length
    const response = await this.#connection().request(this.#request(attempt, key, signal))
    const header: ReadHeader = (name) => [response.headers[name] ?? []].flat()[0] ?? null
    if (response.statusCode !== 200) {
      const text = (await readBody(response.body, errorBytes)).text
      const said = saidBy(text, key)
      const failure = statusFailure(response.statusCode, said, asked, requestedWaitMs(header, Date.now()))
      return { ok: false, ...failure, isPassing: failure.isPassing && header('x-should-retry') !== 'false' }
    }
    const limit = errorBytes + inputs * (dimension ?? mostNumbers) * bytesPerNumber
    const { text, isWhole } = await readBody(response.body, limit)
    if (!isWhole) return { ok: false, ...tooLarge(asked) }
    const body = parsed(text)
    if (body === undefined) return { ok: false, ...notJson(asked, isPage(text, header('content-type'))) }
    return { ok: true, ...readAnswer(body, { host: asked.host, model: asked.model, inputs, dimension }) }
  }

  #request(attempt: Attempt, key: string | null, signal: AbortSignal): Dispatcher.RequestOptions {
    const { model, dimensions } = this.#options.model
    const body = Buffer.from(
      JSON.stringify({
        model,
        input: attempt.inputs,
        ...(attempt.encoding === 'base64' ? { encoding_format: 'base64' } : {}),
        ...(dimensions === null ? {} : { dimensions }),
      }),
    )
    return {
      origin: this.#url.origin,
      path: this.#url.pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(body.length),
        'accept': 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'Akin',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: Readable.from(this.#leaving(body, attempt)),
      headersTimeout: attempt.timeoutMs,
      bodyTimeout: attempt.timeoutMs,
      signal,
    }
  }

  /** undici takes the body, and with it sends the head, when the connection stands: the last moment to say no. */
  async *#leaving(body: Buffer, { inputs, tokens }: Attempt): AsyncGenerator<Buffer> {
    this.#requireAllowed()
    const { model, onSent } = this.#options
    await onSent?.({ host: this.#url.host, model: model.model, inputs: inputs.length, tokens })
    yield body
  }

  #requireAllowed(): void {
    if (this.#options.isAllowed()) return
    throw new AkinError('not-allowed', `Nothing is sent to ${this.#url.host} before you allow it`, {
      advice: 'Allow it in Settings, where it is told what would be sent',
    })
  }

  #connection(): Agent {
    const lookup = isOpen(this.#url) ? { lookup: ownNetworkLookup } : {}
    this.#agent ??= new Agent({ connect: { ...lookup, timeout: this.#options.connectTimeoutMs }, allowH2: false, pipelining: 1 })
    return this.#agent
  }
}

/** What a caller that does not wait any more is told. */
export function cancelled(signal: AbortSignal): AkinError {
  return signal.reason instanceof AkinError ? signal.reason : new AkinError('cancelled', 'Cancelled')
}

async function readBody(body: Dispatcher.ResponseData['body'], mostBytes: number): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    // Leaving the loop ends the connection
    if (bytes > mostBytes) return { text: Buffer.concat(chunks).toString('utf8', 0, mostBytes), isWhole: false }
  }
  return { text: Buffer.concat(chunks).toString(), isWhole: true }
}

/** `undefined` when it is no JSON; the parser's own error would hold a part of the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isPage(text: string, contentType: string | null): boolean {
  return contentType?.includes('html') === true || text.trimStart().startsWith('<')
}

/** The shapes that services give their errors: OpenAI's, vLLM's, Ollama's own, FastAPI's. */
function saidBy(text: string, key: string | null): Said {
  const body = parsed(text) as Record<string, unknown> | null | undefined
  const inner = body?.['error']
  const error = (typeof inner === 'object' && inner !== null ? inner : body) as Record<string, unknown> | null | undefined
  const message = [typeof inner === 'string' ? inner : undefined, error?.['message'], body?.['detail']].find(
    (one) => typeof one === 'string',
  )
  return {
    message: message === undefined ? null : redact(message, [key]).replaceAll(/\s+/g, ' ').slice(0, saidCharacters),
    code: textOf(error?.['code']),
    type: textOf(error?.['type']),
    isFromService: typeof inner === 'string' || typeof error?.['message'] === 'string',
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
