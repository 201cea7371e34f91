import { describe, expect, it } from 'vitest'
import type { SearchReply } from '../../../../../shared/contract/requests.ts'
import type { SearchHit } from '../../../../../shared/model/search.ts'
import {
  emptySearch,
  withMore,
  withPatch,
  withReply,
  withRows,
  withUnfolded,
  withWanted,
} from '../../../../../renderer/features/search/search-updates.ts'

const hit = (documentId: number): SearchHit =>
  ({ documentId, title: `t${documentId}`, isStarred: false, tags: ['a'], readAt: null }) as unknown as SearchHit
const reply = (...ids: number[]): SearchReply => ({ hits: ids.map(hit), total: 30, verdict: 'strong' }) as unknown as SearchReply
const params = { q: 'early', mode: 'hybrid', sort: 'best', more: [], less: [], space: null } as const
const shown = withReply(withWanted(emptySearch, params), params, reply(1, 2, 3), false)
const ids = (state: typeof emptySearch): number[] | undefined => state.shown?.hits.map(({ documentId }) => documentId)

describe('what the results become', () => {
  it('keeps the old ones until the new come', () => {
    const next = withWanted(shown, { ...params, q: 'late' })
    expect(ids(next)).toEqual([1, 2, 3])
    expect(next.isSearching).toBe(true)
  })

  it('drops what was unfolded with a new query and keeps it in a renewal', () => {
    const unfolded = withUnfolded(shown, 2, { passages: [], isLoading: false, error: null })
    expect(withReply(unfolded, params, reply(2, 1), true).unfolded.has(2)).toBe(true)
    expect(withReply(unfolded, { ...params, q: 'x' }, reply(4), false).unfolded.size).toBe(0)
  })

  it('adds a page and counts once what came twice', () => {
    expect(ids(withMore(shown, reply(3, 4, 5)))).toEqual([1, 2, 3, 4, 5])
  })

  it('takes out what went to the trash, from the total too', () => {
    const after = withPatch(shown, new Set([2]), { trashedAt: '2025-01-01T00:00:00Z' })
    expect(ids(after)).toEqual([1, 3])
    expect(after.shown?.reply.total).toBe(29)
  })

  it('brings what left back to its place when that is taken back, once', () => {
    const without = withPatch(shown, new Set([2, 1]), { trashedAt: '2025-01-01T00:00:00Z' })
    expect(ids(without)).toEqual([3])
    const one = withPatch(without, new Set([2]), { trashedAt: null })
    expect(ids(one)).toEqual([3, 2])
    const all = withPatch(one, new Set([1, 2]), { trashedAt: null })
    expect(ids(all)).toEqual([1, 3, 2])
    expect(all.shown?.reply.total).toBe(30)
    const both = withPatch(without, new Set([1, 2]), { trashedAt: null })
    expect(ids(both)).toEqual([1, 2, 3])
    expect(ids(withPatch(withReply(without, params, reply(1, 2, 3), true), new Set([1]), { trashedAt: null }))).toEqual([1, 2, 3])
  })

  it('shows stars and tags at once', () => {
    const after = withPatch(shown, new Set([1]), { isStarred: true, addTags: ['b'] })
    expect(after.shown?.hits[0]).toMatchObject({ isStarred: true, tags: ['a', 'b'] })
  })

  it('brings facts up to date without touching the order, and drops what is gone', () => {
    const row = { id: 3, title: 'new', tags: [], isStarred: true } as never
    const after = withRows(shown, new Set([2, 3]), [row])
    expect(after.shown?.hits.map(({ title }) => title)).toEqual(['t1', 'new'])
  })
})
