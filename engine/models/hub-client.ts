import type { Readable } from 'node:stream'
import { Agent, request, type Dispatcher } from 'undici'
import { AkinError } from '../../shared/errors.ts'
import { hubError, hubHost, redirectError, statusError } from './hub-errors.ts'

/** Where the models of the catalogue are published. */
export const defaultHub = 'https://huggingface.co'

export interface HubFile {
  readonly repository: string
  readonly revision: string
  readonly path: string
}

export interface HubTimings {
  readonly connectMs: number
  /** Until the answer begins. */
  readonly answerMs: number
  /** Without a byte of the body. */
  readonly silenceMs: number
  /** Waits before the second try, the third …; the last counts for all others. */
  readonly retryMs: readonly number[]
  /** A hub that asks for a longer wait is told to the person instead. */
  readonly longestWaitMs: number
}

export const defaultTimings: HubTimings = {
  connectMs: 15_000,
  answerMs: 30_000,
  silenceMs: 30_000,
  retryMs: [1_000, 3_000, 10_000, 30_000],
  longestWaitMs: 120_000,
}

export interface HubClientOptions {
  /** Address of the hub, `https://huggingface.co` by default; anything that serves the same layout. */
  readonly hub: string
  /** Told of each host before it is contacted. */
  readonly onSent: (host: string, what: string) => void | Promise<void>
  readonly timings?: Partial<HubTimings>
}

/** The part of a file from which on a hub answered. */
export interface HubAnswer {
  /** First byte of the body within the file: 0 when the hub sends all of it. */
  readonly start: number
  /** Of the whole file; `null` when the hub does not say. */
  readonly totalBytes: number | null
  /** Names this very content at this host, good for asking for the rest; `null` when there is none that is strong. */
  readonly etag: string | null
  /** The hub's own hash of the content, where it keeps one. */
  readonly sha256: string | null
  /** The commit that the revision stands for. */
  readonly commit: string | null
  readonly body: Readable
}

const mostRedirects = 5
const sentWhat = 'A model file was asked for'

/** Asks a hub for files. Sends no cookies, keys or names; follows redirects, but never from an encrypted address to an open one. */
export class HubClient {
  readonly hub: URL
  readonly timings: HubTimings
  readonly #options: HubClientOptions
  readonly #agent: Agent

  /** @throws AkinError `bad-request` when the hub's address cannot be used */
  constructor(options: HubClientOptions) {
    this.#options = options
    this.hub = hubAddress(options.hub)
    this.timings = { ...defaultTimings, ...options.timings }
    this.#agent = new Agent({
      connect: { timeout: this.timings.connectMs },
      headersTimeout: this.timings.answerMs,
      bodyTimeout: this.timings.silenceMs,
    })
  }

  /**
   * Asks for a file, or for its rest.
   *
   * @param from what is here already: the rest is only sent when the content is still the one that the tag names
   * @throws AkinError `offline`, `timeout`, `not-found`, `not-allowed`, `blocked-address`, `rate-limited`, `tls-failed`, `remote-failed`
   */
  async get(file: HubFile, from: { bytes: number; etag: string | null }, signal?: AbortSignal): Promise<HubAnswer> {
    let url = this.address(file)
    const fromHub: { sha256: string | null; bytes: number | null; commit: string | null } = {
      sha256: null,
      bytes: null,
      commit: null,
    }
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const response = await this.#ask(url, file, from, signal)
      fromHub.sha256 ??= linkedHash(text(response.headers['x-linked-etag']))
      fromHub.bytes ??= wholeNumber(text(response.headers['x-linked-size']))
      fromHub.commit ??= /^[0-9a-f]{40}$/.exec(text(response.headers['x-repo-commit']) ?? '')?.[0] ?? null
      const location = text(response.headers['location'])
      if (response.statusCode < 300 || response.statusCode >= 400 || location === null)
        return this.#answer(response, fromHub, file)
      await discard(response)
      url = nextAddress(url, location, file)
    }
    throw new AkinError('remote-failed', `The hub sends the download of ${file.path} from one address to the next without end`)
  }

  /** Where a file lies: `<hub>/<repository>/resolve/<revision>/<path>`. */
  address({ repository, revision, path }: HubFile): URL {
    const inner = [repository, 'resolve', encodeURIComponent(revision), path.split('/').map(encodeURIComponent).join('/')]
    return new URL(`${this.hub.href.replace(/\/$/, '')}/${inner.join('/')}`)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #ask(
    url: URL,
    file: HubFile,
    from: { bytes: number; etag: string | null },
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    await this.#options.onSent(url.host, sentWhat)
    signal?.throwIfAborted()
    try {
      return await request(url, {
        dispatcher: this.#agent,
        method: 'GET',
        headers: {
          // What is counted and hashed are the bytes of the file itself
          'accept-encoding': 'identity',
          'user-agent': 'Akin',
          ...(from.bytes === 0 ? {} : { range: `bytes=${from.bytes}-` }),
          ...(from.bytes === 0 || from.etag === null ? {} : { 'if-range': from.etag }),
        },
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw hubError(error, { host: url.host, path: file.path })
    }
  }

  async #answer(
    response: Dispatcher.ResponseData,
    fromHub: { sha256: string | null; bytes: number | null; commit: string | null },
    file: HubFile,
  ): Promise<HubAnswer> {
    const { statusCode, headers } = response
    if (statusCode !== 200 && statusCode !== 206) {
      await discard(response)
      throw statusError(statusCode, text(headers['retry-after']), file, this.hub)
    }
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text(headers['content-range']) ?? '')
    if (statusCode === 206 && range === null) {
      await discard(response)
      throw new AkinError('remote-failed', `The hub sent a part of ${file.path} without saying which`, { retryable: true })
    }
    const total = range === null ? text(headers['content-length']) : (range[2] ?? null)
    const etag = text(headers['etag'])
    return {
      start: range === null ? 0 : Number(range[1]),
      totalBytes: wholeNumber(total) ?? fromHub.bytes,
      etag: etag === null || etag.startsWith('W/') ? null : etag,
      sha256: fromHub.sha256,
      commit: fromHub.commit,
      body: response.body,
    }
  }
}

/** @throws AkinError `bad-request` in words for the field that the address was typed into */
export function hubAddress(address: string): URL {
  const problem = (message: string): AkinError =>
    new AkinError('bad-request', message, { advice: 'For example https://huggingface.co', details: { hub: hubHost(address) } })
  if (!URL.canParse(address)) throw problem('The hub’s address cannot be read')
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw problem('The hub’s address must begin with https:// or http://')
  if (url.username !== '' || url.password !== '') throw problem('The hub’s address must not hold a name or a password')
  if (url.search !== '' || url.hash !== '') throw problem('The hub’s address must end with its host or a path')
  return url
}

/** Where a redirect leads. @throws AkinError `blocked-address` */
export function nextAddress(from: URL, location: string, file: HubFile): URL {
  if (!URL.canParse(location, from.href)) throw redirectError(from, file, 'to an address that cannot be read')
  const next = new URL(location, from.href)
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw redirectError(from, file, `to ${next.protocol}`)
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw redirectError(from, file, 'to an address without encryption')
  }
  next.username = ''
  next.password = ''
  return next
}

function linkedHash(etag: string | null): string | null {
  return /^"?([0-9a-f]{64})"?$/.exec(etag ?? '')?.[1] ?? null
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null
}

function text(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** Ends a response that is not read; what is left of it does not matter. */
async function discard(response: Dispatcher.ResponseData): Promise<void> {
  response.body.on('error', () => undefined)
  response.body.destroy()
  await Promise.resolve()
}
