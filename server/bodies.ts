import type { IncomingMessage } from 'node:http'
import { limits } from '../shared/contract/requests.ts'

/** The type of a body without its parameters; empty when there is none. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
}

/**
 * The parts of a body. Who stops reading half way may still answer: the connection stays, and the rest is thrown away as
 * it comes. A connection that is closed on a browser while it sends takes the answer with it.
 */
export function partsOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const parts = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  const stop = async (): Promise<IteratorResult<Buffer>> => {
    await parts.return?.()
    request.resume()
    return { done: true, value: undefined }
  }
  // Without `throw`: an error of the reader's own is no reason to close the connection either
  return { [Symbol.asyncIterator]: () => ({ next: () => parts.next(), return: stop }) }
}

/** The whole body; `null` when it is larger than any request may be. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of partsOf(request)) {
    length += part.length
    if (length > limits.requestBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** `undefined` for what is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    // Told to the caller as a bad request
    return undefined
  }
}
