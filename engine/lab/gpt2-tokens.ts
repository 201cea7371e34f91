import type { LabToken } from '../../shared/model/lab.ts'
import { pieceOfBytes, readable, spansOf } from '../embedding/onnx/token-spans.ts'

/** What GPT-2 reads at once. */
export const gpt2MaxTokens = 1_024

/** The id under which GPT-2's tokenizer is found, whether the model is installed or not. */
export const gpt2Id = 'gpt2'

/** GPT-2's tokens of a text, by its own vocabulary and merges (r50k_base), which come with Akin. */
export async function gpt2Tokens(text: string): Promise<LabToken[]> {
  const [{ encode }, { default: ranks }] = await Promise.all([
    import('gpt-tokenizer/encoding/r50k_base'),
    import('gpt-tokenizer/bpeRanks/r50k_base'),
  ])
  const ids = encode(text, { disallowedSpecial: new Set() })
  const pieces = ids.map((id) => ({ id, piece: pieceOf(ranks[id]!) }))
  const spans = spansOf(text, pieces, true)
  return pieces.map(({ id, piece }, index) => ({ id, piece, text: readable(piece, true), ...spans[index]!, isSpecial: false }))
}

/** The library keeps a token as its text, or as bytes where these are no text. */
function pieceOf(token: string | readonly number[]): string {
  return pieceOfBytes(typeof token === 'string' ? new TextEncoder().encode(token) : token)
}
