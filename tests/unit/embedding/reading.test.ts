import { describe, expect, it } from 'vitest'
import { builtInModel, type ModelSpec } from '../../../engine/embedding/model-spec.ts'
import { readingOf } from '../../../engine/embedding/onnx/reading.ts'
import { windowsOf } from '../../../engine/embedding/onnx/windows.ts'
import { seededRandom } from '../../harness/random.ts'

const ids = (length: number): number[] => Array.from({ length }, (_, index) => index + 10)
const model: ModelSpec = { ...builtInModel, maxInputTokens: 8 }
const special = { before: [1], after: [2] }

describe('windows over a long text', () => {
  it('count each token once and give each at least the overlap before it (seed 5)', () => {
    const random = seededRandom(5)
    for (let round = 0; round < 500; round++) {
      const [length, size] = [random.int(0, 300), random.int(2, 64)]
      const overlap = random.int(0, size - 1)
      const windows = windowsOf(length, size, overlap)
      const counted = windows.flatMap(({ start, end, skip }) =>
        Array.from({ length: end - start - skip }, (_, i) => start + skip + i),
      )
      expect(counted).toEqual(ids(length).map((id) => id - 10))
      for (const { start, end, skip } of windows) {
        expect(end - start).toBeLessThanOrEqual(size)
        expect(skip).toBe(start === 0 ? 0 : overlap)
      }
    }
  })

  it('would never end when they overlap as much as they hold', () => {
    expect(() => windowsOf(100, 8, 8)).toThrow(RangeError)
  })
})

describe('what the model reads of a text', () => {
  it('has special tokens round it, and all of them count', () => {
    expect(readingOf([10, 11], model, special)).toEqual({
      runs: [{ ids: [1, 10, 11, 2], from: 0, to: 4 }],
      tokenCount: 4,
      isCut: false,
    })
  })

  it('keeps the last special token when it is cut', () => {
    const { runs, isCut } = readingOf(ids(20), model, special)
    expect([runs[0]!.ids, isCut]).toEqual([[1, ...ids(6), 2], true])
  })

  it('counts each special token once over all windows', () => {
    const { runs } = readingOf(ids(10), { ...model, longTexts: 'windows', windowOverlapTokens: 2 }, special)
    expect(runs).toEqual([
      { ids: [1, ...ids(6), 2], from: 0, to: 7 },
      { ids: [1, ...ids(10).slice(4), 2], from: 3, to: 8 },
    ])
  })

  it('does not count a token that is only put before it, in any window', () => {
    const bos: ModelSpec = { ...model, longTexts: 'windows', windowOverlapTokens: 2, firstToken: '<s>' }
    const { runs } = readingOf(ids(9), bos, { before: [1], after: [] })
    expect(runs).toEqual([
      { ids: [1, ...ids(7)], from: 1, to: 8 },
      { ids: [1, ...ids(9).slice(5)], from: 3, to: 5 },
    ])
    expect(readingOf([], bos, { before: [1], after: [] }).runs).toEqual([{ ids: [1], from: 1, to: 1 }])
  })
})
