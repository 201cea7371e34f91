import type { EventName, EventPayload } from '../../../shared/contract/events.ts'
import type { RequestName } from '../../../shared/contract/requests.ts'
import type { AkinClient } from '../../../renderer/client/akin-client.ts'

type Answer = (input: unknown, signal: AbortSignal | undefined) => unknown

export interface FakeClient {
  readonly client: AkinClient
  /** Requests in the order they came. */
  readonly asked: { readonly name: RequestName; readonly input: unknown }[]
  /** What is answered; what it throws is the request's error. */
  readonly answers: Partial<Record<RequestName, Answer>>
  emit<N extends EventName>(event: N, payload: EventPayload<N>): void
}

/** A client that answers what a test says, without an engine. */
export function fakeClient(answers: Partial<Record<RequestName, Answer>>): FakeClient {
  const listeners = new Map<string, ((payload: never) => void)[]>()
  const asked: FakeClient['asked'] = []
  const client = {
    async request(name: RequestName, input: unknown, { signal }: { signal?: AbortSignal } = {}) {
      asked.push({ name, input })
      return answers[name]?.(input, signal) ?? {}
    },
    on(event: string, listener: (payload: never) => void) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener])
      return () => undefined
    },
    onRefresh: () => () => undefined,
  } as unknown as AkinClient
  return {
    client,
    asked,
    answers,
    emit: (event, payload) => {
      for (const listener of listeners.get(event) ?? []) listener(payload as never)
    },
  }
}

/** Lets what was promised come about. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve()
}
