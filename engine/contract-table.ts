import { z } from 'zod'
import type { Reply } from '../shared/contract/reply.ts'
import { isRequestName, requests, type RequestName, type RequestOutput, type RequestParsed } from '../shared/contract/requests.ts'
import { AkinError, toWireError } from '../shared/errors.ts'

// zod would compile its checks with `new Function`, which a strict content-security policy forbids
z.config({ jitless: true })

export interface RequestOptions {
  readonly signal?: AbortSignal
}

export type Handler<N extends RequestName> = (input: RequestParsed<N>, options: RequestOptions) => Promise<RequestOutput<N>>
export type Handlers<N extends RequestName> = { readonly [K in N]: Handler<K> }

/** Requests that the engine answers; the others are the host's. */
export type EngineRequestName = Exclude<RequestName, `host.${string}`>

/**
 * Answers a request by the contract: checks the input, calls the handler, checks the output. Never rejects: every
 * failure is a reply with a code.
 *
 * @param onBug told of errors that are not AkinErrors, with their stack
 */
export async function answer(
  handlers: Partial<Handlers<RequestName>>,
  { name, input }: { name: unknown; input: unknown },
  { onBug, ...options }: RequestOptions & { onBug: (error: unknown) => void },
): Promise<Reply> {
  try {
    if (!isRequestName(name)) throw new AkinError('unknown-request', `There is no request “${String(name).slice(0, 100)}”`)
    const handler = handlers[name] as ((input: unknown, options: RequestOptions) => Promise<unknown>) | undefined
    if (handler === undefined) throw new AkinError('unknown-request', `“${name}” is not answered here`)
    const value = await handler(parseInput(name, input), options)
    return { ok: true, value: parseOutput(name, value) }
  } catch (error) {
    if (options.signal?.aborted === true) return { ok: false, error: toWireError(new AkinError('cancelled', 'Cancelled')) }
    if (!(error instanceof AkinError)) onBug(error)
    return { ok: false, error: toWireError(error) }
  }
}

/** @throws AkinError `bad-request` that names the field */
export function parseInput<N extends RequestName>(name: N, input: unknown): RequestParsed<N> {
  const result = requests[name].input.safeParse(input)
  if (result.success) return result.data as RequestParsed<N>
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new AkinError(
    'bad-request',
    `${name} was asked for in a wrong way: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'unknown'}`,
    {
      details: { request: name, field },
    },
  )
}

function parseOutput(name: RequestName, value: unknown): unknown {
  const result = requests[name].output.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new Error(`${name} answered in a wrong way at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}
