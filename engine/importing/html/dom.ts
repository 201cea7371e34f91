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
  const whole = /<html[\s>]/i.test(html) ? html : `<!doctype html><html>${html}</html>`
  const { document } = parseHTML(whole)
  completeDocument(document)
  return document
}

interface MutableNode extends DomNode {
  insertBefore(child: DomNode, before: DomNode | null): unknown
}

interface MutableDocument {
  readonly documentElement: (DomElement & MutableNode) | null
  createElement(name: string): DomElement & MutableNode
}

const headElements = new Set(['title', 'meta', 'link', 'style', 'base', 'script', 'noscript', 'template'])

/** The tags of `head` and `body` may be left out; linkedom does not add them, and finds nothing without them. */
function completeDocument(document: MutableDocument): void {
  const root = document.documentElement
  if (root === null) return
  const partOf = (name: string): DomElement & MutableNode => childOf(root, name) ?? document.createElement(name)
  const [head, body] = [partOf('head'), partOf('body')]
  const strays: DomNode[] = []
  for (let child = root.firstChild; child !== null; child = child.nextSibling) strays.push(child)
  const bodyAt = strays.indexOf(body)
  const bodyContent = body.firstChild
  for (const [index, stray] of strays.entries()) {
    if (stray === head || stray === body) continue
    if (isElement(stray) && headElements.has(stray.localName)) head.insertBefore(stray, null)
    else body.insertBefore(stray, index < bodyAt ? bodyContent : null)
  }
  root.insertBefore(head, root.firstChild)
  root.insertBefore(body, null)
}

function childOf(root: DomElement, name: string): (DomElement & MutableNode) | undefined {
  return [...root.children].find(({ localName }) => localName === name) as (DomElement & MutableNode) | undefined
}
