import type { Confidence } from '../../shared/model/search.ts'
import type { Background } from '../vectors/vector-index.ts'
import type { Fused } from './fusion.ts'

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

/** What a query's hits are measured against: what the library gives to it anyway. */
export interface Surroundings {
  readonly background: Background | null
  /** Words' share of the fifth document by words: what many have is no sign. */
  readonly commonWords: number
}

export function surroundingsOf(documents: readonly Pick<Fused, 'words'>[], background: Background | null): Surroundings {
  const words = documents.map((document) => document.words).toSorted((a, b) => b - a)
  return { background, commonWords: words[Math.min(4, words.length - 1)] ?? 0 }
}

/**
 * Coefficients of a logistic regression on 1,054 queries of five development sets: each judged query as it is, and
 * once more with its relevant documents taken away, which makes a question without an answer; and the eight questions
 * of `personal` that have none. bench/README tells how well it does on what it was not fitted to.
 */
const fitted = { score: 1.55, standOut: 1, ownWords: 3.86, bias: -2.26 }

/** By words alone there is no background: the share of the query that is found must speak for itself. */
const fittedWords = { score: 5, ownWords: 2, bias: -2 }

/** Log-odds that a hit is what was asked for, from both legs. */
export function logOdds(hit: Pick<Fused, 'words' | 'cosine' | 'score'>, { background, commonWords }: Surroundings): number {
  const ownWords = Math.max(0, hit.words - commonWords)
  if (background === null) return fittedWords.bias + fittedWords.score * hit.words + fittedWords.ownWords * ownWords
  return fitted.bias + fitted.score * hit.score + fitted.standOut * standOut(hit.cosine, background) + fitted.ownWords * ownWords
}

/** Log-odds that the library answers at all: the best that each leg brings, which need not be the same document. */
export function pageLogOdds(documents: readonly Pick<Fused, 'words' | 'cosine' | 'score'>[], surroundings: Surroundings): number {
  const most = (values: readonly (number | null)[]): number | null =>
    values.reduce((best: number | null, value) => (value === null || (best !== null && best >= value) ? best : value), null)
  const best = {
    words: most(documents.map(({ words }) => words)) ?? 0,
    cosine: most(documents.map(({ cosine }) => cosine)),
    score: most(documents.map(({ score }) => score)) ?? 0,
  }
  return logOdds(best, surroundings)
}

/** How far a cosine lies above the nearest hundredth of the library, in units of the upper spread. */
function standOut(cosine: number | null, { sample, median }: Background): number {
  if (cosine === null || sample.length === 0) return 0
  const at = (share: number): number => sample[Math.floor(share * (sample.length - 1))]!
  return (cosine - at(0.99)) / Math.max(0.01, at(0.84) - median)
}

const strongFrom = 1
const likelyFrom = -0.6

/** Below this the library has nothing about the question: so it is for 2 % of the answered ones of `personal`. */
const nothingBelow = -1.7

export function confidenceOf(odds: number): Confidence {
  if (odds >= strongFrom) return 'strong'
  return odds >= likelyFrom ? 'likely' : 'weak'
}

export function verdictOf(odds: number): Confidence | 'nothing' {
  return odds < nothingBelow ? 'nothing' : confidenceOf(odds)
}

/** Log-odds as a probability, 0…1. */
export function probability(odds: number): number {
  return 1 / (1 + Math.exp(-odds))
}

const strongKinFrom = 0.4
const likelyKinFrom = 0.2

/**
 * Kin have no words of a query: what counts is the cosine as seen from the library's centre. Of pairs of BBC articles on
 * different topics 95 % lie below .12 and 99 % below .21; half of the sample library's pairs reach .24.
 */
export function kinConfidence(score: number): Confidence {
  if (score >= strongKinFrom) return 'strong'
  return score >= likelyKinFrom ? 'likely' : 'weak'
}
