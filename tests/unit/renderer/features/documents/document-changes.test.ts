import { expect, it } from 'vitest'
import { applyPatch, changeTags, inversePatch } from '../../../../../renderer/features/documents/document-changes.ts'

it('changes only the fields that an item has', () => {
  expect(applyPatch({ isStarred: false, title: 'a' }, { isStarred: true, trashedAt: 'now' })).toEqual({
    isStarred: true,
    title: 'a',
  })
})

it('takes tags for the same whatever their case', () => {
  expect(changeTags(['Garden', 'house'], ['garden', 'kids'], ['HOUSE'])).toEqual(['Garden', 'kids'])
})

it('turns a patch round', () => {
  expect(inversePatch({ isStarred: true, addTags: ['a'] })).toEqual({ isStarred: false, removeTags: ['a'] })
  expect(inversePatch({ trashedAt: '2025-01-01' })).toEqual({ trashedAt: null })
})
