/** Reads a header of an answer; `null` when it is not there. */
export type ReadHeader = (name: string) => string | null

export interface RetryRule {
  /** Tries in all, the first included. */
  readonly tries: number
  /** Longest wait before the second try; doubled for each other one, up to `maxMs`. */
  readonly baseMs: number
  readonly maxMs: number
  /** After so long no further try is begun. */
  readonly patienceMs: number
}

/**
 * How long a service asks to be left alone, or `null` when it does not say: `retry-after-ms`, `retry-after` in seconds or
 * as a date (RFC 9110, 10.2.3), else the time until the limit that was reached is lifted.
 */
export function requestedWaitMs(header: ReadHeader, nowMs: number): number | null {
  const milliseconds = numberOf(header('retry-after-ms'))
  if (milliseconds !== null) return milliseconds
  const after = header('retry-after')
  const seconds = numberOf(after)
  if (seconds !== null) return seconds * 1_000
  const date = after === null ? Number.NaN : Date.parse(after)
  if (!Number.isNaN(date)) return Math.max(0, date - nowMs)
  const resets = ['requests', 'tokens']
    .filter((kind) => numberOf(header(`x-ratelimit-remaining-${kind}`)) === 0)
    .map((kind) => durationMs(header(`x-ratelimit-reset-${kind}`)))
    .filter((wait) => wait !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

/** Full jitter: anything up to a limit that doubles, so that many who failed at once do not come back at once. */
export function backOffMs({ baseMs, maxMs }: RetryRule, triesSoFar: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (triesSoFar - 1))
}

const durationPart = /(\d+(?:\.\d+)?)(ms|h|m|s|d)/g
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `6m0s`, `1s`, `20ms`, `1h2m3.5s`, or a number of seconds. */
export function durationMs(text: string | null): number | null {
  const seconds = numberOf(text)
  if (seconds !== null) return seconds * 1_000
  if (text === null || text.trim() === '' || text.replaceAll(durationPart, '').trim() !== '') return null
  let sum = 0
  for (const [, amount, unit] of text.matchAll(durationPart)) sum += Number(amount) * unitMs[unit!]!
  return sum
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null
}
