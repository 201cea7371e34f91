import { expect, it } from 'vitest'
import { isSameSearch, readSearchParams, writeSearchParams } from '../../../../../renderer/features/search/search-params.ts'

it('reads back the address it writes, and leaves defaults out', () => {
  const search = { q: 'early "hours" tag:x', mode: 'keyword', sort: 'newest', more: [3, 9], less: [4], space: 2 } as const
  const path = writeSearchParams(search, 'hybrid', 12)
  const read = readSearchParams(new URLSearchParams(path.split('?')[1]), 'hybrid')
  expect(isSameSearch(read, search)).toBe(true)
  expect(path).toContain('item=12')
  expect(writeSearchParams({ q: '', mode: 'hybrid', sort: 'best', more: [], less: [], space: null }, 'hybrid')).toBe('/search')
})

it('takes nonsense in an address for nothing', () => {
  const read = readSearchParams(new URLSearchParams('q=a&mode=magic&sort=x&more=1,-2,foo,3.5,7&space=x'), 'vector')
  expect(read).toEqual({ q: 'a', mode: 'vector', sort: 'best', more: [1, 7], less: [], space: null })
})
