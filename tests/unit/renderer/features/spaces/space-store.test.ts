import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSpaceStore } from '../../../../../renderer/features/spaces/space-store.ts'
import { createToastStore } from '../../../../../renderer/ui/toast-store.ts'
import { AkinError } from '../../../../../shared/errors.ts'
import type { Job } from '../../../../../shared/model/job.ts'
import type { SpaceInfo } from '../../../../../shared/model/space.ts'
import { fakeClient, settle } from '../../fake-client.ts'

const space = (id: number, isDefault = false): SpaceInfo =>
  ({ id, name: `space ${id}`, isDefault, recipe: { type: 'local' }, where: 'this computer' }) as SpaceInfo
const fill = (change: Partial<Job>): Job => ({ id: 1, kind: 'fill', finishedAt: null, ...change }) as Job

function setUp() {
  const fake = fakeClient({
    'spaces.list': () => ({ spaces: [space(3), space(1), space(2, true)] }),
    'spaces.remove': () => ({ undoId: 7, changed: [] }),
  })
  const toasts = createToastStore()
  return { fake, toasts, spaces: createSpaceStore({ client: fake.client, toasts }) }
}

const timesListed = ({ asked }: { asked: readonly { name: string }[] }): number =>
  asked.filter(({ name }) => name === 'spaces.list').length

describe('spaces in the window', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('have the one that searches use first, the others by age', async () => {
    const { spaces } = setUp()
    await spaces.load()
    expect(spaces.store.getState().spaces.map(({ id }) => id)).toEqual([2, 1, 3])
  })

  it('are read again a few times while one fills, and at once when it is full', async () => {
    const { fake } = setUp()
    for (let i = 0; i < 20; i++) {
      fake.emit('jobs.progress', { job: fill({}) })
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(timesListed(fake)).toBe(1)
    fake.emit('jobs.progress', { job: fill({ finishedAt: '2026-01-01T00:00:00Z' }) })
    expect(timesListed(fake)).toBe(2)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(timesListed(fake)).toBe(2)
  })

  it('can be had back after they were removed', async () => {
    const { fake, toasts, spaces } = setUp()
    spaces.remove(space(3))
    await settle()
    toasts.undoLast()
    expect(fake.asked.at(-1)).toEqual({ name: 'library.undo', input: { undoId: 7 } })
  })

  it('that lack passages are used after a second word only', async () => {
    const { fake, toasts, spaces } = setUp()
    fake.answers['spaces.use'] = (input) => {
      if (!(input as { acceptsIncomplete: boolean }).acceptsIncomplete) throw new AkinError('conflict', 'It lacks 12 passages')
      return {}
    }
    spaces.use(space(3))
    await settle()
    const toast = toasts.store.getState().toasts.at(-1)
    expect(toast).toMatchObject({ message: 'It lacks 12 passages', action: { label: 'Use it all the same' } })
    toast?.action?.run()
    await settle()
    expect(toasts.store.getState().toasts.at(-1)?.message).toBe('Searches use space 3 now')
  })
})
