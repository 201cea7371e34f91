import type { BlockSpec, ContentBuilder, MarkSpec } from '../content-builder.ts'
import { safeHref, safeImageSrc, type LinkList } from '../links.ts'
import { isElement, type DomElement, type DomNode } from './dom.ts'
import { captionOf, isDataTable, rowsOf } from './dom-table.ts'
import { altOf, checkedOf, imageSourceOf, isHidden, languageOfCode, skippedElements } from './dom-facts.ts'

export interface DomTarget {
  readonly builder: ContentBuilder
  readonly links: LinkList
  /** The page's address, to resolve relative ones. */
  readonly base: string | undefined
}

export interface WalkOptions {
  /** Further elements to pass over, by local name. */
  readonly skip?: ReadonlySet<string>
  /** Writes into the block or cell that is open: what would be a block becomes a space. */
  readonly isInline?: boolean
}

const blockElements = new Set(
  (
    'address article aside body center details dd div dl dt fieldset figcaption figure footer form header hgroup legend main nav ' +
    'p section summary table tbody td tfoot th thead tr caption menu dir'
  ).split(' '),
)

const markByElement: Readonly<Record<string, MarkSpec>> = {
  b: { type: 'strong' },
  strong: { type: 'strong' },
  i: { type: 'emphasis' },
  em: { type: 'emphasis' },
  code: { type: 'code' },
  kbd: { type: 'code' },
  samp: { type: 'code' },
  tt: { type: 'code' },
  s: { type: 'strike' },
  del: { type: 'strike' },
  strike: { type: 'strike' },
}

/** Writes what is inside an element into a builder: text and typed blocks, no markup. Does not recurse into itself. */
export function addDom(root: DomNode, target: DomTarget, options: WalkOptions = {}): void {
  new DomWriter(target, options).walk(root)
}

interface ListState {
  readonly isOrdered: boolean
  next: number
}

/** What is to be done when an element ends. */
type Leave = (() => void) | null

class DomWriter {
  readonly #builder: ContentBuilder
  readonly #target: DomTarget
  readonly #options: WalkOptions
  readonly #lists: ListState[] = []
  #quoteDepth = 0
  #codeDepth = 0
  /** The item whose block is next, or is open. */
  #item: BlockSpec | null = null
  #isItemOpen = false
  #isOpen: boolean
  #isAfterBreak = false

  constructor(target: DomTarget, options: WalkOptions) {
    this.#target = target
    this.#builder = target.builder
    this.#options = options
    this.#isOpen = options.isInline ?? false
  }

  walk(root: DomNode): void {
    const leaves: Leave[] = []
    let node = root.firstChild
    while (node !== null) {
      const leave = this.#enter(node)
      if (leave !== 'skip' && node.firstChild !== null) {
        leaves.push(leave)
        node = node.firstChild
        continue
      }
      if (leave !== 'skip') leave?.()
      while (node !== null && node.nextSibling === null) {
        node = node.parentNode === root ? null : node.parentNode
        if (node !== null) leaves.pop()?.()
      }
      node = node?.nextSibling ?? null
    }
    this.#endBlock()
  }

  #enter(node: DomNode): Leave | 'skip' {
    if (node.nodeType === 3) this.#text(node.nodeValue ?? '')
    if (!isElement(node)) return 'skip'
    const name = node.localName
    if (skippedElements.has(name) || this.#options.skip?.has(name) === true || isHidden(node)) return 'skip'
    const mark = markByElement[name]
    if (mark !== undefined && this.#codeDepth === 0) return this.#mark(mark)
    if (this.#codeDepth > 0) return name === 'br' ? this.#codeLine() : null
    return this.#element(node, name)
  }

  #element(element: DomElement, name: string): Leave | 'skip' {
    switch (name) {
      case 'a':
        return this.#link(element)
      case 'br':
        return this.#break()
      case 'hr':
        return this.#rule()
      case 'img':
        return this.#image(element)
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6':
        return this.#heading(Number(name[1]) as 1 | 2 | 3 | 4 | 5 | 6)
      case 'ul':
      case 'ol':
        return this.#list(element, name === 'ol')
      case 'li':
        return this.#listItem(element)
      case 'blockquote':
        return this.#quote()
      case 'pre':
        return this.#code(element)
      case 'table':
        if (isDataTable(element)) return this.#table(element)
        return this.#boundary()
      default:
        return blockElements.has(name) ? this.#boundary() : null
    }
  }

  #text(data: string): void {
    if (this.#codeDepth === 0 && data.trim() === '') return this.#isOpen ? this.#builder.text(' ') : undefined
    this.#isAfterBreak = false
    if (!this.#isOpen) this.#open(this.#nextBlock())
    this.#builder.text(data)
  }

  #nextBlock(): BlockSpec {
    const item = this.#item
    if (item !== null) {
      this.#item = null
      this.#isItemOpen = true
      return item
    }
    return this.#quoteDepth > 0 ? { type: 'quote', depth: this.#quoteDepth } : { type: 'paragraph' }
  }

  #open(spec: BlockSpec): void {
    if (this.#options.isInline === true) return
    this.#builder.open(spec)
    this.#isOpen = true
  }

  /** A block ends here; inside a list item that has begun, a line does. */
  #boundary(): Leave {
    this.#softEnd()
    return () => this.#softEnd()
  }

  #softEnd(): void {
    if (this.#isItemOpen && this.#isOpen) this.#builder.lineBreak()
    else this.#endBlock()
  }

  #endBlock(): void {
    if (this.#options.isInline === true) return this.#builder.text(' ')
    this.#builder.close()
    this.#isOpen = false
    this.#isItemOpen = false
    this.#isAfterBreak = false
  }

  /** One `br` ends a line, two end a paragraph. */
  #break(): Leave {
    if (this.#isAfterBreak) this.#softEnd()
    else this.#builder.lineBreak()
    this.#isAfterBreak = true
    return null
  }

  #mark(spec: MarkSpec): Leave {
    this.#builder.openMark(spec)
    return () => this.#builder.closeMark()
  }

  #link(element: DomElement): Leave {
    const written = element.getAttribute('href') ?? ''
    const href = written.startsWith('#') ? null : safeHref(written, this.#target.base)
    if (href === null) return null
    this.#target.links.add('url', href)
    return this.#mark({ type: 'link', href })
  }

  #image(element: DomElement): Leave {
    const src = safeImageSrc(imageSourceOf(element), this.#target.base)
    const alt = altOf(element)
    if (src !== null) this.#builder.image({ src, alt })
    else if (alt !== '') this.#text(` ${alt} `)
    return null
  }

  #rule(): 'skip' {
    this.#endBlock()
    if (this.#options.isInline !== true) this.#builder.rule()
    return 'skip'
  }

  #heading(level: 1 | 2 | 3 | 4 | 5 | 6): Leave {
    this.#endBlock()
    this.#open({ type: 'heading', level })
    return () => this.#endBlock()
  }

  #list(element: DomElement, isOrdered: boolean): Leave {
    this.#endBlock()
    const start = Number.parseInt(element.getAttribute('start') ?? '1', 10)
    this.#lists.push({ isOrdered, next: Number.isSafeInteger(start) ? start : 1 })
    return () => {
      this.#endBlock()
      this.#lists.pop()
    }
  }

  #listItem(element: DomElement): Leave {
    this.#endBlock()
    const list = this.#lists.at(-1)
    const ordinal = list?.isOrdered === true ? list.next++ : null
    this.#item = { type: 'list-item', depth: Math.max(0, this.#lists.length - 1), ordinal, ...checkedOf(element) }
    return () => {
      this.#endBlock()
      this.#item = null
    }
  }

  #quote(): Leave {
    this.#endBlock()
    this.#quoteDepth++
    return () => {
      this.#endBlock()
      this.#quoteDepth--
    }
  }

  #code(element: DomElement): Leave {
    this.#endBlock()
    this.#open({ type: 'code', language: languageOfCode(element) })
    this.#codeDepth++
    return () => {
      this.#codeDepth--
      this.#endBlock()
    }
  }

  #codeLine(): 'skip' {
    this.#builder.text('\n')
    return 'skip'
  }

  #table(element: DomElement): 'skip' {
    this.#endBlock()
    const caption = captionOf(element)
    if (caption.trim() !== '') this.#builder.block({ type: 'paragraph' }, caption)
    for (const { isHeader, cells } of rowsOf(element)) {
      this.#builder.open({ type: 'table-row', isHeader })
      for (const cell of cells) this.#builder.cell(() => addDom(cell, this.#target, { ...this.#options, isInline: true }))
      this.#builder.close()
    }
    return 'skip'
  }
}
