import { describe, expect, it } from 'vitest'
import type { SearchHit } from '../../../../../shared/model/search.ts'
import { occurrenceLine, whyLine } from '../../../../../renderer/features/search/why-line.ts'

interface Parts {
  readonly matched?: string[]
  readonly missing?: string[]
  readonly topShare?: number | null
  readonly confidence?: SearchHit['confidence']
}

function hit({
  matched = [],
  missing = [],
  topShare = null,
  confidence = 'strong',
}: Parts): Pick<SearchHit, 'why' | 'confidence'> {
  return {
    confidence,
    why: { words: { matched, missing, rank: 1, score: 0.5 }, meaning: { rank: 1, topShare, score: 0.4 } },
  }
}
const hybrid = { mode: 'hybrid', isNothing: false } as const

describe('why a document was found', () => {
  it('tells words and meaning in one line', () => {
    expect(whyLine(hit({ matched: ['a', 'b'], missing: ['c'], topShare: 0.01 }), hybrid)).toBe(
      '2 of 3 words · meaning: top 1 % of your library',
    )
  })

  it('does not count to one', () => {
    expect(whyLine(hit({ matched: ['peat'] }), hybrid)).toBe('the word “peat”')
    expect(whyLine(hit({ missing: ['peat'], topShare: 0.2 }), hybrid)).toBe(
      'without the word “peat” · meaning: top 20 % of your library',
    )
    expect(whyLine(hit({ matched: ['a', 'b'] }), hybrid)).toBe('both words')
    expect(whyLine(hit({ matched: ['a', 'b', 'c'] }), hybrid)).toBe('all 3 words')
  })

  it('rounds a share up, and never says top 0 %', () => {
    expect(whyLine(hit({ topShare: 0.000_2 }), hybrid)).toBe('meaning: top 1 % of your library')
    expect(whyLine(hit({ topShare: 0.031 }), hybrid)).toBe('meaning: top 4 % of your library')
    expect(whyLine(hit({ topShare: 0.03 }), hybrid)).toBe('meaning: top 3 % of your library')
  })

  it('does not call half of the library near', () => {
    expect(whyLine(hit({ topShare: 0.6 }), hybrid)).toBe('meaning: no nearer than chance')
  })

  it('says so when nothing was found', () => {
    const nothing = { mode: 'hybrid', isNothing: true } as const
    expect(whyLine(hit({ matched: ['a'], missing: ['b', 'c', 'd'], topShare: 0.001, confidence: 'weak' }), nothing)).toBe(
      '1 of 4 words · meaning: no nearer than chance',
    )
  })

  it('tells only what was asked for', () => {
    const one = hit({ matched: ['a'], missing: ['b', 'c'], topShare: 0.05 })
    expect(whyLine(one, { mode: 'keyword', isNothing: false })).toBe('1 of 3 words')
    expect(whyLine(one, { mode: 'vector', isNothing: false })).toBe('meaning: top 5 % of your library')
    expect(whyLine(hit({}), hybrid)).toBe('')
  })
})

describe('which words occur', () => {
  it('names the one that does', () => {
    const words = [
      { word: 'solar', documents: 0 },
      { word: 'warranty', documents: 2 },
    ]
    expect(occurrenceLine(words)).toBe('Only “warranty” occurs, in 2 of them')
  })

  it('names several, and none', () => {
    expect(
      occurrenceLine([
        { word: 'solar', documents: 12 },
        { word: 'panel', documents: 4 },
      ]),
    ).toBe('“solar” (in 12) and “panel” (in 4) occur')
    expect(occurrenceLine([{ word: 'solar', documents: 0 }])).toBe('“solar” does not occur')
    expect(
      occurrenceLine([
        { word: 'a', documents: 0 },
        { word: 'b', documents: 0 },
      ]),
    ).toBe('None of the words occurs')
    expect(occurrenceLine([])).toBeNull()
  })
})
