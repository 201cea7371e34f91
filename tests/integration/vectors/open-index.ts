import { FaissVectorIndex } from '../../../engine/vectors/faiss-vector-index.ts'
import type { FaissVectorIndexOptions } from '../../../engine/vectors/faiss-vector-index-options.ts'
import type { MemoryVectorStore } from '../../harness/memory-vector-store.ts'
import { unitVectors } from '../../harness/vectors.ts'

export const dimension = 8

/** An index and what it told while it was used. */
export interface OpenedIndex {
  readonly index: FaissVectorIndex
  readonly damage: string[]
  readonly states: string[]
  readonly logged: string[]
}

export async function openIndex(
  store: MemoryVectorStore,
  folder: string,
  options: Partial<FaissVectorIndexOptions> = {},
): Promise<OpenedIndex> {
  const damage: string[] = []
  const states: string[] = []
  const logged: string[] = []
  const index: FaissVectorIndex = await FaissVectorIndex.open({
    store,
    spaceId: store.spaceId,
    dimension,
    metric: 'inner-product',
    folder,
    onDamage: (message) => damage.push(message),
    onState: () => states.push(index.state),
    log: (message) => logged.push(message),
    ...options,
  })
  return { index, damage, states, logged }
}

export function someVectors(n: number, seed: number): Float32Array {
  return unitVectors({ n, dimension, seed })
}

/** Everything that an index holds, read through its port. */
export async function heldBy(index: FaissVectorIndex): Promise<{ chunkIds: Float64Array; vectors: Float32Array }> {
  const { chunkIds } = await index.search(new Float32Array(dimension).fill(0.1), { k: index.size + 1 })
  const ids = chunkIds.sort()
  return { chunkIds: ids, vectors: await index.vectors([...ids]) }
}
