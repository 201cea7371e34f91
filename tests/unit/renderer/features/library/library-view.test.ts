import { describe, expect, it } from 'vitest'
import {
  emptyView,
  filterOfView,
  isNarrowed,
  readLibraryView,
  withFacet,
  writeLibraryView,
} from '../../../../../renderer/features/library/library-view.ts'

describe('a view of the library', () => {
  it('reads back the address it writes', () => {
    const view = { ...emptyView, kinds: ['note', 'file'] as const, tags: ['dip well'], isStarred: true, contains: 'peat' }
    expect(readLibraryView(new URLSearchParams(writeLibraryView(view).split('?')[1]))).toEqual(view)
    expect(writeLibraryView(emptyView)).toBe('/library')
  })

  it('asks for nothing but what is chosen', () => {
    expect(filterOfView(emptyView)).toEqual({})
    const view = { ...emptyView, kinds: ['note'] as const, statuses: ['failed'] as const, contains: ' peat ', isTrash: true }
    expect(filterOfView(view)).toEqual({ kinds: ['note'], statuses: ['failed'], contains: 'peat', isTrashed: true })
    expect(filterOfView(view, 'kinds')).toEqual({ statuses: ['failed'], contains: 'peat', isTrashed: true })
  })

  it('shows only what is pressed, and adds with the modifier', () => {
    const one = withFacet(emptyView, 'tags', 'garden', false)
    expect(one.tags).toEqual(['garden'])
    expect(withFacet(one, 'tags', 'house', false).tags).toEqual(['house'])
    expect(withFacet(one, 'tags', 'house', true).tags).toEqual(['garden', 'house'])
    expect(withFacet(one, 'tags', 'garden', false).tags).toEqual([])
    expect(isNarrowed(one)).toBe(true)
  })
})
