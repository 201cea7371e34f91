import type { LabToken } from '../../shared/model/lab.ts'
import { readable, spansOf } from '../embedding/onnx/token-spans.ts'

/** What GPT-2 reads at once. */
export const gpt2MaxTokens = 1_024

/** The id under which GPT-2's tokenizer is found, whether the model is installed or not. */
export const gpt2Id = 'gpt2'

/** GPT-2 writes each byte of a vocabulary as a printable character (openai/gpt-2, encoder.py). */
const characterOfByte: string[] = []
for (let byte = 0, others = 256; byte < 256; byte++) {
  const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  characterOfByte.push(String.fromCharCode(isPrintable ? byte : others++))
}

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
  const bytes = typeof token === 'string' ? new TextEncoder().encode(token) : token
  return Array.from(bytes, (byte) => characterOfByte[byte]!).join('')
}
