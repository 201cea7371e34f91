import { tokenOfHash } from './token-of-hash.ts'

const storageKey = 'akin.token'

/**
 * The key to the browser host. It comes once in the address and is moved to this tab's storage, so that it is neither
 * in the history nor in a link that somebody copies.
 */
export function takeAccessToken(): string | null {
  const fromAddress = tokenOfHash(location.hash)
  if (fromAddress === null) return sessionStorage.getItem(storageKey)
  sessionStorage.setItem(storageKey, fromAddress)
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  return fromAddress
}
