import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import type { EventMessage } from '../shared/contract/events.ts'
import type { Reply } from '../shared/contract/reply.ts'
import { isRequestName, limits, type RequestOutput } from '../shared/contract/requests.ts'
import { AkinError, toWireError, type ErrorCode } from '../shared/errors.ts'
import { mediaTypeOf, parseJson, partsOf, readBody } from './bodies.ts'
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
  readonly keepUpload: (content: Readable, options: { maxBytes: number }) => Promise<{ id: string }>
  /** The built window. */
  readonly windowFolder: string
  /** 0 takes any free port. */
  readonly port: number
  readonly token?: AccessToken
  /** Told of errors that are not AkinErrors; what is answered says nothing of them. */
  readonly onBug?: (error: unknown) => void
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
  // A request without a host is refused like one with a foreign host, and so with our headers
  const server = createServer({ requireHostHeader: false, connectionsCheckingInterval: 5_000 }, (request, response) => {
    const handler = new RequestHandler(options, { token, files, port })
    handler.handle(request, response).catch((error: unknown) => {
      options.onBug?.(error)
      if (!response.headersSent) sendReply(response, 500, { ok: false, error: wordless })
      else response.destroy()
    })
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 300_000
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else endSocket(socket, unreadableStatus[error.code ?? ''] ?? 400)
  })
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

/** Answers for what cannot be read as a request; any other is 400. */
const unreadableStatus: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** For a bug: its own words may name files of this computer. */
const wordless = toWireError(new AkinError('internal', 'Something went wrong inside Akin'))

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
      const { id } = await this.#options.keepUpload(Readable.from(partsOf(request)), { maxBytes: limits.uploadBytes })
      sendReply(response, 200, { ok: true, value: { uploadId: id } })
    } catch (error) {
      // Cut half way: there is nobody to answer
      if (response.destroyed) return
      if (!(error instanceof AkinError)) throw error
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
      'content-disposition': `attachment; filename*=UTF-8''${encodeName(name)}`,
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
    if (!isAllowed || !token.matches(protocolTokenOf(request))) return endSocket(socket, isAllowed ? 401 : 403)
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

/** Answers a connection that is no request's, or none's any more, and ends it. */
function endSocket(socket: Duplex, status: number): void {
  // Who asked may be gone already: an error that nobody hears would end this process
  socket.on('error', () => socket.destroy())
  const headers = Object.entries({ ...securityHeaders, 'connection': 'close', 'content-length': '0' })
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  socket.end(`${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy())
}

/** By RFC 8187; a name that is not well-formed Unicode is mended. */
function encodeName(name: string): string {
  const code = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/g, code)
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
  sendReply(response, status, { ok: false, error: toWireError(new AkinError(code, message)) })
}

function sendReply(response: ServerResponse, status: number, reply: Reply): void {
  const body = Buffer.from(JSON.stringify(reply))
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
  response.end(body)
}
