import type { Piece } from './tokenizer.ts'

/** `[start, end)` in UTF-16 code units of the text that was tokenised. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where each piece comes from. Pieces that share a character share its span; unknown ones share what lies between. */
export function spansOf(text: string, pieces: readonly Piece[], isByteLevel: boolean): Span[] {
  return (isByteLevel ? spansOfBytes(text, pieces) : null) ?? spansOfPieces(text, pieces)
}

/** A piece for people: bytes as the characters they make, spaces and line ends visible, bytes of half a character as `<E2>`. */
export function readable(piece: string, isByteLevel: boolean): string {
  if (!isByteLevel) return visible(piece.replaceAll('▁', ' '))
  const bytes = bytesOfPiece(piece)
  if (bytes === null) return visible(piece)
  try {
    return visible(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    // Half a character: the other half is in the next piece
    return Array.from(bytes, (byte) => (byte < 0x80 ? visible(String.fromCharCode(byte)) : `<${hex(byte)}>`)).join('')
  }
}

const signs: Readonly<Record<string, string>> = { ' ': '·', '\n': '⏎', '\r': '␍', '\t': '⇥', '\u{A0}': '⍽' }

function visible(text: string): string {
  return text.replace(/[\s\p{C}]/gu, (character) => {
    const sign = signs[character]
    if (sign !== undefined) return sign
    const code = character.codePointAt(0)!
    // Joins pictures: it belongs to what is seen
    return code === 0x200d ? character : `<U+${hex(code).padStart(4, '0')}>`
  })
}

function hex(number: number): string {
  return number.toString(16).toUpperCase().padStart(2, '0')
}

/** GPT-2 writes each byte as a printable character; this is the way back (openai/gpt-2, encoder.py). */
const byteOfCharacter = new Map<string, number>()
const characterOfByte: string[] = []
for (let byte = 0, others = 256; byte < 256; byte++) {
  const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  const character = String.fromCharCode(isPrintable ? byte : others++)
  byteOfCharacter.set(character, byte)
  characterOfByte.push(character)
}

/** A token's bytes as a byte-level vocabulary writes them: `Ġcake` for ` cake`. */
export function pieceOfBytes(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => characterOfByte[byte]!).join('')
}

function bytesOfPiece(piece: string): Uint8Array | null {
  const bytes = new Uint8Array(piece.length)
  for (let i = 0; i < piece.length; i++) {
    const byte = byteOfCharacter.get(piece[i]!)
    if (byte === undefined) return null
    bytes[i] = byte
  }
  return bytes
}

/** Exact, where the pieces' bytes are the text's; `null` where a normaliser changed it. */
function spansOfBytes(text: string, pieces: readonly Piece[]): Span[] | null {
  const starts: number[] = []
  const ends: number[] = []
  let at = 0
  for (const character of text) {
    const end = at + character.length
    for (let byte = Buffer.byteLength(character); byte > 0; byte--) {
      starts.push(at)
      ends.push(end)
    }
    at = end
  }
  let byte = 0
  const spans = pieces.map(({ piece }) => {
    const start = starts[byte] ?? at
    byte += bytesOfPiece(piece)?.length ?? Buffer.byteLength(piece)
    return { start, end: ends[byte - 1] ?? at }
  })
  return byte === starts.length ? spans : null
}

/** Characters that a normaliser may drop between two pieces. */
const mostDropped = 16
/** Characters that pieces outside of the vocabulary may stand for. */
const mostUnknown = 400

/** Finds the pieces in the text one after another, without regard to case, accents and forms of characters. */
function spansOfPieces(text: string, pieces: readonly Piece[]): Span[] {
  const { folded, starts, ends } = foldedWithPlaces(text)
  const spans: Span[] = []
  let at = 0
  let unknown = 0
  const fillUnknown = (to: number): void => {
    let from = at
    let until = to
    while (from < until && folded[from] === ' ') from++
    while (until > from && folded[until - 1] === ' ') until--
    const start = starts[from] ?? text.length
    const span = { start, end: until > from ? ends[until - 1]! : start }
    for (; unknown > 0; unknown--) spans.push(span)
  }
  for (const { piece } of pieces) {
    const surface = fold(piece.replace(/^##|<\/w>$/g, '').replaceAll('▁', ' ')).trim()
    const found = surface === '' ? -1 : folded.indexOf(surface, at)
    const gap = found < 0 ? Infinity : folded.slice(at, found).trim().length
    if (gap > (unknown > 0 ? mostUnknown : mostDropped)) {
      unknown++
      continue
    }
    fillUnknown(found)
    at = found + surface.length
    spans.push({ start: starts[found]!, end: ends[at - 1]! })
  }
  fillUnknown(folded.length)
  return spans
}

function foldedWithPlaces(text: string): { folded: string; starts: number[]; ends: number[] } {
  const starts: number[] = []
  const ends: number[] = []
  let folded = ''
  for (const { 0: cluster, index } of text.matchAll(/[^\p{M}]\p{M}*|\p{M}+/gsu)) {
    const part = fold(cluster)
    folded += part
    for (let i = 0; i < part.length; i++) {
      starts.push(index)
      ends.push(index + cluster.length)
    }
  }
  return { folded, starts, ends }
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s/g, ' ')
}
