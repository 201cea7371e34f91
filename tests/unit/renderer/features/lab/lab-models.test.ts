import { expect, it } from 'vitest'
import type { EmbeddingModel } from '../../../../../shared/model/embedding-model.ts'
import { chooseLabModel, labModels } from '../../../../../renderer/features/lab/lab-models.ts'

const model = (id: string, state: EmbeddingModel['state'] = 'installed'): EmbeddingModel =>
  ({ id, name: id, state }) as EmbeddingModel

it('has GPT-2’s tokens always, and its states once it is installed', () => {
  expect(labModels([model('bge'), model('gpt2', 'available')])).toEqual([
    { id: 'gpt2', name: 'gpt2', hasStates: false },
    { id: 'bge', name: 'bge', hasStates: true },
  ])
  expect(labModels([model('bge'), model('gpt2')]).map(({ hasStates }) => hasStates)).toEqual([true, true])
})

it('begins with a model that shows everything, and keeps the chosen one while it is there', () => {
  const all = labModels([model('bge')])
  expect(chooseLabModel(all, null)?.id).toBe('bge')
  expect(chooseLabModel(all, 'gpt2')?.id).toBe('gpt2')
  expect(chooseLabModel(all, 'removed')?.id).toBe('bge')
  expect(chooseLabModel(labModels([]), null)?.id).toBe('gpt2')
})
