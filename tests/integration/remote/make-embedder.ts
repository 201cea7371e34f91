import { afterEach } from 'vitest'
import { RemoteEmbedder, type RemoteEmbedderOptions } from '../../../engine/embedding/remote/remote-embedder.ts'
import type { RemoteRules } from '../../../engine/embedding/remote/remote-rules.ts'
import type { SentRequest } from '../../../engine/embedding/remote/embeddings-client.ts'
import { remoteModelOf, type RemoteModel, type RemoteModelOptions } from '../../../engine/embedding/remote/remote-model.ts'
import { AkinError, toWireError } from '../../../shared/errors.ts'

/** The usual rules with waits of milliseconds. */
export const quickRules: RemoteRules = {
  connectTimeoutMs: 10_000,
  passages: { requests: 2, gatherMs: 5, timeoutMs: 60_000, retry: { tries: 4, baseMs: 2, maxMs: 10, patienceMs: 60_000 } },
  queries: { requests: 2, gatherMs: 0, timeoutMs: 60_000, retry: { tries: 3, baseMs: 2, maxMs: 10, patienceMs: 60_000 } },
}

export interface MadeEmbedder {
  readonly embedder: RemoteEmbedder
  readonly sent: SentRequest[]
  readonly states: string[]
  readonly cuts: number[]
}

export interface MakeOptions extends Partial<Omit<RemoteEmbedderOptions, 'model'>> {
  /** Instead of what `model` says. */
  readonly limits?: Partial<RemoteModel['limits']>
}

/** A model of OpenAI at another address. */
export function openAiAt(baseUrl: string, more: Partial<RemoteModelOptions> = {}): RemoteModel {
  const usual = {
    model: 'text-embedding-3-small',
    dimensions: null,
    queryPrefix: '',
    passagePrefix: '',
    service: 'openai',
  } as const
  return remoteModelOf({ baseUrl, ...usual, ...more })
}

/** A model with eight numbers of a server that is not OpenAI’s. */
export function localAt(baseUrl: string, more: Partial<RemoteModelOptions> = {}): RemoteModel {
  return openAiAt(baseUrl, { model: 'nomic-embed-text', dimension: 8, service: 'compatible', ...more })
}

/** Registers the clean-up; the returned function makes an embedder that may send, and keeps what it tells. */
export function useEmbedders(): (model: RemoteModel, options?: MakeOptions) => MadeEmbedder {
  const embedders: RemoteEmbedder[] = []
  afterEach(async () => {
    for (const embedder of embedders.splice(0)) await embedder.close()
  })
  return (model, { limits, ...options } = {}) => {
    const [sent, states, cuts]: [SentRequest[], string[], number[]] = [[], [], []]
    const embedder = new RemoteEmbedder({
      model: { ...model, limits: { ...model.limits, ...limits } },
      key: () => Promise.resolve(null),
      isAllowed: () => true,
      onSent: (one) => void sent.push(one),
      onCut: (limit) => void cuts.push(limit),
      onState: (state, reason) => void states.push(reason === null ? state : `${state}: ${reason.code}`),
      rules: quickRules,
      ...options,
    })
    embedders.push(embedder)
    return { embedder, sent, states, cuts }
  }
}

/** The error that a promise must end with. */
export async function errorOf(promise: Promise<unknown>): Promise<AkinError> {
  const error = await promise.then(
    (value) => new Error(`It was answered: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (error instanceof AkinError) return error
  throw error as Error
}

/** Codes of all, `ok` for those that came. */
export async function codesOf(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => (one.status === 'fulfilled' ? 'ok' : (one.reason as AkinError).code))
}

/** Everything of an error that may be shown or written down. */
export function wordsOf(error: unknown): string {
  const { stack, cause } = error as Error
  const own = Object.fromEntries(Object.entries(error as object))
  return JSON.stringify([toWireError(error), own, stack, String(error), cause === undefined ? null : wordsOf(cause)])
}
