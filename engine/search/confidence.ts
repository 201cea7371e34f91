import type { Confidence } from '../../shared/model/search.ts'
import type { Background } from '../vectors/vector-index.ts'

/** How far a score stands out of a query's scores over the library, in robust standard deviations. */
export function standOut(cosine: number, background: Background): number {
  const { sample, median } = background
  if (sample.length < 8) return 0
  const upper = sample[Math.floor(0.84 * (sample.length - 1))]!
  const spread = Math.max(0.01, upper - median)
  return (cosine - median) / spread
}

/** Share of the library that is at least as near, 0…1; at least one in the sample's size. */
export function topShare(cosine: number, { sample }: Background): number {
  let low = 0
  let high = sample.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sample[middle]! < cosine) low = middle + 1
    else high = middle
  }
  return Math.max(sample.length - low, 1) / Math.max(sample.length, 1)
}

export interface Evidence {
  /** Share of the most that BM25 could give, 0…1. */
  readonly words: number
  /** `null` without the vector leg. */
  readonly standOut: number | null
}

/** Evidence as one number: the legs' sum that told answered from unanswered questions best (see bench/README). */
export function sureness({ words, standOut: far }: Evidence): number {
  return far === null ? 8 * words : far + 4 * words
}

const likelyFrom = 4
const strongFrom = 5.5

export function confidenceOf(evidence: Evidence): Confidence {
  const value = sureness(evidence)
  if (value >= strongFrom) return 'strong'
  return value >= likelyFrom ? 'likely' : 'weak'
}

/** `sureness` on a scale of 0…1, ½ where likely begins. */
export function confidenceScore(evidence: Evidence): number {
  return 1 / (1 + Math.exp(-(sureness(evidence) - likelyFrom)))
}
