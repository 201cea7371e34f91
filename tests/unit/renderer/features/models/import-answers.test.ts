import { expect, it } from 'vitest'
import type { ImportQuestion } from '../../../../../shared/model/embedding-model.ts'
import { answersTo, isAnswered } from '../../../../../renderer/features/models/import-answers.ts'

const ask = (about: ImportQuestion['about'], suggestion: string | null): ImportQuestion => ({ about, question: '?', suggestion })

it('takes a suggestion until something else is said, and gives answers to what was asked only', () => {
  const questions = [ask('pooling', 'mean'), ask('query-prefix', 'query: '), ask('max-tokens', '512')]
  expect(isAnswered(questions, {})).toBe(true)
  expect(answersTo(questions, { 'query-prefix': '', 'passage-prefix': 'never asked' })).toEqual({
    pooling: 'mean',
    queryPrefix: '',
    maxTokens: 512,
  })
})

it('keeps the space at the end of a prefix', () => {
  expect(answersTo([ask('passage-prefix', null)], { 'passage-prefix': 'passage: ' })).toEqual({ passagePrefix: 'passage: ' })
})

it('is not done while a pooling is unknown or a number is none', () => {
  expect(isAnswered([ask('pooling', null)], {})).toBe(false)
  expect(isAnswered([ask('max-tokens', '512')], { 'max-tokens': 'many' })).toBe(false)
  expect(isAnswered([ask('max-tokens', '512')], { 'max-tokens': '3' })).toBe(false)
})
