import type { Metric } from '../../native/faiss.ts'
import { seededRandom } from './random.ts'

/** `[n, dimension]` unit vectors in random directions, the same for the same seed. */
export function unitVectors({ n, dimension, seed }: { n: number; dimension: number; seed: number }): Float32Array {
  const random = seededRandom(seed)
  const vectors = new Float32Array(n * dimension)
  for (let row = 0; row < n; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension)
    for (let i = 0; i < dimension; i++) vector[i] = random.normal()
    const length = Math.hypot(...vector)
    for (let i = 0; i < dimension; i++) vector[i]! /= length
  }
  return vectors
}

/** Row `row` of a `[n, dimension]` matrix, not copied. */
export function rowOf(vectors: Float32Array, row: number, dimension: number): Float32Array {
  return vectors.subarray(row * dimension, (row + 1) * dimension)
}

/** `[first, first + 1, …]`, n of them. */
export function idsFrom(first: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => first + i)
}

/** Higher is nearer, in double precision: what the addon's scores are measured against. */
export function referenceScore(metric: Metric, a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += metric === 'l2' ? -((a[i]! - b[i]!) ** 2) : a[i]! * b[i]!
  return sum
}

/** The k nearest by looking at every vector, best first, equal scores by ascending id. */
export function referenceSearch(options: {
  metric: Metric
  ids: Float64Array
  vectors: Float32Array
  query: Float32Array
  k: number
  isAllowed?: (id: number) => boolean
}): { id: number; score: number }[] {
  const { metric, ids, vectors, query, k, isAllowed = () => true } = options
  return Array.from(ids, (id, row) => ({ id, score: referenceScore(metric, query, rowOf(vectors, row, query.length)) }))
    .filter(({ id }) => isAllowed(id))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, k)
}
