import type { ContentBuilder } from '../content-builder.ts'
import { addDom } from '../html/dom-content.ts'
import { parseDocument } from '../html/dom.ts'
import type { LinkList } from '../links.ts'

/** Writes the text of an HTML block between Markdown blocks. Tags that stand alone leave nothing. */
export function addHtmlBlock(html: string, builder: ContentBuilder, links: LinkList): void {
  if (hasContent(html)) addDom(parseDocument(html).body, { builder, links, base: undefined })
}

/** Writes what a single tag inside a paragraph stands for: a picture; all others only wrap text. */
export function addInlineHtml(html: string, builder: ContentBuilder, links: LinkList): void {
  if (/^<img\s/i.test(html)) addDom(parseDocument(html).body, { builder, links, base: undefined }, { isInline: true })
}

const tag = /<[^<>]*>/g

function hasContent(html: string): boolean {
  return /<img\s/i.test(html) || html.replaceAll(tag, '').trim() !== ''
}
