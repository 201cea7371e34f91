import { windowOverlapOf, type ModelSpec } from '../model-spec.ts'
import type { ModelTokenizer } from './tokenizer.ts'
import { windowsOf } from './windows.ts'

/** One run of the model over a text, or a part of it. */
export interface Run {
  /** As the model gets them, special tokens included. */
  readonly ids: readonly number[]
  /** `[from, to)`: the states that count. */
  readonly from: number
  readonly to: number
}

/** A text as the model will read it. */
export interface Reading {
  readonly runs: readonly Run[]
  /** Tokens that are read, special ones included; context that windows repeat is not counted. */
  readonly tokenCount: number
  /** True when the text goes on after the last token that is read. */
  readonly isCut: boolean
}

/** Puts special tokens round a text's tokens, after cutting it to the model's length or into windows. */
export function readingOf(
  ids: readonly number[],
  model: ModelSpec,
  tokenizer: Pick<ModelTokenizer, 'before' | 'after'>,
): Reading {
  const { before, after } = tokenizer
  const room = model.maxInputTokens - before.length - after.length
  const uncounted = model.firstToken === undefined ? 0 : 1
  const read = model.longTexts === 'cut' ? ids.slice(0, room) : ids
  const windows = windowsOf(read.length, room, Math.min(windowOverlapOf(model), room - 1))
  const runs = windows.map(({ start, end, skip }, index) => ({
    ids: [...before, ...read.slice(start, end), ...after],
    // Each special token counts once, like each token of the text
    from: index === 0 ? uncounted : before.length + skip,
    to: before.length + end - start + (index === windows.length - 1 ? after.length : 0),
  }))
  return { runs, tokenCount: before.length + read.length + after.length, isCut: read.length < ids.length }
}
