import type { RemoteModel } from './remote-model.ts'

export interface CountedText {
  /** The text, or as much of its beginning as the limit leaves. */
  readonly text: string
  /** Of what is left. */
  readonly tokens: number
  readonly isCut: boolean
}

/** Counts tokens as a service does. Pure and synchronous. */
export interface TokenMeter {
  count(text: string): number
  /** True when `count` is the service's own number for this text; else it is more rather than less. */
  isExactFor(text: string): boolean
  /** Cuts a text that has more than so many tokens. */
  fit(text: string, maxTokens: number): CountedText
}

/** Loads what the model's tokenizer needs: about 50 ms and 30 MB for `cl100k`, nothing for `estimate`. */
export async function loadTokenMeter(kind: RemoteModel['tokenizer']): Promise<TokenMeter> {
  if (kind === 'estimate') return meterOf(estimateTokens, () => false)
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/cl100k_base')
  setMergeCacheSize(20_000)
  // What looks like a special token is text to the embedding models
  const options = { disallowedSpecial: new Set<string>() }
  const count = (text: string): number => partsOf(text).reduce((sum, part) => sum + countTokens(part, options), 0)
  return meterOf(count, (text) => !longRuns.test(text) && !spacesThatDiffer.test(text))
}

function meterOf(count: (text: string) => number, isExactFor: (text: string) => boolean): TokenMeter {
  return { count, isExactFor, fit: (text, maxTokens) => fitted(text, maxTokens, count) }
}

/** Merging takes time by the square of a run's length: longer runs are counted in parts, which are a few tokens more. */
const runLength = 2_000
const longRuns = /\S{2001}|\s{2001}/
const runs = /\S+|\s+/g

/** A byte order mark and “next line” count as space in some regular expressions and not in others. */
const spacesThatDiffer = /[\u0085\uFEFF]/

function partsOf(text: string): string[] {
  if (!longRuns.test(text)) return [text]
  const parts: string[] = []
  let from = 0
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (run.length <= runLength) continue
    if (index > from) parts.push(text.slice(from, index))
    for (let at = 0; at < run.length; at += runLength) parts.push(run.slice(at, at + runLength))
    from = index + run.length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** No token of the usual vocabularies that stands in texts is longer: what is behind it needs no look. */
const charactersPerToken = 32

function fitted(text: string, maxTokens: number, count: (text: string) => number): CountedText {
  const start = text.slice(0, maxTokens * charactersPerToken)
  const tokens = count(start)
  if (tokens <= maxTokens) return { text: wellFormed(start), tokens, isCut: start.length < text.length }
  let fits = 0
  let exceeds = start.length
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1
    if (count(start.slice(0, middle)) <= maxTokens) fits = middle
    else exceeds = middle
  }
  // A word may take more tokens before it is whole: “great” takes one, “grea” two
  for (let at = Math.min(fits + charactersPerToken, start.length); at > fits; at--)
    if (count(start.slice(0, at)) <= maxTokens) fits = at
  const kept = wellFormed(start.slice(0, isInsidePair(start, fits) ? fits - 1 : fits))
  return { text: kept, tokens: count(kept), isCut: true }
}

/** Half a pair of surrogates cannot be sent as UTF-8. */
function wellFormed(text: string): string {
  return text.toWellFormed()
}

function isInsidePair(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
}

const pieces = /[A-Za-z]+|[^\sA-Za-z]|\n/g

/**
 * Tokens of a text for a tokenizer that is not known: three Latin letters a token, every digit, mark and line end one,
 * other letters one or two. Rarely less than the true number, mostly a third more.
 */
function estimateTokens(text: string): number {
  // Marks for the beginning and the end
  let tokens = 2
  for (const [piece] of text.matchAll(pieces)) {
    const code = piece.charCodeAt(0)
    if (code < 0x80) tokens += Math.ceil(piece.length / 3)
    else tokens += code < 0x800 ? 1 : 2
  }
  return tokens
}
