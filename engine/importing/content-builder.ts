import { AkinError } from '../../shared/errors.ts'
import type { Block, Content, Mark, PageStart } from '../../shared/model/content.ts'
import { cleanText } from './clean-text.ts'

/** A block before the builder gave it its place. */
export type BlockSpec = Unplaced<Exclude<Block, { type: 'image' | 'rule' }>>
export type MarkSpec = Unplaced<Mark>
type Unplaced<T> = T extends unknown ? Omit<T, 'start' | 'end' | 'cells'> : never

export interface ContentBuilderOptions {
  /** UTF-16 code units of text before `text-too-large` is thrown; the limit of a document by default. */
  readonly maxTextLength?: number
}

/** 10 MB of text: about 1,700,000 English words, a shelf of twenty novels. */
export const defaultMaxTextLength = 10_000_000

interface OpenBlock {
  readonly spec: BlockSpec
  readonly isPreformatted: boolean
  /** -1 until the first visible character. */
  start: number
  /** White space or a cell border that is written only when something follows. */
  pending: string
  /** Finished cells; -1 for an empty one at the row's beginning. */
  readonly cells: [number, number][]
}

interface OpenMark {
  readonly spec: MarkSpec
  start: number
}

interface Image {
  readonly src: string
  readonly alt: string
}

const cellBorder = ' | '
const maxBlocks = 500_000

/**
 * Builds a document's plain text together with the blocks, marks and pages that point into it. All readers use it,
 * so that all texts look alike: blocks stand apart by a blank line, items of a list and rows of a table by a line
 * end; white space inside prose is one space; code keeps its own. Blocks without a visible character are left out.
 *
 * Blocks do not nest: open one, add its text, close it. Pictures met inside a block follow it.
 */
export class ContentBuilder {
  readonly #maxTextLength: number
  readonly #parts: string[] = []
  readonly #blocks: Block[] = []
  readonly #marks: Mark[] = []
  readonly #pages: PageStart[] = []
  readonly #openMarks: OpenMark[] = []
  #length = 0
  #open: OpenBlock | undefined
  #waitingPages: number[] = []
  #waitingImages: Image[] = []

  constructor(options: ContentBuilderOptions = {}) {
    this.#maxTextLength = options.maxTextLength ?? defaultMaxTextLength
  }

  /** Length of the text so far. */
  get length(): number {
    return this.#length
  }

  /** Closes the block that is open, if any, and begins another. */
  open(spec: BlockSpec): void {
    this.close()
    if (spec.type !== 'table-row') this.#placeImages()
    this.#open = { spec, isPreformatted: spec.type === 'code', start: -1, pending: '', cells: [] }
  }

  /** A whole block in one call. */
  block(spec: BlockSpec, text: string): void {
    this.open(spec)
    this.text(text)
    this.close()
  }

  /** Adds to the open block; opens a paragraph where none is open. */
  text(raw: string): void {
    if (this.#open === undefined) {
      if (raw.trim() === '') return
      this.open({ type: 'paragraph' })
    }
    const block = this.#open!
    const text = block.isPreformatted ? cleanText(raw) : onOneLine(cleanText(raw))
    const body = text.trimEnd()
    const start = block.isPreformatted ? 0 : body.length - body.trimStart().length
    if (body.length > start) {
      if (start > 0) this.#addPending(' ')
      this.#write(start === 0 ? body : body.slice(start))
    }
    if (body.length < text.length) this.#addPending(text.slice(body.length))
  }

  /** A line end inside the open block. */
  lineBreak(): void {
    this.#addPending('\n')
  }

  openMark(spec: MarkSpec): void {
    this.#openMarks.push({ spec, start: -1 })
  }

  /** Closes the mark opened last; one without text is left out. */
  closeMark(): void {
    const mark = this.#openMarks.pop()
    if (mark !== undefined) this.#addMark(mark)
  }

  /** One cell of the open table row. */
  cell(fill: () => void): void {
    const block = this.#open!
    if (block.cells.length > 0) block.pending = block.pending.trimEnd() + cellBorder
    const before = this.#length
    const pending = block.pending
    fill()
    if (this.#length === before) {
      block.pending = pending
      block.cells.push(block.start === -1 ? [-1, -1] : [before, before])
    } else {
      const written = block.start >= before ? block.start : before + pending.length
      block.cells.push([written, this.#length])
    }
  }

  /** A picture of its own; inside an open block it follows that block. */
  image(image: Image): void {
    this.#waitingImages.push(image)
    if (this.#open === undefined) this.#placeImages()
  }

  rule(): void {
    this.close()
    this.#placeImages()
    this.#addBlock({ type: 'rule', start: this.#length, end: this.#length })
  }

  /** From the next visible character on, the text is of this page; it may lie inside the open block. */
  page(page: number): void {
    this.#waitingPages.push(page)
  }

  close(): void {
    const block = this.#open
    if (block === undefined) return
    this.#open = undefined
    this.#cutMarks()
    if (block.start !== -1) this.#addBlock(placed(block, this.#length))
    if (block.spec.type !== 'table-row') this.#placeImages()
  }

  finish(): { text: string; content: Content } {
    this.close()
    this.#placeImages()
    this.#placePages(this.#length)
    return {
      text: this.#parts.join(''),
      content: {
        blocks: this.#blocks,
        marks: this.#marks.sort((a, b) => a.start - b.start || b.end - a.end),
        pages: this.#pages,
      },
    }
  }

  /** A mark that spans blocks becomes one mark in each. */
  #cutMarks(): void {
    for (const mark of this.#openMarks) {
      this.#addMark(mark)
      mark.start = -1
    }
  }

  #addMark({ spec, start }: OpenMark): void {
    if (start !== -1) this.#marks.push({ ...spec, start, end: this.#length })
  }

  #addPending(space: string): void {
    const block = this.#open
    if (block === undefined) return
    if (block.spec.type === 'table-row') space = ' '
    if (block.isPreformatted) block.pending += space
    else if (block.pending === '' || (block.pending === ' ' && space === '\n')) block.pending = space
  }

  #write(text: string): void {
    const block = this.#open!
    if (block.start === -1) {
      this.#put(this.#separator(block.spec))
      block.pending = ''
      block.start = this.#length
      if (block.isPreformatted) text = text.replace(/^(?:[ \t]*\n)+/, '')
    }
    this.#put(block.pending)
    block.pending = ''
    this.#placePages(this.#length)
    for (const mark of this.#openMarks) if (mark.start === -1) mark.start = this.#length
    this.#put(text)
  }

  #separator(spec: BlockSpec): string {
    if (this.#length === 0) return ''
    const before = this.#blocks.at(-1)?.type
    return before === spec.type && (spec.type === 'list-item' || spec.type === 'table-row') ? '\n' : '\n\n'
  }

  #put(text: string): void {
    if (text === '') return
    this.#length += text.length
    if (this.#length > this.#maxTextLength) throw textTooLarge(this.#maxTextLength)
    this.#parts.push(text)
  }

  #placeImages(): void {
    for (const { src, alt } of this.#waitingImages.splice(0)) {
      const text = onOneLine(cleanText(alt)).trim()
      if (text !== '') this.#put(this.#separator({ type: 'paragraph' }))
      const start = this.#length
      this.#placePages(start)
      this.#put(text)
      this.#addBlock({ type: 'image', src, alt: text, start, end: this.#length })
    }
  }

  #placePages(start: number): void {
    for (const page of this.#waitingPages.splice(0)) this.#pages.push({ page, start })
  }

  #addBlock(block: Block): void {
    if (this.#blocks.length >= maxBlocks) throw textTooLarge(this.#maxTextLength)
    this.#blocks.push(block)
  }
}

const ideographicLineEnd =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF])[ \t]*\n[ \t]*(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF])/gu

/** Runs of white space become one space; a line end between Chinese or Japanese characters is none. */
function onOneLine(text: string): string {
  const joined = text.includes('\n') ? text.replaceAll(ideographicLineEnd, '') : text
  return joined.replaceAll(/\s+/g, ' ')
}

function placed({ spec, start, cells }: OpenBlock, end: number): Block {
  if (spec.type !== 'table-row') return { ...spec, start, end }
  return { ...spec, cells: cells.map(([from, to]) => (from === -1 ? [start, start] : [from, to])), start, end }
}

/** The error for a document with more text than one document may have. */
export function textTooLarge(maxTextLength: number): AkinError {
  return new AkinError('text-too-large', `There is more text in it than one item can hold (${maxTextLength / 1e6} MB)`, {
    advice: 'Split the file into parts and import those',
    details: { maxTextLength },
  })
}
