import { describe, expect, it } from 'vitest'
import { nextSort, shownColumns, withColumn } from '../../../../../renderer/features/library/columns.ts'

const chosen = ['source', 'author', 'date', 'tags', 'language', 'length', 'status'] as const

describe('columns', () => {
  it('shows all that are chosen where there is room, in the order of the table', () => {
    expect(shownColumns(['status', 'date'], 1_200).map(({ key }) => key)).toEqual(['date', 'status'])
    expect(shownColumns(chosen, 1_200)).toHaveLength(7)
  })

  it('keeps date and status longest', () => {
    expect(shownColumns(chosen, 560).map(({ key }) => key)).toEqual(['date', 'status'])
    expect(shownColumns(chosen, 300).map(({ key }) => key)).toEqual([])
  })

  it('puts a column back in its place', () => {
    expect(withColumn(['source', 'status'], 'date', true)).toEqual(['source', 'date', 'status'])
    expect(withColumn(['source', 'status'], 'source', false)).toEqual(['status'])
  })

  it('begins with the most for dates and lengths, with A for words', () => {
    expect(nextSort({ by: 'title', descending: false }, 'date')).toEqual({ by: 'date', descending: true })
    expect(nextSort({ by: 'date', descending: true }, 'date')).toEqual({ by: 'date', descending: false })
    expect(nextSort({ by: 'date', descending: true }, 'author')).toEqual({ by: 'author', descending: false })
  })
})
