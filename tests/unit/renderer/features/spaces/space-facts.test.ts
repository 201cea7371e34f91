import { describe, expect, it } from 'vitest'
import type { SpaceInfo, SpaceRecipe } from '../../../../../shared/model/space.ts'
import {
  describeHeld,
  describePost,
  describeState,
  hostOf,
  isThisComputer,
  shortName,
  withOwnNames,
} from '../../../../../renderer/features/spaces/space-facts.ts'

const space = (change: Partial<SpaceInfo>): SpaceInfo =>
  ({ isDefault: false, state: 'ready', reason: null, vectors: 4_120, pending: 0, failed: 0, ...change }) as SpaceInfo
const remote = (baseUrl: string): SpaceRecipe => ({
  type: 'remote',
  baseUrl,
  model: 'm',
  dimensions: null,
  queryPrefix: '',
  passagePrefix: '',
  postProcessing: { method: 'none' },
})

describe('the state of a space', () => {
  it('says which one searches use', () => {
    expect(describeState(space({ isDefault: true })).text).toBe('Active: search uses it')
    expect(describeState(space({})).text).toBe('Ready')
  })

  it('gives the reason of one that cannot be used', () => {
    const reason = { code: 'model-damaged', message: 'The file is another one', advice: 'Install the model again' }
    expect(describeState(space({ state: 'refused', reason }))).toEqual({
      look: 'failed',
      text: 'Cannot be used',
      reason: 'The file is another one. Install the model again',
    })
  })

  it('tells how many could not be read, and how many wait', () => {
    expect(describeState(space({ failed: 2 })).reason).toBe('2 passages could not be read')
    expect(describeState(space({ state: 'waiting', pending: 1 })).text).toBe('1 passage waits')
  })

  it('counts what it holds of everything', () => {
    expect(describeHeld(space({ pending: 8, failed: 2 }))).toBe('4,120 of 4,130 passages')
  })
})

it('says what is done to vectors, and nothing where nothing is', () => {
  expect(describePost({ method: 'none' })).toBeNull()
  expect(describePost({ method: 'all-but-the-top', components: 1 })).toBe('mean and 1 direction taken off')
})

it('tells spaces of one model apart by what differs, and leaves other names alone', () => {
  const local = (name: string, change: object): SpaceInfo =>
    ({ name, recipe: { type: 'local', modelId: 'm', postProcessing: { method: 'none' }, ...change } }) as SpaceInfo
  const named = withOwnNames([
    local('gpt2', {}),
    local('gpt2', { pooling: 'last-token', postProcessing: { method: 'centre' } }),
    local('bge', { pooling: 'mean' }),
  ])
  expect(named.map(({ name }) => name)).toEqual(['gpt2', 'gpt2 (last token; mean taken off)', 'bge'])
})

it('knows where texts go', () => {
  expect(hostOf(remote('https://api.openai.com/v1'))).toBe('api.openai.com')
  expect(isThisComputer('127.0.0.1:11434')).toBe(true)
  expect(isThisComputer('localhost:1234')).toBe(true)
  expect(isThisComputer('localhost.example.com')).toBe(false)
})

it('shortens a name by its version only', () => {
  expect(shortName('bge-small-en-v1.5')).toBe('bge-small-en')
  expect(shortName('gpt-v2 (last token)')).toBe('gpt (last token)')
  expect(shortName('text-embedding-3-small')).toBe('text-embedding-3-small')
})
