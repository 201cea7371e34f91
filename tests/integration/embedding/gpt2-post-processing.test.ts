import { describe, expect, it } from 'vitest'
import { greatestDifference } from '../../../engine/embedding/onnx/causality.ts'
import { learnPostProcessing } from '../../../engine/embedding/onnx/errands.ts'
import { applyPostProcessing, fitPostProcessing, withoutLength } from '../../../engine/embedding/post-processing.ts'
import type { PostProcessing, PostProcessingMethod } from '../../../engine/embedding/post-processing.ts'
import { decodePostProcessing, encodePostProcessing } from '../../../engine/embedding/post-processing-bytes.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import { isReferenceThere, readReference } from './gpt2-files.ts'

interface PostProcessingOracle {
  readonly dim: number
  readonly inputs: number[][]
  readonly mean: number[]
  readonly rows: number[]
  readonly centred_l2: number[][]
  readonly abtt: Readonly<Record<string, number[][]>>
  readonly abtt2_l2: number[][]
  readonly zca_shrinkage: number
  readonly zca_shrunk: number[][]
  readonly pca16_lambda0: number[][]
  readonly average_pairwise_cosine: { raw: number; abtt2: number; zca_shrunk: number }
}

describe.runIf(isReferenceThere)('post-processing learnt from vectors', () => {
  const oracle = isReferenceThere ? (readReference('postprocess_oracle.json') as PostProcessingOracle) : undefined
  const rows = Float32Array.from(oracle?.inputs.flat() ?? [])
  const dimension = oracle?.dim ?? 1
  const rowOf = (index: number): Float32Array => rows.subarray(index * dimension, (index + 1) * dimension)
  const learn = (method: PostProcessingMethod): PostProcessing => fitPostProcessing(rows, dimension, method)

  function worst(
    parameters: PostProcessing,
    expected: readonly number[][],
    apply: (parameters: PostProcessing, vector: Float32Array) => ArrayLike<number> = withoutLength,
  ): number {
    return Math.max(...oracle!.rows.map((row, index) => greatestDifference(expected[index]!, apply(parameters, rowOf(row)))))
  }

  it.each<[string, PostProcessingMethod, () => number[][], boolean]>([
    ['the mean taken away', { type: 'centre' }, () => oracle!.centred_l2, true],
    ['one direction taken away', { type: 'all-but-the-top', components: 1 }, () => oracle!.abtt['1']!, false],
    ['two directions taken away', { type: 'all-but-the-top', components: 2 }, () => oracle!.abtt['2']!, false],
    ['three directions taken away', { type: 'all-but-the-top', components: 3 }, () => oracle!.abtt['3']!, false],
    ['two taken away, of length 1', { type: 'all-but-the-top', components: 2 }, () => oracle!.abtt2_l2, true],
    ['whitened in place', { type: 'whiten-zca', shrinkage: 0.05 }, () => oracle!.zca_shrunk, false],
    ['whitened to sixteen', { type: 'whiten-pca', dimension: 16 }, () => oracle!.pca16_lambda0, false],
  ])('gives the reference: %s', (_, method, expected, hasLength) => {
    const parameters = learn(method)
    const difference = worst(parameters, expected(), hasLength ? applyPostProcessing : withoutLength)
    console.log(`${JSON.stringify(method)}: greatest difference ${difference.toExponential(1)}`)
    expect(difference).toBeLessThanOrEqual(1e-5)
    expect(parameters.dimension).toBe(expected()[0]!.length)
    expect(decodePostProcessing(encodePostProcessing(parameters))).toEqual(parameters)
  })

  it('makes vectors that all point one way point apart', () => {
    const cosineOf = (apply: (vector: Float32Array) => ArrayLike<number>): number => {
      const vectors = oracle!.inputs.map((_, index) => apply(rowOf(index)))
      const lengths = vectors.map((vector) => Math.hypot(...Array.from(vector)))
      let sum = 0
      for (let i = 0; i < vectors.length; i++)
        for (let j = 0; j < i; j++)
          sum += Array.from(vectors[i]!).reduce((dot, value, k) => dot + value * vectors[j]![k]!, 0) / lengths[i]! / lengths[j]!
      return sum / ((vectors.length * (vectors.length - 1)) / 2)
    }
    const { raw, abtt2, zca_shrunk: zca } = oracle!.average_pairwise_cosine
    const parameters = [learn({ type: 'all-but-the-top', components: 2 }), learn({ type: 'whiten-zca', shrinkage: 0.05 })]
    expect(cosineOf((vector) => vector)).toBeCloseTo(raw, 4)
    expect(cosineOf((vector) => applyPostProcessing(parameters[0]!, vector))).toBeCloseTo(abtt2, 4)
    expect(cosineOf((vector) => applyPostProcessing(parameters[1]!, vector))).toBeCloseTo(zca, 4)
  })

  it('refuses to divide by a direction in which GPT-2’s vectors never differ', () => {
    expect(() => learn({ type: 'whiten-pca', dimension })).toThrow(/fewer than 32 directions/)
    expect(() => learn({ type: 'whiten-zca', shrinkage: 0 })).toThrow(/shrink a little/)
    expect(learn({ type: 'whiten-pca', dimension: dimension - 1 }).dimension).toBe(dimension - 1)
  })

  it('is the same when another process learns it', async () => {
    const method = { type: 'all-but-the-top', components: 2 } as const
    const learnt = await learnPostProcessing({ rows, dimension, method }, { spawn: spawnWithNode })
    expect(learnt).toEqual(learn(method))
    const tooMany = { type: 'whiten-pca', dimension } as const
    await expect(learnPostProcessing({ rows, dimension, method: tooMany }, { spawn: spawnWithNode })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })
})
