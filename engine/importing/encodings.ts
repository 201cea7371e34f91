import chardet from 'chardet'
import { AkinError } from '../../shared/errors.ts'

export interface DecodedText {
  readonly text: string
  /** Name by the WHATWG Encoding Standard, as TextDecoder spells it. */
  readonly encoding: string
}

/** Bytes looked at to guess an encoding; a guess gets no better with more. */
const sampleLength = 64 * 1024

/**
 * Reads bytes as text. In this order: byte order mark; UTF-16 without one, by its pattern of zero bytes; valid UTF-8;
 * what the file declares; UTF-8 with a few damaged bytes, which become U+FFFD; a guess by the frequencies of letters;
 * Windows-1252. Never fails on bad bytes.
 *
 * @param declared an encoding label that the file gives for itself, as `charset=` in HTML
 * @throws AkinError `text-too-large` when the text would not fit into one string
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const encoding = encodingOf(bytes, declared)
  try {
    return { text: new TextDecoder(encoding).decode(bytes), encoding }
  } catch (cause) {
    throw new AkinError('text-too-large', 'There is more text in it than one item can hold', {
      advice: 'Split the file into parts and import those',
      cause,
    })
  }
}

function encodingOf(bytes: Uint8Array, declared: string | undefined): string {
  const certain = byOrderMark(bytes) ?? utf16WithoutMark(bytes)
  if (certain !== null) return certain
  if (bytes.indexOf(0x1b) !== -1 && looksLikeIso2022(bytes)) return 'iso-2022-jp'
  const utf8 = utf8Quality(bytes)
  if (utf8 === 'valid') return 'utf-8'
  const label = declared === undefined ? null : knownEncoding(declared)
  if (label !== null && label !== 'utf-8') return label
  if (utf8 === 'damaged' || label === 'utf-8') return 'utf-8'
  return guessed(bytes.subarray(0, sampleLength))
}

/** The encoding's name if TextDecoder knows the label. A page that can declare UTF-16 in ASCII is not UTF-16. */
export function knownEncoding(label: string): string | null {
  try {
    const { encoding } = new TextDecoder(label.trim())
    return encoding.startsWith('utf-16') || encoding === 'replacement' ? 'utf-8' : encoding
  } catch {
    // RangeError: a label that no standard knows, the bytes decide
    return null
  }
}

/** Whether the bytes are UTF-16, with a byte order mark or without. */
export function isUtf16(bytes: Uint8Array): boolean {
  return (byOrderMark(bytes) ?? utf16WithoutMark(bytes) ?? '').startsWith('utf-16')
}

function byOrderMark(bytes: Uint8Array): string | null {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return null
}

/** Characters that no text has: controls, halves of pairs, unassigned and private ones. */
// oxlint-disable-next-line no-control-regex
const odd = /[\p{Cn}\p{Co}\p{Cs}\u0000-\u0008\u000B\u000E-\u001F\u007F-\u009F]/gu
/** What texts of all scripts have in common: ASCII, full-width and ideographic punctuation. */
const common = /[\t\n\r\x20-\x7E\u3000-\u3002\uFF01\uFF0C\uFF1F]/g

/** Zero bytes are in UTF-16 of any language, at least in its line ends and spaces; in other texts they are not. */
function utf16WithoutMark(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, Math.min(bytes.length, sampleLength) & ~1)
  let [zeros, ascii] = [0, 0]
  for (const byte of sample) {
    if (byte === 0) zeros++
    else if (byte >= 0x20 && byte < 0x7f) ascii++
  }
  const isBytewise = zeros < sample.length * 0.4 && ascii > sample.length * 0.8
  if (zeros === 0 || isBytewise) return null
  const [best] = ['utf-16le', 'utf-16be']
    .map((encoding) => ({ encoding, text: new TextDecoder(encoding).decode(sample) }))
    .map(({ encoding, text }) => ({
      encoding,
      odd: (text.match(odd)?.length ?? 0) / text.length,
      common: (text.match(common)?.length ?? 0) / text.length,
    }))
    .filter(({ odd, common }) => odd <= 0.02 && common >= 0.01)
    .sort((a, b) => b.common - a.common)
  return best?.encoding ?? null
}

function looksLikeIso2022(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.subarray(0, sampleLength)).toString('latin1')
  return ['\x1b$@', '\x1b$B'].some((mark) => sample.includes(mark)) && ['\x1b(B', '\x1b(J'].some((mark) => sample.includes(mark))
}

/**
 * - `valid`: every byte fits
 * - `damaged`: it is UTF-8, some bytes are not; a file cut in the middle of a character, a line of another encoding
 * - `other`: what looks like UTF-8 is chance
 */
function utf8Quality(bytes: Uint8Array): 'valid' | 'damaged' | 'other' {
  let good = 0
  let bad = 0
  for (let i = 0; i < bytes.length;) {
    const length = utf8SequenceLength(bytes, i)
    if (length > 1) good++
    else if (length === 0) bad++
    i += Math.max(length, 1)
  }
  if (bad === 0) return 'valid'
  return bad * 2 <= good ? 'damaged' : 'other'
}

/** Bytes of the UTF-8 sequence that begins here, 0 when there is none (RFC 3629, table of section 4). */
function utf8SequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  if (lead < 0xc2 || lead > 0xf4) return 0
  const second = bytes[at + 1] ?? 0
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  if (lead < 0xe0) return 2
  if (!isContinuation(bytes[at + 2])) return 0
  if (lead < 0xf0) return 3
  return isContinuation(bytes[at + 3]) ? 4 : 0
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** Below this a guess by letter frequencies is worth less than the most common encoding of mostly ASCII text. */
const leastConfidence = 20

function guessed(sample: Uint8Array): string {
  const isMostlyHigh = highShare(sample) > 0.5
  const best = chardet
    .analyse(sample)
    .map(({ name, confidence }) => ({ encoding: knownEncoding(name), confidence }))
    .filter(({ encoding }) => encoding !== null && encoding !== 'utf-8')
    .find(({ encoding, confidence }) => confidence >= leastConfidence && fits(sample, encoding!))
  return best?.encoding ?? (isMostlyHigh ? eastAsian(sample) : null) ?? 'windows-1252'
}

/** Bytes outside ASCII among those that are not white space. */
function highShare(sample: Uint8Array): number {
  let [high, visible] = [0, 0]
  for (const byte of sample) {
    if (byte > 0x20) visible++
    if (byte >= 0x80) high++
  }
  return visible === 0 ? 0 : high / visible
}

/** Whether the bytes make text in this encoding: no bytes without a meaning, no control characters, no box drawings. */
function fits(sample: Uint8Array, encoding: string): boolean {
  const text = new TextDecoder(encoding).decode(sample)
  const wrong = text.match(/[\uFFFD\u0080-\u009F\u2500-\u259F]/g)?.length ?? 0
  return wrong <= 1 + text.length / 500
}

/** Lead bytes of the characters that nearly all text of a language is made of, by the layout of each standard. */
const eastAsianLeads: readonly { encoding: string; leads: readonly (readonly [number, number])[]; needsKana: boolean }[] = [
  {
    encoding: 'shift_jis',
    leads: [
      [0x81, 0x83],
      [0x88, 0x97],
    ],
    needsKana: true,
  },
  {
    encoding: 'euc-jp',
    leads: [
      [0xa1, 0xa5],
      [0xb0, 0xcf],
    ],
    needsKana: true,
  },
  {
    encoding: 'euc-kr',
    leads: [
      [0xa1, 0xa3],
      [0xb0, 0xc8],
    ],
    needsKana: false,
  },
  {
    encoding: 'gb18030',
    leads: [
      [0xa1, 0xa3],
      [0xb0, 0xd7],
    ],
    needsKana: false,
  },
  { encoding: 'big5', leads: [[0xa1, 0xc6]], needsKana: false },
]

/** Short texts of two-byte encodings, about which letter frequencies say nothing. */
function eastAsian(sample: Uint8Array): string | null {
  const found = eastAsianLeads.find(({ encoding, leads, needsKana }) => {
    if (!fits(sample, encoding)) return false
    const text = new TextDecoder(encoding).decode(sample)
    return shareOfLeads(sample, leads) > 0.93 && (!needsKana || /[\u3041-\u30FC]/.test(text))
  })
  return found?.encoding ?? null
}

/** Of the two-byte characters, the share whose first byte lies in the ranges. */
function shareOfLeads(sample: Uint8Array, leads: readonly (readonly [number, number])[]): number {
  let [pairs, common] = [0, 0]
  for (let i = 0; i + 1 < sample.length; i++) {
    const lead = sample[i]!
    if (lead < 0x80) continue
    pairs++
    if (leads.some(([first, last]) => lead >= first && lead <= last)) common++
    i++
  }
  return pairs === 0 ? 0 : common / pairs
}
