import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../engine/embedding/remote/embeddings-answer.ts'

const expected = { host: 'x.example', model: 'm', inputs: 2, dimension: 2 }
const base64 = (...numbers: number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')
const answer = (...embeddings: unknown[]): unknown => ({
  object: 'list',
  data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  usage: { prompt_tokens: 5, total_tokens: 5 },
})
const codeOf = (body: unknown, more: Partial<typeof expected> = {}): string => {
  try {
    readAnswer(body, { ...expected, ...more })
    return 'none'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('an answer with vectors', () => {
  it.each([
    ['floats', answer([3, 4], [0, -2])],
    ['base64', answer(base64(3, 4), base64(0, -2))],
    ['both', answer(base64(3, 4), [0, -2])],
  ])('of %s is read and brought to length 1', (_title, body) => {
    const { vectors, tokens } = readAnswer(body, expected)
    expect(vectors.map((vector) => [...vector!])).toEqual([
      [expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)],
      [0, -1],
    ])
    expect(tokens).toBe(5)
  })

  it('is put back in order by its index, or taken in its order where there is none', () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: [1, 0] },
    ]
    expect(readAnswer({ data }, expected).vectors.map((vector) => [...vector!])).toEqual([
      [1, 0],
      [0, 1],
    ])
    const without = data.map(({ embedding }) => ({ embedding }))
    expect([...readAnswer({ data: without }, expected).vectors[0]!]).toEqual([0, 1])
    expect(readAnswer({ data: without }, expected).tokens).toBeNull()
  })

  it('has no vector for a text that has none: zeros, or what is no number', () => {
    expect(readAnswer(answer([0, 0], [1, 0]), expected).vectors[0]).toBeNull()
    expect(readAnswer(answer([null, 1], [1, 0]), expected).vectors[0]).toBeNull()
    expect(readAnswer(answer(base64(Number.NaN, 1), base64(1, 0)), expected).vectors[0]).toBeNull()
    expect(readAnswer(answer(base64(Number.POSITIVE_INFINITY, 1), base64(1, 0)), expected).vectors[0]).toBeNull()
    expect(readAnswer(answer([0, 0], [0, 0]), expected).vectors).toEqual([null, null])
  })

  it('tells how long the vectors are when that is not known', () => {
    expect(readAnswer(answer([1, 2, 2], [1, 0, 0]), { ...expected, dimension: null }).vectors[0]).toHaveLength(3)
  })

  it.each<[string, unknown]>([
    ['others', answer([1, 2, 3], [1, 2, 3])],
    ['one other', answer([1, 2], [1, 2, 3])],
    ['a quarter, being floats read as base64', answer(base64(1), base64(1))],
    ['others, all zero', answer([0, 0, 0], [0, 0, 0])],
  ])('with other dimensions is refused as a whole: %s', (_title, body) => {
    expect(codeOf(body)).toBe('dimension-mismatch')
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no data', { object: 'list' }],
    ['too few', answer([1, 2])],
    ['too many', answer([1, 2], [1, 2], [1, 2])],
    [
      'one index twice',
      {
        data: [
          { index: 0, embedding: [1, 2] },
          { index: 0, embedding: [1, 2] },
        ],
      },
    ],
    [
      'an index too high',
      {
        data: [
          { index: 0, embedding: [1, 2] },
          { index: 2, embedding: [1, 2] },
        ],
      },
    ],
    [
      'a negative index',
      {
        data: [
          { index: -1, embedding: [1, 2] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    ['words', answer(['a', 'b'], ['c', 'd'])],
    ['broken base64', answer('AAAAA', 'AAAAA')],
    ['no base64', answer('', '')],
    ['an error', { error: { message: 'no' } }],
  ])('that holds %s is refused', (_title, body) => {
    expect(codeOf(body)).toBe('remote-failed')
  })
})
