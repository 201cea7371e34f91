import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { EventMessage } from '../../shared/contract/events.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import { limits } from '../../shared/contract/requests.ts'
import { AkinError, toWireError } from '../../shared/errors.ts'
import { replaceFile } from '../platform/replace-file.ts'

/**
 * The engine's local socket: one JSON message a line, the contract's requests in, replies and events out. It lies in
 * the library folder and is open to the same user alone; a terminal command talks to the running engine through it.
 */
type ToSocket =
  { type: 'request'; id: number; name: string; input: unknown } | { type: 'cancel'; id: number } | { type: 'subscribe' }
type FromSocket =
  { type: 'hello'; version: number } | { type: 'reply'; id: number; reply: Reply } | { type: 'event'; message: EventMessage }

const lineEnd = 10

/** Raised when messages change in a way that the other end cannot read. */
const protocolVersion = 1

/** The longest socket path that every system takes (sun_path holds 104 to 108 bytes). */
const longestPath = 100

export interface SocketTarget {
  request(name: string, input: unknown, options: { signal: AbortSignal }): Promise<Reply>
  onEvent(listener: (message: EventMessage) => void): () => void
}

/** Listens in the library folder; the caller holds the folder's lock, so an old socket file is nobody's. */
export async function listenLocally(folder: string, target: SocketTarget): Promise<{ close: () => Promise<void> }> {
  const path = socketPath(folder)
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    serve(socket, target)
  })
  await listen(server, path)
  try {
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    replaceFile(join(folder, 'engine.json'), JSON.stringify({ socket: path, pid: process.pid, protocolVersion }))
  } catch (error) {
    // On a full disk, say: one that nobody finds, and nobody closes, would keep the process from ending
    server.close()
    throw error
  }
  return {
    close: async () => {
      for (const socket of connections) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
      rmSync(join(folder, 'engine.json'), { force: true })
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(path, () => {
      server.off('error', failed)
      done()
    })
  })
}

/** In the folder where its path is short enough, else in a folder of the user's own below the system's temporary one. */
function socketPath(folder: string): string {
  const key = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\akin-${key}`
  const path = join(resolve(folder), 'engine.sock')
  if (Buffer.byteLength(path) <= longestPath) return path
  const own = join(tmpdir(), `akin-${userInfo().uid}`)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return join(own, `${key}.sock`)
}

function serve(socket: Socket, target: SocketTarget): void {
  const running = new Map<number, AbortController>()
  const send = (message: FromSocket): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`)
  }
  let stop: (() => void) | undefined
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    stop?.()
    for (const controller of running.values()) controller.abort()
  })
  send({ type: 'hello', version: protocolVersion })
  readLines(socket, { maxBytes: limits.requestBytes }, (line) => {
    const message = JSON.parse(line) as ToSocket
    if (message.type === 'subscribe') stop ??= target.onEvent((event) => send({ type: 'event', message: event }))
    if (message.type === 'cancel') running.get(message.id)?.abort()
    if (message.type !== 'request') return
    const controller = new AbortController()
    running.set(message.id, controller)
    void target.request(message.name, message.input, { signal: controller.signal }).then((reply) => {
      running.delete(message.id)
      send({ type: 'reply', id: message.id, reply })
    })
  })
}

/**
 * Hands over line after line. A line that is longer than it may be, or no message of ours, ends the connection. Without
 * node:readline, which throws a connection that was reset at the whole process.
 */
function readLines(socket: Socket, { maxBytes }: { maxBytes: number }, onLine: (line: string) => void): void {
  let parts: Buffer[] = []
  let bytes = 0
  socket.on('data', (data: Buffer) => {
    let from = 0
    for (let end = data.indexOf(lineEnd); end !== -1 && !socket.destroyed; end = data.indexOf(lineEnd, from)) {
      const line = Buffer.concat([...parts, data.subarray(from, end)]).toString('utf8')
      parts = []
      bytes = 0
      from = end + 1
      try {
        onLine(line)
      } catch {
        // The other end is no Akin
        socket.destroy()
      }
    }
    if (from === data.length) return
    parts.push(data.subarray(from))
    bytes += data.length - from
    if (bytes > maxBytes) socket.destroy()
  })
}

/** A connection to the engine that runs with a library folder. */
export interface EngineConnection {
  request(name: string, input: unknown, options?: { signal?: AbortSignal }): Promise<Reply>
  onEvent(listener: (message: EventMessage) => void): () => void
  close(): Promise<void>
}

/**
 * Connects to the engine that runs with a folder; `null` when none does.
 *
 * @throws AkinError `unavailable` when an Akin of another version runs there
 */
export async function connectToEngine(folder: string): Promise<EngineConnection | null> {
  const path = announcedSocket(folder)
  if (path === null) return null
  const socket = await connect(path)
  return socket === null ? null : greet(socket)
}

/** Where the engine says that it listens, or where it would, when what it said cannot be read. */
function announcedSocket(folder: string): string | null {
  const file = join(folder, 'engine.json')
  if (!existsSync(file)) return null
  try {
    const { socket } = JSON.parse(readFileSync(file, 'utf8')) as { socket?: unknown }
    if (typeof socket === 'string' && socket !== '') return socket
  } catch {
    // A crash of the computer may leave half of it, and another user's may not be read: opening the library tells
  }
  return socketPath(folder)
}

function connect(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = createConnection(path)
    socket.once('connect', () => done(socket))
    // Nobody listens: the engine that wrote the file is gone
    socket.once('error', () => done(null))
  })
}

function greet(socket: Socket): Promise<EngineConnection> {
  return new Promise((done, failed) => {
    const connection = new SocketConnection(socket, (version) => {
      if (version === protocolVersion) return done(connection)
      socket.destroy()
      failed(
        new AkinError('unavailable', 'An Akin of another version is running with this library', {
          advice: 'Close it, then try again',
        }),
      )
    })
    socket.once('close', () => failed(new AkinError('unavailable', 'The running Akin does not answer', { retryable: true })))
  })
}

class SocketConnection implements EngineConnection {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  readonly #listeners = new Set<(message: EventMessage) => void>()
  #nextId = 1

  constructor(socket: Socket, onHello: (version: number) => void) {
    this.#socket = socket
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#lose())
    readLines(socket, { maxBytes: Infinity }, (line) => {
      const message = JSON.parse(line) as FromSocket
      if (message.type === 'hello') onHello(message.version)
      if (message.type === 'event') for (const listener of this.#listeners) listener(message.message)
      if (message.type !== 'reply') return
      this.#waiting.get(message.id)?.(message.reply)
      this.#waiting.delete(message.id)
    })
  }

  request(name: string, input: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<Reply> {
    const id = this.#nextId++
    if (this.#socket.destroyed) return Promise.resolve(lost)
    const message = JSON.stringify({ type: 'request', id, name, input } satisfies ToSocket)
    if (Buffer.byteLength(message) > limits.requestBytes) return Promise.resolve(tooLarge)
    return new Promise((done) => {
      this.#waiting.set(id, done)
      signal?.addEventListener('abort', () => this.#send({ type: 'cancel', id }), { once: true })
      this.#socket.write(`${message}\n`)
    })
  }

  onEvent(listener: (message: EventMessage) => void): () => void {
    if (this.#listeners.size === 0) this.#send({ type: 'subscribe' })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#socket.destroy()
  }

  #send(message: ToSocket): void {
    this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  #lose(): void {
    for (const done of this.#waiting.values()) done(lost)
    this.#waiting.clear()
  }
}

const tooLarge: Reply = {
  ok: false,
  error: toWireError(
    new AkinError('too-large', `The request has more than ${Math.round(limits.requestBytes / 1e6)} MB`, {
      advice: 'Ask for less at a time',
      details: { maxBytes: limits.requestBytes },
    }),
  ),
}

const lost: Reply = {
  ok: false,
  error: toWireError(new AkinError('unavailable', 'The running Akin went away', { retryable: true, advice: 'Try again' })),
}
