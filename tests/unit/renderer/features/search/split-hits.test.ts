import { describe, expect, it } from 'vitest'
import type { SearchReply } from '../../../../../shared/contract/requests.ts'
import type { Confidence, SearchHit } from '../../../../../shared/model/search.ts'
import { splitHits } from '../../../../../renderer/features/search/split-hits.ts'
import { summaryOf } from '../../../../../renderer/features/search/summary.ts'

interface Parts {
  readonly q?: string
  readonly sort?: 'best' | 'newest'
  readonly verdict: SearchReply['verdict']
  readonly confidences: readonly Confidence[]
}

const without = { why: { words: { matched: [], missing: [] } } }

const shownOf = ({ q = 'early', sort = 'best', verdict, confidences }: Parts) => ({
  params: { q, mode: 'hybrid', sort, more: [], less: [], space: null } as const,
  reply: { verdict, total: 66 } as SearchReply,
  hits: confidences.map((confidence, documentId) => ({ confidence, documentId, ...without }) as unknown as SearchHit),
})
const split = (parts: Parts): [string, number, number] => {
  const { kind, matches, nearest } = splitHits(shownOf(parts))
  return [kind, matches.length, nearest.length]
}

describe('results as they are shown', () => {
  it('parts the matches from what is only nearest', () => {
    expect(split({ verdict: 'strong', confidences: ['strong', 'likely', 'weak', 'weak'] })).toEqual(['found', 2, 2])
    expect(split({ verdict: 'strong', confidences: ['strong', 'weak', 'likely', 'weak'] })).toEqual(['found', 3, 1])
  })

  it('keeps the order of dates whole', () => {
    expect(split({ sort: 'newest', verdict: 'strong', confidences: ['weak', 'strong', 'weak'] })).toEqual(['found', 3, 0])
  })

  it('calls nothing a match when all is weak or no better than chance', () => {
    expect(split({ verdict: 'weak', confidences: ['weak', 'weak'] })).toEqual(['unsure', 0, 2])
    expect(split({ verdict: 'nothing', confidences: ['weak'] })).toEqual(['nothing', 0, 1])
  })

  it('puts weak ones with every word first, and apart', () => {
    const words = (missing: string[]) => ({ why: { words: { matched: ['ferries'], missing } } })
    const shown = shownOf({ q: 'ferries winter', verdict: 'weak', confidences: ['weak', 'weak', 'weak'] })
    const missing = [[], [], ['winter']]
    const worded = { ...shown, hits: shown.hits.map((hit, i) => ({ ...hit, ...words(missing[i]!) }) as SearchHit) }
    const { kind, matches, nearest } = splitHits(worded)
    expect([kind, matches.length, nearest.length]).toEqual(['worded', 2, 1])
    expect(splitHits({ ...worded, params: { ...worded.params, mode: 'vector' } }).kind).toBe('unsure')
  })

  it('takes everything that fits the filters for a match when no words were asked for', () => {
    expect(split({ q: 'tag:house', verdict: 'strong', confidences: ['weak', 'weak'] })).toEqual(['found', 2, 0])
    expect(split({ q: 'tag:zzz', verdict: 'nothing', confidences: [] })).toEqual(['nothing', 0, 0])
  })
})

describe('the count', () => {
  const summary = (parts: Parts): string => summaryOf({ shown: shownOf(parts), error: null })

  it('counts matches only', () => {
    expect(summary({ verdict: 'strong', confidences: ['strong', 'weak'] })).toBe('1 document')
    expect(summary({ verdict: 'strong', confidences: ['strong', 'likely'] })).toBe('66 documents')
    expect(summary({ verdict: 'nothing', confidences: ['weak'] })).toBe('Nothing found')
    expect(summary({ verdict: 'weak', confidences: ['weak'] })).toBe('Nothing sure')
  })
})
