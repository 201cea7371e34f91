import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLiveRequest } from '../../../../renderer/client/live-request.ts'
import { AkinError } from '../../../../shared/errors.ts'
import { fakeClient, settle } from '../fake-client.ts'

const query = (text: string) => ({ modelId: 'gpt2', text })

describe('a request that follows the typing', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('asks once the typing pauses, with the last text only', async () => {
    const fake = fakeClient({ 'lab.tokens': (input) => ({ input }) })
    const live = createLiveRequest(fake.client, 'lab.tokens')
    live.ask(query('a'), 200)
    await vi.advanceTimersByTimeAsync(150)
    live.ask(query('ab'), 200)
    await vi.advanceTimersByTimeAsync(150)
    expect(fake.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(60)
    expect(fake.asked.map(({ input }) => input)).toEqual([query('ab')])
    expect(live.store.getState()).toMatchObject({ answers: query('ab'), isLoading: false })
  })

  it('gives up what is under way, and keeps the old answer until the new one has come', async () => {
    const signals: (AbortSignal | undefined)[] = []
    let finish: (reply: unknown) => void = () => undefined
    const fake = fakeClient({
      'lab.tokens': (_, signal) => {
        signals.push(signal)
        return new Promise((resolve) => (finish = resolve))
      },
    })
    const live = createLiveRequest(fake.client, 'lab.tokens')
    live.ask(query('a'))
    await vi.advanceTimersByTimeAsync(0)
    finish({ tokens: ['first'] })
    await settle()
    live.ask(query('ab'))
    await vi.advanceTimersByTimeAsync(0)
    const finishSecond = finish
    live.ask(query('abc'))
    expect(signals[1]?.aborted).toBe(true)
    finishSecond({ tokens: ['second'] })
    await settle()
    expect(live.store.getState()).toMatchObject({ reply: { tokens: ['first'] }, isLoading: true })
  })

  it('keeps an error until something is answered, and asks the same again when told', async () => {
    let fails = true
    const fake = fakeClient({
      'lab.tokens': () => {
        if (fails) throw new AkinError('model-failed', 'The model does not run')
        return { tokens: [] }
      },
    })
    const live = createLiveRequest(fake.client, 'lab.tokens')
    live.ask(query('a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(live.store.getState().error?.code).toBe('model-failed')
    live.ask(query('a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(fake.asked).toHaveLength(1)
    fails = false
    live.again()
    await vi.advanceTimersByTimeAsync(0)
    expect(live.store.getState()).toMatchObject({ error: null, reply: { tokens: [] } })
  })

  it('asks the same once more after it was stopped, and nothing when there is nothing to ask', async () => {
    const fake = fakeClient({})
    const live = createLiveRequest(fake.client, 'lab.tokens')
    live.ask(query('a'), 100)
    live.stop()
    await vi.advanceTimersByTimeAsync(200)
    expect(fake.asked).toEqual([])
    live.ask(query('a'), 100)
    await vi.advanceTimersByTimeAsync(200)
    expect(fake.asked).toHaveLength(1)
    live.ask(null)
    expect(live.store.getState()).toMatchObject({ reply: null, asked: null })
  })
})
