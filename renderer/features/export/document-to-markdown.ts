import type { Block, Mark } from '../../../shared/model/content.ts'
import type { Document } from '../../../shared/model/document.ts'

/** A document as Markdown that other programs read, with what is known of it as YAML in front. */
export function documentToMarkdown(document: Document): string {
  return `${frontMatter(document)}\n${bodyOf(document)}\n`
}

function frontMatter({ title, author, publishedAt, importedAt, tags, language, source, isStarred }: Document): string {
  const lines = [
    `title: ${quoted(title)}`,
    author !== null && `author: ${quoted(author)}`,
    publishedAt !== null && `date: ${publishedAt}`,
    `added: ${importedAt}`,
    tags.length > 0 && `tags: [${tags.map(quoted).join(', ')}]`,
    language !== null && `lang: ${language}`,
    `source: ${quoted(source.url ?? source.location)}`,
    isStarred && 'starred: true',
  ]
  return `---\n${lines.filter(Boolean).join('\n')}\n---\n`
}

/** JSON's strings are YAML's double-quoted ones. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

function bodyOf({ text, content }: Document): string {
  if (content.blocks.length === 0) return text.trim()
  const parts: string[] = []
  let before: Block | null = null
  for (const block of content.blocks) {
    const markdown = blockToMarkdown(block, text, content.marks)
    const isTight = before !== null && isTightAfter(before, block)
    parts.push(before === null ? markdown : `${isTight ? '\n' : '\n\n'}${markdown}`)
    before = block
  }
  return parts.join('')
}

function isTightAfter(before: Block, block: Block): boolean {
  if (before.type === 'list-item' && block.type === 'list-item') return true
  return before.type === 'table-row' && block.type === 'table-row' && !block.isHeader
}

function blockToMarkdown(block: Block, text: string, marks: readonly Mark[]): string {
  const inline = (start: number, end: number): string => inlineToMarkdown(text, marks, start, end)
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${oneLine(inline(block.start, block.end))}`
    case 'paragraph':
      return inline(block.start, block.end)
    case 'list-item': {
      const marker = block.ordinal === null ? '-' : `${block.ordinal}.`
      const box = block.checked === undefined ? '' : block.checked ? '[x] ' : '[ ] '
      const indent = '  '.repeat(block.depth)
      return `${indent}${marker} ${box}${inline(block.start, block.end).replaceAll('\n', `\n${indent}  `)}`
    }
    case 'quote': {
      const prefix = '> '.repeat(Math.max(1, block.depth))
      return inline(block.start, block.end)
        .split('\n')
        .map((line) => `${prefix}${line}`)
        .join('\n')
    }
    case 'code':
      return fenced(text.slice(block.start, block.end), block.language)
    case 'table-row': {
      const cells = block.cells.map(([start, end]) => oneLine(inline(start, end)).replaceAll('|', String.raw`\|`))
      const row = `| ${cells.join(' | ')} |`
      return block.isHeader ? `${row}\n|${' --- |'.repeat(cells.length)}` : row
    }
    case 'image':
      return `![${block.alt.replaceAll(/[[\]]/g, '')}](${block.src})`
    case 'rule':
      return '---'
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** A fence longer than any run of backticks inside. */
function fenced(code: string, language: string | null): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language ?? ''}\n${code.replace(/\n$/, '')}\n${fence}`
}

const signs: Readonly<Record<'strong' | 'emphasis' | 'code' | 'strike', string>> = {
  strong: '**',
  emphasis: '*',
  code: '`',
  strike: '~~',
}

/** A stretch of text with its marks; those that end together close in the opposite order of their opening. */
export function inlineToMarkdown(text: string, marks: readonly Mark[], start: number, end: number): string {
  const inside = marks.filter((mark) => mark.start >= start && mark.end <= end && mark.end > mark.start)
  let markdown = ''
  let at = start
  const open: Mark[] = []
  const closeUntil = (place: number): void => {
    while (open.length > 0 && open.at(-1)!.end <= place) {
      const mark = open.pop()!
      markdown += text.slice(at, mark.end) + closing(mark)
      at = mark.end
    }
  }
  for (const mark of inside.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    closeUntil(mark.start)
    // A mark that would cross the one around it cannot be written.
    if (open.length > 0 && mark.end > open.at(-1)!.end) continue
    markdown += text.slice(at, mark.start) + opening(mark)
    at = mark.start
    open.push(mark)
  }
  closeUntil(end)
  return markdown + text.slice(at, end)
}

function opening(mark: Mark): string {
  if (mark.type === 'wiki-link') return '[['
  return mark.type === 'link' ? '[' : signs[mark.type]
}

function closing(mark: Mark): string {
  if (mark.type === 'wiki-link') return ']]'
  return mark.type === 'link' ? `](${mark.href.includes(' ') ? `<${mark.href}>` : mark.href})` : signs[mark.type]
}
