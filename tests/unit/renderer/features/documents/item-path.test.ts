import { expect, it } from 'vitest'
import { pathOfItem } from '../../../../../renderer/features/documents/item-path.ts'
import { readPlace } from '../../../../../renderer/features/reader/read-place.ts'

it('reads back the address of an item with its passage and query', () => {
  const path = pathOfItem(42, { passage: { start: 120, end: 480 }, q: 'early "hours"' })
  expect(readPlace('42', new URLSearchParams(path.split('?')[1]))).toEqual({
    documentId: 42,
    passage: [120, 480],
    q: 'early "hours"',
  })
  expect(pathOfItem(42)).toBe('/item/42')
})

it('takes an impossible passage for none', () => {
  expect(readPlace('7', new URLSearchParams('start=9&end=4')).passage).toBeNull()
  expect(readPlace('7', new URLSearchParams('start=a&end=4')).passage).toBeNull()
})
