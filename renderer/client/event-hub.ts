import { isEventName, type EventMessage, type EventName, type EventPayload } from '../../shared/contract/events.ts'
import type { Connection } from './akin-client.ts'

type Listener = (payload: never) => void

/** Spreads events, connection states and "read again" among the listeners of one client. */
export class EventHub {
  readonly #events = new Map<EventName, Set<Listener>>()
  readonly #connectionListeners = new Set<(connection: Connection) => void>()
  readonly #refreshListeners = new Set<() => void>()
  #connection: Connection = { state: 'connecting', message: null, retryAtMs: null }
  #lastNumber: number | null = null

  get connection(): Connection {
    return this.#connection
  }

  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const listeners = this.#events.get(event) ?? new Set<Listener>()
    this.#events.set(event, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.#connectionListeners.add(listener)
    listener(this.#connection)
    return () => this.#connectionListeners.delete(listener)
  }

  onRefresh(listener: () => void): () => void {
    this.#refreshListeners.add(listener)
    return () => this.#refreshListeners.delete(listener)
  }

  /** Takes an event from the wire; a gap in its numbers, or a number that starts over, asks for a refresh. */
  receive(message: EventMessage): void {
    if (!isEventName(message.event)) return
    const isGap = this.#lastNumber !== null && message.number !== this.#lastNumber + 1
    this.#lastNumber = message.number
    if (message.event === 'engine.state') this.#followEngine(message.payload as EventPayload<'engine.state'>)
    for (const listener of this.#events.get(message.event) ?? []) listener(message.payload as never)
    if (isGap) this.refresh()
  }

  /** A new line begins: its numbers have nothing to do with the old ones. */
  startLine(): void {
    this.#lastNumber = null
  }

  refresh(): void {
    for (const listener of this.#refreshListeners) listener()
  }

  setConnection(connection: Connection): void {
    if (connection.state === this.#connection.state && connection.retryAtMs === this.#connection.retryAtMs) return
    this.#connection = connection
    for (const listener of this.#connectionListeners) listener(connection)
  }

  #followEngine({ state, message }: EventPayload<'engine.state'>): void {
    const wasLost = this.#connection.state === 'restarting' || this.#connection.state === 'failed'
    const next = state === 'starting' ? 'connecting' : state
    this.setConnection({ state: next, message, retryAtMs: null })
    if (state === 'ready' && wasLost) this.refresh()
  }
}
