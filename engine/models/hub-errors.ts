import { AkinError } from '../../shared/errors.ts'
import type { HubFile } from './hub-client.ts'

/** The way out for a computer that cannot reach a hub. */
export const needsImport = 'Or get the files on another computer and import them from a folder or zip file'

const offlineCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'])
const certificateCodes = /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_SSL)/

/** Only the host of an address: the rest may hold what must not be in a log. */
export function hubHost(address: string): string {
  return URL.canParse(address) ? new URL(address).host : ''
}

/** What the network says, in words. Anything that may pass by itself is `retryable`. */
export function hubError(error: unknown, { host, path }: { host: string; path: string }): unknown {
  if (error instanceof AkinError) return error
  const code = codeOf(error)
  const options = { cause: error, retryable: true, details: { host, reason: code } }
  if (offlineCodes.has(code) || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new AkinError('offline', `The model hub cannot be reached: ${host}`, {
      ...options,
      advice: `Check the connection, or the hub’s address in Settings. ${needsImport}`,
    })
  }
  if (certificateCodes.test(code)) {
    return new AkinError('tls-failed', `The encryption of ${host} cannot be trusted`, {
      ...options,
      retryable: false,
      advice: `Check the hub’s address in Settings, and the date of this computer. ${needsImport}`,
    })
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new AkinError('timeout', `${host} stopped sending ${path}`, { ...options, advice: goOnLater })
  }
  return new AkinError('remote-failed', `The connection to ${host} broke while ${path} was downloaded`, {
    ...options,
    advice: goOnLater,
  })
}

const goOnLater = 'Download it again later: it goes on where it stopped'

/** A response that is not the file. */
export function statusError(status: number, retryAfter: string | null, file: HubFile, hub: URL): AkinError {
  const page = `${hub.href.replace(/\/$/, '')}/${file.repository}`
  const details = { status, host: hub.host, repository: file.repository, path: file.path }
  switch (status) {
    case 401:
    case 403:
      return new AkinError('not-allowed', `${hub.host} gives ${file.repository} only to people who have signed in there`, {
        advice: `Open ${page}, accept its terms, download its files there and import them from a folder`,
        details,
      })
    case 404:
    case 410:
      return new AkinError('not-found', `${hub.host} does not have ${file.path} of ${file.repository}`, {
        advice: `It may have been moved: look at ${page}. ${needsImport}`,
        details,
      })
    case 429:
      return new AkinError('rate-limited', `${hub.host} asks for a pause: there were too many downloads from this network`, {
        advice: goOnLater,
        retryable: true,
        details: { ...details, retryAfterMs: waitOf(retryAfter) },
      })
    default:
      return new AkinError('remote-failed', `${hub.host} answered ${status} instead of ${file.path}`, {
        advice: status >= 500 ? goOnLater : needsImport,
        retryable: status >= 500 || status === 408 || status === 416,
        details: { ...details, retryAfterMs: waitOf(retryAfter) },
      })
  }
}

export function redirectError(from: URL, file: HubFile, where: string): AkinError {
  return new AkinError('blocked-address', `${from.host} sends the download of ${file.path} ${where}`, {
    advice: `Akin does not follow it. Choose another hub in Settings. ${needsImport}`,
    details: { host: from.host },
  })
}

/** The header is a number of seconds or a date (RFC 9110, 10.2.3). */
function waitOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1_000
  // An HTTP date begins with its weekday; Date.parse would take much else for one
  const at = /^[A-Z][a-z]{2,8}, /.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}

function codeOf(error: unknown): string {
  for (let at = error as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined; at !== undefined && at !== null;) {
    if (typeof at.code === 'string') return at.code
    at = (at.cause ?? at.errors?.[0]) as typeof at | undefined
  }
  return error instanceof Error ? error.name : ''
}
