import type { Line } from './text-lines.ts'

/** Lines that belong together, in order. */
export interface Paragraph {
  readonly lines: readonly Line[]
  readonly isListItem: boolean
  /** Rows of a table: each line stands for itself. */
  readonly isTabular: boolean
}

const bullet = /^[•◦▪■●○‣⁃∙·][\s\u00A0]*|^[–—-]\s+(?=\S)/u
const numbered = /^(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|\[\d{1,3}\])\s+\S/iu
const endsSentence = /[.!?:;…。！？][)"'”’»\]]*$/u

/** A stretch of lines in one column, from top to bottom. */
interface Run {
  readonly lines: readonly Line[]
  readonly left: number
  readonly right: number
  /** Usual distance between its lines. */
  readonly leading: number
}

/** Finds the paragraphs in the lines of a document; one may go on in the next column or on the next page. */
export function paragraphsOf(lines: readonly Line[]): Paragraph[] {
  const paragraphs: Line[][] = []
  let before: Run | null = null
  for (const run of runsOf(lines)) {
    for (const [index, line] of run.lines.entries()) {
      const last = paragraphs.at(-1)
      const isContinued = index > 0 ? !startsParagraph(run, index) : before !== null && goesOn(before, run)
      if (last !== undefined && isContinued) last.push(line)
      else paragraphs.push([line])
    }
    before = run
  }
  return paragraphs.map((of) => ({
    lines: of,
    isListItem: bullet.test(of[0]!.text),
    isTabular: of.length > 1 && of.every(({ isTabular }) => isTabular),
  }))
}

/** The text of a list item without its mark. */
export function withoutBullet(text: string): string {
  return text.replace(bullet, '')
}

function runsOf(lines: readonly Line[]): Run[] {
  const runs: Line[][] = []
  for (const line of lines) {
    const last = runs.at(-1)?.at(-1)
    if (last !== undefined && isBelow(last, line)) runs.at(-1)!.push(line)
    else runs.push([line])
  }
  return runs.map((of) => ({
    lines: of,
    left: Math.min(...of.map(({ x }) => x)),
    right: Math.max(...of.map(({ right }) => right)),
    leading: median(of.slice(1).map((line, index) => of[index]!.y - line.y)) ?? of[0]!.size * 1.2,
  }))
}

function isBelow(above: Line, line: Line): boolean {
  if (above.page !== line.page || line.y >= above.y - above.size * 0.3) return false
  const overlap = Math.min(above.right, line.right) - Math.max(above.x, line.x)
  return overlap > 0 && above.y - line.y < Math.max(above.size, line.size) * 6
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null
}

/** Whether the line at `index` begins a paragraph, by space, size, indent, or a last line that could take more. */
function startsParagraph(run: Run, index: number): boolean {
  const [above, line] = [run.lines[index - 1]!, run.lines[index]!]
  const size = Math.max(above.size, line.size)
  if (Math.abs(above.size - line.size) > size * 0.12) return true
  if (above.y - line.y > Math.min(run.leading * 1.35, Math.max(run.leading, size * 1.7) * 1.2)) return true
  if (above.isTabular || line.isTabular) return above.isTabular !== line.isTabular
  if (bullet.test(line.text) || (numbered.test(line.text) && endsEarly(run, above, line))) return true
  const isIndented = line.x - above.x > size * 0.8 && above.x - run.left < size * 0.5
  const isOutdented = above.x - line.x > size * 0.8 && line.x - run.left < size * 0.5 && index > 1
  if (isIndented || isOutdented) return endsSentence.test(above.text) || endsEarly(run, above, line)
  return endsEarly(run, above, line) && (endsSentence.test(above.text) || above.right - run.left < (run.right - run.left) * 0.5)
}

/** Whether the first word of `line` would have fitted behind `above`. */
function endsEarly(run: Run, above: Line, line: Line): boolean {
  const word = /^\S+/.exec(line.text)?.[0].length ?? 1
  const letter = (line.right - line.x) / Math.max(1, line.text.length)
  return above.right + (word + 2) * letter < run.right
}

/** Whether a paragraph goes on from one column or page to the next. */
function goesOn(before: Run, run: Run): boolean {
  const [last, first] = [before.lines.at(-1)!, run.lines[0]!]
  if (Math.abs(last.size - first.size) > Math.max(last.size, first.size) * 0.05 || last.isTabular || first.isTabular) return false
  const isBroken = /\p{L}-$/u.test(last.text) || (!endsSentence.test(last.text) && !endsEarly(before, last, first))
  return isBroken && /^[\p{Ll}\p{Lo}\d(“"]/u.test(first.text) && !bullet.test(first.text)
}
