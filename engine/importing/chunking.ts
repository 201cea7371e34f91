import type { Block, Content } from '../../shared/model/content.ts'
import { sentencesOf } from '../../shared/text/sentences.ts'
import type { ChunkDraft } from '../library/library-store.ts'
import { specialTokens, type TokenCounter, type TokenUnits } from './token-counter.ts'

/** All sizes are tokens of the built-in model, special tokens included. */
export interface ChunkOptions {
  /** A title and body up to this size stay whole. Larger: fewer vectors, and passages that speak of several things. */
  readonly singleChunkTokens: number
  /** Size of the windows that longer texts are cut into. Smaller: sharper passages, more vectors. */
  readonly windowTokens: number
  /** What a window repeats of the one before, so that no sentence loses what it refers to. */
  readonly overlapTokens: number
}

/** What won on four collections: short texts whole, longer ones in windows of 128 that overlap by 32. */
export const defaultChunkOptions: ChunkOptions = { singleChunkTokens: 256, windowTokens: 128, overlapTokens: 32 }

export interface Chunkable {
  readonly title: string
  readonly text: string
  readonly content: Content
}

/**
 * Cuts a text into chunks. Every visible character lies in a chunk, chunks come in order and each begins after the
 * one before; none is blank, begins or ends in white space, or splits a surrogate pair. An empty text has none.
 *
 * A chunk ends at the end of a paragraph, or else of a sentence, where one lies in the last quarter of its window;
 * it begins at a sentence where that costs little; it does not end with a heading, which belongs to what follows.
 */
export function chunkText(document: Chunkable, counter: TokenCounter, options: ChunkOptions = defaultChunkOptions): ChunkDraft[] {
  const units = counter.units(document.text)
  if (units.count === 0) return []
  const titleCost = addsTitle(document.title, document.text) ? costOf(counter.units(document.title)) : 0
  const plan = new WindowPlan(document, units, options)
  const spans = plan.spans(titleCost)
  const places = new Places(document)
  return spans.map(([from, to]) => {
    const start = units.starts[from]!
    const end = units.ends[to - 1]!
    return { start, end, tokenCount: tokensOf(units, from, to, document.text, counter), ...places.at(start, end) }
  })
}

/** The title is embedded with the first chunk, unless the text begins with it anyway. */
function addsTitle(title: string, text: string): boolean {
  return title.trim() !== '' && !text.startsWith(title)
}

function costOf(units: TokenUnits): number {
  let sum = 0
  for (let i = 0; i < units.count; i++) sum += units.costs[i]!
  return sum
}

function tokensOf(units: TokenUnits, from: number, to: number, text: string, counter: TokenCounter): number {
  if (units.hasCutWords) return counter.count(text.slice(units.starts[from], units.ends[to - 1]))
  let sum = specialTokens
  for (let i = from; i < to; i++) sum += units.tokens[i]!
  return sum
}

/** What may end before a unit, as bits. */
const sentenceStart = 1
const paragraphStart = 2
const inHeading = 4

/** Finds the windows of one text, as `[from, to)` ranges of units. */
class WindowPlan {
  readonly #units: TokenUnits
  readonly #options: ChunkOptions
  readonly #document: Chunkable
  /** Sums of costs before each unit, `[count + 1]`. */
  readonly #sums: Float64Array
  #marks: Uint8Array = new Uint8Array(0)

  constructor(document: Chunkable, units: TokenUnits, options: ChunkOptions) {
    this.#document = document
    this.#units = units
    this.#options = options
    this.#sums = new Float64Array(units.count + 1)
    for (let i = 0; i < units.count; i++) this.#sums[i + 1] = this.#sums[i]! + units.costs[i]!
  }

  spans(titleCost: number): [number, number][] {
    const { count } = this.#units
    const { singleChunkTokens, windowTokens } = this.#options
    if (titleCost + this.#sums[count]! + specialTokens <= singleChunkTokens) return [[0, count]]
    this.#marks = boundaryMarks(this.#document, this.#units)
    const limit = Math.max(1, windowTokens - specialTokens)
    const spans: [number, number][] = []
    // However long the title, half of the first window is text
    let [from, end] = [0, this.#endOf(0, Math.max(Math.ceil(limit / 2), limit - titleCost))]
    spans.push([from, end])
    while (end < count) {
      from = this.#startAfter(from, end)
      let next = this.#endOf(from, limit)
      if (next <= end) {
        // The repeated part leaves no room for anything new
        from = end
        next = this.#endOf(from, limit)
      }
      end = next
      spans.push([from, end])
    }
    return spans
  }

  /** The unit before which a window that begins with `from` ends. */
  #endOf(from: number, limit: number): number {
    const full = this.#fullEnd(from, limit)
    if (full === this.#units.count) return full
    const earliest = this.#sums[from]! + limit * 0.75
    let [paragraph, sentence] = [0, 0]
    for (let at = full; at > from && this.#sums[at]! >= earliest && paragraph === 0; at--) {
      if (this.#has(at, paragraphStart)) paragraph = at
      else if (sentence === 0 && this.#has(at, sentenceStart)) sentence = at
    }
    return this.#beforeHeading(from, paragraph || sentence || full)
  }

  #fullEnd(from: number, limit: number): number {
    const most = this.#sums[from]! + limit
    let end = from + 1
    while (end < this.#units.count && this.#sums[end + 1]! <= most) end++
    return end
  }

  /** Moves an end to before the headings that would be the chunk's last; a chunk of headings alone stays. */
  #beforeHeading(from: number, end: number): number {
    let at = end
    while (at > from && this.#has(at - 1, inHeading)) at--
    return at > from ? at : end
  }

  /** Where the window after `[from, end)` begins: about `overlapTokens` before `end`, at a sentence if one is near. */
  #startAfter(from: number, end: number): number {
    const { overlapTokens } = this.#options
    const wanted = this.#sums[end]! - overlapTokens
    let [plain, best, distance] = [end, -1, overlapTokens / 2]
    for (let at = end - 1; at > from && this.#sums[at]! >= wanted - overlapTokens / 2; at--) {
      if (this.#sums[at]! >= wanted) plain = at
      const away = Math.abs(this.#sums[at]! - wanted)
      if (away > distance || !this.#has(at, sentenceStart | paragraphStart)) continue
      best = at
      distance = away
    }
    return best === -1 ? plain : best
  }

  #has(at: number, mark: number): boolean {
    return (this.#marks[at]! & mark) !== 0
  }
}

/** For each unit whether a sentence or a paragraph begins with it and whether it is part of a heading. */
function boundaryMarks({ text, content }: Chunkable, units: TokenUnits): Uint8Array {
  const marks = new Uint8Array(units.count + 1)
  markAll(marks, units, { offsets: sentenceStarts(text, content.blocks), mark: sentenceStart })
  const blocks = content.blocks.filter(({ start, end }) => end > start)
  markAll(marks, units, { offsets: blocks.map(({ start }) => start), mark: paragraphStart })
  let at = 0
  for (const { start, end } of blocks.filter(({ type }) => type === 'heading')) {
    while (at < units.count && units.starts[at]! < start) at++
    for (; at < units.count && units.starts[at]! < end; at++) marks[at]! |= inHeading
  }
  return marks
}

/** Marks the first unit at or after each offset; the offsets ascend. */
function markAll(marks: Uint8Array, units: TokenUnits, { offsets, mark }: { offsets: readonly number[]; mark: number }): void {
  let at = 0
  for (const offset of offsets) {
    while (at < units.count && units.starts[at]! < offset) at++
    marks[at]! |= mark
  }
}

/**
 * Where sentences begin; in code, where lines do. The text is looked at as a whole: a line end ends a sentence, and a
 * segmenter for each of many blocks takes memory that V8 does not see.
 */
function sentenceStarts(text: string, blocks: readonly Block[]): number[] {
  const code = blocks.filter(({ type }) => type === 'code')
  const starts: number[] = []
  let next = 0
  for (const [start] of sentencesOf(text)) {
    while (next < code.length && code[next]!.end <= start) next++
    if (next === code.length || start < code[next]!.start) starts.push(start)
  }
  const lines = code.flatMap(({ start, end }) => lineStarts(text, start, end))
  return lines.length === 0 ? starts : [...starts, ...lines].sort((a, b) => a - b)
}

function lineStarts(text: string, start: number, end: number): number[] {
  const starts: number[] = []
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Says on which page and under which headings a chunk is. Asked in the order of the text. */
class Places {
  readonly #text: string
  readonly #content: Content
  readonly #headings: (Block & { type: 'heading' })[]
  readonly #path: (Block & { type: 'heading' })[] = []
  #nextHeading = 0
  #nextPage = 0

  constructor({ text, content }: Chunkable) {
    this.#text = text
    this.#content = content
    this.#headings = content.blocks.filter((block) => block.type === 'heading')
  }

  /** Headings with which the chunk itself begins count: its text stands under them. */
  at(start: number, end: number): Pick<ChunkDraft, 'headings' | 'page'> {
    let reach = start
    while (this.#nextHeading < this.#headings.length) {
      const heading = this.#headings[this.#nextHeading]!
      if (heading.start > reach) break
      this.#enter(heading)
      if (heading.start >= start && heading.end < end) reach = this.#nextVisible(heading.end)
      this.#nextHeading++
    }
    return { headings: this.#path.map((heading) => cut(this.#text.slice(heading.start, heading.end))), page: this.#pageAt(start) }
  }

  #enter(heading: Block & { type: 'heading' }): void {
    while (this.#path.length > 0 && this.#path.at(-1)!.level >= heading.level) this.#path.pop()
    this.#path.push(heading)
  }

  #nextVisible(at: number): number {
    while (at < this.#text.length && /\s/.test(this.#text[at]!)) at++
    return at
  }

  #pageAt(start: number): number | null {
    const { pages } = this.#content
    while (this.#nextPage < pages.length && pages[this.#nextPage]!.start <= start) this.#nextPage++
    return pages[this.#nextPage - 1]?.page ?? null
  }
}

const maxHeadingLength = 200

function cut(heading: string): string {
  return heading.length <= maxHeadingLength
    ? heading
    : `${heading
        .slice(0, maxHeadingLength - 1)
        .toWellFormed()
        .trimEnd()}…`
}
