import { describe, expect, it } from 'vitest'
import { folderOf } from '../../../../../renderer/features/activity/folder-of.ts'

describe('the folder of a file', () => {
  it('leaves out the name that is shown beside it', () => {
    expect(folderOf('notes/sub/broken.pdf', 'broken.pdf')).toBe('notes/sub')
    expect(folderOf('C:\\Papers\\broken.pdf', 'broken.pdf')).toBe('C:\\Papers')
    expect(folderOf('broken.pdf', 'broken.pdf')).toBe('')
  })

  it('keeps every other place as it is', () => {
    expect(folderOf('https://example.org/a', 'An article')).toBe('https://example.org/a')
    expect(folderOf('notes/unbroken.pdf', 'broken.pdf')).toBe('notes/unbroken.pdf')
  })
})
