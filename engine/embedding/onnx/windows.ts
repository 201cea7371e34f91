/** A stretch of a text's tokens that the model reads at once. */
export interface Window {
  /** `[start, end)` among the text's tokens. */
  readonly start: number
  readonly end: number
  /** Tokens at its beginning that only give context: an earlier window has counted them. */
  readonly skip: number
}

/**
 * Windows that cover `length` tokens, each token counted once and seen with at least `overlap` tokens before it, where there are so many.
 *
 * @param size most tokens of a window
 */
export function windowsOf(length: number, size: number, overlap: number): Window[] {
  if (overlap >= size) throw new RangeError('Windows that overlap as much as they hold never end')
  const windows: Window[] = []
  for (let start = 0; ; start += size - overlap) {
    const end = Math.min(start + size, length)
    windows.push({ start, end, skip: start === 0 ? 0 : overlap })
    if (end === length) return windows
  }
}
