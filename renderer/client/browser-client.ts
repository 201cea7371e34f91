import type { EventMessage } from '../../shared/contract/events.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts'
import { AkinError } from '../../shared/errors.ts'
import type { AkinClient, HostPort, Original, RequestOptions, UploadOptions } from './akin-client.ts'
import { backOffMs } from './back-off.ts'
import { EventHub } from './event-hub.ts'
import { cancelledError, unavailableError, unwrapReply } from './unwrap-reply.ts'

/** The client of a page that the browser host served on this computer. */
export class BrowserClient implements AkinClient {
  readonly host: HostPort
  readonly #token: string
  readonly #hub = new EventHub()
  #attempt = 0
  #hadLine = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(token: string) {
    this.#token = token
    this.host = {
      importBy: 'upload',
      grantFiles: () => Promise.reject(new AkinError('unavailable', 'The browser host takes the bytes of files')),
      upload: (file, path, options) => this.#upload(file, path, options),
      fetchOriginal: (documentId, options) => this.#original(documentId, options),
      openLink: (url) => {
        window.open(url, '_blank', 'noopener,noreferrer')
        return Promise.resolve()
      },
    }
    addEventListener('online', () => this.reconnect())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.reconnect()
    })
    this.#openLine()
  }

  async request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    { signal }: RequestOptions = {},
  ): Promise<RequestOutput<N>> {
    const response = await this.#fetch(`/api/${name}`, {
      method: 'POST',
      headers: { ...this.#authorization, 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(signal === undefined ? {} : { signal }),
    })
    return unwrapReply((await replyOf(response)) as Reply<RequestOutput<N>>)
  }

  on: AkinClient['on'] = (event, listener) => this.#hub.on(event, listener)
  onConnection: AkinClient['onConnection'] = (listener) => this.#hub.onConnection(listener)
  onRefresh: AkinClient['onRefresh'] = (listener) => this.#hub.onRefresh(listener)

  reconnect(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#openLine()
  }

  get #authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      const response = await fetch(path, { ...init, cache: 'no-store', redirect: 'error' })
      if (response.status === 401) this.#lockOut()
      return response
    } catch (cause) {
      throw init.signal?.aborted ? cancelledError() : unavailableError(cause)
    }
  }

  #lockOut(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#hub.setConnection({ state: 'locked-out', message: null, retryAtMs: null })
  }

  #openLine(): void {
    this.#timer = undefined
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/events`, ['akin.v1', `akin.tok.${this.#token}`])
    this.#hub.startLine()
    socket.addEventListener('open', () => {
      this.#attempt = 0
      this.#hub.setConnection({ state: 'ready', message: null, retryAtMs: null })
      if (this.#hadLine) this.#hub.refresh()
      this.#hadLine = true
    })
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') this.#hub.receive(JSON.parse(data) as EventMessage)
    })
    socket.addEventListener('close', () => void this.#lineClosed())
  }

  /** A refused key and a stopped host look alike from a WebSocket; a request tells them apart. */
  async #lineClosed(): Promise<void> {
    await this.request('host.describe', {}).catch(() => undefined)
    if (this.#hub.connection.state === 'locked-out') return
    this.#attempt++
    const waitMs = backOffMs(this.#attempt, Math.random())
    this.#hub.setConnection({ state: 'unreachable', message: null, retryAtMs: Date.now() + waitMs })
    this.#timer = setTimeout(() => this.#openLine(), waitMs)
  }

  /** XMLHttpRequest, because `fetch` does not tell how much was sent. */
  #upload(file: File, path: string, { signal, onProgress }: UploadOptions = {}): Promise<{ uploadId: string }> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(cancelledError())
        return
      }
      const sender = new XMLHttpRequest()
      const abort = (): void => sender.abort()
      sender.open('POST', '/upload')
      sender.setRequestHeader('authorization', `Bearer ${this.#token}`)
      sender.setRequestHeader('content-type', 'application/octet-stream')
      sender.setRequestHeader('x-akin-name', encodeURIComponent(path))
      sender.upload.addEventListener('progress', ({ loaded }) => onProgress?.(loaded))
      sender.addEventListener('abort', () => reject(cancelledError()))
      sender.addEventListener('error', () => void whyNotSent(file).then(reject))
      sender.addEventListener('load', () => {
        if (sender.status === 401) this.#lockOut()
        try {
          resolve(unwrapReply(parseReply(sender.responseText, sender.status) as Reply<{ uploadId: string }>))
        } catch (error) {
          reject(error instanceof Error ? error : unavailableError(error))
        }
      })
      sender.addEventListener('loadend', () => signal?.removeEventListener('abort', abort))
      signal?.addEventListener('abort', abort, { once: true })
      sender.send(file)
    })
  }

  async #original(documentId: number, { signal }: RequestOptions = {}): Promise<Original> {
    const response = await this.#fetch(`/original/${documentId}`, {
      headers: this.#authorization,
      ...(signal === undefined ? {} : { signal }),
    })
    if (!response.ok) unwrapReply(await replyOf(response))
    return { blob: await response.blob() }
  }
}

async function replyOf(response: Response): Promise<Reply> {
  return parseReply(await response.text(), response.status)
}

function parseReply(text: string, status: number): Reply {
  try {
    return JSON.parse(text) as Reply
  } catch (cause) {
    throw new AkinError('remote-failed', `Akin answered with something unreadable (status ${status})`, { cause })
  }
}

/** A file that cannot be read and a host that does not answer end in the same event; reading a byte tells them apart. */
async function whyNotSent(file: File): Promise<AkinError> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return unavailableError()
  } catch (cause) {
    return new AkinError('file-unreadable', 'The file could not be read', {
      advice: 'It may have been moved, or this browser may not open it',
      cause,
    })
  }
}
