import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AkinError, isCode } from '../../../shared/errors.ts'
import { parseDocument } from '../../../engine/importing/html/dom.ts'
import { parseFile } from '../../../engine/importing/parse-file.ts'
import type { ParsedAndChunked } from '../../../engine/importing/parse-result.ts'
import { loadTokenCounter } from '../../../engine/importing/token-counter.ts'
import { hasShared, meanOf, modelFolder, overlapOf, sharedFolder } from './paths.ts'

const counter = await loadTokenCounter(modelFolder)
const parse = (path: string): Promise<ParsedAndChunked> => parseFile({ bytes: readFileSync(path), name: basename(path) }, counter)
const textOfHtml = (html: string): string => parseDocument(html).body.textContent ?? ''

/** Pictures' alternative texts belong to our text, and not to what the sets expect. */
function withoutPictures({ text, content }: ParsedAndChunked): string {
  const pictures = content.blocks.filter(({ type }) => type === 'image')
  return pictures.reduceRight((left, { start, end }) => left.slice(0, start) + left.slice(end), text)
}

/** Offsets that point outside the text, or out of order. */
function misplaced({ text, content, chunks }: ParsedAndChunked): unknown[] {
  const spans = [...content.blocks, ...content.marks, ...chunks]
  const isOrdered = (list: readonly { start: number }[]): boolean =>
    list.every(({ start }, index) => index === 0 || start >= list[index - 1]!.start)
  const unordered = [content.blocks, content.marks, content.pages, chunks].filter((list) => !isOrdered(list))
  return [...spans.filter(({ start, end }) => start < 0 || end < start || end > text.length), ...unordered]
}

describe('web pages of the Readability set', () => {
  const folder = sharedFolder('fixtures/html/readability')

  it('give the article that Readability is expected to give, and what the page says of itself', async () => {
    if (!hasShared(folder)) return
    const overlaps: number[] = []
    const [titles, sites, bylines] = [
      [0, 0],
      [0, 0],
      [0, 0],
    ] as [number[], number[], number[]]
    for (const page of readdirSync(folder)) {
      const document = await parse(join(folder, page, 'source.html'))
      const expected = JSON.parse(readFileSync(join(folder, page, 'expected-metadata.json'), 'utf8')) as Record<
        string,
        string | null
      >
      const overlap = overlapOf(textOfHtml(readFileSync(join(folder, page, 'expected.html'), 'utf8')), withoutPictures(document))
      overlaps.push(overlap)
      if (overlap < 0.95) console.log(`  ${page}: ${overlap.toFixed(3)}`)
      expect(misplaced(document)).toEqual([])
      for (const [counts, ours, theirs] of [
        [titles, document.title, expected['title']],
        [sites, document.siteName, expected['siteName']],
        [bylines, document.author, expected['byline']],
      ] as const) {
        if (theirs === null || theirs === undefined || theirs === '') continue
        counts[1]!++
        if (overlapOf(theirs, ours ?? '') > 0.75) counts[0]!++
      }
    }
    const least = Math.min(...overlaps)
    console.log(
      `HTML: ${overlaps.length} pages, mean F1 ${meanOf(overlaps).toFixed(4)}, least ${least.toFixed(3)}; ` +
        `titles ${titles.join('/')}, sites ${sites.join('/')}, authors ${bylines.join('/')}`,
    )
    expect(meanOf(overlaps)).toBeGreaterThanOrEqual(0.98)
    expect(titles[0]! / titles[1]!).toBeGreaterThanOrEqual(0.9)
  })
})

describe('PDF files', () => {
  const folder = sharedFolder('fixtures/pdf')

  it('give the words that another program finds in them, or a reason', async () => {
    if (!hasShared(folder)) return
    const overlaps: number[] = []
    const endings = new Map<string, number>()
    const problems: string[] = []
    for (const path of globSync('*/*.pdf', { cwd: folder }).toSorted()) {
      const outcome = await parse(join(folder, path)).catch((error: unknown) => error)
      const ending = outcome instanceof AkinError ? outcome.code : 'text'
      endings.set(ending, (endings.get(ending) ?? 0) + 1)
      const second = join(folder, `${path}.txt`)
      const expected = existsSync(second) ? readFileSync(second, 'utf8').trim() : null
      if (outcome instanceof AkinError) {
        const isExpected = ['encrypted', 'damaged-file', 'no-text'].includes(outcome.code) && (expected ?? '') === ''
        if (!isExpected) problems.push(`${path}: ${outcome.code}`)
        continue
      }
      const document = outcome as ParsedAndChunked
      if (misplaced(document).length > 0) problems.push(`${path}: misplaced`)
      if (expected === null) continue
      const overlap = overlapOf(expected, document.text)
      overlaps.push(overlap)
      if (overlap < 0.9) console.log(`  ${path}: ${overlap.toFixed(3)}`)
    }
    console.log(
      `PDF: ${overlaps.length} files compared, mean F1 ${meanOf(overlaps).toFixed(4)}; ${JSON.stringify(Object.fromEntries(endings))}`,
    )
    expect(problems).toEqual([])
    expect(meanOf(overlaps)).toBeGreaterThanOrEqual(0.94)
    expect(endings.get('encrypted')).toBe(3)
  })
})

describe('the examples of the CommonMark specification', () => {
  const file = sharedFolder('fixtures/markdown/commonmark-examples.json')

  it('give the words that the specification shows', async () => {
    if (!hasShared(file)) return
    const examples = JSON.parse(readFileSync(file, 'utf8')) as { example: number; markdown: string; html: string }[]
    const overlaps: number[] = []
    const problems: string[] = []
    for (const { example, markdown, html } of examples) {
      const bytes = Buffer.from(markdown)
      const outcome = await parseFile({ bytes, name: 'example.md' }, counter).catch((error: unknown) => error)
      const document = outcome instanceof AkinError ? null : (outcome as ParsedAndChunked)
      const isExpected = document === null ? isCode(outcome, 'no-text', 'file-empty') : misplaced(document).length === 0
      if (!isExpected) problems.push(`example ${example}`)
      const withAlternatives = html.replaceAll(/<img[^>]*alt="([^"]*)"[^>]*>/g, '$1')
      const overlap = overlapOf(textOfHtml(withAlternatives), document?.text ?? '')
      overlaps.push(overlap)
      if (overlap < 0.8) console.log(`  example ${example}: ${overlap.toFixed(2)} ${JSON.stringify(markdown).slice(0, 100)}`)
    }
    console.log(`Markdown: ${overlaps.length} examples, mean F1 ${meanOf(overlaps).toFixed(4)}`)
    expect(problems).toEqual([])
    expect(meanOf(overlaps)).toBeGreaterThanOrEqual(0.97)
  })
})

describe('notes that other programs wrote', () => {
  const folder = sharedFolder('fixtures/notes')

  it('have the tags that Obsidian finds in them', async () => {
    if (!hasShared(folder)) return
    const tagsOf = async (name: string): Promise<readonly string[]> => (await parse(join(folder, 'markdown', name))).tags
    expect(await tagsOf('code.md')).toEqual(['shell', 'after-fence', '1a'])
    expect(await tagsOf('frontmatter.md')).toEqual(['books', 'fiction'])
    expect(await tagsOf('tags.md')).toEqual(['travel', 'planning/2026', 'todo', 'wishlist'])
  })

  it('are read whole, those of HTML too', async () => {
    if (!hasShared(folder)) return
    const problems: string[] = []
    for (const path of globSync(['**/*.md', 'html/*.html', 'notion/*.html'], { cwd: folder }).toSorted()) {
      const outcome = await parse(join(folder, path)).catch((error: unknown) => error)
      if (outcome instanceof AkinError) {
        if (!['no-text', 'file-empty'].includes(outcome.code)) problems.push(`${path}: ${outcome.code}`)
        continue
      }
      const document = outcome as ParsedAndChunked
      if (misplaced(document).length > 0) problems.push(`${path}: misplaced`)
      const source = readFileSync(join(folder, path), 'utf8')
      const expected = path.endsWith('.html')
        ? textOfHtml(source.replace(/<audio[\s\S]*?<\/audio>|<video[\s\S]*?<\/video>/g, ''))
        : source.replace(/^---\n[\s\S]*?\n---\n/, '')
      const overlap = overlapOf(expected, withoutPictures(document))
      if (overlap < 0.8) console.log(`  ${path}: ${overlap.toFixed(2)}`)
    }
    expect(problems).toEqual([])
  })
})
