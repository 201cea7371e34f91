import type { Link } from '../../shared/model/content.ts'

const maxAddressLength = 4_000
const maxDataImageLength = 64 * 1024
const dataImage = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp|svg\+xml)[;,]/i
const maxLinks = 5_000

/** An address that may stand behind a link, absolute: http, https or mailto. `null` for all others. */
export function safeHref(raw: string, base?: string): string | null {
  const address = raw.trim()
  if (address === '' || address.length > maxAddressLength) return null
  const url = URL.parse(address, base)
  return url !== null && ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null
}

/**
 * An address that may be a picture's: http(s), a small data URL of an image type, or, where there is no base, a
 * relative path as it stands. `null` for all others.
 */
export function safeImageSrc(raw: string, base?: string): string | null {
  const address = raw.trim()
  if (address.startsWith('data:')) return dataImage.test(address) && address.length <= maxDataImageLength ? address : null
  if (address === '' || address.length > maxAddressLength) return null
  const url = URL.parse(address, base)
  if (url !== null) return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  if (address.startsWith('//')) return URL.parse(`https:${address}`)?.href ?? null
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || /^[\\/]/.test(address) ? null : address
}

/** Gathers a document's outgoing links, each once, in order. */
export class LinkList {
  readonly #links = new Map<string, Link>()

  add(kind: Link['kind'], target: string): void {
    if (this.#links.size < maxLinks) this.#links.set(`${kind} ${target}`, { kind, target })
  }

  all(): Link[] {
    return [...this.#links.values()]
  }
}
