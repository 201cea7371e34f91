import { describe, expect, it } from 'vitest'
import { firstNumbers, scaleOf, stripPaths } from '../../../../../renderer/features/lab/strip-paths.ts'

describe('numbers as bars', () => {
  it('go up over zero and down under it, as far as they are large', () => {
    expect(stripPaths([1, -0.5], 1)).toEqual({ up: 'M0 0h3v12h-3z', down: 'M4 12h3v6h-3z' })
  })

  it('end at the edge when they are over the scale, and are nothing at zero', () => {
    expect(stripPaths([50, 0], 1)).toEqual({ up: 'M0 0h3v12h-3z', down: '' })
  })

  it('are scaled by what nearly all of them stay under, so that one giant does not flatten the rest', () => {
    const row = Array.from({ length: 100 }, (_, i) => i / 100)
    expect(scaleOf([[...row.slice(1), 3_000]])).toBeLessThan(1)
    expect(scaleOf([])).toBeGreaterThan(0)
    expect(stripPaths([0, 0], scaleOf([[0, 0]]))).toEqual({ up: '', down: '' })
  })

  it('are told in short', () => {
    expect(firstNumbers([0.123, -1.5, 2, 4])).toBe('0.12, −1.50, 2.00')
  })
})
