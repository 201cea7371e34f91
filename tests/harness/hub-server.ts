import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** What the hub does with one file, beside sending it. Everything is off by default but tags, ranges and hashes. */
export interface HubBehaviour {
  /** `other` sends to the second host, as hubs do for large files; `loop` to itself for ever; else to that address. */
  readonly redirect?: 'other' | 'loop' | { readonly to: string }
  readonly hasEtag?: boolean
  readonly hasRanges?: boolean
  /** Whether the first host tells SHA-256 and size of large files (`x-linked-etag`, `x-linked-size`). */
  readonly hasHash?: boolean
  readonly hasLength?: boolean
  /** Breaks the connection after so many bytes of a body, so many times. */
  readonly cut?: { readonly afterBytes: number; readonly times: number }
  /** Falls silent after so many bytes of a body, so many times. */
  readonly silence?: { readonly afterBytes: number; readonly times: number }
  /** Answers with a status instead, so many times. */
  readonly fail?: { readonly status: number; readonly times: number; readonly retryAfter?: string }
  /** Sends other bytes of the same length. */
  readonly isCorrupt?: boolean
  /** Waits between pieces of this size. */
  readonly slow?: { readonly pieceBytes: number; readonly waitMs: number }
}

export interface HubRequest {
  /** `hub` or `other`. */
  readonly host: 'hub' | 'other'
  readonly path: string
  readonly range: string | null
  readonly ifRange: string | null
  readonly headers: IncomingMessage['headers']
  /** Bytes of the body that were handed to the connection. */
  sentBytes: number
}

export const hubCommit = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

/**
 * A hub on loopback: serves a folder as `<repository>/resolve/<revision>/<path>`, from two hosts, and misbehaves as told.
 */
export class HubServer {
  readonly requests: HubRequest[] = []
  readonly #folder: string
  readonly #behaviours = new Map<string, HubBehaviour>()
  readonly #counts = new Map<string, number>()
  readonly #hub: Server
  readonly #other: Server
  /** Content of files that exist only here. */
  readonly #contents = new Map<string, Buffer>()

  private constructor(folder: string) {
    this.#folder = folder
    this.#hub = createServer((request, response) => void this.#serve('hub', request, response))
    this.#other = createServer((request, response) => void this.#serve('other', request, response))
  }

  static async start(folder: string): Promise<HubServer> {
    const server = new HubServer(folder)
    for (const one of [server.#hub, server.#other]) {
      one.listen(0, '127.0.0.1')
      await once(one, 'listening')
    }
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`
  }

  get otherUrl(): string {
    return `http://127.0.0.1:${(this.#other.address() as AddressInfo).port}`
  }

  /** @param path below the revision: `onnx/model.onnx` */
  behave(path: string, behaviour: HubBehaviour): void {
    this.#behaviours.set(path, behaviour)
    this.#counts.clear()
  }

  put(path: string, content: Buffer): void {
    this.#contents.set(path, content)
  }

  /** Bytes of bodies sent for a file so far. */
  sentFor(path: string): number {
    return this.requests.filter((one) => one.path === path).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  }

  async close(): Promise<void> {
    for (const one of [this.#hub, this.#other]) {
      one.closeAllConnections()
      one.close()
      await once(one, 'close')
    }
  }

  async #serve(host: 'hub' | 'other', request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    const found = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(decodeURIComponent(request.url ?? ''))
    const path = found?.[3] ?? ''
    const { range = null, 'if-range': ifRange = null } = request.headers as Record<string, string | undefined>
    const record: HubRequest = { host, path, range, ifRange, headers: request.headers, sentBytes: 0 }
    this.requests.push(record)
    const content = this.#contentOf(path)
    if (found === null || content === null) return void response.writeHead(404).end('Entry not found')
    const behaviour = this.#behaviours.get(path) ?? {}
    if (behaviour.fail !== undefined && this.#takes('fail', path, behaviour.fail.times)) {
      const { status, retryAfter } = behaviour.fail
      return void response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('no')
    }
    const linked = {
      'x-repo-commit': hubCommit,
      ...(behaviour.hasHash === false
        ? {}
        : { 'x-linked-etag': `"${sha256Of(content)}"`, 'x-linked-size': String(content.length) }),
    }
    const target = this.#redirectOf(behaviour, host, request.url!)
    if (target !== null) return void response.writeHead(302, { ...linked, location: target }).end()
    await this.#send(content, { ...(host === 'hub' ? linked : {}) }, behaviour, record, response)
  }

  async #send(
    content: Buffer,
    linked: Record<string, string>,
    behaviour: HubBehaviour,
    record: HubRequest,
    response: ServerResponse,
  ): Promise<void> {
    const etag = `"${createHash('md5').update(content).digest('hex')}"`
    const body = behaviour.isCorrupt === true ? Buffer.from(content.map((byte) => byte ^ 1)) : content
    const isSame = record.ifRange === null || record.ifRange === etag
    const start = behaviour.hasRanges !== false && isSame ? Number(/^bytes=(\d+)-$/.exec(record.range ?? '')?.[1] ?? 0) : 0
    if (start >= body.length && start > 0) {
      return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
    }
    response.writeHead(start > 0 ? 206 : 200, {
      ...linked,
      ...(behaviour.hasEtag === false ? {} : { etag }),
      ...(behaviour.hasLength === false ? {} : { 'content-length': body.length - start }),
      ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    })
    await this.#sendBody(body.subarray(start), behaviour, record, response)
  }

  async #sendBody(body: Buffer, behaviour: HubBehaviour, record: HubRequest, response: ServerResponse): Promise<void> {
    const { cut, silence, slow } = behaviour
    const isCut = cut !== undefined && body.length > cut.afterBytes && this.#takes('cut', record.path, cut.times)
    const isSilent = !isCut && silence !== undefined && this.#takes('silence', record.path, silence.times)
    const end = isCut ? cut.afterBytes : isSilent ? silence.afterBytes : body.length
    const piece = slow?.pieceBytes ?? 64 * 1024
    for (let at = 0; at < end && !response.destroyed; at += piece) {
      const part = body.subarray(at, Math.min(end, at + piece))
      await new Promise<void>((resolve) => response.write(part, () => resolve()))
      record.sentBytes += part.length
      if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.waitMs))
    }
    if (isCut) {
      // What was handed over is let through before the line goes dead
      await new Promise((resolve) => setTimeout(resolve, 50))
      return void response.destroy()
    }
    if (!isSilent) response.end()
  }

  #redirectOf({ redirect }: HubBehaviour, host: 'hub' | 'other', url: string): string | null {
    if (redirect === undefined || host === 'other') return null
    if (redirect === 'loop') return `${this.url}${url}`
    return redirect === 'other' ? `${this.otherUrl}${url}` : redirect.to
  }

  #contentOf(path: string): Buffer | null {
    const kept = this.#contents.get(path)
    if (kept !== undefined) return kept
    const file = join(this.#folder, path)
    return path !== '' && !path.includes('..') && existsSync(file) ? readFileSync(file) : null
  }

  /** True as often as told. */
  #takes(what: string, path: string, times: number): boolean {
    const key = `${what} ${path}`
    const taken = this.#counts.get(key) ?? 0
    this.#counts.set(key, taken + 1)
    return taken < times
  }
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
