import { describe, expect, it } from 'vitest'
import { applyPostProcessing, applyPostProcessingToAll, fitPostProcessing } from '../../../engine/embedding/post-processing.ts'
import {
  decodePostProcessing,
  encodePostProcessing,
  nameOfPostProcessing,
} from '../../../engine/embedding/post-processing-bytes.ts'
import { seededRandom } from '../../harness/random.ts'

const dimension = 4

/** Vectors around a mean of 5, the first direction ten times as strong as the last. */
function sample(n: number, seed: number): Float32Array {
  const random = seededRandom(seed)
  const strengths = [10, 3, 2, 1]
  return Float32Array.from({ length: n * dimension }, (_, i) => 5 + random.normal() * strengths[i % dimension]!)
}

const rows = sample(500, 7)

describe('post-processing', () => {
  it('takes away what all vectors share (seed 7)', () => {
    const all = applyPostProcessingToAll(fitPostProcessing(rows, dimension, { type: 'centre' }), rows)
    for (let i = 0; i < dimension; i++) {
      let sum = 0
      for (let row = 0; row < 500; row++) sum += all[row * dimension + i]!
      expect(Math.abs(sum / 500)).toBeLessThan(0.1)
    }
  })

  it('takes the strongest direction away (seed 7)', () => {
    const parameters = fitPostProcessing(rows, dimension, { type: 'all-but-the-top', components: 1 })
    const vector = applyPostProcessing(parameters, Float32Array.of(50, 5, 5, 6))
    expect(Math.abs(vector[0]!)).toBeLessThan(0.2)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
  })

  it('gives fewer numbers when only the strongest directions are kept', () => {
    const parameters = fitPostProcessing(rows, dimension, { type: 'whiten-pca', dimension: 2 })
    expect(parameters).toMatchObject({ inputDimension: 4, dimension: 2, sampleSize: 500 })
    expect(applyPostProcessingToAll(parameters, rows)).toHaveLength(1_000)
  })

  it('gives zeros for the mean itself, of which nothing is left', () => {
    const parameters = fitPostProcessing(Float32Array.of(1, 1, 3, 3), 2, { type: 'centre' })
    expect([...applyPostProcessing(parameters, Float32Array.of(2, 2))]).toEqual([0, 0])
  })

  it.each([
    ['one vector', Float32Array.of(1, 2, 3, 4), { type: 'centre' } as const],
    ['a part of one', Float32Array.of(1, 2, 3, 4, 5), { type: 'centre' } as const],
    ['too few for so many directions', sample(3, 1), { type: 'whiten-pca', dimension: 3 } as const],
    ['all directions taken away', rows, { type: 'all-but-the-top', components: 4 } as const],
    ['too much shrinkage', rows, { type: 'whiten-zca', shrinkage: 2 } as const],
  ])('refuses %s', (_, vectors, method) => {
    expect(() => fitPostProcessing(vectors, dimension, method)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }) as Error,
    )
  })

  it('refuses a vector of another length', () => {
    const parameters = fitPostProcessing(rows, dimension, { type: 'centre' })
    expect(() => applyPostProcessing(parameters, new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'dimension-mismatch' }) as Error,
    )
  })

  it('is the same after it was written and read, and has a name of its own', () => {
    const parameters = fitPostProcessing(rows, dimension, { type: 'whiten-zca', shrinkage: 0.05 })
    expect(decodePostProcessing(encodePostProcessing(parameters))).toEqual(parameters)
    const other = fitPostProcessing(sample(500, 8), dimension, { type: 'whiten-zca', shrinkage: 0.05 })
    expect(nameOfPostProcessing(parameters)).toMatch(/^whiten-zca:[0-9a-f]{32}$/)
    expect(nameOfPostProcessing(other)).not.toBe(nameOfPostProcessing(parameters))
  })

  it.each([0, 3, 40, -1])('is not read from bytes that end early or late (%i)', (length) => {
    const bytes = encodePostProcessing(fitPostProcessing(rows, dimension, { type: 'centre' }))
    const damaged = length < 0 ? Buffer.concat([bytes, Buffer.of(0)]) : bytes.subarray(0, length)
    expect(() => decodePostProcessing(damaged)).toThrow(expect.objectContaining({ code: 'damaged-file' }) as Error)
  })
})
