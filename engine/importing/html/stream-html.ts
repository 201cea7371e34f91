import type { BlockSpec, ContentBuilder } from '../content-builder.ts'

/**
 * Reads HTML tag by tag, without building a tree: for pages too large or nested too deep for one. Keeps paragraphs,
 * headings, list items, quotes and code; time and memory are linear in the page.
 */
export function streamHtml(html: string, builder: ContentBuilder): void {
  let isInCode = false
  for (const piece of piecesOf(html)) {
    if (piece.type === 'text') builder.text(decodeReferences(piece.text))
    else if (piece.name === 'br') builder.lineBreak()
    else if (piece.name === 'pre') {
      isInCode = piece.type === 'open'
      openOrClose(builder, isInCode ? { type: 'code', language: null } : null)
    } else if (!isInCode && blocks.has(piece.name)) {
      openOrClose(builder, piece.type === 'open' ? specOf(piece.name) : null)
    }
  }
  builder.close()
}

function openOrClose(builder: ContentBuilder, spec: BlockSpec | null): void {
  if (spec === null) builder.close()
  else builder.open(spec)
}

/** Elements that begin or end a block. */
const blocks = new Set(
  (
    'address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hr li main nav ol p section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
)

function specOf(name: string): BlockSpec {
  if (/^h[1-6]$/.test(name)) return { type: 'heading', level: Number(name[1]) as 1 | 2 | 3 | 4 | 5 | 6 }
  if (name === 'li') return { type: 'list-item', depth: 0, ordinal: null }
  return name === 'blockquote' ? { type: 'quote', depth: 1 } : { type: 'paragraph' }
}

type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'open' | 'close'; readonly name: string; readonly isVoid: boolean }

const withoutText = new Set(['script', 'style', 'title', 'textarea', 'template', 'noscript', 'svg', 'select', 'iframe', 'object'])
const voids = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))
/** Where a tag, a comment or a declaration may begin; a lone "<" is text. */
const markup = /<[a-z/!?]/gi
const tagName = /<\/?([a-z][a-z0-9:-]{0,30})/iy

/** Texts and tags in order; comments and what no reader sees are left out. */
export function* piecesOf(html: string): Generator<Piece> {
  let at = 0
  while (at < html.length) {
    markup.lastIndex = at
    const open = markup.exec(html)?.index ?? html.length
    if (open > at) yield { type: 'text', text: html.slice(at, open) }
    if (open === html.length) return
    tagName.lastIndex = open
    const name = tagName.exec(html)?.[1]?.toLowerCase()
    if (name === undefined) {
      at = html.startsWith('<!--', open) ? after(html, '-->', open + 4) : after(html, '>', open)
      continue
    }
    const end = after(html, '>', open)
    const isClose = html[open + 1] === '/'
    yield { type: isClose ? 'close' : 'open', name, isVoid: voids.has(name) || html[end - 2] === '/' }
    at = !isClose && withoutText.has(name) ? after(html, '>', closing(html, name, end)) : end
  }
}

/** The place behind a mark; the end of the page where it does not come any more. */
function after(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from)
  return at === -1 ? html.length : at + mark.length
}

function closing(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, 'gi')
  end.lastIndex = from
  return end.exec(html)?.index ?? html.length
}

/** Elements that browsers end by themselves do not nest. */
const endsByItself = new Set('p li td th tr dd dt option thead tbody tfoot colgroup rt rp body html head'.split(' '))

export interface PageShape {
  readonly depth: number
  readonly elements: number
}

/** How many elements a page has and how deep they nest, as far as its tags show it; counting stops at the limits. */
export function shapeOf(html: string, limits: PageShape): PageShape {
  let [depth, deepest, elements] = [0, 0, 0]
  // A parser makes a node of each stray mark too
  const marks = html.split('<', limits.elements * 3).length
  if (marks >= limits.elements * 3) return limits
  for (const piece of piecesOf(html)) {
    if (piece.type === 'text') continue
    if (piece.type === 'open') elements++
    if (!piece.isVoid && !endsByItself.has(piece.name) && !withoutText.has(piece.name)) {
      depth = Math.max(0, depth + (piece.type === 'open' ? 1 : -1))
      deepest = Math.max(deepest, depth)
    }
    if (deepest >= limits.depth || elements >= limits.elements) break
  }
  return { depth: deepest, elements }
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  copy: '©',
  reg: '®',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  deg: '°',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
}

/** Character references by number and the common ones by name; others stay as they are written. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (written, decimal, hex, name) => {
    if (name !== undefined) return named[name as string] ?? written
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
  })
}
