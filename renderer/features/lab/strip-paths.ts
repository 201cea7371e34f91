/** Width of one number's bar and of the whole strip's height, in the strip's own units. */
export const barWidth = 4
export const stripHeight = 24
const gap = 1

export interface StripPaths {
  /** Bars above the middle: numbers over 0. */
  readonly up: string
  /** Bars below it. */
  readonly down: string
}

/**
 * What counts as a full bar: a few numbers of a model are far greater than all others, and would leave nothing of those
 * to be seen. At least a tiny one, so that zeros stay zeros.
 */
export function scaleOf(rows: readonly (readonly number[])[]): number {
  const sizes = rows
    .flat()
    .map(Math.abs)
    .sort((a, b) => a - b)
  return Math.max(1e-9, sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * 0.95))] ?? 0)
}

/** Bars for numbers, up and down from the middle; what is over the scale ends at the edge. */
export function stripPaths(values: readonly number[], scale: number): StripPaths {
  const middle = stripHeight / 2
  let up = ''
  let down = ''
  for (const [index, value] of values.entries()) {
    const length = Math.min(1, Math.abs(value) / scale) * middle
    if (!(length > 0.05)) continue
    const size = round(length)
    const bar = (y: number): string => `M${index * barWidth} ${round(y)}h${barWidth - gap}v${size}h-${barWidth - gap}z`
    if (value > 0) up += bar(middle - size)
    else down += bar(middle)
  }
  return { up, down }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** The first numbers as a person reads them: `0.12, −0.53, 1.20`. */
export function firstNumbers(values: readonly number[], count = 3): string {
  return values
    .slice(0, count)
    .map((value) => value.toFixed(2).replace('-0.00', '0.00').replace('-', '−'))
    .join(', ')
}
