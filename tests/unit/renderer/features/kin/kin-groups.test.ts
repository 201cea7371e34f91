import { expect, it } from 'vitest'
import type { KinHit } from '../../../../../shared/model/search.ts'
import { becauseOf, groupKin, quoteOf, samenessOf } from '../../../../../renderer/features/kin/kin-groups.ts'

const hit = (documentId: number, kind: KinHit['kind'], confidence: KinHit['confidence'] = 'likely'): KinHit =>
  ({ documentId, kind, confidence, sharedWords: [] }) as unknown as KinHit

it('groups kin by kind, each as near as it came, without the weak ones', () => {
  const groups = groupKin([hit(1, 'article'), hit(2, 'note'), hit(3, 'article', 'strong'), hit(4, 'chat', 'weak')])
  expect(groups.map(({ kind, hits }) => [kind, hits.map(({ documentId }) => documentId)])).toEqual([
    ['note', [2]],
    ['article', [1, 3]],
  ])
})

it('says what brings two items together', () => {
  expect(becauseOf({ sharedWords: ['crossword', 'kitchen'] } as unknown as KinHit)).toBe('shares crossword, kitchen')
  expect(becauseOf({ sharedWords: [] } as unknown as KinHit)).toBe('meaning only')
})

it('never rounds up to the same', () => {
  expect(samenessOf(0.942)).toBe('94 % the same')
  expect(samenessOf(0.998)).toBe('99 % the same')
  expect(samenessOf(1)).toBe('the same text')
})

it('quotes a passage and cuts it at a word', () => {
  expect(quoteOf('  a\n short  one ')).toBe('“a short one”')
  expect(quoteOf('word '.repeat(60))).toMatch(/^“(word )+word…”$/)
})
