import { describe, expect, it } from 'vitest'
import {
  draftOf,
  filterAtCaret,
  filterValues,
  liveQuery,
  queryOf,
  setFilter,
  takeAll,
  takeFinished,
  toggleFilter,
  writeFilter,
} from '../../../../../renderer/features/search/query-draft.ts'

const typed = (text: string, caret = text.length) => takeFinished({ text, chips: [] }, caret)

describe('a query in its box', () => {
  it('keeps free words as text and makes chips of the rest', () => {
    const { text, chips } = draftOf('waking in the early hours after:2025-01 -coffee "winter light"')
    expect(text).toBe('waking in the early hours ')
    expect(chips.map(({ lead, value }) => [lead, value])).toEqual([
      ['after:', '2025-01'],
      ['−', 'coffee'],
      [null, '“winter light”'],
    ])
  })

  it('says what is wrong with a part, as a chip of its own', () => {
    const [chip] = draftOf('solar after:spring').chips
    expect(chip).toMatchObject({ raw: 'after:spring', value: 'after:spring' })
    expect(chip!.problem).toContain('not a date')
  })

  it('gives the same query back', () => {
    const query = 'gard* tag:"dip well" -kind:note'
    expect(queryOf(draftOf(query))).toBe(query)
    expect(draftOf(queryOf(draftOf(query)))).toEqual(draftOf(query))
  })
})

describe('typing', () => {
  it('leaves a filter as text while the caret is in it, and makes a chip of it after a space', () => {
    expect(typed('early tag:sleep').draft).toEqual({ text: 'early tag:sleep', chips: [] })
    const { draft, caret } = typed('early tag:sleep ')
    expect(draft.text).toBe('early ')
    expect(draft.chips.map(({ raw }) => raw)).toEqual(['tag:sleep'])
    expect(caret).toBe(6)
  })

  it('keeps the caret where the typing is when a part before it leaves', () => {
    const { draft, caret } = typed('-tea early hours', 10)
    expect(draft.text).toBe('early hours')
    expect(draft.text.slice(0, caret)).toBe('early')
  })

  it('does not call a quotation mark wrong that may still be closed', () => {
    expect(typed('say "early hours', 3).draft.chips).toEqual([])
    expect(takeAll({ text: 'say "early hours', chips: [] }).chips[0]!.problem).toContain('not closed')
  })

  it('searches without the filter that is being typed, and with the words of an open phrase', () => {
    expect(liveQuery({ text: 'early kind:no', chips: [] }, 13)).toBe('early')
    expect(liveQuery({ text: 'early kind:note', chips: [] }, 2)).toBe('early kind:note')
    expect(liveQuery({ text: 'early "winter li', chips: [] }, 16)).toBe('early winter li')
  })

  it('knows the filter at the caret', () => {
    expect(filterAtCaret('early tag:', 10)?.isExcluded).toBe(false)
    expect(filterAtCaret('early -tag:sl', 13)?.isExcluded).toBe(true)
    expect(filterAtCaret('early tag:', 4)).toBeNull()
    expect(filterAtCaret('at 10:30', 8)).toBeNull()
  })
})

describe('filters from menus', () => {
  it('puts quotation marks around values with spaces', () => {
    expect(writeFilter('tag', 'sleep')).toBe('tag:sleep')
    expect(writeFilter('author', 'Ida Brandt', true)).toBe('-author:"Ida Brandt"')
    expect(writeFilter('source', '"Bog" & Moor')).toBe('source:"Bog & Moor"')
  })

  it('adds a value, takes it out again, and lists what is chosen', () => {
    const query = toggleFilter('early', 'tag', 'dip well')
    expect(query).toBe('early tag:"dip well"')
    expect(filterValues(query, 'tag')).toEqual(['dip well'])
    expect(toggleFilter(query, 'tag', 'Dip Well')).toBe('early')
  })

  it('replaces all values of a key, and leaves what is excluded', () => {
    expect(setFilter('early after:2024 -after:2025 after:2023', 'after', '2025-06')).toBe('early -after:2025 after:2025-06')
    expect(setFilter('early kind:note', 'kind', null)).toBe('early')
  })
})
