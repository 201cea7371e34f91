/**
 * Cuts a long Markdown text into parts that can be parsed one by one, and finds the parts that would take a Markdown
 * parser quadratic time: thousands of emphasis marks, brackets or nested containers in one paragraph.
 */

const segmentLength = 128 * 1024
const maxContainers = 64
const maxIndent = 160
const maxMarksPerParagraph = 4_000
const maxCells = 1_000

const containers = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)))+/
const marks = /[*_]+|~+|\[|`+|<|@/g
const startsBlock = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t])/
const tableRule = /^[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*\|/
const fenceLine = /^ {0,3}(`{3,}|~{3,})/

export interface Segment {
  readonly text: string
  /** False when parsing it could take for ever: it is read as plain text then. */
  readonly isParsable: boolean
}

/** Parts of about 128 KB, cut at blank lines outside code fences where a block begins at the margin. */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = []
  let start = 0
  let at = 0
  let fence: string | null = null
  let isAfterBlank = false
  const meter = new Meter()
  while (at < text.length) {
    const lineEnd = text.indexOf('\n', at)
    const end = lineEnd === -1 ? text.length : lineEnd
    const line = text.slice(at, end)
    if (isAfterBlank && fence === null && at - start >= segmentLength && /^\S/.test(line)) {
      segments.push({ text: text.slice(start, at), isParsable: meter.isParsable })
      start = at
      meter.reset()
    }
    fence = fenceAfter(fence, line)
    if (fence === null) meter.add(line)
    isAfterBlank = line.trim() === ''
    at = end + 1
  }
  if (start < text.length) segments.push({ text: text.slice(start), isParsable: meter.isParsable })
  return segments
}

function fenceAfter(open: string | null, line: string): string | null {
  const mark = fenceLine.exec(line)?.[1]
  if (mark === undefined) return open
  if (open === null) return mark
  return mark[0] === open[0] && mark.length >= open.length && line.trim() === mark ? null : open
}

/** Adds up what makes a paragraph dear to parse. */
class Meter {
  isParsable = true
  #marks = 0
  #isInTable = false

  reset(): void {
    this.isParsable = true
    this.#marks = 0
    this.#isInTable = false
  }

  add(line: string): void {
    if (line.trim() === '') this.#isInTable = false
    else if (tableRule.test(line)) this.#isInTable = true
    // Rows of a table, like items of a list, are parsed one by one
    if (line.trim() === '' || this.#isInTable || startsBlock.test(line)) this.#marks = 0
    for (const _ of line.matchAll(marks)) this.#marks++
    const isDeep = countContainers(line) > maxContainers || indentOf(line) > maxIndent
    if (isDeep || this.#marks > maxMarksPerParagraph || line.split('|', maxCells + 1).length > maxCells) this.isParsable = false
  }
}

/** Columns before a list mark; code may stand as far right as it likes. */
function indentOf(line: string): number {
  return /^[ \t]*(?=(?:[-+*]|\d{1,9}[.)])[ \t])/.exec(line)?.[0].length ?? 0
}

function countContainers(line: string): number {
  const prefix = containers.exec(line.slice(0, 4_000))?.[0]
  return prefix === undefined ? 0 : (prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0)
}

const definition = /^ {0,3}\[([^[\]\n]{1,200})\]:[ \t]*\S[^\n]{0,2000}$/gm
const label = /\[([^[\]\n]{1,200})\]/g
const maxDefinitions = 10_000

/** The lines of a text that define what `[label]` links to, by label: a link may stand far from its definition. */
export function definitionLines(text: string): Map<string, string> {
  const lines = new Map<string, string>()
  for (const [line, name] of text.matchAll(definition)) {
    if (lines.size >= maxDefinitions) break
    if (!lines.has(name!.toLowerCase())) lines.set(name!.toLowerCase(), line)
  }
  return lines
}

/** What to put behind a part of a text so that its links find their definitions in other parts. */
export function definitionsFor(part: string, lines: ReadonlyMap<string, string>): string {
  if (lines.size === 0) return ''
  const wanted = new Set([...part.matchAll(label)].map(([, name]) => lines.get(name!.toLowerCase()) ?? ''))
  wanted.delete('')
  return wanted.size === 0 ? '' : `\n\n${[...wanted].join('\n')}\n`
}
