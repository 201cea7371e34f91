import type { DocumentId } from '../../shared/model/document.ts'
import type { VectorStore } from '../library/library-store.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'

/** How far "more like" and "less like" move the query (Rocchio 1971, with its usual proportions). */
const towards = 0.75
const away = 0.25

/** The L2-normalised sum of weighted vectors; `null` when they cancel out or there are none. */
export function combine(parts: readonly { vector: Float32Array; weight: number }[]): Float32Array | null {
  const [first] = parts
  if (first === undefined) return null
  const sum = new Float32Array(first.vector.length)
  for (const { vector, weight } of parts) {
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!
  }
  return normalised(sum)
}

export function normalised(vector: Float32Array): Float32Array | null {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0 || !Number.isFinite(sum)) return null
  const length = Math.sqrt(sum)
  return vector.map((value) => value / length)
}

/** Moves a query's vector towards some documents and away from others. */
export function moveQuery(
  query: Float32Array | null,
  like: readonly Float32Array[],
  unlike: readonly Float32Array[],
): Float32Array | null {
  const parts = [
    ...(query === null ? [] : [{ vector: query, weight: 1 }]),
    ...like.map((vector) => ({ vector, weight: towards / like.length })),
    ...unlike.map((vector) => ({ vector, weight: -away / unlike.length })),
  ]
  return combine(parts)
}

/** The mean of a document's chunk vectors as the index holds them, normalised again; `null` when it has none. */
export async function documentVector(
  index: Pick<VectorIndex, 'vectors' | 'dimension'>,
  store: Pick<VectorStore, 'chunks'>,
  documentId: DocumentId,
): Promise<Float32Array | null> {
  const chunks = await store.chunks(documentId)
  if (chunks.length === 0) return null
  const { dimension } = index
  const all = await index.vectors(chunks.map(({ id }) => id))
  const rows = chunks.map((_, row) => all.subarray(row * dimension, (row + 1) * dimension))
  const held = rows.filter((row) => !Number.isNaN(row[0]!))
  return combine(held.map((vector) => ({ vector, weight: 1 / held.length })))
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
