import { Tokenizer } from '@huggingface/tokenizers'
import type { PreTrainedTokenizer } from '@huggingface/transformers'
import { AkinError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'
import { readTokenizerFiles, type JsonPart, type TokenizerFiles, type TokenizerJson } from './model-files.ts'

/** The library below: text to pieces and back, without knowledge of lengths or special tokens in a text. */
export interface TokenizerCore {
  idsOf(text: string): number[]
  /** Entries of the vocabulary, as strings; with special tokens as the model's own post-processor puts them. */
  piecesOf(text: string, withSpecialTokens: boolean): string[]
  idOf(piece: string): number | undefined
}

/** Makes the library's tokenizer of the files. */
export type MakeCore = (tokenizer: object, config: object) => TokenizerCore

/** A token of a text with its entry in the vocabulary. */
export interface Piece {
  readonly id: number
  readonly piece: string
}

/**
 * A model's tokenizer as embeddings need it: special tokens that somebody typed are text like any other, and the model's own
 * stand where its post-processor puts them, however long the text is.
 */
export class ModelTokenizer {
  /** Stand before and after the text's own tokens in each run of the model. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** Put at the end of shorter texts of a batch. */
  readonly padId: number
  /** True when its pieces are written in bytes, as GPT-2's are. */
  readonly isByteLevel: boolean
  readonly #core: TokenizerCore
  readonly #special: ReadonlyMap<string, number>

  /** @param firstToken put before each text, where the model is used in that way */
  constructor({ tokenizer, config }: TokenizerFiles, makeCore: MakeCore, firstToken?: string) {
    const added = tokenizer.added_tokens ?? []
    // Without them in its list the library takes "[SEP]" or "<|endoftext|>" in a text for what it is: marks and letters
    const plain = { ...tokenizer, added_tokens: added.filter(({ special }) => !special) }
    this.#core = makeCore(withUnicodeWhiteSpace(plain), config)
    this.#special = new Map(added.filter(({ special }) => special).map(({ content, id }) => [content, id]))
    this.isByteLevel = isByteLevel(tokenizer)
    const [before, after] = this.#template()
    this.before = firstToken === undefined ? before : [this.#idOf(firstToken), ...before]
    this.after = after
    this.padId = this.#padId(config)
  }

  /** Tokens of the text itself, without special ones and of any length. */
  idsOf(text: string): number[] {
    return this.#core.idsOf(text)
  }

  /** The same tokens with their entries in the vocabulary. */
  piecesOf(text: string): Piece[] {
    const ids = this.#core.idsOf(text)
    return this.#core.piecesOf(text, false).map((piece, index) => ({ id: ids[index]!, piece }))
  }

  /** The name of a special token. */
  nameOf(id: number): string {
    for (const [name, special] of this.#special) if (special === id) return name
    return `[${id}]`
  }

  /** What the post-processor puts before and after a text. */
  #template(): [number[], number[]] {
    const probe = 'a'
    const bare = this.#core.piecesOf(probe, false)
    const full = this.#core.piecesOf(probe, true)
    const start = full.findIndex((_, index) => bare.every((piece, offset) => full[index + offset] === piece))
    if (start < 0) throw new Error('The special tokens of the tokenizer could not be told from the text')
    const ids = full.map((piece) => this.#idOf(piece))
    return [ids.slice(0, start), ids.slice(start + bare.length)]
  }

  #idOf(piece: string): number {
    const id = this.#special.get(piece) ?? this.#core.idOf(piece)
    if (id === undefined) throw new AkinError('model-failed', `The tokenizer has no token ${piece}`)
    return id
  }

  #padId(config: object): number {
    for (const key of ['pad_token', 'eos_token']) {
      const token = (config as Record<string, unknown>)[key]
      const name = typeof token === 'object' && token !== null && 'content' in token ? token.content : token
      const id = typeof name === 'string' ? (this.#special.get(name) ?? this.#core.idOf(name)) : undefined
      if (id !== undefined) return id
    }
    return this.#special.get('[PAD]') ?? this.#special.get('<pad>') ?? 0
  }
}

function isByteLevel({ pre_tokenizer: preTokenizer, decoder }: TokenizerJson): boolean {
  const has = (part: JsonPart | null | undefined): boolean =>
    part?.type === 'ByteLevel' || [...(part?.pretokenizers ?? []), ...(part?.decoders ?? [])].some(has)
  return has(preTokenizer) || has(decoder)
}

/** GPT-2's way of cutting a text into words (openai/gpt-2, encoder.py). */
const wordsOfGpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/**
 * JavaScript and Unicode differ on two characters, whether they are white space: the byte order mark and "next line". The
 * library's own pattern for GPT-2 is JavaScript's; given as a pattern of the file, it is Unicode's, as everywhere else.
 */
function withUnicodeWhiteSpace(tokenizer: TokenizerJson): TokenizerJson {
  const part = tokenizer.pre_tokenizer
  if (part?.type !== 'ByteLevel' || part.add_prefix_space !== false || part.use_regex === false) return tokenizer
  const split = { type: 'Split', pattern: { Regex: wordsOfGpt2 }, behavior: 'Isolated', invert: false }
  return { ...tokenizer, pre_tokenizer: { type: 'Sequence', pretokenizers: [split, { ...part, use_regex: false }] } }
}

/** The core that transformers.js wraps, by itself: small enough for any process. */
export const coreOfTokenizers: MakeCore = (json, config) => {
  const tokenizer = new Tokenizer(json, config)
  return {
    idsOf: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    piecesOf: (text, withSpecialTokens) => tokenizer.tokenize(text, { add_special_tokens: withSpecialTokens }),
    idOf: (piece) => tokenizer.token_to_id(piece),
  }
}

/** The core by way of transformers.js. */
export function coreOfTransformers(
  make: new (json: object, config: object) => PreTrainedTokenizer,
  json: object,
  config: object,
): TokenizerCore {
  const tokenizer = new make(json, config)
  return {
    idsOf: (text) => {
      const { input_ids: ids } = tokenizer(text, { add_special_tokens: false, return_tensor: false }) as { input_ids: number[] }
      return ids
    },
    piecesOf: (text, withSpecialTokens) => tokenizer.tokenize(text, { add_special_tokens: withSpecialTokens }),
    idOf: (piece) => tokenizer.convert_tokens_to_ids(piece) as number | undefined,
  }
}

/**
 * A model's tokenizer without the model, for any process: 0.1 s for GPT-2.
 *
 * @param folder the model's own
 * @throws AkinError `model-missing`, `model-damaged`
 */
export async function loadTokenizer(
  folder: string,
  model: Pick<ModelSpec, 'name' | 'tokenizerSha256' | 'firstToken'>,
): Promise<ModelTokenizer> {
  return new ModelTokenizer(await readTokenizerFiles(folder, model), coreOfTokenizers, model.firstToken)
}
