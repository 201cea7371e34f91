import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import type { EventMessage } from '../shared/contract/events.ts'
import type { Reply } from '../shared/contract/reply.ts'
import { isRequestName, limits, type RequestOutput } from '../shared/contract/requests.ts'
import { AkinError, toWireError, type ErrorCode } from '../shared/errors.ts'
import { answerHere } from './host-requests.ts'
import { AccessToken, bearerOf, protocolTokenOf, refuseForeign, securityHeaders } from './security.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'

export interface AkinServerOptions {
  /** The engine behind it. */
  readonly engine: {
    request(name: string, input: unknown, options: { signal: AbortSignal }): Promise<Reply>
    onEvent(listener: (message: EventMessage) => void): () => void
  }
  /** Keeps the bytes of an upload; see OriginalStore. */
  readonly keepUpload: (content: IncomingMessage, options: { maxBytes: number }) => Promise<{ id: string }>
  /** The built window. */
  readonly windowFolder: string
  /** 0 takes any free port. */
  readonly port: number
  readonly token?: AccessToken
}

export interface AkinServer {
  readonly port: number
  /** The address with the key, for the person's eyes only. */
  readonly address: string
  close(): Promise<void>
}

/** Serves the window, the contract, events and uploads on loopback, to whoever has the token. */
export async function startServer(options: AkinServerOptions): Promise<AkinServer> {
  const token = options.token ?? new AccessToken()
  const files = readStaticFiles(options.windowFolder)
  let port = 0
  const server = createServer((request, response) => {
    const handler = new RequestHandler(options, { token, files, port })
    handler.handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendError(response, 500, error)
      else response.destroy()
    })
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 300_000
  const sockets = serveEvents(server, options, { token, portOf: () => port })
  port = await listen(server, options.port)
  return {
    port,
    address: `http://127.0.0.1:${port}/#t=${token.value}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') return failed(cause)
      failed(
        new AkinError('conflict', `Port ${port} cannot be used`, {
          advice: 'Choose another with --port, or leave it out to take any free one',
          cause,
        }),
      )
    })
    server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port))
  })
}

interface Access {
  readonly token: AccessToken
  readonly files: ReadonlyMap<string, StaticFile>
  readonly port: number
}

class RequestHandler {
  readonly #options: AkinServerOptions
  readonly #access: Access

  constructor(options: AkinServerOptions, access: Access) {
    this.#options = options
    this.#access = access
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const refusal = refuseForeign(request, this.#access.port, { needsOrigin: false })
    if (refusal !== null) return refuse(response, refusal.status, 'not-allowed', refusal.message)
    const path = (request.url ?? '/').split('?')[0]!
    if (path.startsWith('/api/'))
      return this.#guarded(request, response, 'POST', () => this.#api(request, response, path.slice('/api/'.length)))
    if (path === '/upload') return this.#guarded(request, response, 'POST', () => this.#upload(request, response))
    if (path.startsWith('/original/'))
      return this.#guarded(request, response, 'GET', () => this.#original(response, path.slice('/original/'.length)))
    this.#file(request, response, path)
  }

  /** The window's files hold nothing of the person's and need no token. */
  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'bad-request', 'Only reading is possible here')
    const file = this.#access.files.get(path)
    if (file === undefined) return refuse(response, 404, 'not-found', 'There is nothing at this address')
    response.writeHead(200, { 'content-type': file.mediaType, 'content-length': file.bytes.length })
    response.end(request.method === 'HEAD' ? undefined : file.bytes)
  }

  async #guarded(request: IncomingMessage, response: ServerResponse, method: string, work: () => Promise<void>): Promise<void> {
    if (request.method !== method) return refuse(response, 405, 'bad-request', `Ask with ${method}`)
    if (!this.#access.token.matches(bearerOf(request))) {
      return refuse(
        response,
        401,
        'not-allowed',
        'This page has no key to Akin: open the address that Akin printed when it started',
      )
    }
    await work()
  }

  async #api(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    if (mediaTypeOf(request) !== 'application/json') return refuse(response, 415, 'bad-request', 'Send application/json')
    if (!isRequestName(name)) return refuse(response, 404, 'unknown-request', 'There is no such request')
    const body = await readBody(request)
    if (body === null) return refuse(response, 413, 'too-large', 'The request is too large')
    const input = parseJson(body)
    if (input === undefined) return refuse(response, 400, 'bad-request', 'The request is not JSON')
    const reply = await this.#ask(name, input, abortedBy(response))
    sendReply(response, 200, reply)
  }

  #ask(name: Parameters<typeof answerHere>[0], input: unknown, signal: AbortSignal): Promise<Reply> {
    const here = answerHere(name, input)
    return here === null ? this.#options.engine.request(name, input, { signal }) : Promise.resolve(here)
  }

  async #upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (mediaTypeOf(request) !== 'application/octet-stream')
      return refuse(response, 415, 'bad-request', 'Send application/octet-stream')
    try {
      const { id } = await this.#options.keepUpload(request, { maxBytes: limits.uploadBytes })
      sendReply(response, 200, { ok: true, value: { uploadId: id } })
    } catch (error) {
      if (response.destroyed) return
      // The rest of a refused upload is not read
      response.setHeader('connection', 'close')
      sendReply(response, 200, { ok: false, error: toWireError(error) })
    }
  }

  async #original(response: ServerResponse, id: string): Promise<void> {
    const reply = await this.#ask('documents.original', { id: Number(id) }, abortedBy(response))
    if (!reply.ok) return sendReply(response, reply.error.code === 'not-found' ? 404 : 400, reply)
    const { path, name } = reply.value as RequestOutput<'documents.original'>
    const info = await stat(path).catch(() => null)
    if (info?.isFile() !== true) return refuse(response, 404, 'file-not-found', 'The original is not there any more')
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': info.size,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    })
    await pipeline(createReadStream(path), response)
  }
}

function serveEvents(
  server: Server,
  { engine }: AkinServerOptions,
  { token, portOf }: { token: AccessToken; portOf: () => number },
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, handleProtocols: () => 'akin.v1' })
  server.on('upgrade', (request, socket, head) => {
    const isAllowed = refuseForeign(request, portOf(), { needsOrigin: true }) === null && request.url === '/events'
    if (!isAllowed || !token.matches(protocolTokenOf(request))) {
      socket.end(`HTTP/1.1 ${isAllowed ? '401 Unauthorized' : '403 Forbidden'}\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stop = engine.onEvent((message) => {
        // A page that does not read is not worth its memory: it asks anew when it comes back
        if (webSocket.bufferedAmount < 4 * 1024 * 1024) webSocket.send(JSON.stringify(message))
      })
      webSocket.on('close', stop)
      webSocket.on('error', () => webSocket.terminate())
    })
  })
  return sockets
}

function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
}

/** The whole body; `null` when it is larger than any request may be. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    length += (part as Buffer).length
    if (length > limits.requestBytes) return null
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    // Told to the caller as a bad request
    return undefined
  }
}

/** Aborts when the page went away before it had its answer. */
function abortedBy(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

function refuse(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  sendError(response, status, new AkinError(code, message))
}

function sendError(response: ServerResponse, status: number, error: unknown): void {
  sendReply(response, status, { ok: false, error: toWireError(error) })
}

function sendReply(response: ServerResponse, status: number, reply: Reply): void {
  const body = Buffer.from(JSON.stringify(reply))
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
  response.end(body)
}
