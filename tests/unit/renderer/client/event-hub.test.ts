import { describe, expect, it, vi } from 'vitest'
import type { EventMessage } from '../../../../shared/contract/events.ts'
import { EventHub } from '../../../../renderer/client/event-hub.ts'

const message = (number: number): EventMessage => ({ event: 'jobs.removed', payload: { ids: [number] }, number })
const engine = (number: number, state: 'ready' | 'restarting'): EventMessage => ({
  event: 'engine.state',
  payload: { state, message: null },
  number,
})

describe('event hub', () => {
  it('hands an event to those who listen for it, until they stop', () => {
    const hub = new EventHub()
    const heard = vi.fn<(payload: unknown) => void>()
    const stop = hub.on('jobs.removed', heard)
    hub.receive(message(1))
    stop()
    hub.receive(message(2))
    expect(heard.mock.calls).toEqual([[{ ids: [1] }]])
  })

  it('asks for a refresh when a number is missing, and not when they follow each other', () => {
    const hub = new EventHub()
    const refresh = vi.fn<() => void>()
    hub.onRefresh(refresh)
    hub.receive(message(5))
    hub.receive(message(6))
    expect(refresh).not.toHaveBeenCalled()
    hub.receive(message(8))
    expect(refresh).toHaveBeenCalledOnce()
  })

  it('takes the numbers of a new line as they come', () => {
    const hub = new EventHub()
    const refresh = vi.fn<() => void>()
    hub.onRefresh(refresh)
    hub.receive(message(40))
    hub.startLine()
    hub.receive(message(1))
    expect(refresh).not.toHaveBeenCalled()
  })

  it('leaves an event alone that it does not know', () => {
    const hub = new EventHub()
    expect(() => hub.receive({ event: 'moon.full', payload: {}, number: 1 } as never)).not.toThrow()
  })

  it('follows the engine and refreshes when it is back', () => {
    const hub = new EventHub()
    const states: string[] = []
    const refresh = vi.fn<() => void>()
    hub.onConnection(({ state }) => states.push(state))
    hub.onRefresh(refresh)
    hub.receive(engine(1, 'restarting'))
    hub.receive(engine(2, 'ready'))
    expect(states).toEqual(['connecting', 'restarting', 'ready'])
    expect(refresh).toHaveBeenCalledOnce()
  })
})
