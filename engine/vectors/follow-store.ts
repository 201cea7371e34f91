import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FaissIndex } from '../../native/faiss.ts'
import { isCode } from '../../shared/errors.ts'
import type { ChunkId } from '../../shared/model/document.ts'
import type { StoredVectors, VectorStore } from '../library/library-store.ts'
import { difference, type IdRange } from './id-ranges.ts'

export interface FollowOptions {
  readonly index: FaissIndex
  readonly vectors: Pick<VectorStore, 'read'>
  readonly spaceId: number
  /** Vectors read at once: the event loop is free between two reads. */
  readonly vectorsPerRead: number
  /** Asked between reads; throws to stop. */
  readonly throwIfStopped: () => void
  readonly log?: ((message: string, details: Readonly<Record<string, unknown>>) => void) | undefined
}

/**
 * Makes an index equal to the store within ranges of chunk ids: whatever is stored there is held afterwards, and nothing
 * else. It looks at states and not at what happened, so it can be done twice, late, or for more than what changed.
 * @returns how many vectors were added, removed or replaced
 */
export async function matchRanges(options: FollowOptions, ranges: readonly IdRange[]): Promise<number> {
  const gone: Float64Array[] = []
  let changed = 0
  for (const { first, last } of ranges) {
    for (let after = first - 1; after < last;) {
      options.throwIfStopped()
      const page = await readPage(options, after, last)
      const until = page.chunkIds.length < options.vectorsPerRead ? last : page.chunkIds.at(-1)!
      const held = await options.index.ids(Float64Array.of(after + 1, until))
      const differing = difference(page.chunkIds, held)
      gone.push(differing.gone)
      const replaced = await differingPlaces(options.index, page, differing.common)
      if (replaced.length > 0) await options.index.remove(idsAt(page, replaced))
      await addFinite(options, rowsOf(options, page, differing.missing.concat(replaced)))
      changed += differing.gone.length + differing.missing.length + replaced.length
      after = until
      await nextTurn()
    }
  }
  // Removing moves everything behind it, so it is done once for all ranges
  const ids = joined(gone)
  if (ids.length > 0) await options.index.remove(ids)
  return changed
}

/** Adds everything that the store has to an empty index. */
export async function fill(options: FollowOptions, onRead: (count: number) => void): Promise<void> {
  for (let after = 0; ;) {
    options.throwIfStopped()
    const page = await readPage(options, after, Number.MAX_SAFE_INTEGER)
    if (page.chunkIds.length === 0) return
    await addFinite(options, page)
    onRead(page.chunkIds.length)
    after = page.chunkIds.at(-1)!
    await nextTurn()
  }
}

function readPage(options: FollowOptions, after: ChunkId, last: ChunkId): Promise<StoredVectors> {
  return options.vectors.read(options.spaceId, after, last, options.vectorsPerRead)
}

/** Of vectors that are held and stored, the places of those that are not the same: embedded anew since. */
async function differingPlaces(index: FaissIndex, page: StoredVectors, common: readonly number[]): Promise<number[]> {
  if (common.length === 0) return []
  const { dimension } = index
  const held = await index.reconstruct(idsAt(page, common))
  return common.filter((place, row) => {
    const stored = page.vectors.subarray(place * dimension, (place + 1) * dimension)
    return stored.some((value, i) => value !== held[row * dimension + i])
  })
}

/**
 * Adds vectors. The few that a damaged library may hold with numbers that are not finite are left out and logged:
 * refusing them all would keep everything that comes after from being found.
 */
async function addFinite(options: FollowOptions, page: StoredVectors): Promise<void> {
  if (page.chunkIds.length === 0) return
  try {
    await options.index.add(page.chunkIds, page.vectors)
  } catch (error) {
    if (!isCode(error, 'invalid-argument')) throw error
    const { dimension } = options.index
    const isFinite = (place: number) =>
      page.vectors.subarray(place * dimension, (place + 1) * dimension).every((value) => Number.isFinite(value))
    const places = [...page.chunkIds.keys()].filter(isFinite)
    options.log?.('stored vectors that are not finite were left out', { count: page.chunkIds.length - places.length, error })
    const finite = rowsOf(options, page, places)
    await options.index.add(finite.chunkIds, finite.vectors)
  }
}

function rowsOf(options: FollowOptions, page: StoredVectors, places: readonly number[]): StoredVectors {
  if (places.length === page.chunkIds.length) return page
  const { dimension } = options.index
  const vectors = new Float32Array(places.length * dimension)
  for (const [row, place] of places.entries()) {
    vectors.set(page.vectors.subarray(place * dimension, (place + 1) * dimension), row * dimension)
  }
  return { chunkIds: idsAt(page, places), vectors }
}

function idsAt(page: StoredVectors, places: readonly number[]): Float64Array {
  return Float64Array.from(places, (place) => page.chunkIds[place]!)
}

function joined(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0))
  let offset = 0
  for (const list of lists) {
    all.set(list, offset)
    offset += list.length
  }
  return all
}
