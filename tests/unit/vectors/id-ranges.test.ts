import { describe, expect, it } from 'vitest'
import { changedRanges, difference } from '../../../engine/vectors/id-ranges.ts'
import type { Change } from '../../../engine/library/library-store.ts'

function change(kind: Change['kind'], first: number | null, last: number | null, spaceId: number | null = null): Change {
  return { sequence: 1, kind, documentId: 1, spaceId, firstChunk: first, lastChunk: last }
}

describe('changedRanges', () => {
  it('takes removals and vectors of its own space, and nothing else', () => {
    const changes = [
      change('document', null, null),
      change('removed', 1_000, 1_005),
      change('removed', null, null),
      change('vectors', 2_000, 2_001, 7),
      change('vectors', 3_000, 3_001, 8),
    ]
    expect(changedRanges(changes, 7)).toEqual([
      { first: 1_000, last: 1_005 },
      { first: 2_000, last: 2_001 },
    ])
  })

  it('joins ranges that touch, overlap, repeat or lie close together, in whatever order they come', () => {
    const changes = [
      change('removed', 500, 510),
      change('removed', 1, 10),
      change('removed', 11, 20),
      change('removed', 5, 8),
      change('removed', 40, 41),
      change('removed', 1, 10),
    ]
    expect(changedRanges(changes, 1)).toEqual([
      { first: 1, last: 41 },
      { first: 500, last: 510 },
    ])
  })

  it('is empty for no changes', () => {
    expect(changedRanges([], 1)).toEqual([])
  })
})

describe('difference', () => {
  const of = (stored: number[], held: number[]) => {
    const { gone, missing, common } = difference(Float64Array.from(stored), Float64Array.from(held))
    return { gone: [...gone], missing: missing.map((place) => stored[place]), common: common.map((place) => stored[place]) }
  }

  it('tells what is gone, what is missing and what is in both', () => {
    expect(of([2, 3, 5, 9], [1, 3, 4, 5, 10])).toEqual({ gone: [1, 4, 10], missing: [2, 9], common: [3, 5] })
  })

  it('takes everything as missing from an empty index, and as gone from an empty store', () => {
    expect(of([1, 2], [])).toEqual({ gone: [], missing: [1, 2], common: [] })
    expect(of([], [1, 2])).toEqual({ gone: [1, 2], missing: [], common: [] })
  })
})
