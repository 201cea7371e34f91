import { expect, it } from 'vitest'
import { markedWordsOf, queryMarks } from '../../../../../renderer/features/reader/query-marks.ts'

function marked(query: string, text: string): string[] {
  const words = markedWordsOf(query)
  return words === null ? [] : queryMarks(text, 100, words).map(([start, end]) => text.slice(start - 100, end - 100))
}

it('marks words by their stem and without regard to case and accents', () => {
  expect(marked('waking cafe', 'Waking, she wakes at the Café')).toEqual(['Waking', 'wakes', 'Café'])
})

it('marks stop words only when there is nothing else', () => {
  expect(marked('the early hours', 'the early hours of the day')).toEqual(['early', 'hours'])
  expect(marked('to be', 'to be or not to be')).toEqual(['to', 'be', 'to', 'be'])
})

it('marks a phrase as one, and words by their beginning', () => {
  expect(marked('"in the early hours"', 'Up in the early hours, early')).toEqual(['in the early hours'])
  expect(marked('gard*', 'garden and gardener, no guard')).toEqual(['garden', 'gardener'])
})

it('marks nothing that is excluded or filtered', () => {
  expect(marked('-tea kind:note', 'tea note')).toEqual([])
})

it('marks scripts without spaces', () => {
  expect(marked('温泉', '山の温泉旅館')).toEqual(['温泉'])
})
