import { describe, expect, it } from 'vitest'
import type { Block, Content } from '../../../../../shared/model/content.ts'
import { groupPieces } from '../../../../../renderer/features/reader/group-pieces.ts'
import { sectionAt, sectionsOf } from '../../../../../renderer/features/reader/sections.ts'

function paragraphs(count: number, length: number): { text: string; content: Content } {
  const line = `${'word '.repeat(Math.ceil(length / 5)).slice(0, length)}\n\n`
  const blocks = Array.from({ length: count }, (_, i): Block => {
    return { type: 'paragraph', start: i * line.length, end: i * line.length + length }
  })
  return { text: line.repeat(count), content: { blocks, marks: [], pages: [] } }
}

describe('sections of a text', () => {
  it('covers every character once, in order', () => {
    const { text, content } = paragraphs(20_000, 80)
    const sections = sectionsOf(text, content)
    const pieces = sections.flatMap((section) => section.pieces)
    expect(pieces.map(({ block }) => block)).toEqual(content.blocks)
    expect(sections.every((section) => section.pieces.length <= 120)).toBe(true)
    expect(sections.map(({ index }) => index)).toEqual(sections.map((_, i) => i))
  })

  it('cuts a block of ten megabytes at its lines', () => {
    const text = 'a line of a log file that goes on for a while\n'.repeat(220_000)
    const content: Content = { blocks: [{ type: 'code', language: null, start: 0, end: text.length }], marks: [], pages: [] }
    const pieces = sectionsOf(text, content).flatMap((section) => section.pieces)
    expect(pieces.length).toBeGreaterThan(2_000)
    expect(pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
    expect(pieces.slice(0, 50).every(({ start }) => start === 0 || text[start - 1] === '\n')).toBe(true)
    expect(pieces.filter(({ isFirst }) => isFirst)).toHaveLength(1)
  })

  it('cuts a text without any space, and no character in two', () => {
    const text = '𝔸'.repeat(6_000)
    const content: Content = { blocks: [{ type: 'paragraph', start: 0, end: text.length }], marks: [], pages: [] }
    const pieces = sectionsOf(text, content).flatMap((section) => section.pieces)
    expect(pieces.map(({ start, end }) => text.slice(start, end)).every((part) => part.isWellFormed())).toBe(true)
  })

  it('reads a text without blocks as paragraphs', () => {
    const text = 'one\nstill one\n\ntwo\n'
    const content: Content = { blocks: [], marks: [], pages: [] }
    const pieces = sectionsOf(text, content).flatMap((section) => section.pieces)
    expect(pieces.map(({ start, end }) => text.slice(start, end))).toEqual(['one\nstill one', 'two'])
    expect(sectionsOf('', content)).toEqual([])
  })

  it('finds the section of a character', () => {
    const { text, content } = paragraphs(500, 200)
    const sections = sectionsOf(text, content)
    expect(sectionAt(sections, 0)?.index).toBe(0)
    expect(sectionAt(sections, sections[3]!.start)?.index).toBe(3)
    expect(sectionAt(sections, sections[3]!.start - 1)?.index).toBe(2)
    expect(sectionAt([], 4)).toBeUndefined()
  })

  it('tells where a page begins', () => {
    const { text, content } = paragraphs(4, 50)
    const pages = [
      { page: 1, start: 0 },
      { page: 2, start: content.blocks[2]!.start },
    ]
    const pieces = sectionsOf(text, { ...content, pages }).flatMap((section) => section.pieces)
    expect(pieces.map(({ page }) => page)).toEqual([1, null, 2, null])
  })
})

describe('groups', () => {
  it('joins the items of a list and the rows of a table, and parts two tables', () => {
    const blocks: Block[] = [
      { type: 'list-item', depth: 0, ordinal: null, start: 0, end: 1 },
      { type: 'list-item', depth: 1, ordinal: 1, start: 2, end: 3 },
      { type: 'paragraph', start: 4, end: 5 },
      { type: 'table-row', isHeader: true, cells: [], start: 6, end: 7 },
      { type: 'table-row', isHeader: false, cells: [], start: 8, end: 9 },
      { type: 'table-row', isHeader: true, cells: [], start: 10, end: 11 },
    ]
    const groups = groupPieces(sectionsOf('x'.repeat(12), { blocks, marks: [], pages: [] }).flatMap((section) => section.pieces))
    expect(groups.map(({ type, pieces }) => [type, pieces.length])).toEqual([
      ['list', 2],
      ['single', 1],
      ['table', 2],
      ['table', 1],
    ])
  })
})
