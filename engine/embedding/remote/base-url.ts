import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import ipaddr from 'ipaddr.js'
import { AkinError } from '../../../shared/errors.ts'

/** What never leaves the person's own network: this computer, the ranges for home and office, and those of private nets over the internet. */
const ownRanges = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'])

/**
 * The address of a service as it is kept: `https://api.openai.com/v1`, without a slash at its end. Without encryption
 * only addresses of the person's own network are taken; names are looked at again when they are resolved, by
 * `ownNetworkLookup`.
 *
 * @throws AkinError `bad-request`, `blocked-address`
 */
export function checkedBaseUrl(address: string): string {
  const text = address.trim()
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new AkinError('bad-request', 'This is no address of a service', {
      advice: 'It begins with https:// or http:// and mostly ends with /v1, as in http://localhost:11434/v1',
    })
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new AkinError('bad-request', 'An address must hold no key, password or question mark', {
      advice: 'Leave everything after the path out, and type the key in where keys are kept',
    })
  }
  if (isOpen(url) && isPublicLiteral(url)) throw notEncrypted(url.host)
  const path = url.pathname.replace(/\/+$/, '').replace(/\/embeddings$/, '')
  return `${url.origin}${path}`
}

/** True when what is sent there can be read on the way. */
export function isOpen(url: URL): boolean {
  return url.protocol === 'http:'
}

/** True when the address is this very computer: nothing leaves it. */
export function isThisComputer(baseUrl: string): boolean {
  const host = hostOf(new URL(baseUrl))
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'loopback'
  return host === 'localhost' || host.endsWith('.localhost')
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** For undici's connector, where nothing is encrypted: refuses a name when any of its addresses is a public one. */
export function ownNetworkLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    if (addresses.some(({ address }) => !isOwn(address))) return callback(notEncrypted(hostname), [])
    if (options.all === true) callback(null, addresses)
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  })
}

function isPublicLiteral(url: URL): boolean {
  const host = hostOf(url)
  return ipaddr.isValid(host) && !isOwn(host)
}

function isOwn(address: string): boolean {
  return ownRanges.has(ipaddr.process(address).range())
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function notEncrypted(host: string): AkinError {
  return new AkinError('blocked-address', `${host} is on the internet and the address is not encrypted`, {
    advice: 'Use an address that begins with https://; http:// is for this computer and your own network',
  })
}
