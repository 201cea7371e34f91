import { AkinError, type ErrorCode } from '../../../shared/errors.ts'
import { isThisComputer } from './base-url.ts'

/** Why one try brought no vectors. */
export interface Failure {
  readonly error: AkinError
  /** The same request may go through a little later. */
  readonly isPassing: boolean
  /** The service did not like the request itself: another text, or another spelling, may be taken. */
  readonly isRefusal: boolean
  /** A fault of the service that one text may bring about: some servers fail at a text that is too long for them. */
  readonly isFault: boolean
  /** How long the service asks to be left alone. */
  readonly waitMs: number | null
}

/** What a service said, as far as it can be read; already without keys. */
export interface Said {
  readonly message: string | null
  readonly code: string | null
  readonly type: string | null
  /** It was an error in the form of an interface like OpenAI's, and not any page. */
  readonly isFromService: boolean
}

export interface Asked {
  readonly baseUrl: string
  readonly host: string
  readonly model: string
  readonly dimensions: number | null
  readonly hasKey: boolean
}

const passingStatus = new Set([408, 409, 429, 500, 502, 503, 504, 529])
/** https://platform.openai.com/docs/guides/error-codes: waiting does not help. */
const quotaCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active', 'access_terminated'])

/** A status other than success, in words for a person. */
export function statusFailure(status: number, said: Said, asked: Asked, waitMs: number | null): Failure {
  const isPassing = passingStatus.has(status) && !isQuota(status, said)
  const isRefusal = status === 400 || status === 413 || status === 422
  const { code, message, advice } = wordsFor(status, said, asked)
  const details = { status, ...(said.message === null ? {} : { said: said.message }), ...(waitMs === null ? {} : { waitMs }) }
  const isLater = isPassing || code === 'remote-model-missing' || code === 'quota-exhausted'
  const error = new AkinError(code, message, { advice, details, retryable: isLater })
  return { error, isPassing, isRefusal, isFault: status === 500, waitMs }
}

interface Words {
  readonly code: ErrorCode
  readonly message: string
  readonly advice: string
}

function isQuota(status: number, { code, type }: Said): boolean {
  return status === 402 || (status === 429 && (quotaCodes.has(code ?? '') || quotaCodes.has(type ?? '')))
}

function wordsFor(status: number, said: Said, asked: Asked): Words {
  const { host, model, hasKey } = asked
  if (isQuota(status, said)) {
    return {
      code: 'quota-exhausted',
      message: `The account at ${host} has nothing left to spend`,
      advice: 'Look at its plan and billing there; what has been read so far is kept, and the rest goes on afterwards',
    }
  }
  if (status >= 300 && status < 400) return movedWords(asked)
  if (status === 401) return hasKey ? keyRejected(host) : keyMissing(host)
  if (status === 403) {
    return {
      code: 'remote-refused',
      message: `${host} does not let this account use ${model}`,
      advice: 'Look there what the key may be used for, or choose another model',
    }
  }
  if (status === 404 || status === 405) return said.isFromService ? modelMissing(asked) : wrongAddress(asked)
  if (status === 429) {
    return {
      code: 'rate-limited',
      message: `${host} takes no more requests at the moment`,
      advice: 'Go on in a few minutes, or raise the limits of the account; what has been read so far is kept',
    }
  }
  if (status === 408 || status === 504) return tooSlow(host)
  if (status < 500) return refusedWords(said, asked)
  return {
    code: 'remote-failed',
    message: `${host} has a fault of its own (status ${status})`,
    advice: isThisComputer(asked.baseUrl) ? 'Look at what the server there says, then try again' : 'Try again later',
  }
}

function keyRejected(host: string): Words {
  return {
    code: 'key-rejected',
    message: `${host} does not accept the key`,
    advice: 'Copy the key from there once more: it may be mistyped, expired or withdrawn',
  }
}

function keyMissing(host: string): Words {
  return { code: 'key-missing', message: `${host} asks for a key`, advice: 'Get a key there, then type it in with this model' }
}

function modelMissing({ host, model, baseUrl }: Asked): Words {
  return {
    code: 'remote-model-missing',
    message: `${host} has no model “${model}”`,
    advice: isThisComputer(baseUrl)
      ? `Load it there first, with Ollama by “ollama pull ${model}”, or check its name`
      : 'Check its name, and that your account may use it',
  }
}

function wrongAddress({ baseUrl }: Asked): Words {
  return {
    code: 'remote-failed',
    message: `There is nothing for embeddings at ${baseUrl}`,
    advice: 'Check the address: it mostly ends with /v1',
  }
}

function movedWords({ baseUrl }: Asked): Words {
  return {
    code: 'remote-failed',
    message: `${baseUrl} leads on to another address, and nothing is sent there`,
    advice: 'If you trust the other address, enter it instead',
  }
}

function tooSlow(host: string): Words {
  return { code: 'timeout', message: `${host} did not answer in time`, advice: 'Try again later, when it has less to do' }
}

/** The message of a service is looked at for choosing words, and for nothing else. */
function refusedWords({ message }: Said, { host, model, dimensions }: Asked): Words {
  const text = message?.toLowerCase() ?? ''
  if (dimensions !== null && text.includes('dimension')) {
    return {
      code: 'remote-refused',
      message: `${model} at ${host} does not give vectors of ${dimensions} numbers`,
      advice: 'Leave the dimensions out, or choose a number that the model takes',
    }
  }
  if (/context length|too (?:long|large)|input length|exceed|maximum/.test(text)) {
    return {
      code: 'remote-refused',
      message: `The text is longer than ${model} at ${host} takes`,
      advice: 'Choose a model that takes longer texts',
    }
  }
  return {
    code: 'remote-refused',
    message: `${host} does not take the request`,
    advice: `Check that ${model} is a model for embeddings and that the server speaks OpenAI’s interface`,
  }
}

/** Something else than the JSON that was asked for. */
export function notJson(asked: Asked, isPage: boolean): Failure {
  const message = isPage
    ? `${asked.host} answers with a web page instead of vectors`
    : `${asked.host} answered with something that cannot be read`
  const advice = isPage
    ? 'Check the address, which mostly ends with /v1; in a hotel or café, sign in to the network first'
    : 'Try again; if it stays so, check the address'
  // What cannot be read may have been cut off on its way
  return passing(new AkinError('remote-failed', message, { advice, retryable: true }), !isPage)
}

export function tooLarge({ host }: Asked): Failure {
  const message = `${host} answered with far more than the vectors asked for`
  return passing(new AkinError('remote-failed', message, { advice: 'Check that it is the service you mean' }), false)
}

export function timedOut({ host }: Asked): Failure {
  const { code, message, advice } = tooSlow(host)
  return passing(new AkinError(code, message, { advice, retryable: true }), true)
}

const notFoundCodes = new Set(['ENOTFOUND', 'ENODATA', 'EADDRNOTAVAIL'])
const noWayCodes = new Set(['EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN'])
const certificateCodes =
  /^(?:CERT_|CRL_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|EPROTO$|PATH_LENGTH_)/

/**
 * What went wrong on the way to a service, in words for a person. The error of the system is not kept as cause: it may
 * hold what was sent.
 */
export function networkFailure(thrown: unknown, asked: Asked): Failure {
  if (thrown instanceof AkinError) return passing(thrown, false)
  const reason = reasonOf(thrown)
  const { host, baseUrl } = asked
  const make = (code: ErrorCode, message: string, advice: string, isPassing: boolean): Failure =>
    passing(new AkinError(code, message, { advice, retryable: true, details: { reason } }), isPassing)
  if (notFoundCodes.has(reason))
    return make('offline', `There is no ${host} to be found`, 'Check the address and the connection to the internet', false)
  if (noWayCodes.has(reason)) return make('offline', `${host} cannot be reached`, 'Check the connection, then try again', true)
  if (reason === 'ECONNREFUSED') {
    const advice = isThisComputer(baseUrl)
      ? 'Start the server, Ollama or LM Studio for example, and check the port of the address'
      : 'Check the address, and that the server runs'
    return make('offline', `Nothing answers at ${host}`, advice, true)
  }
  if (certificateCodes.test(reason)) {
    const advice = 'Check the address and the clock of this computer; for a server in your own network, http:// may be right'
    return make('tls-failed', `No safe connection to ${host} could be made`, advice, false)
  }
  if (reason === 'UND_ERR_CONNECT_TIMEOUT' || reason === 'ETIMEDOUT')
    return make('offline', `${host} cannot be reached`, 'Check the address and the connection, then try again', true)
  if (reason === 'UND_ERR_HEADERS_TIMEOUT' || reason === 'UND_ERR_BODY_TIMEOUT') return timedOut(asked)
  if (reason.startsWith('HPE_') || reason === 'HTTPParserError')
    return make('remote-failed', `What answers at ${host} is no web service`, 'Check the address and its port', false)
  return make('remote-failed', `The connection to ${host} broke off`, 'Try again', true)
}

/** The code of what lies deepest: undici wraps the system's errors, and several addresses of one name give several. */
function reasonOf(thrown: unknown): string {
  const { code, cause, errors, name } = thrown as { code?: string; cause?: unknown; errors?: unknown[]; name?: string }
  if (cause instanceof Error) return reasonOf(cause)
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0])
  return code ?? name ?? 'unknown'
}

function passing(error: AkinError, isPassing: boolean): Failure {
  return { error, isPassing, isRefusal: false, isFault: false, waitMs: null }
}
