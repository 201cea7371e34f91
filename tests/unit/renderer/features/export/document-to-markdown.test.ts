import { describe, expect, it } from 'vitest'
import type { Mark } from '../../../../../shared/model/content.ts'
import type { Document } from '../../../../../shared/model/document.ts'
import { documentToMarkdown, inlineToMarkdown } from '../../../../../renderer/features/export/document-to-markdown.ts'

const text = 'Ferry\nWinter hours hold until the ice is off.\nfirst\nsecond\nName\tAge\nIda\t40\nlet a = `b`'
const at = (part: string): { start: number; end: number } => {
  const start = text.indexOf(part)
  return { start, end: start + part.length }
}
const cell = (part: string): [number, number] => [at(part).start, at(part).end]

const document = {
  title: 'The "Ferry"',
  author: 'Ida Brandt',
  publishedAt: '2025-02-15',
  importedAt: '2025-02-16T08:00:00Z',
  tags: ['travel', 'winter'],
  language: 'en',
  source: { type: 'path', location: '/notes/ferry.md', label: 'notes', url: null },
  isStarred: true,
  text,
  content: {
    blocks: [
      { type: 'heading', level: 2, ...at('Ferry') },
      { type: 'paragraph', ...at('Winter hours hold until the ice is off.') },
      { type: 'list-item', depth: 0, ordinal: null, ...at('first') },
      { type: 'list-item', depth: 1, ordinal: 2, checked: true, ...at('second') },
      { type: 'table-row', isHeader: true, cells: [cell('Name'), cell('Age')], ...at('Name\tAge') },
      { type: 'table-row', isHeader: false, cells: [cell('Ida'), cell('40')], ...at('Ida\t40') },
      { type: 'code', language: 'js', ...at('let a = `b`') },
      { type: 'rule', start: text.length, end: text.length },
    ],
    marks: [
      { type: 'strong', ...at('Winter hours') },
      { type: 'link', href: 'https://ice.example/a b', ...at('ice') },
    ],
    pages: [],
  },
} as unknown as Document

describe('a document as Markdown', () => {
  it('has its facts in front and its structure in the text', () => {
    expect(documentToMarkdown(document)).toBe(
      [
        '---',
        String.raw`title: "The \"Ferry\""`,
        'author: "Ida Brandt"',
        'date: 2025-02-15',
        'added: 2025-02-16T08:00:00Z',
        'tags: ["travel", "winter"]',
        'lang: en',
        'source: "/notes/ferry.md"',
        'starred: true',
        '---',
        '',
        '## Ferry',
        '',
        '**Winter hours** hold until the [ice](<https://ice.example/a b>) is off.',
        '',
        '- first',
        '  2. [x] second',
        '',
        '| Name | Age |',
        '| --- | --- |',
        '| Ida | 40 |',
        '',
        '```js',
        'let a = `b`',
        '```',
        '',
        '---',
        '',
      ].join('\n'),
    )
  })
})

describe('marks within each other', () => {
  const line = 'one two three'
  const inline = (...marks: Mark[]): string => inlineToMarkdown(line, marks, 0, line.length)

  it('close in the opposite order of their opening', () => {
    expect(inline({ type: 'strong', start: 0, end: 7 }, { type: 'emphasis', start: 4, end: 7 })).toBe('**one *two*** three')
    expect(inline({ type: 'wiki-link', target: 'two', start: 4, end: 7 })).toBe('one [[two]] three')
  })

  it('are left out where they would cross', () => {
    expect(inline({ type: 'strong', start: 0, end: 5 }, { type: 'emphasis', start: 4, end: 7 })).toBe('**one t**wo three')
  })
})
