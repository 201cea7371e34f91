import { MongoBulkWriteError, MongoError } from 'mongodb'
import { AkinError, type AkinErrorOptions, type ErrorCode } from '../../../shared/errors.ts'

/** Codes of the server: `src/mongo/base/error_codes.yml` of mongodb/mongo. */
const serverCodes = {
  unauthorized: 13,
  authenticationFailed: 18,
  maxTimeExpired: 50,
  documentTooLarge: 10_334,
  outOfDiskSpace: 14_031,
  notWritablePrimary: 10_107,
  notPrimaryNoSecondaryOk: 13_435,
  notPrimaryOrSecondary: 13_436,
  primarySteppedDown: 189,
  interruptedAtShutdown: 11_600,
  interruptedByReplacement: 11_602,
  duplicateKey: 11_000,
  atlas: 8_000,
} as const

const notPrimary: ReadonlySet<number> = new Set([
  serverCodes.notWritablePrimary,
  serverCodes.notPrimaryNoSecondaryOk,
  serverCodes.notPrimaryOrSecondary,
  serverCodes.primarySteppedDown,
  serverCodes.interruptedAtShutdown,
  serverCodes.interruptedByReplacement,
])

/** True when a document with this `_id` or unique key is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoError && error.code === serverCodes.duplicateKey
}

/** True when nothing is known of what became of a command: the connection broke, or the server changed its role. */
export function isInterrupted(error: unknown): boolean {
  return meaningOf(error)?.isInterrupted === true
}

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
  readonly advice: string
  readonly retryable?: boolean
  readonly isInterrupted?: boolean
}

/**
 * Turns an error of the driver or the server into one with a code of ours. The text of the driver is left out, and so is
 * the error itself as a cause: both may hold the address with its password. Other errors are returned as they are.
 */
export function mongoError(error: unknown): unknown {
  const meaning = meaningOf(error)
  if (meaning === undefined) return error
  const options: AkinErrorOptions = {
    advice: meaning.advice,
    retryable: meaning.retryable ?? false,
    details: detailsOf(error),
  }
  return new AkinError(meaning.code, meaning.message, options)
}

function detailsOf(error: unknown): Record<string, unknown> {
  const names = chainOf(error).map((one) => one.name)
  return { mongo: [...new Set(names)].join(', '), ...(codeOf(error) === undefined ? {} : { code: codeOf(error) }) }
}

/** The error, its causes, and the errors that the driver met at each server. */
function chainOf(error: unknown): Error[] {
  const found: Error[] = []
  const queue: unknown[] = [error]
  while (queue.length > 0 && found.length < 20) {
    const one = queue.shift()
    if (!(one instanceof Error) || found.includes(one)) continue
    found.push(one)
    queue.push(one.cause, (one as { error?: unknown }).error, ...serverErrors(one))
  }
  return found
}

function serverErrors(error: Error): unknown[] {
  const servers = (error as { reason?: { servers?: unknown } }).reason?.servers
  return servers instanceof Map ? [...servers.values()].map((server) => (server as { error?: unknown }).error) : []
}

function codeOf(error: unknown): number | string | undefined {
  return chainOf(error)
    .map((one) => (one as { code?: unknown }).code)
    .find((one) => typeof one === 'number' || typeof one === 'string')
}

function meaningOf(error: unknown): Meaning | undefined {
  if (!(error instanceof Error) || error instanceof AkinError) return undefined
  const chain = chainOf(error)
  // Addresses are parsed by a package of the driver, whose errors have only the name in common
  const isOfDriver = chain.some((one) => one instanceof MongoError || one.name.startsWith('Mongo'))
  if (!isOfDriver && !isBson(error)) return undefined
  return ofCodes(chain) ?? ofNames(chain) ?? ofBulk(error) ?? other
}

/** What the system, TLS or the server numbered. */
function ofCodes(chain: readonly Error[]): Meaning | undefined {
  for (const one of chain) {
    const { code } = one as { code?: unknown }
    const meaning = typeof code === 'string' ? ofSystemCode(code) : typeof code === 'number' ? ofServerCode(code) : undefined
    if (meaning !== undefined) return meaning
  }
  return undefined
}

function ofSystemCode(code: string): Meaning | undefined {
  if (['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'ENONAME', 'ESERVFAIL'].includes(code)) return nameNotFound
  if (['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH'].includes(code)) return noNetwork
  if (code === 'ECONNREFUSED') return refused
  if (code === 'ERR_INVALID_URL') return badAddress
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code.includes('CERT') || code === 'EPROTO') return tls
  if (['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(code)) return cut
  return code.startsWith('UNABLE_TO_') ? tls : undefined
}

function ofServerCode(code: number): Meaning | undefined {
  if (notPrimary.has(code)) return otherPrimary
  if (code === serverCodes.unauthorized) return readOnlyUser
  if (code === serverCodes.authenticationFailed || code === serverCodes.atlas) return wrongPassword
  if (code === serverCodes.outOfDiskSpace) return diskFull
  if (code === serverCodes.maxTimeExpired) return tooSlow
  return code === serverCodes.documentTooLarge ? tooLarge : undefined
}

/** Where there is no number, the driver's own kinds of error tell. */
function ofNames(chain: readonly Error[]): Meaning | undefined {
  const names = new Set(chain.map((one) => one.name))
  if (names.has('MongoCompatibilityError')) return tooOld
  if (names.has('MongoParseError') || names.has('MongoInvalidArgumentError')) return badAddress
  if (names.has('MongoNotConnectedError') || names.has('MongoClientClosedError') || names.has('MongoTopologyClosedError'))
    return closed
  if (names.has('MongoOperationTimeoutError') || names.has('MongoNetworkTimeoutError') || names.has('MongoWaitQueueTimeoutError'))
    return tooSlow
  if (names.has('MongoServerSelectionError')) return chain.some(isReset) ? cut : silent
  return names.has('MongoNetworkError') ? cut : undefined
}

function isReset(error: Error): boolean {
  return error.name === 'MongoNetworkError'
}

function ofBulk(error: Error): Meaning | undefined {
  if (!(error instanceof MongoBulkWriteError)) return undefined
  const list = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors]
  return list.map(({ code }) => ofServerCode(code)).find((meaning) => meaning !== undefined)
}

function isBson(error: Error): boolean {
  return error.name.startsWith('BSON') || (error instanceof RangeError && error.stack?.includes('bson') === true)
}

const address = 'Check the address of the server in Settings, Storage'
const again = 'Try again in a moment. Nothing that was stored is lost'

const nameNotFound: Meaning = {
  code: 'offline',
  message: 'No server has this name',
  advice: `${address}, and the network connection`,
  retryable: true,
}
const noNetwork: Meaning = {
  code: 'offline',
  message: 'The database server cannot be reached: there is no network',
  advice: 'Connect, then try again',
  retryable: true,
}
const refused: Meaning = {
  code: 'unavailable',
  message: 'The database server refused the connection: nothing listens at this port',
  advice: `Start the server. ${address}`,
  retryable: true,
}
const silent: Meaning = {
  code: 'timeout',
  message: 'The database server does not answer',
  advice: `${address}, and whether a firewall stands between`,
  retryable: true,
}
const tooSlow: Meaning = {
  code: 'timeout',
  message: 'The database server took too long to answer',
  advice: again,
  retryable: true,
  isInterrupted: true,
}
const cut: Meaning = {
  code: 'unavailable',
  message: 'The connection to the database server was cut',
  advice: `${again}. If it never works, check whether the server wants TLS`,
  retryable: true,
  isInterrupted: true,
}
const closed: Meaning = {
  code: 'unavailable',
  message: 'The database is closed',
  advice: 'Open the library again',
}
const otherPrimary: Meaning = {
  code: 'unavailable',
  message: 'This database server cannot be written to at the moment: it is not the primary',
  advice: 'Name all servers of the set in the address, or wait until one is chosen',
  retryable: true,
  isInterrupted: true,
}
const tls: Meaning = {
  code: 'tls-failed',
  message: 'No safe connection to the database server could be made',
  advice: 'Check whether the server uses TLS, and its certificate',
}
const wrongPassword: Meaning = {
  code: 'key-rejected',
  message: 'The database server does not know this user or password',
  advice: 'Check both, and the database in which the user was made (authSource)',
}
const readOnlyUser: Meaning = {
  code: 'library-read-only',
  message: 'This user may not do that in the database',
  advice: 'Give it the role "readWrite" on the database of the library',
}
const tooOld: Meaning = {
  code: 'unavailable',
  message: 'This database server is too old, or does not speak like MongoDB',
  advice: 'Akin needs MongoDB 4.4 or newer',
}
const badAddress: Meaning = {
  code: 'bad-request',
  message: 'This is not an address of a database server',
  advice: 'It begins with mongodb:// or mongodb+srv://. Signs like @ and / in a password are written as %40 and %2F',
}
const diskFull: Meaning = {
  code: 'disk-full',
  message: 'The disk of the database server is full',
  advice: 'Free some space there, then try again. Nothing that was stored is lost',
  retryable: true,
}
const tooLarge: Meaning = {
  code: 'too-large',
  message: 'This is too large for the database',
  advice: 'Split the item into smaller ones',
}
const other: Meaning = {
  code: 'store-write-failed',
  message: 'The database could not be read or written',
  advice: 'Look at the log of the database server',
  retryable: true,
}
