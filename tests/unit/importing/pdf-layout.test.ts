import { describe, expect, it } from 'vitest'
import { joint, Spelling } from '../../../engine/importing/pdf/joined-text.ts'
import { paragraphsOf } from '../../../engine/importing/pdf/paragraphs.ts'
import type { PdfTextItem } from '../../../engine/importing/pdf/pdf-library.ts'
import { withoutRunningHeads } from '../../../engine/importing/pdf/running-heads.ts'
import { addAnnotations, linesOf, type Line } from '../../../engine/importing/pdf/text-lines.ts'

const view = [0, 0, 600, 800]

function item(text: string, x: number, y: number, more: Partial<PdfTextItem> & { size?: number } = {}): PdfTextItem {
  const size = more.size ?? 10
  return {
    str: text,
    dir: 'ltr',
    transform: [size, 0, 0, size, x, y],
    width: text.length * size * 0.5,
    height: size,
    fontName: 'f',
    hasEOL: false,
    ...more,
  }
}

function line(text: string, y: number, more: Partial<Line> = {}): Line {
  return { text, page: 1, x: 50, right: 50 + text.length * 5, y, size: 10, isTabular: false, height: y / 800, ...more }
}

const textsOf = (lines: readonly Line[]): string[] => lines.map(({ text }) => text)

describe('linesOf', () => {
  const read = (items: PdfTextItem[]): Line[] => linesOf(items, {}, { page: 1, view })

  it('joins the pieces of a line, with a space where there is a gap', () => {
    expect(textsOf(read([item('Hel', 50, 700), item('lo', 65, 700), item('world', 80, 700), item('next', 50, 688)]))).toEqual([
      'Hello world',
      'next',
    ])
  })

  it('keeps superscripts on their line', () => {
    expect(textsOf(read([item('Gal', 50, 700), item('2', 65, 704, { size: 6 }), item(', Eich', 68, 700)]))).toEqual([
      'Gal2, Eich',
    ])
  })

  it('sees cells in wide gaps and the dots that lead to a page number', () => {
    const lines = read([item('Port', 50, 700), item('Time', 300, 700), item('1 Foo . . . . . . . . 12', 50, 688)])
    expect(textsOf(lines)).toEqual(['Port Time', '1 Foo … 12'])
    expect(lines.map(({ isTabular }) => isTabular)).toEqual([true, true])
  })

  it('keeps columns in the order in which they were written', () => {
    const column = (x: number, name: string): PdfTextItem[] => [700, 688, 676].map((y, index) => item(`${name}${index}`, x, y))
    expect(textsOf(read([...column(50, 'left'), ...column(320, 'right')]))).toEqual([
      'left0',
      'left1',
      'left2',
      'right0',
      'right1',
      'right2',
    ])
  })

  it('sorts a page that was written in no order', () => {
    const ys = [400, 700, 500, 650, 450, 600, 550, 350, 680, 300]
    expect(textsOf(read(ys.map((y) => item(`y${y}`, 50, y))))).toEqual(ys.toSorted((a, b) => b - a).map((y) => `y${y}`))
  })

  it('reads turned text and puts a turned margin note last', () => {
    const turned = (text: string, x: number, y: number): PdfTextItem => item(text, x, y, { transform: [0, 10, -10, 0, x, y] })
    expect(textsOf(read([turned('first line', 100, 50), turned('second line', 112, 50)]))).toEqual(['first line', 'second line'])
    expect(textsOf(read([turned('note', 20, 300), item('the text of the page', 50, 700)]))).toEqual([
      'the text of the page',
      'note',
    ])
  })

  it('gives nothing for a page without letters', () => {
    expect(read([])).toEqual([])
    expect(read([item(' ', 50, 700), item('', 50, 700, { hasEOL: true })])).toEqual([])
  })
})

describe('addAnnotations', () => {
  it('puts a filled field behind its label and gives the notes of readers once', () => {
    const lines = [line('Name', 700), line('Text of the page', 680)]
    const notes = addAnnotations(
      lines,
      [
        { subtype: 'Widget', fieldType: 'Tx', fieldValue: 'Ann', rect: [150, 695, 300, 710] },
        { subtype: 'Widget', fieldType: 'Btn', fieldValue: 'Off', rect: [150, 675, 300, 690] },
        { subtype: 'Widget', fieldType: 'Tx', fieldValue: 'secret', password: true, rect: [150, 675, 300, 690] },
        { subtype: 'Highlight', rect: [0, 0, 1, 1], contentsObj: { str: ' Check this ' } },
        { subtype: 'Text', rect: [0, 0, 1, 1], contentsObj: { str: 'Check this' } },
        { subtype: 'FreeText', rect: [0, 0, 1, 1], contentsObj: { str: 'Text of' } },
      ],
      1,
    )
    expect(textsOf(lines)).toEqual(['Name Ann', 'Text of the page'])
    expect(notes).toEqual(['Check this'])
  })
})

describe('paragraphsOf', () => {
  const full = 'a line that is as long as the column is wide, as most of them are'
  const read = (lines: Line[]): string[][] => paragraphsOf(lines).map(({ lines: of }) => textsOf(of))

  it('parts paragraphs by space', () => {
    expect(read([line(full, 700), line(full, 688), line(full, 664), line(full, 652)])).toHaveLength(2)
  })

  it('parts paragraphs by indent, and by a last line that is short', () => {
    const indented = [line(full, 700), line(full.replace(/.$/, '.'), 688), line(full, 676, { x: 70 }), line(full, 664)]
    expect(read(indented)).toHaveLength(2)
    expect(read([line(full, 700), line('the end.', 688), line(full, 676), line(full, 664)])).toHaveLength(2)
    expect(read([line(full, 700), line(full, 688), line('and so on', 676)])).toHaveLength(1)
  })

  it('parts a heading by its size', () => {
    expect(read([line('Introduction', 700, { size: 14 }), line(full, 684), line(full, 672)])).toEqual([
      ['Introduction'],
      [full, full],
    ])
  })

  it('parts the items of a list', () => {
    const paragraphs = paragraphsOf([line('• one item', 700), line('• another item', 688), line(full, 676)])
    expect(paragraphs.map(({ isListItem }) => isListItem).slice(0, 2)).toEqual([true, true])
  })

  it('goes on in the next column and on the next page, where the sentence does', () => {
    const left = [line(full, 700), line(full, 688)]
    const right = [line(`and ${full}`, 700, { x: 320, right: 640 }), line('its end.', 688, { x: 320, right: 360 })]
    expect(read([...left, ...right])).toHaveLength(1)
    expect(read([...left, line('Another begins here', 700, { page: 2 })])).toHaveLength(2)
    expect(read([...left, line('goes on here', 700, { page: 2 })])).toHaveLength(1)
  })

  it('keeps the rows of a table together, apart from the text', () => {
    const rows = [700, 688, 676].map((y) => line('Port Time', y, { isTabular: true }))
    const paragraphs = paragraphsOf([...rows, line(full, 664)])
    expect(paragraphs.map(({ isTabular, lines }) => [isTabular, lines.length])).toEqual([
      [true, 3],
      [false, 1],
    ])
  })

  it('gives nothing for no lines', () => {
    expect(paragraphsOf([])).toEqual([])
  })
})

describe('joint', () => {
  const spelling = new Spelling([line('a well-known information page', 700)])

  it.each([
    ['infor-', 'mation', 'infor', ''],
    ['well-', 'known', 'well-', ''],
    ['mixed-', 'mode', 'mixed', ''],
    ['soft\u00AD', 'ware', 'soft', ''],
    ['Jean-', 'Paul', 'Jean-', ''],
    ['1999-', '2004', '1999-', ' '],
    ['one', 'two', 'one', ' '],
    ['日本', '語', '日本', ''],
  ])('joins %s and %s', (above, below, head, between) => {
    expect(joint(above, below, spelling)).toEqual({ head, between })
  })
})

describe('withoutRunningHeads', () => {
  const pageOf = (number: number, top: string): Line[] => [
    line(top, 780, { page: number }),
    line(`Body of page ${number}`, 400, { page: number }),
    line(`${number}`, 20, { page: number }),
  ]

  it('takes off heads and page numbers that come again on most pages', () => {
    const pages = Array.from({ length: 8 }, (_, index) => pageOf(index + 1, index % 2 === 0 ? 'The Book' : 'Chapter 3'))
    expect(
      withoutRunningHeads(pages)
        .flat()
        .map(({ text }) => text),
    ).toEqual(Array.from({ length: 8 }, (_, index) => `Body of page ${index + 1}`))
  })

  it('keeps everything in a document of few pages, and lines that differ', () => {
    const few = Array.from({ length: 3 }, (_, index) => pageOf(index + 1, 'The Book'))
    expect(withoutRunningHeads(few)).toEqual(few)
    const titles = ['Ferry', 'Pier', 'Harbour', 'Night', 'Rain', 'Morning'].map((title, index) => pageOf(index + 1, title))
    expect(
      withoutRunningHeads(titles)
        .flat()
        .filter(({ height }) => height > 0.9),
    ).toHaveLength(6)
  })
})
