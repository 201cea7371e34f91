/**
 * Every error code that crosses a process border. A new case is a new code, never a new class;
 * callers decide on the code and never on the message.
 */
export const errorCodes = [
  // The request itself
  'bad-request',
  'unknown-request',
  'too-large',
  'not-found',
  'not-allowed',
  'conflict',
  'cancelled',
  'timeout',
  'internal',
  'unavailable',
  // The library folder
  'library-locked',
  'library-read-only',
  'library-newer-schema',
  'library-damaged',
  'disk-full',
  'store-write-failed',
  'migration-failed',
  // Importing
  'file-not-found',
  'file-unreadable',
  'file-too-large',
  'file-empty',
  'text-too-large',
  'no-text',
  'unsupported-format',
  'encrypted',
  'damaged-file',
  'parser-timeout',
  'parser-memory',
  'parser-crashed',
  // Embedding
  'model-missing',
  'model-damaged',
  'model-failed',
  'embedding-failed',
  'inference-crashed',
  'dimension-mismatch',
  // Indexes
  'index-damaged',
  'index-not-ready',
  'native-missing',
  'native-failed',
  'invalid-argument',
  'invalid-id',
  'duplicate-id',
  // Queries
  'query-syntax',
  'query-too-long',
  // Network
  'offline',
  'blocked-address',
  'remote-failed',
  'remote-refused',
  'remote-model-missing',
  'rate-limited',
  'quota-exhausted',
  'tls-failed',
  // Keys for services
  'key-missing',
  'key-rejected',
  'key-store-failed',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** An error as it travels between processes: plain data, no stack. */
export interface WireError {
  readonly code: ErrorCode
  /** One sentence in sentence case, without a period. */
  readonly message: string
  /** What the person can do about it; absent when there is nothing to do. */
  readonly advice?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean
}

export interface AkinErrorOptions {
  readonly advice?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The one error class of Akin. */
export class AkinError extends Error {
  readonly code: ErrorCode
  readonly advice: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: AkinErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AkinError'
    this.code = code
    this.advice = options.advice
    this.details = options.details
    this.retryable = options.retryable ?? false
  }
}

/** True when `error` is an AkinError with one of the given codes. */
export function isCode(error: unknown, ...codes: ErrorCode[]): error is AkinError {
  return error instanceof AkinError && codes.includes(error.code)
}

/**
 * Turns anything thrown into what may cross a process border. What is not an AkinError is a bug: it becomes
 * `internal` with its message, and the caller logs the stack.
 */
export function toWireError(error: unknown): WireError {
  if (error instanceof AkinError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
      ...(error.details === undefined ? {} : { details: error.details }),
      retryable: error.retryable,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `Something went wrong inside Akin: ${message}`, retryable: false }
}

/** The opposite of `toWireError`: an error that can be thrown and tested with `isCode`. */
export function fromWireError(wire: WireError): AkinError {
  return new AkinError(wire.code, wire.message, {
    ...(wire.advice === undefined ? {} : { advice: wire.advice }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
    retryable: wire.retryable,
  })
}
