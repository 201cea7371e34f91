import type { Definition, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { ContentBuilder } from '../content-builder.ts'
import { documentText } from '../document-text.ts'
import type { FormatInput } from '../formats/format.ts'
import { LinkList } from '../links.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle, titleFromName } from '../titles.ts'
import { splitFrontMatter, type Property } from './front-matter.ts'
import { lightTree } from './light-markdown.ts'
import { addMarkdown, collectDefinitions, type MarkdownTarget } from './markdown-content.ts'
import { definitionLines, definitionsFor, segmentsOf } from './segments.ts'

/** CommonMark with GitHub's tables, task lists, strike-through and footnotes, and what note programs add to it. */
export async function readMarkdown(input: FormatInput): Promise<ParsedDocument> {
  const { frontMatter, malformed, body } = splitFrontMatter(documentText(input.bytes))
  const builder = new ContentBuilder()
  const links = new LinkList()
  const tags = new Set(frontMatter.tags)
  if (malformed !== null) builder.block({ type: 'code', language: 'yaml' }, malformed)
  addBody(body, { builder, links, tags, addHtml: await htmlWriter(body, builder, links) })
  if (builder.length === 0) addProperties(frontMatter.properties, builder)
  const { text, content } = builder.finish()
  const heading = content.blocks.find((block) => block.type === 'heading' && block.level === 1)
  return {
    title: frontMatter.title ?? ((heading && cleanTitle(text.slice(heading.start, heading.end))) || titleFromName(input.name)),
    text,
    content,
    kind: frontMatter.kind ?? 'note',
    mediaType: 'text/markdown',
    author: frontMatter.author,
    publishedAt: frontMatter.publishedAt,
    language: frontMatter.language,
    tags: withoutRepeats(tags),
    links: links.all(),
    url: frontMatter.url,
    siteName: frontMatter.siteName,
    aliases: frontMatter.aliases,
  }
}

/** A note that has nothing but properties is read from them. */
function addProperties(properties: readonly Property[], builder: ContentBuilder): void {
  for (const { name, text } of properties) {
    builder.open({ type: 'paragraph' })
    for (const [index, line] of `${name}: ${text}`.split('\n').entries()) {
      if (index > 0) builder.lineBreak()
      builder.text(line)
    }
    builder.close()
  }
}

/** Of tags that differ in case only, the first. */
function withoutRepeats(tags: ReadonlySet<string>): string[] {
  return [...new Map([...tags].reverse().map((tag) => [tag.toLowerCase(), tag])).values()].reverse()
}

/** Loads the HTML parser only for a text that may need it. */
async function htmlWriter(body: string, builder: ContentBuilder, links: LinkList): Promise<MarkdownTarget['addHtml']> {
  if (!/<[a-z!/]/i.test(body)) return () => undefined
  const { addHtmlBlock, addInlineHtml } = await import('./raw-html.ts')
  return (html, isInline) => (isInline ? addInlineHtml : addHtmlBlock)(html, builder, links)
}

/** The parser takes some seconds for this; what follows in a longer text is read by simpler rules. */
const fullyParsedLength = 750_000

function addBody(body: string, target: Omit<MarkdownTarget, 'definitions'>): void {
  const segments = segmentsOf(body)
  const elsewhere = segments.length > 1 ? definitionLines(body) : new Map<string, string>()
  let parsedLength = 0
  for (const { text, isParsable } of segments) {
    const isFull = isParsable && parsedLength < fullyParsedLength
    parsedLength += text.length
    const tree = isFull ? parse(text + definitionsFor(text, elsewhere)) : null
    const definitions = tree === null ? new Map<string, Definition>() : definitionsOf(tree)
    addMarkdown(tree?.children ?? lightTree(text), { ...target, definitions })
  }
}

function definitionsOf(tree: Root): Map<string, Definition> {
  const definitions = new Map<string, Definition>()
  collectDefinitions(tree.children, definitions)
  return definitions
}

/** `null` for a text nested too deep for the parser. */
function parse(text: string): Root | null {
  try {
    return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
