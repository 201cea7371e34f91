import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { endianness } from 'node:os'

/**
 * What a write-ahead log of SQLite holds, by its own check sums.
 * - `empty`: nothing, or less than its head
 * - `whole`: every frame is as it was written, and the last one ends a transaction
 * - `unfinished`: whole, but behind its last transaction lie frames of one that was never committed
 * - `damaged`: a frame that was written whole is not what was written
 */
export type WalState = 'empty' | 'whole' | 'unfinished' | 'damaged'

const headBytes = 32
const frameHeadBytes = 24
const littleEndianMagic = 0x377f0682

/**
 * Checks a log that belongs to no running process. SQLite itself takes a frame with a wrong check sum for the end of
 * the log and says nothing. A frame that is cut off at the end of the file is what a kill leaves behind, no damage.
 * Format: sqlite.org/fileformat2.html, section 4.
 */
export function walStateOf(file: string): WalState {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size < headBytes) return 'empty'
  const descriptor = openSync(file, 'r')
  try {
    return frameStates(descriptor, size)
  } finally {
    closeSync(descriptor)
  }
}

function frameStates(descriptor: number, size: number): WalState {
  const head = Buffer.alloc(headBytes)
  readSync(descriptor, head, 0, headBytes, 0)
  const isSwapped = (head.readUInt32BE(0) === littleEndianMagic) !== (endianness() === 'LE')
  const sum = new CheckSum(isSwapped)
  sum.add(head.subarray(0, 24))
  const pageBytes = head.readUInt32BE(8)
  const isHeadWhole = sum.is(head.readUInt32BE(24), head.readUInt32BE(28)) && pageBytes >= 512 && pageBytes % 8 === 0
  if (!isHeadWhole) return 'damaged'
  const frame = Buffer.alloc(frameHeadBytes + pageBytes)
  let isCommitted = true
  for (let at = headBytes; at + frame.length <= size; at += frame.length) {
    readSync(descriptor, frame, 0, frame.length, at)
    sum.add(frame.subarray(0, 8))
    sum.add(frame.subarray(frameHeadBytes))
    const hasSalt = frame.subarray(8, 16).equals(head.subarray(16, 24))
    if (!hasSalt || !sum.is(frame.readUInt32BE(16), frame.readUInt32BE(20))) return 'damaged'
    isCommitted = frame.readUInt32BE(4) !== 0
  }
  return isCommitted ? 'whole' : 'unfinished'
}

/** SQLite's running sum over pairs of 32-bit words in the byte order that the log's head names. */
class CheckSum {
  readonly #isSwapped: boolean
  #first = 0
  #second = 0

  constructor(isSwapped: boolean) {
    this.#isSwapped = isSwapped
  }

  /** @param bytes a multiple of 8; swapped in place where the log was written in the other byte order */
  add(bytes: Buffer): void {
    const copy = Buffer.from(bytes)
    if (this.#isSwapped) copy.swap32()
    const words = new Uint32Array(copy.buffer, copy.byteOffset, copy.length / 4)
    let [first, second] = [this.#first, this.#second]
    for (let i = 0; i < words.length; i += 2) {
      first = (first + words[i]! + second) >>> 0
      second = (second + words[i + 1]! + first) >>> 0
    }
    this.#first = first
    this.#second = second
  }

  is(first: number, second: number): boolean {
    return this.#first === first && this.#second === second
  }
}
