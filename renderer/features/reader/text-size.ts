export const smallestFont = 14
export const largestFont = 22

/** The next size in that direction, within what can be read. */
export function nextFontSize(size: number, step: 1 | -1): number {
  return Math.min(largestFont, Math.max(smallestFont, size + step))
}
