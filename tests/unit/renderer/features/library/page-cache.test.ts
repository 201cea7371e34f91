import { describe, expect, it } from 'vitest'
import {
  emptyPages,
  heldRows,
  mapRows,
  markStale,
  maxPages,
  pageSize,
  pagesToRead,
  removeRows,
  rowAt,
  withPage,
  type PageCache,
} from '../../../../../renderer/features/library/page-cache.ts'

const rowsOf = (page: number, length = pageSize): number[] => Array.from({ length }, (_, i) => page * pageSize + i)
const filled = (...pages: number[]): PageCache<number> =>
  pages.reduce((cache, page) => withPage(cache, page, rowsOf(page), 1_000), emptyPages<number>())

describe('pages of a long list', () => {
  it('gives the row of any page it holds', () => {
    const cache = filled(0, 3)
    expect(rowAt(cache, 305)).toBe(305)
    expect(rowAt(cache, 150)).toBeUndefined()
  })

  it('asks for what is missing and what is out of date', () => {
    const cache = filled(0, 1)
    expect(pagesToRead(cache, 90, 320)).toEqual([2, 3])
    expect(pagesToRead(markStale(cache), 0, 110)).toEqual([0, 1])
    expect(pagesToRead(emptyPages(), 0, 50)).toEqual([0])
  })

  it('never asks beyond the end', () => {
    expect(pagesToRead(withPage(emptyPages<number>(), 0, rowsOf(0, 30), 30), 0, 400)).toEqual([])
  })

  it('keeps out-of-date rows readable', () => {
    expect(rowAt(markStale(filled(0)), 7)).toBe(7)
  })

  it('lets go of the pages farthest away', () => {
    let cache = emptyPages<number>()
    for (let page = 0; page < maxPages + 5; page++) cache = withPage(cache, page, rowsOf(page), 100_000)
    expect(cache.pages.size).toBe(maxPages)
    expect(cache.pages.has(0)).toBe(false)
    expect(cache.pages.has(maxPages + 4)).toBe(true)
  })

  it('drops pages that lie beyond a shorter list', () => {
    expect([...withPage(filled(0, 1, 2), 0, rowsOf(0, 40), 40).pages.keys()]).toEqual([0])
  })

  it('moves rows up when some leave, and reads the end again', () => {
    const cache = removeRows(filled(0, 1), (row) => row === 3 || row === 120)
    expect(cache.total).toBe(998)
    expect(rowAt(cache, 3)).toBe(4)
    expect(rowAt(cache, 99)).toBe(100)
    expect(rowAt(cache, 118)).toBe(119)
    expect(rowAt(cache, 119)).toBe(121)
    expect(pagesToRead(cache, 0, 150)).toEqual([0, 1])
  })

  it('changes rows in place and lists them in order', () => {
    const cache = mapRows(filled(1, 0), (row) => row * 2)
    expect([...heldRows(cache)].slice(0, 2)).toEqual([
      [0, 0],
      [1, 2],
    ])
  })
})
