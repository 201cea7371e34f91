import { Agent, fetch } from 'undici'
import { AkinError } from '../../shared/errors.ts'
import type { Document } from '../../shared/model/document.ts'
import { allowedUrl, publicLookup } from './public-address.ts'

export interface ImageLoaderOptions {
  /** Told of every address that a picture was asked from, before it is. */
  readonly recordSent: (host: string) => Promise<void>
  /** Lets tests reach a server on loopback; never set in the product. */
  readonly allowsPrivateAddresses?: boolean
}

const maxBytes = 10 * 1024 * 1024
const maxRedirects = 5
const timeoutMs = 15_000
const mediaTypes = /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/

/**
 * Loads a picture that a document refers to, when the person asked for it. Only addresses on the public internet, only
 * pictures, each hop checked anew; SVG is left out since it can hold more than a picture.
 */
export class ImageLoader {
  readonly #options: ImageLoaderOptions
  #agent: Agent | undefined

  constructor(options: ImageLoaderOptions) {
    this.#options = options
  }

  /** @throws AkinError `not-allowed`, `blocked-address`, `offline`, `remote-failed`, `too-large` */
  async load(document: Pick<Document, 'content' | 'sources'>, src: string): Promise<{ mediaType: string; base64: string }> {
    if (!document.content.blocks.some((block) => block.type === 'image' && block.src === src)) {
      throw new AkinError('not-allowed', 'This picture does not belong to the item')
    }
    const base = document.sources.find(({ url }) => url !== null)?.url ?? undefined
    if (!URL.canParse(src, base)) throw new AkinError('remote-failed', 'The address of this picture cannot be read')
    let url = new URL(src, base)
    for (let hop = 0; hop <= maxRedirects; hop++) {
      this.#check(url)
      await this.#options.recordSent(url.host)
      const answer = await this.#get(url)
      if (!('redirect' in answer)) return answer
      url = new URL(answer.redirect, url)
    }
    throw new AkinError('remote-failed', 'The picture’s address leads from one to the next without end')
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
  }

  #check(url: URL): void {
    if (this.#options.allowsPrivateAddresses !== true) allowedUrl(url)
  }

  async #get(url: URL): Promise<{ mediaType: string; base64: string } | { redirect: string }> {
    const lookup = this.#options.allowsPrivateAddresses === true ? {} : { lookup: publicLookup }
    this.#agent ??= new Agent({ connect: { ...lookup, timeout: timeoutMs }, maxResponseSize: maxBytes })
    try {
      const response = await fetch(url, {
        dispatcher: this.#agent,
        redirect: 'manual',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { accept: 'image/*' },
        signal: AbortSignal.timeout(timeoutMs),
      })
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) return { redirect: location }
      if (!response.ok) throw new AkinError('remote-failed', `The site answered ${response.status} instead of the picture`)
      const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
      if (!mediaTypes.test(mediaType))
        throw new AkinError('remote-failed', 'What lies at this address is not a picture that can be shown')
      return { mediaType, base64: Buffer.from(await response.arrayBuffer()).toString('base64') }
    } catch (cause) {
      throw networkError(cause)
    }
  }
}

function networkError(cause: unknown): unknown {
  if (cause instanceof AkinError) return cause
  const inner = (cause as { cause?: unknown }).cause
  if (inner instanceof AkinError) return inner
  const code = (inner as { code?: string } | undefined)?.code ?? (cause as { name?: string }).name ?? ''
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new AkinError('too-large', 'The picture is larger than 10 MB', { cause })
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENETUNREACH') {
    return new AkinError('offline', 'The site cannot be reached', {
      cause,
      retryable: true,
      advice: 'Check the connection, then try again',
    })
  }
  if (code === 'TimeoutError') return new AkinError('timeout', 'The site did not answer in time', { cause, retryable: true })
  return new AkinError('remote-failed', 'The picture could not be loaded', { cause, retryable: true, details: { reason: code } })
}
