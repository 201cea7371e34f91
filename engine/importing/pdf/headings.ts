import type { Paragraph } from './paragraphs.ts'
import type { PdfDocument, PdfOutlineItem } from './pdf-library.ts'
import type { Line } from './text-lines.ts'

type Level = 1 | 2 | 3 | 4 | 5 | 6

const maxOutlineItems = 5_000
const maxHeadingLength = 200
const maxHeadingLines = 4
/** How much larger than the running text a heading is set. */
const larger = 1.15

/** Tells headings from running text: by the outline that the file brings, else by the size of the letters. */
export class Headings {
  readonly #outline: ReadonlyMap<string, Level>
  #bodySize = 0
  /** Sizes of headings, the largest first. */
  #sizes: number[] = []

  private constructor(outline: ReadonlyMap<string, Level>) {
    this.#outline = outline
  }

  static async of(document: PdfDocument): Promise<Headings> {
    const outline = new Map<string, Level>()
    // An outline that cannot be read is none: the text is what counts
    addOutline((await document.getOutline().catch(() => null)) ?? [], 1, outline)
    return new Headings(outline)
  }

  /** Looks at all lines, to learn the size of the running text. Before the other calls. */
  measure(lines: readonly Line[]): void {
    const letters = new Map<number, number>()
    for (const { size, text } of lines) letters.set(rounded(size), (letters.get(rounded(size)) ?? 0) + text.length)
    const all = [...letters.values()].reduce((sum, count) => sum + count, 0)
    this.#bodySize = [...letters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1])[0]
    // Where much of the text is large, size says nothing
    const candidates = [...letters].filter(([size, count]) => size >= this.#bodySize * larger && count < all * 0.2)
    this.#sizes = candidates.map(([size]) => size).toSorted((a, b) => b - a)
  }

  levelOf({ lines, isTabular, isListItem }: Paragraph): Level | null {
    const text = lines.map((line) => line.text).join(' ')
    if (text.length > maxHeadingLength || !/\p{L}/u.test(text)) return null
    const named = this.#outline.get(keyOf(text))
    if (named !== undefined) return named
    if (isTabular || isListItem || lines.length > maxHeadingLines || /[.,;]$/u.test(text) || text.length < 3) return null
    const rank = this.#sizes.indexOf(rounded(lines[0]!.size))
    return rank === -1 ? null : (Math.min(rank + 1, 4) as Level)
  }

  /** The largest heading on the first page: the title as it is printed. */
  titleOf(paragraphs: readonly Paragraph[]): string | null {
    const [firstPage] = paragraphs.flatMap(({ lines }) => lines.map(({ page }) => page))
    const first = paragraphs.filter(({ lines }) => lines[0]!.page === firstPage && lines[0]!.height > 0.4)
    const sized = first.filter(
      (paragraph) => this.#sizes.includes(rounded(paragraph.lines[0]!.size)) && this.levelOf(paragraph) !== null,
    )
    const largest = sized.reduce<Paragraph | null>(
      (best, one) => (best === null || one.lines[0]!.size > best.lines[0]!.size + 0.1 ? one : best),
      null,
    )
    return largest === null ? null : largest.lines.map(({ text }) => text).join(' ')
  }
}

function addOutline(items: readonly PdfOutlineItem[], level: number, into: Map<string, Level>): void {
  for (const { title, items: below } of items) {
    if (into.size >= maxOutlineItems) return
    const key = keyOf(title)
    if (key !== '' && !into.has(key)) into.set(key, Math.min(level, 6) as Level)
    if (level < 10) addOutline(below, level + 1, into)
  }
}

/** Letters only: the outline leaves out numbers and spaces that the page prints, or the other way round. */
function keyOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}]+/gu, '')
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2
}
