import type { Definition, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { cleanText } from '../clean-text.ts'
import { ContentBuilder } from '../content-builder.ts'
import { decodeText } from '../encodings.ts'
import type { FormatInput } from '../formats/format.ts'
import { LinkList } from '../links.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle, titleFromName } from '../titles.ts'
import { splitFrontMatter } from './front-matter.ts'
import { addMarkdown, collectDefinitions, type MarkdownTarget } from './markdown-content.ts'
import { segmentsOf } from './segments.ts'

/** CommonMark with GitHub's tables, task lists, strike-through and footnotes, and what note programs add to it. */
export async function readMarkdown(input: FormatInput): Promise<ParsedDocument> {
  const { frontMatter, malformed, body } = splitFrontMatter(cleanText(decodeText(input.bytes).text))
  const builder = new ContentBuilder()
  const links = new LinkList()
  const tags = new Set(frontMatter.tags)
  if (malformed !== null) builder.block({ type: 'code', language: 'yaml' }, malformed)
  addBody(body, { builder, links, tags, addHtml: await htmlWriter(body, builder, links) })
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

function addBody(body: string, target: Omit<MarkdownTarget, 'definitions'>): void {
  const definitions = new Map<string, Definition>()
  const parts = segmentsOf(body).map(({ text, isParsable }) => ({ text, tree: isParsable ? parse(text) : null }))
  for (const { tree } of parts) if (tree !== null) collectDefinitions(tree.children, definitions)
  for (const { text, tree } of parts) {
    if (tree === null) addPlain(text, target.builder)
    else addMarkdown(tree.children, { ...target, definitions })
  }
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

function addPlain(text: string, builder: ContentBuilder): void {
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    builder.open({ type: 'paragraph' })
    for (const line of paragraph.split('\n')) {
      builder.text(line)
      builder.lineBreak()
    }
    builder.close()
  }
}
