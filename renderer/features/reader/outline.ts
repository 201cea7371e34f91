import type { Content } from '../../../shared/model/content.ts'
import type { Document } from '../../../shared/model/document.ts'

export interface OutlineEntry {
  readonly title: string
  /** 0 for the outermost headings of this document. */
  readonly depth: number
  readonly start: number
}

const deepest = 3

/** The headings of a document, pages where it has none. The title that the text begins with is no part of it. */
export function outlineOf(text: string, content: Content, documentTitle: string): OutlineEntry[] {
  const headings = content.blocks.flatMap((block) => {
    if (block.type !== 'heading') return []
    const title = text.slice(block.start, block.end).replaceAll(/\s+/gu, ' ').trim()
    return title === '' ? [] : [{ title, level: block.level, start: block.start }]
  })
  const shown = headings[0] !== undefined && isSameTitle(headings[0].title, documentTitle) ? headings.slice(1) : headings
  if (shown.length === 0) {
    return content.pages.length < 2 ? [] : content.pages.map(({ page, start }) => ({ title: `Page ${page}`, depth: 0, start }))
  }
  const levels = [...new Set(shown.map(({ level }) => level))].sort((a, b) => a - b)
  return shown.map(({ title, level, start }) => ({ title, start, depth: Math.min(deepest, levels.indexOf(level)) }))
}

/** True when the text begins with a heading that repeats its title: it is shown once. */
export function beginsWithTitle({ content, text, title }: Pick<Document, 'content' | 'text' | 'title'>): boolean {
  const [first] = content.blocks
  return first?.type === 'heading' && isSameTitle(text.slice(first.start, first.end), title)
}

/** True when a heading only repeats the title, which may be the file's name. */
export function isSameTitle(heading: string, title: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')
  return plain(heading) === plain(title) || plain(heading) === plain(title.replace(/\.[a-z0-9]{1,5}$/iu, ''))
}

/** The entry that the given place of the text stands under; −1 before the first. */
export function currentEntry(entries: readonly OutlineEntry[], offset: number): number {
  return entries.findLastIndex(({ start }) => start <= offset)
}
