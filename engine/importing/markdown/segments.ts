/**
 * Cuts a long Markdown text into parts that can be parsed one by one, and finds the parts that would take a Markdown
 * parser quadratic time: thousands of emphasis marks, brackets or nested containers in one paragraph.
 */

const segmentLength = 128 * 1024
const maxContainers = 64
const maxMarksPerParagraph = 4_000

const containers = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)))+/
const marks = /[*_]+|~+|\[|`+|<|@/g
const startsBlock = /^[ \t]*(?:[-+*>|#]|\d{1,9}[.)])/
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

class Meter {
  isParsable = true
  #marks = 0

  reset(): void {
    this.isParsable = true
    this.#marks = 0
  }

  add(line: string): void {
    if (line.trim() === '' || startsBlock.test(line)) this.#marks = 0
    for (const _ of line.matchAll(marks)) this.#marks++
    if (this.#marks > maxMarksPerParagraph || countContainers(line) > maxContainers) this.isParsable = false
  }
}

function countContainers(line: string): number {
  const prefix = containers.exec(line.slice(0, 4_000))?.[0]
  return prefix === undefined ? 0 : (prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0)
}
