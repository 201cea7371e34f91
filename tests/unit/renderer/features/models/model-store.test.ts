import { expect, it } from 'vitest'
import type { EmbeddingModel } from '../../../../../shared/model/embedding-model.ts'
import type { Job } from '../../../../../shared/model/job.ts'
import { createModelStore } from '../../../../../renderer/features/models/model-store.ts'
import { createToastStore } from '../../../../../renderer/ui/toast-store.ts'
import { AkinError } from '../../../../../shared/errors.ts'
import { fakeClient, settle } from '../../fake-client.ts'

const gpt2 = { id: 'gpt2', name: 'gpt2', catalogueId: 'gpt2', state: 'available' } as EmbeddingModel

function setUp() {
  const fake = fakeClient({
    'models.list': () => ({ models: [gpt2], hub: 'https://hub.example' }),
    'models.download': () => ({ jobId: 12 }),
    'models.remove': () => ({ undoId: 4, changed: [] }),
  })
  const toasts = createToastStore()
  return { fake, toasts, models: createModelStore({ client: fake.client, toasts, goTo: () => undefined }) }
}

it('remembers which job a download is, and reads the list again when it has ended', async () => {
  const { fake, models } = setUp()
  models.download(gpt2, 'q8')
  await settle()
  expect(models.store.getState().started.get('gpt2')).toBe(12)
  fake.emit('jobs.progress', { job: { kind: 'model', finishedAt: null } as Job })
  expect(fake.asked.filter(({ name }) => name === 'models.list')).toHaveLength(0)
  fake.emit('jobs.progress', { job: { kind: 'model', finishedAt: '2026-01-01T00:00:00Z' } as Job })
  await settle()
  expect(models.store.getState()).toMatchObject({ models: [gpt2], hub: 'https://hub.example' })
})

it('offers a removed model back, and tells why one cannot be removed', async () => {
  const { fake, toasts, models } = setUp()
  models.remove({ ...gpt2, state: 'installed' })
  await settle()
  toasts.undoLast()
  await settle()
  expect(fake.asked).toContainEqual({ name: 'library.undo', input: { undoId: 4 } })
  fake.answers['models.remove'] = () => {
    throw new AkinError('conflict', 'gpt2 makes the vectors of gpt2', { advice: 'Remove that space first' })
  }
  models.remove(gpt2)
  await settle()
  expect(toasts.store.getState().toasts.at(-1)).toMatchObject({ tone: 'error', detail: 'Remove that space first' })
})
