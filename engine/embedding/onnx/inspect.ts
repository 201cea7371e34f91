import { AkinError } from '../../../shared/errors.ts'
import type { OnnxModel } from './onnx-model.ts'
import { readable, spansOf, type Span } from './token-spans.ts'
import type { ModelTokenizer } from './tokenizer.ts'

/** A token as the Lab shows it. */
export interface ShownToken extends Span {
  readonly id: number
  /** For people: `·cake`, `⏎`, `<E2>` for a byte of half a character. */
  readonly text: string
  /** As the vocabulary has it: `Ġcake`, `##ing`. */
  readonly piece: string
  /** True for what the model puts round every text; its span is empty. */
  readonly isSpecial: boolean
}

export interface ShownTokens {
  readonly tokens: readonly ShownToken[]
  /** True when the model, or what can be shown, ends before the text. */
  readonly isCut: boolean
}

export interface ShownStates extends ShownTokens {
  /** Row-major `[tokens, dimension]`. */
  readonly states: Float32Array
  readonly dimension: number
  /** What becomes of these states: the text's vector when it is not cut. */
  readonly vector: Float32Array
}

/** Characters that are looked at: more than any model reads at once. */
export const mostShownCharacters = 50_000
export const mostShownStates = 512

/** All tokens of a text, of any length up to `mostShownCharacters`, between the model's special ones. */
export function showTokens(tokenizer: ModelTokenizer, text: string): ShownTokens {
  const shown = text.slice(0, mostShownCharacters)
  const pieces = tokenizer.piecesOf(shown)
  const spans = spansOf(shown, pieces, tokenizer.isByteLevel)
  const tokens = pieces.map(({ id, piece }, index) => ({
    id,
    text: readable(piece, tokenizer.isByteLevel),
    piece,
    ...spans[index]!,
    isSpecial: false,
  }))
  const special = (ids: readonly number[], at: number): ShownToken[] =>
    ids.map((id) => {
      const name = tokenizer.nameOf(id)
      return { id, text: name, piece: name, start: at, end: at, isSpecial: true }
    })
  return {
    tokens: [...special(tokenizer.before, 0), ...tokens, ...special(tokenizer.after, shown.length)],
    isCut: shown.length < text.length,
  }
}

/**
 * Hidden states of the first tokens of a text, as many as the model reads at once and at most `mostShownStates`.
 *
 * @throws AkinError `not-found` when the model gives only finished vectors; `embedding-failed` for a text without tokens
 */
export async function showStates(model: OnnxModel, text: string): Promise<ShownStates> {
  const { spec, session, tokenizer } = model
  if (!session.hasStates)
    throw new AkinError('not-found', `${spec.name} gives the finished vector alone and does not show its hidden states`)
  const { before, after } = tokenizer
  const all = showTokens(tokenizer, text)
  const content = all.tokens.slice(before.length, all.tokens.length - after.length)
  const room = Math.min(spec.maxInputTokens, mostShownStates) - before.length - after.length
  const tokens = [
    ...all.tokens.slice(0, before.length),
    ...content.slice(0, room),
    ...all.tokens.slice(all.tokens.length - after.length),
  ]
  const run = {
    ids: tokens.map(({ id }) => id),
    from: spec.firstToken === undefined ? 0 : 1,
    to: tokens.length,
  }
  const isCut = all.isCut || content.length > room
  const vector = await model.embed({ runs: [run], tokenCount: tokens.length, isCut })
  const [states] = await session.states([run.ids])
  return { tokens, isCut, states: states!.slice(), dimension: spec.dimension, vector }
}
