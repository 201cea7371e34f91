import { describe, expect, it } from 'vitest'
import { extremesOf, formatCosine, shadesOf } from '../../../../../renderer/features/lab/matrix.ts'

const rows = [
  [1, 0.8, 0.1],
  [0.8, 1, 0.45],
  [0.1, 0.45, 1],
]

describe('a matrix of similarities', () => {
  it('names the nearest and the furthest pair, where there is more than one', () => {
    expect(extremesOf(rows)).toEqual({ nearest: [0, 1], furthest: [0, 2] })
    expect(
      extremesOf([
        [1, 0.5],
        [0.5, 1],
      ]),
    ).toBeNull()
  })

  it('is shaded from its least to its greatest figure, the diagonal left out', () => {
    expect(shadesOf(rows).map((row) => row.map((shade) => Number(shade.toFixed(2))))).toEqual([
      [0, 1, 0],
      [1, 0, 0.5],
      [0, 0.5, 0],
    ])
  })

  it('has no shade where all are alike', () => {
    expect(
      shadesOf([
        [1, 0.5],
        [0.5, 1],
      ]),
    ).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('writes figures with a real minus, and none on zero', () => {
    expect([0.817, -0.043, -0.001, 1].map(formatCosine)).toEqual(['0.82', '−0.04', '0.00', '1.00'])
  })
})
