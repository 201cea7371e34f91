import { describe, expect, it } from 'vitest'
import { isCode } from '../../../shared/errors.ts'
import { ContentBuilder } from '../../../engine/importing/content-builder.ts'

function build(fill: (builder: ContentBuilder) => void): ReturnType<ContentBuilder['finish']> & { slices: string[] } {
  const builder = new ContentBuilder()
  fill(builder)
  const result = builder.finish()
  return { ...result, slices: result.content.blocks.map(({ start, end }) => result.text.slice(start, end)) }
}

describe('ContentBuilder', () => {
  it('parts blocks by a blank line, items and rows by a line end', () => {
    const { text } = build((builder) => {
      builder.block({ type: 'heading', level: 1 }, 'Title')
      builder.block({ type: 'paragraph' }, 'One')
      builder.block({ type: 'list-item', depth: 0, ordinal: null }, 'a')
      builder.block({ type: 'list-item', depth: 1, ordinal: 2 }, 'b')
      builder.block({ type: 'paragraph' }, 'Two')
    })
    expect(text).toBe('Title\n\nOne\n\na\nb\n\nTwo')
  })

  it('makes runs of white space one space and keeps none at the ends of a block', () => {
    const { text, slices } = build((builder) => {
      builder.open({ type: 'paragraph' })
      builder.text('  one\n\t two')
      builder.text(' ')
      builder.text('\u00A0three ')
      builder.close()
    })
    expect(text).toBe('one two three')
    expect(slices).toEqual(['one two three'])
  })

  it('joins lines of Chinese and Japanese without a space', () => {
    const { text } = build((builder) => builder.block({ type: 'paragraph' }, '今天天气\n很好。\n  我们 go\nthere'))
    expect(text).toBe('今天天气很好。我们 go there')
  })

  it('keeps the white space of code and drops its empty lines at the ends', () => {
    const { slices } = build((builder) => builder.block({ type: 'code', language: 'py' }, '\n\n  if x:\n\treturn\n\n\ny\n\n'))
    expect(slices).toEqual(['  if x:\n\treturn\n\n\ny'])
  })

  it('takes out control and invisible characters and mends halves of surrogate pairs', () => {
    const { text } = build((builder) => builder.block({ type: 'paragraph' }, 'a\u0000b\u200Bc\u202Ed\uFEFFe \uD800x e\u0301'))
    expect(text).toBe('abcde \uFFFDx é')
    expect(text.isWellFormed()).toBe(true)
  })

  it('places marks on the words they cover, without the white space around', () => {
    const { text, content } = build((builder) => {
      builder.open({ type: 'paragraph' })
      builder.text('see ')
      builder.openMark({ type: 'link', href: 'https://a.example/' })
      builder.text(' the ')
      builder.openMark({ type: 'strong' })
      builder.text('page')
      builder.closeMark()
      builder.text(' ')
      builder.closeMark()
      builder.openMark({ type: 'emphasis' })
      builder.closeMark()
      builder.text('now')
    })
    expect(text).toBe('see the page now')
    expect(content.marks.map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ['link', 'the page'],
      ['strong', 'page'],
    ])
  })

  it('gives a mark that spans blocks a part in each', () => {
    const { text, content } = build((builder) => {
      builder.openMark({ type: 'strong' })
      builder.block({ type: 'paragraph' }, 'one')
      builder.block({ type: 'paragraph' }, 'two')
      builder.closeMark()
    })
    expect(content.marks.map(({ start, end }) => text.slice(start, end))).toEqual(['one', 'two'])
  })

  it('records the cells of a row, the empty ones too', () => {
    const { text, content } = build((builder) => {
      builder.open({ type: 'table-row', isHeader: false })
      for (const cell of ['', ' a  b ', '', 'c', '']) builder.cell(() => builder.text(cell))
      builder.close()
    })
    expect(text).toBe('a b | | c')
    const [row] = content.blocks
    expect(row).toMatchObject({ type: 'table-row', start: 0, end: text.length })
    expect(row?.type === 'table-row' ? row.cells.map(([start, end]) => text.slice(start, end)) : []).toEqual([
      '',
      'a b',
      '',
      'c',
      '',
    ])
  })

  it('puts a picture met inside a block behind it and one between rows behind the table', () => {
    const { content } = build((builder) => {
      builder.open({ type: 'paragraph' })
      builder.text('before ')
      builder.image({ src: 'a.png', alt: '' })
      builder.text('after')
      builder.close()
      for (const cell of ['1', '2']) {
        builder.open({ type: 'table-row', isHeader: false })
        builder.cell(() => {
          builder.image({ src: `${cell}.png`, alt: 'A picture' })
          builder.text(cell)
        })
        builder.close()
      }
    })
    expect(content.blocks.map(({ type }) => type)).toEqual(['paragraph', 'image', 'table-row', 'table-row', 'image', 'image'])
  })

  it('keeps blocks in order and leaves out those without a visible character', () => {
    const { content } = build((builder) => {
      builder.block({ type: 'paragraph' }, ' \n ')
      builder.block({ type: 'paragraph' }, 'one')
      builder.rule()
      builder.block({ type: 'paragraph' }, 'two')
    })
    expect(content.blocks.map(({ type }) => type)).toEqual(['paragraph', 'rule', 'paragraph'])
    const starts = content.blocks.map(({ start }) => start)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  })

  it('begins a page at its first visible character, also inside a paragraph', () => {
    const { text, content } = build((builder) => {
      builder.page(1)
      builder.open({ type: 'paragraph' })
      builder.text('on the first ')
      builder.page(2)
      builder.text(' and second')
      builder.close()
      builder.page(3)
    })
    expect(content.pages).toEqual([
      { page: 1, start: 0 },
      { page: 2, start: text.indexOf('and') },
      { page: 3, start: text.length },
    ])
  })

  it('refuses more text than an item can hold', () => {
    const builder = new ContentBuilder({ maxTextLength: 10 })
    builder.block({ type: 'paragraph' }, '12345')
    let error: unknown
    try {
      builder.block({ type: 'paragraph' }, '678901')
    } catch (thrown) {
      error = thrown
    }
    expect(isCode(error, 'text-too-large')).toBe(true)
  })
})
