import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import ipaddr from 'ipaddr.js'
import { AkinError } from '../../shared/errors.ts'

/**
 * Refuses addresses that are not on the public internet, so that a document cannot make Akin knock at the person's
 * own network. IP literals are checked here, in whatever spelling, as the lookup below is not asked for them.
 *
 * @throws AkinError `blocked-address`
 */
export function allowedUrl(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw blocked(`${url.protocol} addresses are not loaded`)
  if (url.port !== '' && url.port !== '80' && url.port !== '443') throw blocked('Only the usual ports of web sites are allowed')
  if (url.username !== '' || url.password !== '') throw blocked('Addresses with a password are not loaded')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host)) requirePublic(host)
  else if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local') || !host.includes('.'))
    throw blocked('The address is in your own network')
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** For undici's connector: resolves a name and refuses it when any of its addresses is not public. */
export function publicLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    try {
      for (const { address } of addresses) requirePublic(address)
    } catch (refused) {
      return callback(refused as Error, [])
    }
    if (options.all === true) callback(null, addresses)
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  })
}

function requirePublic(address: string): void {
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') throw blocked('The address is in your own network')
}

function blocked(message: string): AkinError {
  return new AkinError('blocked-address', message)
}
