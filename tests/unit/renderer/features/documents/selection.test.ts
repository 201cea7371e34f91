import { describe, expect, it } from 'vitest'
import {
  coverOf,
  emptySelection,
  selectAll,
  selectRange,
  toggleId,
  withoutIds,
} from '../../../../../renderer/features/documents/selection.ts'

const order = [10, 11, 12, 13, 14]

describe('a selection', () => {
  it('chooses and lets go', () => {
    const one = toggleId(emptySelection, 11)
    expect([...one.ids]).toEqual([11])
    expect([...toggleId(one, 11).ids]).toEqual([])
  })

  it('extends from where it began, in both directions', () => {
    const start = toggleId(emptySelection, 12)
    expect([...selectRange(start, 14, order).ids].sort((a, b) => a - b)).toEqual([12, 13, 14])
    expect([...selectRange(start, 10, order).ids].sort((a, b) => a - b)).toEqual([10, 11, 12])
  })

  it('begins at the row itself when there is no anchor in the list', () => {
    expect(selectRange(emptySelection, 13, order)).toEqual({ ids: new Set([13]), anchor: 13 })
    expect([...selectRange({ ids: new Set(), anchor: 99 }, 11, order).ids]).toEqual([11])
  })

  it('leaves out what is gone', () => {
    const all = selectAll(order)
    const rest = withoutIds(all, new Set([10, 12]))
    expect([...rest.ids]).toEqual([11, 13, 14])
    expect(rest.anchor).toBeNull()
  })

  it('tells the box that chooses all how far it is', () => {
    expect(coverOf(emptySelection, 5)).toBe('none')
    expect(coverOf(toggleId(emptySelection, 10), 5)).toBe('some')
    expect(coverOf(selectAll(order), 5)).toBe('all')
  })
})
