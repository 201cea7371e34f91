import { describe, expect, it } from 'vitest'
import type { Block, Content } from '../../../../../shared/model/content.ts'
import { headingLevels } from '../../../../../renderer/features/reader/heading-levels.ts'
import { currentEntry, isSameTitle, outlineOf } from '../../../../../renderer/features/reader/outline.ts'

function documentOf(...headings: [level: 1 | 2 | 3 | 4, title: string][]): { text: string; content: Content } {
  let text = ''
  const blocks = headings.map(([level, title]): Block => {
    const start = text.length
    text += `${title}\n\n`
    return { type: 'heading', level, start, end: start + title.length }
  })
  return { text, content: { blocks, marks: [], pages: [] } }
}

describe('outline', () => {
  it('leaves out the title and counts depth from the outermost heading', () => {
    const { text, content } = documentOf([1, 'The Ferry'], [2, 'Winter'], [4, 'Ice'], [2, 'Summer'])
    expect(outlineOf(text, content, 'the ferry')).toMatchObject([
      { title: 'Winter', depth: 0 },
      { title: 'Ice', depth: 1 },
      { title: 'Summer', depth: 0 },
    ])
  })

  it('lists pages where there are no headings', () => {
    const pages = [
      { page: 1, start: 0 },
      { page: 2, start: 40 },
    ]
    expect(outlineOf('…', { blocks: [], marks: [], pages }, 'x').map(({ title }) => title)).toEqual(['Page 1', 'Page 2'])
    expect(outlineOf('…', { blocks: [], marks: [], pages: pages.slice(0, 1) }, 'x')).toEqual([])
  })

  it('knows the entry one stands under', () => {
    const { text, content } = documentOf([1, 'A'], [1, 'B'], [1, 'C'])
    const entries = outlineOf(text, content, 'other')
    expect(currentEntry(entries, 0)).toBe(0)
    expect(currentEntry(entries, entries[1]!.start + 1)).toBe(1)
    expect(currentEntry([], 5)).toBe(-1)
  })

  it('takes a title and its file name for the same', () => {
    expect(isSameTitle('Sleep diary: February', 'sleep-diary, february.pdf')).toBe(true)
    expect(isSameTitle('Sleep', 'Sleep diary')).toBe(false)
  })
})

describe('ranks of headings', () => {
  it('have no holes, whatever was written', () => {
    const { content } = documentOf([1, 'Title'], [3, 'A'], [4, 'B'], [2, 'C'], [4, 'D'])
    expect([...headingLevels(content, true).values()]).toEqual([2, 3, 2, 3])
  })
})
