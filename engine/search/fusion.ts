import type { DocumentId } from '../../shared/model/document.ts'

/** One document as the two legs see it. */
export interface Candidate {
  readonly documentId: DocumentId
  /** Share of the most that BM25 could give to the query, 0…1; 0 when no word matches. */
  readonly words: number
  /** Cosine of its nearest chunks; `null` when it has no vector or the leg was not asked. */
  readonly cosine: number | null
  readonly wordRank: number | null
  readonly meaningRank: number | null
}

export interface Fused extends Candidate {
  /** (cos − c0) / (1 − c0), at least 0. */
  readonly meaning: number
  readonly score: number
}

export interface FusionWeights {
  /** Share of the words in the score, 0…1. */
  readonly words: number
  /** Power of the words' share: over 1, a query's few common words count for less than in proportion. */
  readonly power: number
}

/** Measured as good as any on Cranfield, `personal`, and four sets made of news (bench/README). */
export const hybridWeights: FusionWeights = { words: 0.6, power: 1.5 }

/**
 * Joins the legs by a convex sum on absolute scales, so that a weak keyword match stays weak. Rank fusion was measured
 * to harm where words and meaning disagree: questions that share no word with their answer get noise from the words.
 *
 * @param c0 median cosine of the query over the library
 * @returns best first; equal scores by id, newest first
 */
export function fuse(candidates: readonly Candidate[], c0: number, weights: FusionWeights = hybridWeights): Fused[] {
  return candidates
    .map((candidate) => {
      const meaning = meaningOf(candidate.cosine, c0)
      return { ...candidate, meaning, score: weights.words * candidate.words ** weights.power + (1 - weights.words) * meaning }
    })
    .toSorted((a, b) => b.score - a.score || b.documentId - a.documentId)
}

export function meaningOf(cosine: number | null, c0: number): number {
  return cosine === null || c0 >= 1 ? 0 : Math.max(0, (cosine - c0) / (1 - c0))
}
