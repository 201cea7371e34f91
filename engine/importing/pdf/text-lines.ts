import type { PdfAnnotation, PdfTextItem } from './pdf-library.ts'

/** One line of a page. Lengths are points; `x` runs along the line, `y` across lines and grows upwards. */
export interface Line {
  text: string
  readonly page: number
  readonly x: number
  right: number
  readonly y: number
  /** Height of most of its letters. */
  readonly size: number
  /** Wide gaps inside: cells of a table, entries of a register. */
  isTabular: boolean
  /** Where on the page: 0 at the bottom, 1 at the top. */
  readonly height: number
}

interface Piece {
  readonly text: string
  readonly angle: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly size: number
  readonly endsLine: boolean
}

/** The dots that lead the eye to a page number. */
const leaders = /(?:\s?[.·…_]){5,}\s*/g
/** A gap of so many letter heights parts cells. */
const cellGap = 2
/** Superscripts, subscripts and the like stay on the line whose letters they touch. */
const sameLine = 0.6

/** The lines of a page in reading order, with text that runs in another direction (margins, stamps) at the end. */
export function linesOf(
  items: readonly PdfTextItem[],
  styles: Readonly<Record<string, { vertical?: boolean }>>,
  { page, view }: { page: number; view: readonly number[] },
): Line[] {
  const pieces = items
    .filter((item) => item.str !== '' || item.hasEOL)
    .map((item) => pieceOf(item, styles[item.fontName]?.vertical === true))
  const main = mainAngle(pieces)
  const [bottom, top] = rangeAcross(main, view)
  const place = { page, bottom, top }
  const upright = pieces.filter(({ angle }) => angle === main)
  const turned = [
    ...Map.groupBy(
      pieces.filter(({ angle }) => angle !== main),
      ({ angle }) => angle,
    ).values(),
  ]
  return [inReadingOrder(joinedLines(upright, place)), ...turned.map((group) => joinedLines(group, place))].flat()
}

function pieceOf({ str, transform, width, height, hasEOL }: PdfTextItem, isVertical: boolean): Piece {
  const [a = 1, b = 0, , , x = 0, y = 0] = transform
  const turn = Math.round((Math.atan2(b, a) * 36) / Math.PI) / 36
  const angle = isVertical ? turn - 0.5 : turn
  const [cos, sin] = [Math.cos(angle * Math.PI), Math.sin(angle * Math.PI)]
  return {
    text: str,
    angle,
    x: x * cos + y * sin,
    y: y * cos - x * sin,
    width: isVertical ? height : width,
    size: (isVertical ? width : height) || Math.hypot(a, b),
    endsLine: hasEOL,
  }
}

/** The direction of most letters. */
function mainAngle(pieces: readonly Piece[]): number {
  const letters = new Map<number, number>()
  for (const { angle, text } of pieces) letters.set(angle, (letters.get(angle) ?? 0) + text.length)
  return [...letters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1])[0]
}

/** The page's extent across lines of this direction. */
function rangeAcross(angle: number, view: readonly number[]): [number, number] {
  const [left = 0, bottom = 0, right = 612, top = 792] = view
  const across = [left, right].flatMap((x) =>
    [bottom, top].map((y) => y * Math.cos(angle * Math.PI) - x * Math.sin(angle * Math.PI)),
  )
  return [Math.min(...across), Math.max(...across)]
}

interface PagePlace {
  readonly page: number
  readonly bottom: number
  readonly top: number
}

function joinedLines(pieces: readonly Piece[], place: PagePlace): Line[] {
  const lines: Line[] = []
  let open: LineBuilder | undefined
  for (const piece of pieces) {
    if (piece.text.trim() === '') {
      open?.addSpace()
      continue
    }
    if (open?.takes(piece) !== true) {
      if (open !== undefined) lines.push(open.line(place))
      open = new LineBuilder(piece)
    }
    open.add(piece)
  }
  if (open !== undefined) lines.push(open.line(place))
  return lines
}

class LineBuilder {
  #text = ''
  #right: number
  #isTabular = false
  readonly #first: Piece
  readonly #lettersBySize = new Map<number, number>()
  #y: number
  #size: number

  constructor(first: Piece) {
    this.#first = first
    this.#right = first.x
    this.#y = first.y
    this.#size = first.size
  }

  /** Whether a piece goes on on this line: about as high, and to the right of what is there. */
  takes({ x, y, size }: Piece): boolean {
    const larger = Math.max(size, this.#size)
    return Math.abs(y - this.#y) < larger * sameLine && x > this.#right - larger * 1.5 && x < this.#right + larger * 40
  }

  addSpace(): void {
    if (!this.#text.endsWith(' ')) this.#text += ' '
  }

  add({ text, x, y, width, size }: Piece): void {
    const gap = x - this.#right
    if (this.#text !== '' && gap > size * cellGap) this.#isTabular = true
    if (this.#text !== '' && gap > size * 0.2 && !/^\s/.test(text)) this.addSpace()
    this.#text += text
    this.#right = Math.max(this.#right, x + width)
    const letters = (this.#lettersBySize.get(size) ?? 0) + text.length
    this.#lettersBySize.set(size, letters)
    if (letters >= Math.max(...this.#lettersBySize.values())) {
      this.#size = size
      this.#y = y
    }
  }

  line({ page, bottom, top }: PagePlace): Line {
    const text = this.#text.replace(leaders, ' … ').trim()
    return {
      text,
      page,
      x: this.#first.x,
      right: this.#right,
      y: this.#y,
      size: this.#size,
      isTabular: this.#isTabular || text.length < this.#text.trim().length,
      height: top > bottom ? (this.#y - bottom) / (top - bottom) : 0.5,
    }
  }
}

/**
 * Programs write text in reading order, column after column. Where a page jumps about, its lines are sorted from top
 * to bottom instead.
 */
function inReadingOrder(lines: Line[]): Line[] {
  const jumps = lines.filter((line, index) => {
    const before = lines[index - 1]
    return before !== undefined && line.y > before.y + before.size && line.x < before.right
  }).length
  return lines.length >= 8 && jumps * 3 > lines.length ? lines.toSorted((a, b) => b.y - a.y || a.x - b.x) : lines
}

const noteTypes = new Set(['Text', 'FreeText', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut', 'Caret'])

/**
 * Adds what was filled into a form to the lines of its page, and gives the notes that readers wrote on it. A note that
 * says what the page says is none.
 */
export function addAnnotations(lines: Line[], annotations: readonly PdfAnnotation[], page: number): string[] {
  for (const annotation of annotations) {
    const value =
      annotation.fieldType === 'Btn' || annotation.hidden === true || annotation.password === true
        ? undefined
        : annotation.fieldValue
    const text = (Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '').trim()
    if (text !== '') addFieldValue(lines, text, { rect: annotation.rect, page })
  }
  const printed = lines.map((line) => line.text).join(' ')
  const notes = annotations
    .filter(({ subtype }) => subtype !== undefined && noteTypes.has(subtype))
    .map(({ contentsObj }) => contentsObj?.str?.trim() ?? '')
    .filter((text) => text !== '' && !printed.includes(text))
  return [...new Set(notes)]
}

/** Behind its label, which stands before or, failing that, nowhere: then at the end of the page. */
function addFieldValue(lines: Line[], value: string, { rect, page }: { rect: readonly number[]; page: number }): void {
  const [left = 0, bottom = 0, right = 0, top = 0] = rect
  const labels = lines.filter(({ y, x }) => y >= bottom - 2 && y <= top + 2 && x <= left)
  const label = labels.reduce<Line | null>(
    (nearest, line) => (nearest === null || line.right > nearest.right ? line : nearest),
    null,
  )
  if (label === null) lines.push({ text: value, page, x: left, right, y: bottom, size: 10, isTabular: true, height: 0.5 })
  else if (!label.text.includes(value)) {
    label.text += ` ${value}`
    label.right = Math.max(label.right, right)
    label.isTabular = true
  }
}
