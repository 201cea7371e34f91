import type { Reply } from '../../shared/contract/reply.ts'
import { AkinError, fromWireError } from '../../shared/errors.ts'

/** The value of a reply, or its error thrown. */
export function unwrapReply<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value
  throw fromWireError(reply.error)
}

/** The error for a request that its caller gave up. */
export function cancelledError(): AkinError {
  return new AkinError('cancelled', 'The request was given up')
}

/** The error for a host that does not answer. */
export function unavailableError(cause?: unknown): AkinError {
  return new AkinError('unavailable', 'Akin does not answer at the moment', {
    advice: 'Try again once it is back',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
