import { ContentBuilder } from '../content-builder.ts'
import { documentText } from '../document-text.ts'
import { LinkList } from '../links.ts'
import { readMailHead } from '../mail-head.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle, readsAsTitle, titleFromName } from '../titles.ts'
import type { Format, FormatInput } from './format.ts'

export const plainText: Format = {
  name: 'Plain text',
  extensions: [
    'txt',
    'text',
    'org',
    'rst',
    'adoc',
    'asciidoc',
    'tex',
    'latex',
    'ltx',
    'me',
    '1st',
    'asc',
    'nfo',
    'srt',
    'vtt',
    'bib',
  ],
  mediaTypes: ['text/plain'],
  isText: true,
  read: async (input) => readPlainText(input),
}

/** Text in paragraphs, parted by blank lines. Lines that were wrapped at a width are joined again; others stay. */
export function readPlainText(input: FormatInput): ParsedDocument {
  const paragraphs = paragraphsOf(documentText(input.bytes))
  const builder = new ContentBuilder()
  const links = new LinkList()
  const first = paragraphs[0]
  const mayHaveTitle = first?.length === 1 && (input.title ?? '') === ''
  const front = mayHaveTitle && readsAsTitle(first[0]!) ? first[0] : undefined
  if (front !== undefined && paragraphs.length > 1) builder.block({ type: 'heading', level: 1 }, paragraphs.shift()![0]!)
  const mail = paragraphs[0] === undefined ? null : readMailHead(paragraphs[0])
  for (const lines of paragraphs) addParagraph(builder, lines, links)
  const title = front ?? mail?.subject
  return {
    title: title === undefined || title === null ? titleFromName(input.name) : cleanTitle(title),
    ...builder.finish(),
    kind: 'note',
    mediaType: 'text/plain',
    author: mail?.author ?? null,
    publishedAt: mail?.date ?? null,
    language: null,
    tags: [],
    links: links.all(),
    url: null,
    siteName: null,
  }
}

/** The lines of each paragraph. */
function paragraphsOf(text: string): string[][] {
  const paragraphs: string[][] = []
  let lines: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() !== '') lines.push(line)
    else if (lines.length > 0) {
      paragraphs.push(lines)
      lines = []
    }
  }
  if (lines.length > 0) paragraphs.push(lines)
  return paragraphs
}

function addParagraph(builder: ContentBuilder, lines: readonly string[], links: LinkList): void {
  const isWrapped = isHardWrapped(lines)
  builder.open({ type: 'paragraph' })
  for (const [index, line] of lines.entries()) {
    if (index > 0 && !isWrapped) builder.lineBreak()
    else if (index > 0 && !isJoinedWithoutSpace(lines[index - 1]!, line)) builder.text(' ')
    addLine(builder, line.trim(), links)
  }
  builder.close()
}

const address = /\bhttps?:\/\/[^\s<>"'`\u3000-\u303F\uFF00-\uFFEF]{3,2000}/gi

function addLine(builder: ContentBuilder, line: string, links: LinkList): void {
  let at = 0
  for (const { 0: found, index } of line.matchAll(address)) {
    const written = found.replace(/[.,;:!?)\]}*_]+$/, '')
    const href = URL.parse(written)?.href
    if (href === undefined) continue
    builder.text(line.slice(at, index))
    builder.openMark({ type: 'link', href })
    builder.text(written)
    builder.closeMark()
    links.add('url', href)
    at = index + written.length
  }
  builder.text(line.slice(at))
}

const narrowest = 40
const widest = 130
const startsOwnLine = /^(?:\s{2,}|\t|[-*+•>|#]|\d+[.)]\s|\[.?\])/

/**
 * Whether a program or a careful hand broke these lines at a width: no line could have taken the first word of the
 * next. Verses, addresses and lists fail this.
 */
export function isHardWrapped(lines: readonly string[]): boolean {
  if (lines.length < 2) return false
  const width = lines.reduce((longest, line) => Math.max(longest, line.trimEnd().length), 0)
  if (width < narrowest || width > widest) return false
  return lines.every((line, index) => {
    const next = lines[index + 1]
    if (index > 0 && startsOwnLine.test(line)) return false
    return next === undefined || line.trimEnd().length + 1 + firstWordLength(next) >= width - 1
  })
}

function firstWordLength(line: string): number {
  return /^\s*(\S+)/.exec(line)?.[1]?.length ?? 0
}

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u

function isJoinedWithoutSpace(before: string, after: string): boolean {
  return ideographic.test(before.trimEnd().at(-1) ?? '') && ideographic.test(after.trimStart()[0] ?? '')
}
