import { parseHTML } from 'linkedom'

/** The part of the DOM that the readers use; linkedom provides it without a browser. */
export interface DomNode {
  /** 1 element, 3 text. */
  readonly nodeType: number
  readonly nodeValue: string | null
  readonly firstChild: DomNode | null
  readonly nextSibling: DomNode | null
  readonly parentNode: DomNode | null
  readonly textContent: string | null
}

export interface DomElement extends DomNode {
  /** Lower case. */
  readonly localName: string
  readonly children: Iterable<DomElement>
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  querySelector(selector: string): DomElement | null
  querySelectorAll(selector: string): Iterable<DomElement>
}

export interface DomDocument {
  readonly documentElement: DomElement | null
  readonly body: DomElement
  querySelector(selector: string): DomElement | null
  querySelectorAll(selector: string): Iterable<DomElement>
}

export function isElement(node: DomNode | null): node is DomElement {
  return node?.nodeType === 1
}

/** Reads HTML, however broken. Scripts do not run and nothing is fetched. */
export function parseDocument(html: string): DomDocument {
  return parseHTML(withBody(html)).document as DomDocument
}

/** The tags of `html`, `head` and `body` may be left out; linkedom needs the first and the last. */
function withBody(html: string): string {
  const isWhole = /<html[\s>]/i.test(html)
  if (/<body[\s>]/i.test(html)) return isWhole ? html : `<!doctype html><html>${html}`
  const opening = /<\/head\s*>/i.exec(html) ?? /<html(?:\s[^>]{0,2000})?>/i.exec(html)
  if (opening === null) return `<!doctype html><html><head></head><body>${html}</body></html>`
  const at = opening.index + opening[0].length
  return `${isWhole ? '' : '<html>'}${html.slice(0, at)}<body>${html.slice(at)}`
}
