import { AkinError } from '../../../shared/errors.ts'
import { ContentBuilder, defaultMaxTextLength, textTooLarge } from '../content-builder.ts'
import type { FormatInput } from '../formats/format.ts'
import { LinkList, safeHref } from '../links.ts'
import type { ParsedDocument } from '../parse-result.ts'
import { cleanTitle, titleFromName } from '../titles.ts'
import { Headings } from './headings.ts'
import { joint, Spelling } from './joined-text.ts'
import { paragraphsOf, withoutBullet, type Paragraph } from './paragraphs.ts'
import { damagedPdf, openPdf, type PdfDocument } from './pdf-library.ts'
import { pdfMetadataOf } from './pdf-metadata.ts'
import { withoutRunningHeads } from './running-heads.ts'
import { addAnnotations, linesOf, type Line } from './text-lines.ts'

/**
 * The text of a PDF in paragraphs, with pages and, where letters are larger or the outline says so, headings.
 *
 * @throws AkinError `encrypted`, `damaged-file`, `no-text`, `text-too-large`
 */
export async function readPdf(input: FormatInput): Promise<ParsedDocument> {
  const opened = await openPdf(input.bytes, input.password)
  const { document } = opened
  try {
    const [metadata, headings, contents] = [await pdfMetadataOf(document), await Headings.of(document), await pagesOf(document)]
    const lines = withoutRunningHeads(contents.pages).flat()
    if (lines.length === 0 && contents.notes.size === 0) throw noText()
    const paragraphs = paragraphsOf(lines)
    headings.measure(lines)
    const { text, content } = buildText(paragraphs, { ...contents, headings, spelling: new Spelling(lines) })
    return {
      title: metadata.title ?? (cleanTitle(headings.titleOf(paragraphs) ?? '') || titleFromName(input.name)),
      text,
      content,
      kind: 'file',
      mediaType: 'application/pdf',
      author: metadata.author,
      publishedAt: metadata.publishedAt,
      language: metadata.language,
      tags: [],
      links: contents.links.all(),
      url: null,
      siteName: null,
    }
  } finally {
    await opened.close()
  }
}

function noText(): AkinError {
  return new AkinError('no-text', 'The pages are pictures', {
    advice: 'Run a text recognition on the file, then retry',
  })
}

interface Contents {
  readonly pages: readonly (readonly Line[])[]
  /** What readers wrote on a page. */
  readonly notes: ReadonlyMap<number, readonly string[]>
  readonly links: LinkList
}

async function pagesOf(document: PdfDocument): Promise<Contents> {
  const pages: Line[][] = []
  const notes = new Map<number, readonly string[]>()
  const known = new Set<string>()
  const links = new LinkList()
  let length = 0
  let failure: unknown
  for (let page = 1; page <= document.numPages; page++) {
    try {
      const { lines, written, addresses } = await readPage(document, page)
      pages.push(lines)
      const fresh = written.filter((text) => !known.has(text))
      for (const text of fresh) known.add(text)
      if (fresh.length > 0) notes.set(page, fresh)
      for (const address of addresses) links.add('url', address)
      length += lines.reduce((sum, { text }) => sum + text.length, 0)
    } catch (error) {
      // One damaged page does not take the others with it
      failure ??= error
    }
    if (length > defaultMaxTextLength) throw textTooLarge(defaultMaxTextLength)
  }
  if (pages.length === 0 && failure !== undefined) throw damagedPdf(failure)
  return { pages, notes, links }
}

async function readPage(
  document: PdfDocument,
  number: number,
): Promise<{ lines: Line[]; written: string[]; addresses: string[] }> {
  const page = await document.getPage(number)
  const { items, styles } = await page.getTextContent()
  const lines = linesOf(items, styles, { page: number, view: page.view })
  // Annotations are often the damaged part of a page whose text is sound
  const annotations = await page.getAnnotations().catch(() => [])
  const written = addAnnotations(lines, annotations, number)
  const addresses = annotations.map(({ url }) => safeHref(url ?? '')).filter((address) => address !== null)
  page.cleanup()
  return { lines, written, addresses }
}

interface Parts extends Contents {
  readonly headings: Headings
  readonly spelling: Spelling
}

function buildText(paragraphs: readonly Paragraph[], { headings, spelling, notes }: Parts): ReturnType<ContentBuilder['finish']> {
  const builder = new ContentBuilder()
  const waiting = [...notes]
  let page = 0
  const turnTo = (next: number): void => {
    for (let at = page + 1; at <= next; at++) builder.page(at)
    page = Math.max(page, next)
  }
  const addNotes = (before: number): void => {
    while (waiting[0] !== undefined && waiting[0][0] < before) {
      const [of, texts] = waiting.shift()!
      turnTo(of)
      for (const text of texts) builder.block({ type: 'paragraph' }, text)
    }
  }
  for (const paragraph of paragraphs) {
    addNotes(paragraph.lines[0]!.page)
    addParagraph(builder, paragraph, { headings, spelling, turnTo })
  }
  addNotes(Number.POSITIVE_INFINITY)
  return builder.finish()
}

interface ParagraphParts {
  readonly headings: Headings
  readonly spelling: Spelling
  readonly turnTo: (page: number) => void
}

function addParagraph(builder: ContentBuilder, paragraph: Paragraph, { headings, spelling, turnTo }: ParagraphParts): void {
  const { lines, isListItem, isTabular } = paragraph
  const level = headings.levelOf(paragraph)
  if (level !== null) builder.open({ type: 'heading', level })
  else builder.open(isListItem ? { type: 'list-item', depth: 0, ordinal: null } : { type: 'paragraph' })
  for (const [index, line] of lines.entries()) {
    turnTo(line.page)
    const written = index === 0 && isListItem ? withoutBullet(line.text) : line.text
    const next = lines[index + 1]
    const { head, between } =
      next === undefined || isTabular ? { head: written, between: '' } : joint(written, next.text, spelling)
    builder.text(head + between)
    if (isTabular) builder.lineBreak()
  }
  builder.close()
}
