import type { EventMessage, EventName, EventPayload } from '../shared/contract/events.ts'

export type EventListener = (message: EventMessage) => void

/** Numbers events and hands them to whoever listens. */
export class EventHub {
  readonly #listeners = new Set<EventListener>()
  #number = 0

  send<N extends EventName>(event: N, payload: EventPayload<N>): void {
    const message = { event, payload, number: ++this.#number } as EventMessage
    for (const listener of this.#listeners) listener(message)
  }

  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
