import { expect, it } from 'vitest'
import { passageBodyStart } from '../../../../renderer/ui/passage-body.ts'

const body = (text: string, ...heads: (string | null)[]): string => text.slice(passageBodyStart(text, ...heads))

it('leaves out the title and the heading that a passage opens with', () => {
  expect(body('The Ferry\n\nWinter\nNo boat.', 'The Ferry', 'Winter')).toBe('No boat.')
  expect(body('Winter\nNo boat.', 'The Ferry', null, 'Winter')).toBe('No boat.')
})

it('keeps a passage that opens with its own words, or is nothing but a heading', () => {
  expect(body('No boat in winter.', 'The Ferry')).toBe('No boat in winter.')
  expect(body('Winter\n', 'Winter')).toBe('Winter\n')
  expect(body('', 'Winter')).toBe('')
})
