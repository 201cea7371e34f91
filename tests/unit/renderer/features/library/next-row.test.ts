import { expect, it } from 'vitest'
import { nextRow } from '../../../../../renderer/features/library/next-row.ts'

const place = { cursor: 5, total: 100, rowsPerPage: 20 }

it('moves by one, by a page and to the ends, and stays within', () => {
  expect(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => nextRow(key, place))).toEqual([
    6, 4, 25, 0, 0, 99,
  ])
  expect(nextRow('ArrowDown', { ...place, cursor: 99 })).toBe(99)
  expect(nextRow('ArrowDown', { ...place, cursor: -1 })).toBe(0)
  expect(nextRow('a', place)).toBeNull()
  expect(nextRow('End', { ...place, total: 0 })).toBeNull()
})
