import { afterEach, describe, expect, it } from 'vitest'
import { readPdf } from '../../../engine/importing/pdf/read-pdf.ts'
import type { ParsedDocument } from '../../../engine/importing/parse-result.ts'
import { column, fileOf, makePdf, streamOf, type PdfOptions, type PlacedText } from './make-pdf.ts'

const read = (bytes: Uint8Array): Promise<ParsedDocument> => readPdf({ bytes, name: 'my-paper_v2.pdf', extension: 'pdf' })
const readPages = (pages: readonly (readonly PlacedText[])[], options?: PdfOptions): Promise<ParsedDocument> =>
  read(makePdf(pages, options))

function blocksOf({ text, content }: ParsedDocument): string[] {
  return content.blocks.map(
    (block) => `${block.type === 'heading' ? `h${block.level}` : block.type}: ${text.slice(block.start, block.end)}`,
  )
}

const lines = [
  'The ferry came in late that night, and nobody was there to meet us at the',
  'old pier. We waited for an hour in the rain, then we walked up to the vil-',
  'lage, where a single lamp was burning in the window of the inn.',
]
const paragraph = lines.join(' ').replace('vil- lage', 'village')

afterEach(() => {
  delete process.env['AKIN_PDFJS_FOLDER']
})

describe('readPdf', () => {
  it('joins lines into paragraphs and mends words that a line end broke', async () => {
    const document = await readPages([column(lines)])
    expect(document.text).toBe(paragraph)
    expect(document).toMatchObject({ kind: 'file', mediaType: 'application/pdf', title: 'my paper v2' })
  })

  it('says where pages begin, also in a paragraph that goes on', async () => {
    const document = await readPages([
      column(['A first paragraph with words.', ...lines.slice(0, 2)]),
      column([lines[2]!]),
      column(['Last page.']),
    ])
    expect(document.content.pages.map(({ page, start }) => [page, document.text.slice(start, start + 8)])).toEqual([
      [1, 'A first '],
      [2, 'lage, wh'],
      [3, 'Last pag'],
    ])
  })

  it('takes large lines for headings and the largest on the first page for the title', async () => {
    const front = [{ text: 'A Night at the Pier', x: 50, y: 760, size: 20 }, ...column(lines, { y: 720 })]
    const next = [{ text: 'The Inn', x: 50, y: 760, size: 14 }, ...column(lines, { y: 730 })]
    const document = await readPages([front, next])
    expect(document.title).toBe('A Night at the Pier')
    expect(blocksOf(document)).toEqual([
      'h1: A Night at the Pier',
      `paragraph: ${paragraph}`,
      'h2: The Inn',
      `paragraph: ${paragraph}`,
    ])
  })

  it('keeps the columns of a page apart', async () => {
    const left = column(
      lines.map((line) => line.slice(0, 40)),
      { x: 50 },
    )
    const right = column(['Right column begins', 'and ends here.'], { x: 350 })
    const { text } = await readPages([[...left, ...right]])
    expect(text.indexOf('Right column')).toBeGreaterThan(text.indexOf(lines[2]!.slice(0, 20)))
  })

  it('drops heads, feet and page numbers that come again on every page', async () => {
    const pages = Array.from({ length: 6 }, (_, index) => [
      { text: 'The Journal of Ferries', x: 200, y: 780, size: 8 },
      ...column([`Page ${index + 1} tells something else. ${lines[0]}`]),
      { text: `- ${index + 1} -`, x: 280, y: 20, size: 8 },
    ])
    const { text, content } = await readPages(pages)
    expect(text).not.toMatch(/Journal|- \d -/)
    expect(text).toContain('Page 6 tells')
    expect(content.pages).toHaveLength(6)
  })

  it('takes title, author and date from the file where a person put them there', async () => {
    const info = { Title: 'On Ferries', Author: 'Ann Example', CreationDate: "D:20240105103000+01'00'" }
    expect(await readPages([column(lines)], { info })).toMatchObject({
      title: 'On Ferries',
      author: 'Ann Example',
      publishedAt: '2024-01-05T09:30:00.000Z',
    })
    for (const Title of ['Microsoft Word - draft7.docx', 'untitled', 'paper.dvi', 'Document1', '']) {
      expect((await readPages([column(lines)], { info: { Title, Author: 'Administrator' } })).title).toBe('my paper v2')
    }
  })

  it('reads on when one page is damaged', async () => {
    const bytes = fileOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 4 0 R >> >> /Contents 5 0 R >>',
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      streamOf('BT /F 10 Tf 50 700 Td (A sound page) Tj ET'),
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 99 0 R >> >> /Contents 98 0 R >>',
    ])
    expect((await read(bytes)).text).toBe('A sound page')
  })

  it('leaves the bytes it was given as they were', async () => {
    const bytes = makePdf([column(lines)])
    const copy = Uint8Array.from(bytes)
    await read(bytes)
    expect(Buffer.compare(bytes, copy)).toBe(0)
  })

  it('looks for its fonts where AKIN_PDFJS_FOLDER says', async () => {
    process.env['AKIN_PDFJS_FOLDER'] = '/nowhere'
    // The standard fonts are not there; the letters of Helvetica are known without them
    expect((await readPages([column(['Hello'])])).text).toBe('Hello')
  })
})
