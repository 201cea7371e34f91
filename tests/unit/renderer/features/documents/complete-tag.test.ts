import { expect, it } from 'vitest'
import { completeTag } from '../../../../../renderer/features/documents/complete-tag.ts'

const known = [
  { value: 'garden', count: 9 },
  { value: 'Gardening', count: 4 },
  { value: 'kindergarten', count: 2 },
  { value: 'house', count: 1 },
]

it('offers what begins so before what holds it, and nothing that is there', () => {
  expect(completeTag(known, 'gard', ['garden']).map(({ value }) => value)).toEqual(['Gardening'])
  expect(completeTag(known, '#gar', []).map(({ value }) => value)).toEqual(['garden', 'Gardening', 'kindergarten'])
  expect(completeTag(known, '', []).map(({ value }) => value)).toEqual(['garden', 'Gardening', 'kindergarten', 'house'])
})
