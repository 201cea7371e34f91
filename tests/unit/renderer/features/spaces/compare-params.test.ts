import { describe, expect, it } from 'vitest'
import type { SpaceInfo } from '../../../../../shared/model/space.ts'
import {
  chooseSpaces,
  joinLists,
  readCompareParams,
  writeCompareParams,
} from '../../../../../renderer/features/spaces/compare-params.ts'

const spaces = [1, 2, 3].map((id) => ({ id, isDefault: id === 2 }) as SpaceInfo)
const idsOf = (pair: ReturnType<typeof chooseSpaces>): number[] | undefined => pair?.map(({ id }) => id)

it('reads back the address it writes', () => {
  const params = { q: 'a “b” & c', ids: [3, 1], mode: 'hybrid' } as const
  expect(readCompareParams(new URLSearchParams(writeCompareParams(params).split('?')[1]))).toEqual(params)
  expect(readCompareParams(new URLSearchParams('a=-2&b=x&mode=magic'))).toEqual({ q: '', ids: [null, null], mode: 'vector' })
})

describe('the two spaces that are compared', () => {
  it('are the one in use and another, unless others are named', () => {
    expect(idsOf(chooseSpaces(spaces, [null, null]))).toEqual([2, 1])
    expect(idsOf(chooseSpaces(spaces, [null, 3]))).toEqual([2, 3])
    expect(idsOf(chooseSpaces(spaces, [null, 2]))).toEqual([1, 2])
    expect(idsOf(chooseSpaces(spaces, [3, 1]))).toEqual([3, 1])
  })

  it('are never the same one, nor one that is gone', () => {
    expect(idsOf(chooseSpaces(spaces, [3, 3]))).toEqual([3, 1])
    expect(idsOf(chooseSpaces(spaces, [9, 9]))).toEqual([2, 1])
    expect(chooseSpaces(spaces.slice(0, 1), [1, 2])).toBeNull()
    expect(chooseSpaces([], [null, null])).toBeNull()
  })
})

it('joins what both lists have', () => {
  const list = (...ids: number[]) => ids.map((documentId) => ({ documentId }))
  expect(joinLists(list(5, 6, 7), list(7, 8, 5))).toEqual([
    { documentId: 5, left: 0, right: 2 },
    { documentId: 7, left: 2, right: 0 },
  ])
})
