import type { BlockContent, PhrasingContent, Paragraph, RootContent, Table } from 'mdast'

/**
 * A small reader of Markdown that takes time in proportion to the text, whatever is in it: for what would keep a full
 * parser busy for minutes. It knows headings, fences, list items, quotes, tables, links, code and emphasis on one line.
 */
export function lightTree(text: string): RootContent[] {
  return new LightReader().read(text.split('\n'))
}

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\s]{0,40})/
const heading = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/
const item = /^([ \t]{0,40})(?:[-*+]|(\d{1,9})[.)])[ \t]+(?:\[([ xX])\][ \t]+)?(\S.*)$/
const quote = /^ {0,3}(>[> ]{0,20})(.*)$/
const rule = /^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/
const tableRule = /^[ \t]*\|?[ \t:|-]*-[ \t:|-]*$/
const maxDepth = 8
const longestRule = 200

class LightReader {
  readonly #nodes: RootContent[] = []
  #paragraph: string[] = []

  read(lines: readonly string[]): RootContent[] {
    for (let at = 0; at < lines.length;) at += this.#take(lines, at)
    this.#endParagraph()
    return this.#nodes
  }

  /** Takes the block that begins with a line, or one line of a paragraph, and tells how many lines that were. */
  #take(lines: readonly string[], at: number): number {
    const line = lines[at]!
    if (line.trim() === '') return this.#endParagraph()
    const fenced = fence.exec(line)
    if (fenced !== null) return this.#code(lines, at, fenced)
    if (isTable(lines, at)) return this.#table(lines, at)
    const node = line.length <= longestRule && rule.test(line) ? ({ type: 'thematicBreak' } as const) : blockOf(line)
    if (node === null) {
      this.#paragraph.push(line.trim())
      return 1
    }
    this.#endParagraph()
    this.#nodes.push(node)
    return 1
  }

  #endParagraph(): number {
    if (this.#paragraph.length > 0) this.#nodes.push(paragraphOf(this.#paragraph.join('\n')))
    this.#paragraph = []
    return 1
  }

  #code(lines: readonly string[], at: number, [, mark, language]: RegExpExecArray): number {
    this.#endParagraph()
    const length = lines
      .slice(at + 1)
      .findIndex((line) => line.trim().startsWith(mark!) && /^\s*[`~]+\s*$/.test(line.slice(0, 200)))
    const end = length === -1 ? lines.length : at + 1 + length
    this.#nodes.push({ type: 'code', lang: language || null, value: lines.slice(at + 1, end).join('\n') })
    return end - at + 1
  }

  #table(lines: readonly string[], at: number): number {
    this.#endParagraph()
    let end = at
    while (end < lines.length && lines[end]!.includes('|')) end++
    this.#nodes.push(tableOf([lines[at]!, ...lines.slice(at + 2, end)]))
    return end - at
  }
}

function isTable(lines: readonly string[], at: number): boolean {
  const below = lines[at + 1]
  return below !== undefined && lines[at]!.includes('|') && below.includes('|') && below.length < 1_000 && tableRule.test(below)
}

function tableOf(rows: readonly string[]): Table {
  return {
    type: 'table',
    children: rows.map((row) => ({
      type: 'tableRow',
      children: row
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .slice(0, 100)
        .map((cell) => ({ type: 'tableCell', children: inline(cell.trim()) })),
    })),
  }
}

function blockOf(line: string): RootContent | null {
  const title = heading.exec(line)
  if (title !== null) {
    return {
      type: 'heading',
      depth: title[1]!.length as 1 | 2 | 3 | 4 | 5 | 6,
      children: inline(title[2]!.replace(/[ \t]+#{1,20}[ \t]*$/, '')),
    }
  }
  const listed = item.exec(line)
  if (listed !== null) return listOf(listed)
  const quoted = quote.exec(line)
  if (quoted === null) return null
  return nested(paragraphOf(quoted[2]!), quoted[1]!.replaceAll(' ', '').length, (child) => ({
    type: 'blockquote',
    children: [child],
  }))
}

function listOf([, indent, number, box, text]: RegExpExecArray): RootContent {
  const depth = Math.floor(indent!.replaceAll('\t', '    ').length / 2)
  const own: BlockContent = {
    type: 'list',
    ordered: number !== undefined,
    start: number === undefined ? null : Number(number),
    children: [{ type: 'listItem', checked: box === undefined ? null : box !== ' ', children: [paragraphOf(text!)] }],
  }
  return nested(own, depth, (child) => ({ type: 'list', children: [{ type: 'listItem', children: [child] }] }))
}

function nested(node: BlockContent, times: number, wrap: (child: BlockContent) => BlockContent): BlockContent {
  let outer = node
  for (let depth = 0; depth < Math.min(times, maxDepth); depth++) outer = wrap(outer)
  return outer
}

function paragraphOf(text: string): Paragraph {
  return { type: 'paragraph', children: inline(text) }
}

// Each part is bounded, so that the worst text takes a bounded number of steps for each of its characters
const span =
  /`([^`\n]{1,300})`|(!?)\[([^[\]\n]{0,300})\]\(<?([^()<>\s]{1,500})>?(?:[ \t]+"[^"\n]{0,200}")?\)|\*\*([^*\n]{1,300})\*\*|__([^_\n]{1,300})__/g

function inline(text: string): PhrasingContent[] {
  const nodes: PhrasingContent[] = []
  let at = 0
  for (const match of text.matchAll(span)) {
    if (match.index > at) nodes.push({ type: 'text', value: text.slice(at, match.index) })
    nodes.push(spanOf(match))
    at = match.index + match[0].length
  }
  if (at < text.length) nodes.push({ type: 'text', value: text.slice(at) })
  return nodes
}

function spanOf([, code, bang, label, url, stars, lines]: RegExpExecArray): PhrasingContent {
  if (code !== undefined) return { type: 'inlineCode', value: code }
  const strong = stars ?? lines
  if (strong !== undefined) return { type: 'strong', children: [{ type: 'text', value: strong }] }
  if (bang === '!') return { type: 'image', url: url!, alt: label! }
  return { type: 'link', url: url!, children: [{ type: 'text', value: label! }] }
}
