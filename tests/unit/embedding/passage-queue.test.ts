import { describe, expect, it } from 'vitest'
import { PassageQueue } from '../../../engine/embedding/onnx/passage-queue.ts'
import type { Reading } from '../../../engine/embedding/onnx/reading.ts'

/** One token a character; over 100 it is read in windows. */
const read = (text: string): Reading => {
  const run = { ids: Array.from(text, () => 1), from: 0, to: text.length }
  return { runs: text.length > 100 ? [run, run] : [run], tokenCount: text.length, isCut: false }
}

function queueOf(...lengths: number[]): PassageQueue {
  const queue = new PassageQueue()
  for (const [index, length] of lengths.entries()) queue.push({ id: index + 1, text: 'x'.repeat(length) })
  return queue
}

const idsOf = (queue: PassageQueue, size: number): number[] => queue.nextBatch(size, read).map(({ id }) => id)

describe('passages that wait', () => {
  it('go together with those of nearest length, the first of them always', () => {
    const queue = queueOf(40, 10, 39, 90, 41, 30, 11)
    expect(idsOf(queue, 3)).toEqual([1, 5, 3])
    expect(idsOf(queue, 3)).toEqual([2, 7])
    expect(idsOf(queue, 3)).toEqual([4])
    expect(idsOf(queue, 3)).toEqual([6])
    expect(idsOf(queue, 3)).toEqual([])
    expect(queue.isEmpty).toBe(true)
  })

  it('go alone when they are read in windows, first or behind', () => {
    const queue = queueOf(80, 150, 81)
    expect(idsOf(queue, 8)).toEqual([1, 3])
    expect(idsOf(queue, 8)).toEqual([2])
  })

  it('are all handed out when they are empty', () => {
    const queue = queueOf(0, 0, 5)
    expect(idsOf(queue, 8)).toEqual([1])
    expect(idsOf(queue, 8)).toEqual([2])
    expect(idsOf(queue, 8)).toEqual([3])
  })

  it('are not lost when reading one fails', () => {
    const queue = queueOf(5, 6)
    expect(() =>
      queue.nextBatch(8, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(queue.next()).toMatchObject({ id: 1 })
    expect(queue.remove(2)).toBe(true)
    expect(queue.remove(2)).toBe(false)
    expect(queue.isEmpty).toBe(true)
  })
})
