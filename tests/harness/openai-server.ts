import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base'
import { afterEach } from 'vitest'

/** One request as it came in. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: EmbeddingsBody
}

export interface EmbeddingsBody {
  readonly model: string
  readonly input: readonly string[]
  readonly encoding_format?: string
  readonly dimensions?: number
}

/** What the server does with one request. */
export type Behaviour = (request: Received, response: ServerResponse, server: OpenAiServer) => Promise<void> | void

type ErrorName = 'tooLong' | 'emptyInput' | 'invalidKey' | 'forbidden' | 'rateLimit' | 'quota'

interface RecordedError {
  readonly http: number
  readonly body: { readonly error: Readonly<Record<string, unknown>> }
}

/** Lengths of the vectors of OpenAI’s models; any other model gives eight numbers. */
const dimensions: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1_536,
  'text-embedding-3-large': 3_072,
  'text-embedding-ada-002': 1_536,
}
const otherDimension = 8

/** A server on loopback that answers `POST /v1/embeddings` as OpenAI does, or as it is told to. */
export class OpenAiServer {
  readonly received: Received[] = []
  /** Connections that were opened, whatever was sent on them. */
  connections = 0
  /** Answers that could not be sent since the client had gone. */
  gone = 0
  /** Requests without it are refused. */
  key: string | null = null
  #next: Behaviour[] = []
  #always: Behaviour = answers()
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('close', () => {
        if (!response.writableFinished) this.gone++
      })
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as EmbeddingsBody
        const received = { path: request.url ?? '', headers: request.headers, body }
        this.received.push(received)
        const behaviour = this.#next.shift() ?? this.#always
        Promise.resolve(behaviour(received, response, this)).catch((error: unknown) => response.destroy(error as Error))
      })
    })
    this.#server.on('connection', () => void this.connections++)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Texts of all requests, in order. */
  get texts(): string[] {
    return this.received.flatMap(({ body }) => body.input)
  }

  /** Sizes of the requests, in order. */
  get sizes(): number[] {
    return this.received.map(({ body }) => body.input.length)
  }

  /** What is done with the next requests, one after the other; then it is as before. */
  next(...behaviours: Behaviour[]): void {
    this.#next.push(...behaviours)
  }

  /** What is done with every request from now on. */
  always(behaviour: Behaviour): void {
    this.#next = []
    this.#always = behaviour
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Registers the clean-up; the returned function starts a server. */
export function useOpenAiServers(): (port?: number) => Promise<OpenAiServer> {
  const servers: OpenAiServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })
  return async (port) => {
    const server = await new OpenAiServer().start(port)
    servers.push(server)
    return server
  }
}

export interface AnswerOptions {
  /** Other than the model’s. */
  readonly dimension?: number
  /** Gives floats whatever was asked for. */
  readonly ignoresEncoding?: boolean
  readonly isShuffled?: boolean
  readonly change?: (body: { data: Record<string, unknown>[] }) => unknown
}

/** Vectors as OpenAI gives them; its limits hold, and its errors are given where they are passed. */
export function answers(options: AnswerOptions = {}): Behaviour {
  return ({ body, headers }, response, { key }) => {
    if (key !== null && headers.authorization !== `Bearer ${key}`) return sendError(response, 'invalidKey')
    const wrong = wrongWith(body)
    if (wrong !== null) return sendError(response, wrong)
    const width = options.dimension ?? body.dimensions ?? dimensions[body.model] ?? otherDimension
    const asBase64 = body.encoding_format === 'base64' && options.ignoresEncoding !== true
    const data = body.input.map((text, index) => {
      const vector = vectorOf(text, width)
      return { object: 'embedding', index, embedding: asBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector] }
    })
    if (options.isShuffled === true) data.reverse()
    const tokens = body.input.reduce((sum, text) => sum + countTokens(text), 0)
    const answer = { object: 'list', data, model: body.model, usage: { prompt_tokens: tokens, total_tokens: tokens } }
    send(response, 200, options.change?.(answer) ?? answer)
  }
}

/** https://platform.openai.com/docs/api-reference/embeddings/create */
function wrongWith({ model, input }: EmbeddingsBody): ErrorName | null {
  if (!Array.isArray(input) || input.length === 0 || input.length > 2_048 || input.includes('')) return 'emptyInput'
  if (!model.startsWith('text-embedding-')) return null
  const counts = input.map((text) => countTokens(text as string))
  const isTooLong = counts.some((count) => count > 8_192) || counts.reduce((sum, count) => sum + count, 0) > 300_000
  return isTooLong ? 'tooLong' : null
}

/** The vector that this server gives a text, of length 1. */
export function vectorOf(text: string, dimension: number): Float32Array {
  const vector = new Float32Array(dimension)
  let seed = createHash('sha256').update(text).digest().readUInt32LE()
  for (let at = 0; at < dimension; at++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    vector[at] = seed / 2 ** 31 - 1
  }
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/** Gives one of the errors that were seen, with any headers. */
export function fails(name: ErrorName, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (_request, response) => sendError(response, name, headers)
}

/** Any status with any body; strings are sent as they are. */
export function says(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (_request, response) => send(response, status, body, headers)
}

/** As OpenAI and vLLM say it. */
export const hasNoModel: Behaviour = ({ body }, response) =>
  send(response, 404, {
    error: {
      message: `The model \`${body.model}\` does not exist`,
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  })

/** Refuses requests that hold a certain text, and answers the others. */
export function refusesText(part: string, status = 400): Behaviour {
  return (request, response, server) =>
    request.body.input.some((text) => text.includes(part))
      ? send(response, status, recorded('tooLong').body)
      : answers()(request, response, server)
}

/** Refuses `encoding_format`, as some servers do. */
export const knowsNoBase64: Behaviour = (request, response, server) =>
  request.body.encoding_format === undefined
    ? answers()(request, response, server)
    : send(response, 400, {
        error: { message: 'encoding_format is not supported', type: 'invalid_request_error', param: null, code: null },
      })

/** Sends the head and a part of the body, then cuts the connection. */
export const cutsConnection: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' })
  response.write('{"object":"list","data":[{"object":"embedding","index":0,"embedding":"', () => response.destroy())
}

/** Cuts the connection before anything is answered. */
export const hangsUp: Behaviour = (_request, response) => void response.destroy()

/** Answers only when the promise is resolved. */
export function waitsFor(promise: Promise<unknown>, then: Behaviour = answers()): Behaviour {
  return async (request, response, server) => {
    await promise
    if (!response.destroyed) await then(request, response, server)
  }
}

/** Sends without end, until the other side has had enough. */
export const sendsWithoutEnd: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = ' '.repeat(64 * 1024)
  const more = (): void => {
    if (response.destroyed) return
    response.write(chunk, (error) => (error === null || error === undefined ? setImmediate(more) : undefined))
  }
  more()
}

export function redirectsTo(address: string, status = 307): Behaviour {
  return (_request, response) => send(response, status, '', { location: address })
}

function sendError(response: ServerResponse, name: ErrorName, headers: Readonly<Record<string, string>> = {}): void {
  const { http, body } = recorded(name)
  send(response, http, body, headers)
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const isText = typeof body === 'string'
  response.writeHead(status, {
    'content-type': isText ? (body.startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain') : 'application/json',
    'x-request-id': 'req_0123456789',
    ...headers,
  })
  response.end(isText ? body : JSON.stringify(body))
}

/** A file of the recorded shapes that lie beside the repository, or where `AKIN_SHARED` says; `null` when it is not there. */
export function recordedFile(name: string): unknown {
  const repository = fileURLToPath(new URL('../..', import.meta.url))
  const file = join(process.env['AKIN_SHARED'] ?? join(repository, '../shared'), 'eval', 'fixtures', 'api', 'openai', name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** What tells one recorded error from the others. */
const signs: Readonly<Record<ErrorName, { http: number; part: string }>> = {
  tooLong: { http: 400, part: 'maximum context length' },
  emptyInput: { http: 400, part: '$.input' },
  invalidKey: { http: 401, part: 'Incorrect API key' },
  forbidden: { http: 403, part: 'not allowed' },
  rateLimit: { http: 429, part: 'Rate limit reached' },
  quota: { http: 429, part: 'quota' },
}

/** An error as it was seen, or one of the same form where the recorded ones are not there. */
export function recorded(name: ErrorName): RecordedError {
  const { http, part } = signs[name]
  const seen = (recordedFile('errors.json') ?? []) as RecordedError[]
  return seen.find((one) => one.http === http && String(one.body.error['message']).includes(part)) ?? ownErrors[name]
}

function own(http: number, message: string, type = 'invalid_request_error', code: string | null = null): RecordedError {
  return { http, body: { error: { message, type, param: null, code } } }
}

const ownErrors: Readonly<Record<ErrorName, RecordedError>> = {
  tooLong: own(400, 'This model has a maximum context length of 8192 tokens, and 9000 were sent.'),
  emptyInput: own(400, "'$.input' is not valid."),
  invalidKey: own(401, 'Incorrect API key: sk-aaaa****zzzz.', 'invalid_request_error', 'invalid_api_key'),
  forbidden: own(403, 'You are not allowed to use this model'),
  rateLimit: own(429, 'Rate limit reached for tokens per minute.', 'tokens', 'rate_limit_exceeded'),
  quota: own(429, 'The quota of the account is used up.', 'insufficient_quota', 'insufficient_quota'),
}
