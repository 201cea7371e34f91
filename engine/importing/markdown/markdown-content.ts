import type {
  BlockContent,
  DefinitionContent,
  Definition,
  List,
  ListItem,
  Nodes,
  PhrasingContent,
  RootContent,
  Table,
} from 'mdast'
import type { ContentBuilder, MarkSpec } from '../content-builder.ts'
import { safeHref, safeImageSrc, type LinkList } from '../links.ts'
import { tagsInText } from './tags.ts'
import { isImageTarget, titleOfTarget, wikiLinksIn, type WikiLink } from './wiki-links.ts'

export interface MarkdownTarget {
  readonly builder: ContentBuilder
  readonly links: LinkList
  readonly tags: Set<string>
  readonly definitions: ReadonlyMap<string, Definition>
  /** Writes the text of raw HTML, a block or a single tag. */
  readonly addHtml: (html: string, isInline: boolean) => void
}

/** Where a block stands. */
interface Place {
  readonly quoteDepth: number
  /** -1 outside lists. */
  readonly listDepth: number
}

const outermost: Place = { quoteDepth: 0, listDepth: -1 }
const calloutMark = /^\[!([\w-]+)\][+-]?[ \t]*/

/** Writes the blocks of a Markdown tree into a builder. */
export function addMarkdown(nodes: readonly RootContent[], target: MarkdownTarget): void {
  const writer = new MarkdownWriter(target)
  for (const node of nodes) writer.block(node, outermost)
}

class MarkdownWriter {
  readonly #builder: ContentBuilder
  readonly #target: MarkdownTarget
  #isInHeading = false

  constructor(target: MarkdownTarget) {
    this.#builder = target.builder
    this.#target = target
  }

  block(node: RootContent, place: Place): void {
    switch (node.type) {
      case 'heading':
        return this.#heading(node.children, node.depth)
      case 'paragraph':
        return this.#paragraph(node.children, place)
      case 'blockquote':
        return this.#blocks(node.children, { quoteDepth: place.quoteDepth + 1, listDepth: -1 })
      case 'list':
        return this.#list(node, place)
      case 'code':
        return this.#builder.block({ type: 'code', language: node.lang?.toLowerCase() ?? null }, node.value)
      case 'html':
        return this.#target.addHtml(node.value, false)
      case 'thematicBreak':
        return this.#builder.rule()
      case 'table':
        return this.#table(node)
      case 'footnoteDefinition':
        return this.#blocks(node.children, place)
      case 'definition':
      case 'yaml':
        return
      case 'listItem':
      case 'tableRow':
      case 'tableCell':
        // Their lists and tables write them
        return
      case 'break':
      case 'delete':
      case 'emphasis':
      case 'footnoteReference':
      case 'image':
      case 'imageReference':
      case 'inlineCode':
      case 'link':
      case 'linkReference':
      case 'strong':
      case 'text':
        return this.#paragraph([node], place)
    }
  }

  #blocks(nodes: readonly (BlockContent | DefinitionContent)[], place: Place): void {
    for (const node of nodes) this.block(node, place)
  }

  #heading(children: readonly PhrasingContent[], level: 1 | 2 | 3 | 4 | 5 | 6): void {
    this.#builder.open({ type: 'heading', level })
    this.#isInHeading = true
    this.#phrasing(children)
    this.#isInHeading = false
    this.#builder.close()
  }

  #paragraph(children: readonly PhrasingContent[], { quoteDepth }: Place): void {
    this.#builder.open(quoteDepth > 0 ? { type: 'quote', depth: quoteDepth } : { type: 'paragraph' })
    this.#phrasing(quoteDepth > 0 ? withoutCalloutMark(children) : children)
    this.#builder.close()
  }

  #list(list: List, { quoteDepth, listDepth }: Place): void {
    for (const [index, item] of list.children.entries()) {
      const ordinal = list.ordered === true ? (list.start ?? 1) + index : null
      this.#item(item, ordinal, { quoteDepth, listDepth: listDepth + 1 })
    }
  }

  /** The first paragraphs of an item are one block; lists, code and tables in it follow, and paragraphs after those. */
  #item(item: ListItem, ordinal: number | null, place: Place): void {
    const checked = typeof item.checked === 'boolean' ? { checked: item.checked } : {}
    const first = item.children.findIndex(({ type }) => type !== 'paragraph')
    const paragraphs = item.children.slice(0, first === -1 ? undefined : first)
    this.#builder.open({ type: 'list-item', depth: place.listDepth, ordinal, ...checked })
    for (const paragraph of paragraphs) {
      if (paragraph.type === 'paragraph') this.#phrasing(paragraph.children)
      this.#builder.lineBreak()
    }
    this.#builder.close()
    this.#blocks(item.children.slice(paragraphs.length), place)
  }

  #table(table: Table): void {
    for (const [index, row] of table.children.entries()) {
      this.#builder.open({ type: 'table-row', isHeader: index === 0 })
      for (const cell of row.children) this.#builder.cell(() => this.#phrasing(cell.children))
      this.#builder.close()
    }
  }

  #phrasing(nodes: readonly PhrasingContent[]): void {
    for (const node of nodes) this.#inline(node)
  }

  #inline(node: PhrasingContent): void {
    switch (node.type) {
      case 'text':
        return this.#text(node.value)
      case 'emphasis':
      case 'strong':
        return this.#marked({ type: node.type }, node.children)
      case 'delete':
        return this.#marked({ type: 'strike' }, node.children)
      case 'inlineCode':
        return this.#code(node.value)
      case 'link':
        return this.#link(node.url, node.children)
      case 'linkReference':
        return this.#link(this.#target.definitions.get(node.identifier)?.url ?? '', node.children)
      case 'image':
        return this.#image(node.url, node.alt)
      case 'imageReference':
        return this.#image(this.#target.definitions.get(node.identifier)?.url ?? '', node.alt)
      case 'break':
        return this.#builder.lineBreak()
      case 'footnoteReference':
        return this.#builder.text(`[${node.label ?? node.identifier}]`)
      case 'html':
        return /^<br[\s/>]/i.test(node.value) ? this.#builder.lineBreak() : this.#target.addHtml(node.value, true)
      default:
      // Front matter is taken off before
    }
  }

  #text(value: string): void {
    if (!this.#isInHeading) for (const tag of tagsInText(value)) this.#target.tags.add(tag)
    let at = 0
    for (const link of wikiLinksIn(value)) {
      this.#builder.text(value.slice(at, link.start))
      this.#wikiLink(link)
      at = link.end
    }
    this.#builder.text(value.slice(at))
  }

  #wikiLink({ isEmbed, target, alias, label }: WikiLink): void {
    if (isEmbed && isImageTarget(target)) return this.#image(target, /^\d+(?:x\d+)?$/.test(alias) ? '' : alias)
    if (target === '') return this.#builder.text(label)
    this.#target.links.add('wiki', target)
    this.#builder.openMark({ type: 'wiki-link', target })
    this.#builder.text(label)
    this.#builder.closeMark()
  }

  #marked(spec: MarkSpec, children: readonly PhrasingContent[]): void {
    this.#builder.openMark(spec)
    this.#phrasing(children)
    this.#builder.closeMark()
  }

  #code(value: string): void {
    this.#builder.openMark({ type: 'code' })
    this.#builder.text(value)
    this.#builder.closeMark()
  }

  #link(url: string, children: readonly PhrasingContent[]): void {
    const mark = this.#linkMark(url)
    if (mark === null) return this.#phrasing(children)
    this.#target.links.add(mark.type === 'link' ? 'url' : 'wiki', mark.type === 'link' ? mark.href : mark.target)
    this.#marked(mark, children)
  }

  /** A relative link to another note is a link by its title. */
  #linkMark(url: string): (MarkSpec & { type: 'link' | 'wiki-link' }) | null {
    const href = safeHref(url)
    if (href !== null) return { type: 'link', href }
    const path = /^(?![a-z][a-z\d+.-]*:|[/#?])([^#?]+\.md)(?:[#?].*)?$/i.exec(url.trim())?.[1]
    const target = path === undefined ? '' : titleOfTarget(decoded(path))
    return target === '' ? null : { type: 'wiki-link', target }
  }

  #image(url: string, alt: string | null | undefined): void {
    const src = safeImageSrc(url)
    const label = (alt ?? '').replace(/\|\d+(?:x\d+)?$/, '')
    if (src !== null) this.#builder.image({ src, alt: label })
    else this.#builder.text(label)
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // URIError: a percent sign that encodes nothing stands for itself
    return path
  }
}

/** `> [!note] Title`: the mark of a call-out is no text. */
function withoutCalloutMark(children: readonly PhrasingContent[]): readonly PhrasingContent[] {
  const [first, ...rest] = children
  if (first?.type !== 'text' || !calloutMark.test(first.value)) return children
  return [{ ...first, value: first.value.replace(calloutMark, '') }, ...rest]
}

/** All link definitions of a tree, the first of each name. */
export function collectDefinitions(nodes: readonly Nodes[], definitions: Map<string, Definition>): void {
  for (const node of nodes) {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node)
    if (node.type === 'blockquote' || node.type === 'list' || node.type === 'listItem')
      collectDefinitions(node.children, definitions)
  }
}
