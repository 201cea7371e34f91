import type { Block, Content, PageStart } from '../../../shared/model/content.ts'

/** A block, or a part of one that is too long to be laid out at once. */
export interface Piece {
  readonly block: Block
  readonly start: number
  readonly end: number
  /** False for the parts after the first of a long block. */
  readonly isFirst: boolean
  /** The page that begins here; `null` for none. */
  readonly page: number | null
}

/** A stretch of the text that is laid out as one: only those near the window are. */
export interface Section {
  readonly index: number
  readonly start: number
  readonly end: number
  readonly pieces: readonly Piece[]
  /** Lines and gaps, guessed from the text: the height before it was ever laid out. */
  readonly guessedLines: number
}

const maxPieces = 40
const maxCharacters = 9_000
/** Longer blocks are cut at a line, a sentence or a space. */
const maxPieceLength = 4_000
const charactersPerLine = 70

/** The blocks to lay out. A text without any is read as paragraphs. */
export function blocksOf(text: string, content: Content): readonly Block[] {
  if (content.blocks.length > 0) return content.blocks
  const blocks: Block[] = []
  for (const match of text.matchAll(/[^\n]+(?:\n(?!\s*\n)[^\n]+)*/gu)) {
    blocks.push({ type: 'paragraph', start: match.index, end: match.index + match[0].length })
  }
  return blocks
}

/** Cuts a document into sections of a few screens each; lists and tables stay together while they are small. */
export function sectionsOf(text: string, content: Content): Section[] {
  const pieces = piecesOf(text, blocksOf(text, content), content.pages)
  const sections: Section[] = []
  let from = 0
  let characters = 0
  for (let i = 0; i < pieces.length; i++) {
    characters += pieces[i]!.end - pieces[i]!.start
    const isFull = i - from + 1 >= maxPieces || characters >= maxCharacters
    const isLast = i === pieces.length - 1
    if (!isLast && (!isFull || (belongTogether(pieces[i]!, pieces[i + 1]!) && i - from < maxPieces * 3))) continue
    const own = pieces.slice(from, i + 1)
    sections.push(sectionOf(own, sections.length))
    from = i + 1
    characters = 0
  }
  return sections
}

function sectionOf(pieces: readonly Piece[], index: number): Section {
  const lines = pieces.reduce((sum, { start, end, block }) => {
    const gap = block.type === 'heading' ? 1.6 : block.type === 'list-item' || block.type === 'table-row' ? 0.1 : 0.45
    return sum + Math.max(1, Math.ceil((end - start) / charactersPerLine)) + gap
  }, 0)
  return { index, start: pieces[0]!.start, end: pieces.at(-1)!.end, pieces, guessedLines: lines }
}

function belongTogether(a: Piece, b: Piece): boolean {
  if (!b.isFirst) return false
  return a.block.type === b.block.type && (a.block.type === 'table-row' || a.block.type === 'list-item')
}

function piecesOf(text: string, blocks: readonly Block[], pages: readonly PageStart[]): Piece[] {
  const pieces: Piece[] = []
  let nextPage = 0
  for (const block of blocks) {
    let page: number | null = null
    while (nextPage < pages.length && pages[nextPage]!.start <= block.start) page = pages[nextPage++]!.page
    let start = block.start
    do {
      const end = cutOf(text, block, start)
      pieces.push({ block, start, end, isFirst: start === block.start, page: start === block.start ? page : null })
      start = end
    } while (start < block.end)
  }
  return pieces
}

/** Where the part of a block that begins at `start` ends: at a line or word end near the longest length. */
function cutOf(text: string, block: Block, start: number): number {
  if (block.end - start <= maxPieceLength || block.type === 'table-row' || block.type === 'image') return block.end
  const limit = start + maxPieceLength
  const line = text.lastIndexOf('\n', limit)
  if (line > start) return line + 1
  const space = text.lastIndexOf(' ', limit)
  if (space > start) return space + 1
  // Never between the halves of a surrogate pair.
  return /[\uD800-\uDBFF]/.test(text[limit - 1]!) ? limit - 1 : limit
}

/** The section that holds a character; the nearest one before it in the gaps. */
export function sectionAt(sections: readonly Section[], offset: number): Section | undefined {
  let low = 0
  let high = sections.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (sections[middle]!.start <= offset) low = middle
    else high = middle - 1
  }
  return sections[low]
}
