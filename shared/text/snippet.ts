import { sentencesOf } from './sentences.ts'
import { foldWord } from './words.ts'

export interface SnippetOptions {
  /** Found words, ascending, as offsets into the text. */
  readonly words: readonly (readonly [number, number])[]
  /** The sentence nearest in meaning. */
  readonly near?: readonly [number, number] | null | undefined
  /** How much of the text can be seen, in UTF-16 code units. */
  readonly length: number
}

/** The nearest sentence is worth more than one word, and less than two. */
const nearWorth = 1.5
/** What a beginning within a sentence costs. */
const cutCost = 0.25
/** What is shown before a word whose sentence begins too far from it, in UTF-16 code units. */
const lead = 40
const mostWords = 200

/**
 * Where to begin with a text of which only a part can be seen: at its own beginning if that shows as much as any other
 * place, else at the sentence, or at a word within a long one, from where most of the found words can be seen.
 */
export function snippetStart(text: string, { words, near = null, length }: SnippetOptions): number {
  if (text.length <= length || (words.length === 0 && near === null)) return 0
  const marks = words.slice(0, mostWords).map(([start, end]) => ({ start, end, word: foldWord(text.slice(start, end)) }))
  const worthFrom = (from: number): number => {
    const seen = marks.filter(({ start, end }) => start >= from && end <= from + length)
    const isNear = near !== null && near[0] >= from && near[0] < from + length / 2
    return new Set(seen.map(({ word }) => word)).size + (isNear ? nearWorth : 0)
  }
  let best = { start: 0, worth: worthFrom(0) }
  const consider = (start: number, cost: number): void => {
    const worth = worthFrom(start) - cost
    if (worth > best.worth) best = { start, worth }
  }
  for (const [start] of sentencesOf(text)) consider(start, 0)
  for (const { start } of marks) consider(wordStart(text, start - lead), cutCost)
  return best.start
}

/** The first beginning of a word at or after an offset. */
function wordStart(text: string, offset: number): number {
  if (offset <= 0) return 0
  const gap = /\s+(?=\S)/gu
  gap.lastIndex = offset - 1
  const found = gap.exec(text)
  if (found !== null && found.index < offset + lead) return found.index + found[0].length
  // A script without spaces may be cut anywhere but within a character
  return /[\uDC00-\uDFFF]/.test(text[offset]!) ? offset - 1 : offset
}
