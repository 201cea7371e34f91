import { describe, expect, it } from 'vitest'
import type { Pooling } from '../../../engine/embedding/model-spec.ts'
import { checkFinite, normalise, StatePool } from '../../../engine/embedding/onnx/pool.ts'

const states = Float32Array.of(1, 10, 2, 20, 6, 60)

function pooled(pooling: Exclude<Pooling, 'model'>, ...parts: Float32Array[]): number[] {
  const pool = new StatePool(pooling, 2)
  for (const part of parts) pool.add(part)
  return [...pool.vector()]
}

describe('pooling of hidden states', () => {
  it.each([
    ['cls', [1, 10]],
    ['last-token', [6, 60]],
    ['mean', [3, 30]],
    // (1 · 1 + 2 · 2 + 3 · 6) / 6
    ['weighted-mean', [23 / 6, 230 / 6]],
  ] as const)('by %s is the same in one part and in several', (pooling, expected) => {
    const close = expected.map((value) => expect.closeTo(value, 5) as number)
    expect(pooled(pooling, states)).toEqual(close)
    expect(pooled(pooling, states.subarray(0, 2), states.subarray(2))).toEqual(close)
    expect(pooled(pooling, states.subarray(0, 2), states.subarray(2, 4), states.subarray(4))).toEqual(close)
  })

  it('of no states is no vector', () => {
    expect(() => pooled('mean')).toThrow('There is nothing to embed in this text')
  })
})

describe('a vector', () => {
  it('has the length 1 after it is normalised', () => {
    expect([...normalise(Float32Array.of(3, 4))]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)])
  })

  it.each([
    ['nothing', Float32Array.of(0, 0)],
    ['what is no number', Float32Array.of(1, NaN)],
    ['infinity', Float32Array.of(1, Infinity)],
  ])('of %s is refused', (_, vector) => {
    expect(() => normalise(vector)).toThrow('no usable vector')
  })

  it('that stays raw is looked at all the same', () => {
    expect([...checkFinite(Float32Array.of(0, 2))]).toEqual([0, 2])
    expect(() => checkFinite(Float32Array.of(NaN))).toThrow('no usable vector')
  })
})
