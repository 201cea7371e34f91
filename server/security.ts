import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What the built window may do: its own files, nothing from elsewhere, no inline code, no eval. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/** On every answer, whatever it is. There are no CORS headers on purpose: no other page may read anything here. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
}

/** The key to this run of the server: 32 random bytes, in the address after `#`, which is neither sent nor logged. */
export class AccessToken {
  readonly value: string
  readonly #digest: Buffer

  constructor(value = randomBytes(32).toString('base64url')) {
    this.value = value
    this.#digest = digestOf(value)
  }

  /** Compares in a time that tells nothing of where they differ. */
  matches(given: string | undefined): boolean {
    return given !== undefined && timingSafeEqual(this.#digest, digestOf(given))
  }
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

export type Refusal = { readonly status: number; readonly message: string }

/**
 * Whether a request comes from our own page or from nobody's. The exact `Host` stops names that were rebound to this
 * address; `Origin` and `Sec-Fetch-Site` stop other pages, which may only lead a person to the start page.
 * `X-Forwarded-*` are never looked at.
 */
export function refuseForeign(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  port: number,
  options: { needsOrigin: boolean },
): Refusal | null {
  const { host, origin, 'sec-fetch-site': site } = request.headers
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (host === undefined || !hosts.includes(host)) return { status: 403, message: 'This address is not Akin’s' }
  if (origin === undefined ? options.needsOrigin : origin !== `http://${host}`)
    return { status: 403, message: 'Another site may not ask Akin' }
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !leadsToStart(request))
    return { status: 403, message: 'Another site may not ask Akin' }
  return null
}

/**
 * A browser that goes to the start page in a tab of its own, from another page: `npm start` opens a file that leads here
 * (scripts/start.mjs), and a person may follow a link. The start page holds nothing, and what led here can neither read it
 * nor reach into its window.
 */
function leadsToStart({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean {
  return method === 'GET' && url === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return /^Bearer ([\w-]{10,200})$/.exec(headers.authorization ?? '')?.[1]
}

/** The token among the protocols a WebSocket offers: `akin.v1, akin.tok.<token>`. */
export function protocolTokenOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  if (!offered.includes('akin.v1')) return undefined
  return offered.find((one) => one.startsWith('akin.tok.'))?.slice('akin.tok.'.length)
}
