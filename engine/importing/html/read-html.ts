import { ContentBuilder } from '../content-builder.ts'
import { toIsoDate } from '../dates.ts'
import { decodeText } from '../encodings.ts'
import type { FormatInput } from '../formats/format.ts'
import { languageTag } from '../language-tag.ts'
import { LinkList } from '../links.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle, titleFromName } from '../titles.ts'
import { addDom, type WalkOptions } from './dom-content.ts'
import { parseDocument, type DomDocument, type DomElement } from './dom.ts'
import { cleanAuthor, metadataOf, type PageMetadata } from './metadata.ts'
import { findArticle } from './readability.ts'
import { shapeOf, streamHtml } from './stream-html.ts'

/**
 * Beyond these a tree takes more memory than one file may have, and Readability more time: it grows with the square of
 * the depth. A long page of an encyclopaedia has 2 MB, 50,000 elements and a depth of 40.
 */
const treeLimits = { length: 5_000_000, elements: 100_000, depth: 256 }

/** A web page: the article on it where there is one, else everything but what surrounds it. */
export function readHtml(input: FormatInput): ParsedDocument {
  const html = decodeText(input.bytes, declaredEncoding(input.bytes)).text
  return fitsTree(html) ? readTree(html, input) : readStream(html, input)
}

function fitsTree(html: string): boolean {
  if (html.length > treeLimits.length) return false
  const { depth, elements } = shapeOf(html, treeLimits)
  return depth < treeLimits.depth && elements < treeLimits.elements
}

/** `charset` in a meta element or `encoding` in an XML declaration, near the beginning. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 4_096)).toString('latin1')
  const xml = /^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w:.-]{1,40})/i.exec(head)
  return xml?.[1] ?? /<meta[^>]{0,400}charset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(head)?.[1]
}

interface Body {
  readonly text: string
  readonly content: ParsedDocument['content']
  readonly links: ParsedDocument['links']
}

interface Article extends Body {
  readonly title: string | null
  readonly author: string | null
  readonly siteName: string | null
  readonly language: string | null
  readonly publishedAt: string | null
}

function readTree(html: string, input: FormatInput): ParsedDocument {
  const document = parseDocument(html)
  const metadata = metadataOf(document)
  const plain = isPlainPage(document) ? bodyOf(document.body, metadata) : null
  const article = articleOf(document, metadata)
  if (plain !== null) return documentOf(input, metadata, plain, article)
  if (article !== null && article.text.length >= enoughText) return documentOf(input, metadata, article, article)
  // Readability has taken the page apart: it is read anew
  const whole = wholeOf(parseDocument(html), metadata)
  const isArticle = article !== null && article.text.length >= whole.text.length * enoughShare
  return documentOf(input, metadata, isArticle ? article : whole, article)
}

/** An article shorter than this is one only if it is this share of the page's text. */
const enoughText = 500
const enoughShare = 0.3

const surroundings =
  'nav, aside, footer, form, iframe, ins, [role="navigation"], [role="banner"], [role="complementary"], script[src]'

/** A page with nothing round its text: a note that a program exported, a page written by hand. */
function isPlainPage(document: DomDocument): boolean {
  return document.querySelector(surroundings) === null
}

function articleOf(document: DomDocument, metadata: PageMetadata): Article | null {
  const found = findArticle(document)
  if (found === null) return null
  return {
    ...bodyOf(found.content, metadata, { skip: new Set(['nav', 'footer']) }),
    title: cleanTitle(found.title) || null,
    author: cleanAuthor(found.byline),
    siteName: cleanTitle(found.siteName) || null,
    language: languageTag(found.lang),
    publishedAt: toIsoDate(found.publishedTime),
  }
}

function wholeOf(document: DomDocument, metadata: PageMetadata): Body {
  const main = bodyOf(document.body, metadata, { skip: new Set(['nav', 'aside', 'footer', 'form']) })
  return main.text === '' ? bodyOf(document.body, metadata) : main
}

function bodyOf(root: DomElement, { base }: PageMetadata, options: WalkOptions = {}): Body {
  const builder = new ContentBuilder()
  const links = new LinkList()
  addDom(root, { builder, links, base }, options)
  return { ...builder.finish(), links: links.all() }
}

function documentOf(input: FormatInput, metadata: PageMetadata, body: Body, article: Article | null): ParsedDocument {
  return {
    title: article?.title ?? metadata.title ?? titleFromName(input.name),
    text: body.text,
    content: body.content,
    kind: 'article',
    mediaType: 'text/html',
    author: metadata.author ?? article?.author ?? null,
    publishedAt: metadata.publishedAt ?? article?.publishedAt ?? null,
    language: metadata.language ?? article?.language ?? null,
    tags: [],
    links: body.links,
    url: metadata.url,
    siteName: article?.siteName ?? metadata.siteName,
  }
}

/** A page too large or too deep for a tree: its text in simple blocks, its title, nothing else. */
function readStream(html: string, input: FormatInput): ParsedDocument {
  const builder = new ContentBuilder()
  streamHtml(html, builder)
  const title = cleanTitle(/<title[^>]{0,200}>([^<]{1,2000})/i.exec(html.slice(0, 100_000))?.[1] ?? '')
  const metadata = {
    title: title || null,
    author: null,
    publishedAt: null,
    siteName: null,
    language: null,
    url: null,
    base: undefined,
  }
  return documentOf(input, metadata, { ...builder.finish(), links: [] }, null)
}
