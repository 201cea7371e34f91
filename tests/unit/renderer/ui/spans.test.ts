import { expect, it } from 'vitest'
import { joinSpans, piecesOf } from '../../../../renderer/ui/spans.ts'

it('cuts a stretch at every border and names what covers each piece', () => {
  const pieces = piecesOf(10, 30, [
    { name: 'near', spans: [[10, 20]] },
    { name: 'word', spans: [[15, 25]] },
  ])
  expect(pieces).toEqual([
    { start: 10, end: 15, layers: ['near'] },
    { start: 15, end: 20, layers: ['near', 'word'] },
    { start: 20, end: 25, layers: ['word'] },
    { start: 25, end: 30, layers: [] },
  ])
})

it('leaves out what lies outside, and empty spans', () => {
  expect(
    piecesOf(0, 5, [
      {
        name: 'word',
        spans: [
          [7, 9],
          [2, 2],
        ],
      },
    ]).flatMap(({ layers }) => layers),
  ).toEqual([])
  expect(piecesOf(3, 3, [])).toEqual([])
})

it('joins spans that touch', () => {
  expect(
    joinSpans([
      [5, 8],
      [1, 3],
      [3, 4],
      [7, 9],
      [6, 6],
    ]),
  ).toEqual([
    [1, 4],
    [5, 9],
  ])
})
