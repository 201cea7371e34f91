import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'

/**
 * The pieces of a text that a token never crosses, in order: words, punctuation marks, ideographs. Parallel arrays of
 * length `count`; they may be longer.
 */
export interface TokenUnits {
  readonly count: number
  /** `[start, end)` in UTF-16 code units of the text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Tokens of each unit. */
  readonly tokens: Uint16Array
  /**
   * What each unit takes of a window: its tokens, or more for a long word that the vocabulary lacks. Such a word is
   * one token here and many in a model that knows its script.
   */
  readonly costs: Uint16Array
  /** True when a word of more than 100 characters was cut: the sum of `tokens` is then not the text's count. */
  readonly hasCutWords: boolean
}

/** Counts tokens as the built-in model's tokenizer does. Pure and synchronous. */
export interface TokenCounter {
  /** Tokens of a text, special tokens included, however long it is. A literal "[SEP]" counts as text. */
  count(text: string): number
  /** The sum of their tokens plus the two special tokens is `count(text)`, unless words were cut. */
  units(text: string): TokenUnits
}

/** [CLS] before and [SEP] after. */
export const specialTokens = 2

/** Loads `tokenizer.json` and `tokenizer_config.json` of a BERT model from its folder. About 50 ms. */
export async function loadTokenCounter(modelFolder: string): Promise<TokenCounter> {
  const [tokenizer, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map(async (name) =>
      JSON.parse(await readFile(path.join(modelFolder, name), 'utf8')),
    ),
  )
  return new BertTokenCounter(new Tokenizer(tokenizer, config))
}

const maxKnownWords = 200_000
/** BERT's WordPiece takes no word with more characters: it becomes one unknown token. */
const maxWordLength = 100
/** Into such parts longer words are cut, so that a chunk can end inside them. Hangul triples when decomposed. */
const partLength = 32
/** A model that knows the script of a word makes about one token of so many of its characters. */
const unknownCharactersPerToken = 3

const word = /\S+/g
const simpleWord = /^[A-Za-z0-9]+$/
/**
 * Splits a written word as BERT's pre-tokenizer does: each mark and each ideograph of the basic plane is a unit. Bounded,
 * since V8's regular expressions overflow on words of millions of characters; such words are cut anyway.
 */
const unit =
  /[\p{P}!-/:-@[-`{-~\u226E\u226F\u2260\u1FEF]|[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF]\p{Mn}{0,64}|[^\p{P}!-/:-@[-`{-~\u226E\u226F\u2260\u1FEF\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF]{1,1024}/gu

interface UnitSizes {
  readonly tokens: number
  readonly cost: number
}

class BertTokenCounter implements TokenCounter {
  readonly #tokenizer: Tokenizer
  readonly #known = new Map<string, UnitSizes>()

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer
  }

  count(text: string): number {
    const units = this.units(text)
    if (units.hasCutWords) return this.#tokensOf(text) + specialTokens
    let sum = specialTokens
    for (let i = 0; i < units.count; i++) sum += units.tokens[i]!
    return sum
  }

  units(text: string): TokenUnits {
    const list = new UnitList(text.length)
    for (const { 0: written, index } of text.matchAll(word)) {
      if (simpleWord.test(written) && written.length <= maxWordLength) {
        list.add(index, index + written.length, this.#sizesOf(written))
      } else {
        for (const piece of written.matchAll(unit)) this.#addUnit(list, piece[0], index + piece.index)
      }
    }
    return list
  }

  #addUnit(list: UnitList, written: string, start: number): void {
    if (written.length <= partLength * 2 || charactersOf(written.normalize('NFD')) <= maxWordLength) {
      list.add(start, start + written.length, this.#sizesOf(written))
      return
    }
    list.hasCutWords = true
    for (let from = 0; from < written.length;) {
      const to = endOfPart(written, from)
      const cost = Math.ceil((to - from) / unknownCharactersPerToken)
      list.add(start + from, start + to, { tokens: cost, cost })
      from = to
    }
  }

  #sizesOf(written: string): UnitSizes {
    const known = this.#known.get(written)
    if (known !== undefined) return known
    if (this.#known.size >= maxKnownWords) this.#known.clear()
    const tokens = this.#tokensOf(written)
    const cost = tokens <= 1 ? this.#costOfWord(written) : tokens
    const sizes = { tokens, cost }
    // A slice would keep the whole text alive
    this.#known.set(Buffer.from(written).toString(), sizes)
    return sizes
  }

  #costOfWord(written: string): number {
    if (written.length <= unknownCharactersPerToken) return 1
    const [token] = this.#tokenizer.tokenize(written)
    return token === '[UNK]' ? Math.ceil(written.length / unknownCharactersPerToken) : 1
  }

  #tokensOf(text: string): number {
    const { normalizer, pre_tokenizer: preTokenizer, model } = this.#tokenizer
    if (normalizer === null || preTokenizer === null || model === null) throw new Error('Not a BERT tokenizer')
    return model.encode(preTokenizer.pre_tokenize(normalizer.normalize(text))).length
  }
}

function charactersOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

const continues = /^(?:\p{M}|\u200C|\u200D)/u

/** Where a part that begins at `from` ends: never inside a pair of surrogates or before a combining mark. */
function endOfPart(written: string, from: number): number {
  let to = Math.min(from + partLength, written.length)
  while (
    to < Math.min(written.length, from + partLength * 2) &&
    (isInsidePair(written, to) || continues.test(written.slice(to, to + 2)))
  )
    to++
  return isInsidePair(written, to) ? to + 1 : to
}

function isInsidePair(text: string, at: number): boolean {
  return at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
}

class UnitList implements TokenUnits {
  count = 0
  hasCutWords = false
  starts: Int32Array
  ends: Int32Array
  tokens: Uint16Array
  costs: Uint16Array

  constructor(textLength: number) {
    const capacity = 16 + (textLength >> 2)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
    this.tokens = new Uint16Array(capacity)
    this.costs = new Uint16Array(capacity)
  }

  add(start: number, end: number, { tokens, cost }: UnitSizes): void {
    if (this.count === this.starts.length) this.#grow()
    this.starts[this.count] = start
    this.ends[this.count] = end
    this.tokens[this.count] = tokens
    this.costs[this.count] = cost
    this.count++
  }

  #grow(): void {
    const capacity = this.starts.length * 2
    this.starts = grown(this.starts, new Int32Array(capacity))
    this.ends = grown(this.ends, new Int32Array(capacity))
    this.tokens = grown(this.tokens, new Uint16Array(capacity))
    this.costs = grown(this.costs, new Uint16Array(capacity))
  }
}

function grown<T extends Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from)
  return to
}
