import { takeAccessToken } from './access-token.ts'
import type { AkinClient } from './akin-client.ts'
import { BrowserClient } from './browser-client.ts'
import { DesktopClient } from './desktop-client.ts'

/** The client for where this window runs; `null` in a browser that was not given a key. */
export function createClient(): AkinClient | null {
  if (window.akin !== undefined) return new DesktopClient(window.akin)
  const token = takeAccessToken()
  return token === null ? null : new BrowserClient(token)
}
