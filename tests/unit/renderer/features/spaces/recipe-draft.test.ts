import { describe, expect, it } from 'vitest'
import type { EmbeddingModel } from '../../../../../shared/model/embedding-model.ts'
import { emptyDraft, ofPreset, poolingsFor, problemsOf, recipeOf } from '../../../../../renderer/features/spaces/recipe-draft.ts'
import { presetOf } from '../../../../../renderer/features/spaces/services.ts'

const openAi = { ...emptyDraft(null), from: 'service' as const }

describe('the recipe of a space, from its form', () => {
  it('leaves to a model on this computer what it does by itself', () => {
    expect(recipeOf(emptyDraft('gpt2'))).toEqual({ type: 'local', modelId: 'gpt2', postProcessing: { method: 'none' } })
    expect(recipeOf({ ...emptyDraft('gpt2'), pooling: 'last-token', post: 'all-but-the-top' })).toMatchObject({
      pooling: 'last-token',
      postProcessing: { method: 'all-but-the-top', components: 3 },
    })
    expect(recipeOf(emptyDraft(null))).toBeNull()
  })

  it('begins with OpenAI’s address and its small model', () => {
    expect(recipeOf(openAi)).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      model: 'text-embedding-3-small',
      dimensions: null,
    })
  })

  it('asks for shorter vectors only where the model can give them', () => {
    expect(recipeOf({ ...openAi, dimensions: '512' })).toMatchObject({ dimensions: 512 })
    expect(recipeOf({ ...openAi, remoteModel: 'text-embedding-ada-002', dimensions: '512' })).toMatchObject({ dimensions: null })
  })

  it('is none while the address, the model or a number is missing or wrong', () => {
    expect(recipeOf({ ...openAi, ...ofPreset(presetOf('own')) })).toBeNull()
    expect(recipeOf({ ...openAi, ...ofPreset(presetOf('lm-studio')) })).toBeNull()
    for (const baseUrl of ['ftp://x', 'example.com', 'javascript:alert(1)']) expect(recipeOf({ ...openAi, baseUrl })).toBeNull()
    for (const dimensions of ['0', '1.5', 'many']) expect(problemsOf({ ...openAi, dimensions }).dimensions).not.toBeNull()
  })

  it('takes the slash off the end of an address', () => {
    expect(recipeOf({ ...openAi, baseUrl: ' http://localhost:1234/v1/ ' })).toMatchObject({ baseUrl: 'http://localhost:1234/v1' })
  })
})

it('offers no pooling for a model that gives the vector itself', () => {
  const model = (pooling: EmbeddingModel['pooling']): EmbeddingModel => ({ pooling }) as EmbeddingModel
  expect(poolingsFor(model('model'))).toEqual([])
  expect(poolingsFor(undefined)).toEqual([])
  expect(poolingsFor(model('mean'))).toContain('weighted-mean')
})
