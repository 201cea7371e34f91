import { describe, expect, it } from 'vitest'
import { remoteModelOf, remoteSpaceOf, type RemoteModelOptions } from '../../../engine/embedding/remote/remote-model.ts'

const openAi: RemoteModelOptions = {
  baseUrl: 'https://api.openai.com/v1',
  model: 'text-embedding-3-small',
  dimensions: null,
  queryPrefix: '',
  passagePrefix: '',
}
const local: RemoteModelOptions = { ...openAi, baseUrl: 'http://localhost:11434/v1', model: 'nomic-embed-text', dimension: 768 }

describe('a model of OpenAI', () => {
  it.each([
    ['text-embedding-3-small', null, 1_536, 8_192],
    ['text-embedding-3-large', null, 3_072, 8_192],
    ['text-embedding-3-large', 256, 256, 8_192],
    ['text-embedding-ada-002', null, 1_536, 8_191],
  ])('%s with dimensions %j gives vectors of %i numbers', (model, dimensions, dimension, tokensEach) => {
    const made = remoteModelOf({ ...openAi, model, dimensions })
    expect(made).toMatchObject({ dimension, tokenizer: 'cl100k', limits: { tokensEach, tokensInAll: 300_000 } })
    expect(made.limits.inputs).toBeLessThanOrEqual(2_048)
    expect(remoteSpaceOf(made)).toMatchObject({ name: model, dimension, metric: 'inner-product' })
  })

  it('cannot be asked for dimensions that it does not give', () => {
    const ada = { ...openAi, model: 'text-embedding-ada-002', dimensions: 256 }
    expect(() => remoteModelOf(ada)).toThrow(expect.objectContaining({ code: 'bad-request' }))
    expect(() => remoteModelOf({ ...openAi, dimensions: 1_537 })).toThrow(expect.objectContaining({ code: 'bad-request' }))
  })

  it('keeps an answer at a size that is read in one go', () => {
    for (const dimensions of [1, 256, 3_072]) {
      const { limits } = remoteModelOf({ ...openAi, model: 'text-embedding-3-large', dimensions })
      expect(limits.inputs * dimensions).toBeLessThanOrEqual(2 ** 20)
    }
  })
})

describe('a model of another service', () => {
  it('has no space before its dimension is measured', () => {
    const { dimension: _, ...unmeasured } = local
    expect(() => remoteSpaceOf(remoteModelOf(unmeasured))).toThrow(expect.objectContaining({ code: 'bad-request' }))
    expect(remoteSpaceOf(remoteModelOf(local)).dimension).toBe(768)
  })

  it('is not taken for OpenAI’s because of its name', () => {
    const made = remoteModelOf({ ...local, model: 'text-embedding-ada-002', dimension: 384 })
    expect(made).toMatchObject({ dimension: 384, tokenizer: 'estimate' })
  })

  it('may have a limit that is above the usual size of a request', () => {
    const { limits } = remoteModelOf({ ...local, maxInputTokens: 32_768 })
    expect(limits.tokensInAll).toBeGreaterThanOrEqual(32_768)
  })
})

describe('the space', () => {
  const identityOf = (options: RemoteModelOptions): string => remoteSpaceOf(remoteModelOf(options)).identity

  it('is the same for the same service and model, however the address is written', () => {
    expect(identityOf({ ...openAi, baseUrl: 'https://API.openai.com/v1/' })).toBe(identityOf(openAi))
  })

  it.each<[string, Partial<RemoteModelOptions>]>([
    ['the server', { baseUrl: 'http://localhost:1234/v1' }],
    ['the path', { baseUrl: 'http://localhost:11434/other/v1' }],
    ['the model', { model: 'mxbai-embed-large' }],
    ['the dimension', { dimension: 512 }],
    ['the dimensions asked for', { dimensions: 768 }],
    ['the prefix of queries', { queryPrefix: 'search_query: ' }],
    ['the prefix of passages', { passagePrefix: 'search_document: ' }],
    ['the longest text', { maxInputTokens: 512 }],
  ])('is another one when %s is', (_title, change) => {
    expect(identityOf({ ...local, ...change })).not.toBe(identityOf(local))
  })
})
