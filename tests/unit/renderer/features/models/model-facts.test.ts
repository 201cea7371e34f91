import { describe, expect, it } from 'vitest'
import type { EmbeddingModel } from '../../../../../shared/model/embedding-model.ts'
import type { Job } from '../../../../../shared/model/job.ts'
import {
  describeLanguages,
  describeModel,
  describeQuality,
  describeSize,
  groupModels,
  jobOfModel,
} from '../../../../../renderer/features/models/model-facts.ts'

const model = (id: string, state: EmbeddingModel['state']): EmbeddingModel =>
  ({ id, name: id, state, catalogueId: id, dimension: 384, languages: ['en'], maxTokens: 512 }) as EmbeddingModel
const job = (id: number, title: string): Job => ({ id, title, kind: 'model' }) as Job

describe('what is told about a model', () => {
  it('names languages by their names, counts many, and is silent where nobody knows', () => {
    expect(describeLanguages(['en'])).toBe('English')
    expect(describeLanguages(['en', 'de', 'fr', 'it'])).toBe('4 languages')
    expect(describeLanguages(['mul'])).toBe('About 100 languages')
    expect(describeLanguages([])).toBeNull()
  })

  it('says about where a size is not exact', () => {
    expect(describeSize({ sizeBytes: 34_000_000, isSizeExact: true })).toBe('34 MB')
    expect(describeSize({ sizeBytes: 127_000_000, isSizeExact: false })).toBe('about 127 MB')
    expect(describeSize({ sizeBytes: null, isSizeExact: false })).toBe('size not known')
  })

  it('leaves out of a damaged model what it no longer says', () => {
    expect(describeModel({ ...model('x', 'damaged'), dimension: null, maxTokens: null, languages: [] })).toEqual([])
    expect(describeModel(model('x', 'installed'))).toEqual(['384 numbers a vector', 'English', 'up to 512 tokens'])
  })

  it('writes figures of one and of a hundred', () => {
    expect(describeQuality({ benchmark: 'STS-B', score: 0.8672, source: '' })).toBe('STS-B: 0.867')
    expect(describeQuality({ benchmark: 'MTEB', score: 62.17, source: '' })).toBe('MTEB: 62.2')
  })
})

it('puts what is here first, and what stopped on its way at the head of the rest', () => {
  const { here, offered } = groupModels([
    model('built-in', 'installed'),
    model('a', 'available'),
    model('broken', 'damaged'),
    model('half', 'incomplete'),
  ])
  expect(here.map(({ id }) => id)).toEqual(['built-in', 'broken'])
  expect(offered.map(({ id }) => id)).toEqual(['half', 'a'])
})

describe('the job about a model', () => {
  const jobs = [job(4, 'Download of multilingual-e5-small, 8 bit'), job(3, 'Download of e5-small, full precision')]

  it('is the one that this window started', () => {
    expect(jobOfModel(jobs, model('gpt2', 'available'), new Map([['gpt2', 3]]))?.id).toBe(3)
  })

  it('is found by the whole name in its title else', () => {
    expect(jobOfModel(jobs, model('e5-small', 'available'), new Map())?.id).toBe(3)
    expect(jobOfModel(jobs, model('small', 'available'), new Map())).toBeUndefined()
  })
})
