import { describe, expect, it } from 'vitest'
import { prepareQuery } from '../../../engine/search/query-terms.ts'
import { AkinError } from '../../../shared/errors.ts'

describe('a query made ready', () => {
  it('has words, phrases and what is excluded for the one leg, and the text for the other', () => {
    const { keywords, text, filter } = prepareQuery('waking "early hours" -coffee gard* tag:sleep')
    expect(keywords).toEqual({
      terms: [
        { text: 'waking', type: 'word' },
        { text: 'early hours', type: 'phrase' },
        { text: 'gard', type: 'prefix' },
      ],
      excluded: [{ text: 'coffee', type: 'word' }],
    })
    expect(text).toBe('waking early hours gard')
    expect(filter).toEqual({ tags: ['sleep'] })
  })

  it('has no terms of what is no word', () => {
    expect(prepareQuery('tea — "…" -:-)').keywords).toEqual({ terms: [{ text: 'tea', type: 'word' }], excluded: [] })
  })

  it('keeps the filter beside it when the text has none', () => {
    expect(prepareQuery('x', { tags: ['a'] }).filter).toEqual({ tags: ['a'] })
    expect(prepareQuery('x').filter).toEqual({})
  })

  it('is refused when it is too long, with what to do', () => {
    expect(prepareQuery('a'.repeat(4_000)).text).toHaveLength(4_000)
    let refusal: unknown
    try {
      prepareQuery('a'.repeat(4_001))
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(AkinError)
    expect(refusal).toMatchObject({ code: 'query-too-long' })
    expect((refusal as AkinError).advice).toContain('Shorten it')
  })
})
