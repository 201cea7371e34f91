import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Exchange {
  readonly method?: string
  readonly path?: string
  /** Sent as they are; `Host` is the exact address unless it is given. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  /** Where to connect; 127.0.0.1 unless it is given. */
  readonly address?: string
}

/** One request over a connection of its own, with headers that no browser would let a page set. */
export function exchange(port: number, { method = 'GET', path = '/', headers = {}, body, address }: Exchange): Promise<Answer> {
  return new Promise((done, failed) => {
    const options = { host: address ?? '127.0.0.1', port, method, path, agent: false, setHost: false }
    const sent = request({ ...options, headers: { host: `127.0.0.1:${port}`, ...headers } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', failed)
      response.on('end', () =>
        done({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString('utf8') }),
      )
    })
    // The answer may come before all was sent
    sent.on('error', failed)
    sent.end(body)
  })
}

/** Writes text as it is and reads until the other side ends; `null` when the connection was closed without an answer. */
export async function exchangeText(port: number, text: string, onSocket: (socket: Socket) => void = () => undefined) {
  const socket = connect(port, '127.0.0.1')
  const parts: Buffer[] = []
  const closed = new Promise<void>((done) => socket.once('close', () => done()))
  socket.on('error', () => undefined)
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write(text)
  onSocket(socket)
  await closed
  return parseAnswer(Buffer.concat(parts).toString('utf8'))
}

function parseAnswer(text: string): Answer | null {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]
  if (status === undefined) return null
  const headers = Object.fromEntries(lines.map((line) => /^([^:]+): ?(.*)$/.exec(line)!.slice(1))) as Record<string, string>
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { status: Number(status), headers: lower, body: rest.join('\r\n\r\n') }
}

export interface OpenSocket {
  /** `null` while the line is open. */
  readonly refusal: Answer | null
  /** The protocol that the server chose. */
  readonly protocol: string | undefined
  /** Sends a frame of so many bytes, and tells whether the server closed the line within the time. */
  closesOn(bytes: number, withinMs: number): Promise<boolean>
  close(): void
}

/** Asks for a WebSocket, with the headers given and those that any such request has. */
export function openSocket(port: number, headers: OutgoingHttpHeaders, path = '/events'): Promise<OpenSocket> {
  const upgrade = {
    'connection': 'Upgrade',
    'upgrade': 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  return new Promise((done, failed) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      setHost: false,
      headers: { host: `127.0.0.1:${port}`, ...upgrade, ...headers },
    })
    asked.on('error', failed)
    asked.on('response', (response) => {
      response.resume()
      response.on('end', () =>
        done({
          refusal: { status: response.statusCode!, headers: response.headers, body: '' },
          protocol: undefined,
          closesOn: () => Promise.resolve(true),
          close: () => undefined,
        }),
      )
    })
    asked.on('upgrade', (response, socket) => {
      socket.on('error', () => undefined)
      socket.resume()
      done({
        refusal: null,
        protocol: response.headers['sec-websocket-protocol'],
        closesOn: (bytes, withinMs) => {
          socket.write(maskedFrame(bytes))
          return Promise.race([
            new Promise<boolean>((closed) => socket.once('close', () => closed(true))),
            new Promise<boolean>((late) => setTimeout(() => late(false), withinMs)),
          ])
        },
        close: () => socket.destroy(),
      })
    })
    asked.end()
  })
}

/** A text frame of spaces with a mask of zeros, as RFC 6455 (5.2) asks of clients. */
function maskedFrame(bytes: number): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x81
  head[1] = 0x80 | 127
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return Buffer.concat([head, Buffer.alloc(bytes, ' ')])
}
