import type { PostProcessing as Method } from '../../shared/model/space.ts'
import { learnPostProcessing } from '../embedding/onnx/errands.ts'
import { decodePostProcessing, encodePostProcessing } from '../embedding/post-processing-bytes.ts'
import { applyPostProcessingToAll, enoughVectors, type PostProcessingMethod } from '../embedding/post-processing.ts'
import type { VectorStore } from '../library/library-store.ts'
import { sha256 } from '../platform/hash.ts'
import type { SpawnService } from '../processes/service.ts'
import type { ManagedSpace } from './managed-space.ts'
import type { VectorTransform } from './vector-transform.ts'

/** Gives raw vectors the length 1, so that their inner product is their cosine. */
export function unitLength(dimension: number): VectorTransform {
  return {
    id: 'unit-length',
    apply: (vectors) => {
      const unit = new Float32Array(vectors.length)
      for (let at = 0; at < vectors.length; at += dimension) {
        let sum = 0
        for (let i = at; i < at + dimension; i++) sum += vectors[i]! ** 2
        const length = Math.sqrt(sum) || 1
        for (let i = at; i < at + dimension; i++) unit[i] = vectors[i]! / length
      }
      return unit
    },
  }
}

/** What was learnt for a space, as it was stored. */
export function readTransform(stored: Uint8Array): VectorTransform {
  const parameters = decodePostProcessing(stored)
  return { id: sha256(stored), apply: (vectors) => applyPostProcessingToAll(parameters, vectors) }
}

/** Vectors read at once; the event loop is free between two reads. */
const readAtOnce = 512

/** Learns what is done to the vectors of a space from those that it has, evenly over the library, and keeps it. */
export async function learnTransform(
  { space, recipe }: ManagedSpace,
  { vectors, spawn, signal }: { vectors: VectorStore; spawn: SpawnService; signal: AbortSignal },
): Promise<void> {
  const method = methodOf(recipe.postProcessing)
  if (method === null) return
  const rows = await sample(vectors, space, signal)
  // With less than a few there is nothing to learn: the job comes again with the next items
  if (rows.length / space.dimension < fewest) return
  const parameters = await learnPostProcessing({ rows, dimension: space.dimension, method }, { spawn, signal })
  await vectors.setTransform(space.id, encodePostProcessing(parameters))
}

/** Vectors that there must be for anything to be learnt of them. */
export const fewest = 16

async function sample(
  vectors: VectorStore,
  { id, dimension }: ManagedSpace['space'],
  signal: AbortSignal,
): Promise<Float32Array> {
  const step = Math.max(1, Math.ceil((await vectors.count(id)) / enoughVectors))
  const rows: Float32Array[] = []
  let seen = 0
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const page = await vectors.read(id, after, Number.MAX_SAFE_INTEGER, readAtOnce)
    if (page.chunkIds.length === 0) break
    for (let row = 0; row < page.chunkIds.length; row++, seen++) {
      if (seen % step === 0) rows.push(page.vectors.slice(row * dimension, (row + 1) * dimension))
    }
    after = page.chunkIds.at(-1)!
  }
  const all = new Float32Array(rows.length * dimension)
  for (const [index, row] of rows.entries()) all.set(row, index * dimension)
  return all
}

/** What a recipe's words mean to whoever learns it; `null` is nothing. */
export function methodOf(method: Method): PostProcessingMethod | null {
  switch (method.method) {
    case 'none':
      return null
    case 'centre':
      return { type: 'centre' }
    case 'all-but-the-top':
      return { type: 'all-but-the-top', components: method.components }
    case 'whitening':
      return { type: 'whiten-zca', shrinkage: method.shrinkage }
  }
}
