import { describe, expect, it } from 'vitest'
import { findInText, matchFrom, maxMatches, spansWithin } from '../../../../../renderer/features/reader/find-in-text.ts'

describe('find in page', () => {
  it('finds words whatever their case, across line ends', () => {
    expect(findInText('The clock. A CLOCK\ntower, clockwork', 'clock')).toEqual([
      [4, 9],
      [13, 18],
      [26, 31],
    ])
    expect(findInText('early\n hours', 'early hours')).toEqual([[0, 12]])
  })

  it('takes signs as signs', () => {
    expect(findInText('a.b (c) [d] e*f x/y', '(c) [d]')).toEqual([[4, 11]])
    expect(findInText('1+1=2', '1+1')).toEqual([[0, 3]])
    expect(findInText('abc', '  ')).toEqual([])
  })

  it('stops counting where nobody steps any more', () => {
    expect(findInText('a'.repeat(maxMatches + 5), 'a')).toHaveLength(maxMatches)
  })

  it('begins where one reads, and at the top behind the last', () => {
    const matches = findInText('x..x..x', 'x')
    expect([0, 1, 4, 7].map((offset) => matchFrom(matches, offset))).toEqual([0, 1, 2, 0])
  })

  it('gives the spans of a stretch', () => {
    const spans = [
      [0, 2],
      [5, 8],
      [9, 12],
    ] as const
    expect(spansWithin(spans, 6, 9)).toEqual([[5, 8]])
    expect(spansWithin(spans, 2, 5)).toEqual([])
    expect(spansWithin(spans, 1, 10)).toEqual(spans)
  })
})
