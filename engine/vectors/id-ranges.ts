import type { ChunkId } from '../../shared/model/document.ts'
import type { Change } from '../library/library-store.ts'

/** Chunk ids `first … last`, both included. */
export interface IdRange {
  readonly first: ChunkId
  readonly last: ChunkId
}

/** Ranges that lie no further apart than this become one: looking at a few ids more is cheaper than one more read. */
const joinedGap = 64

/** The chunk ids whose vectors in a space may differ from what they were, as few ascending, disjoint ranges as is sensible. */
export function changedRanges(changes: readonly Change[], spaceId: number): IdRange[] {
  const ranges: IdRange[] = []
  for (const { kind, spaceId: changed, firstChunk, lastChunk } of changes) {
    if (kind === 'document' || firstChunk === null || lastChunk === null) continue
    if (changed === null || changed === spaceId) ranges.push({ first: firstChunk, last: lastChunk })
  }
  ranges.sort((a, b) => a.first - b.first)
  const joined: IdRange[] = []
  for (const range of ranges) {
    const previous = joined.at(-1)
    if (previous === undefined || range.first > previous.last + 1 + joinedGap) joined.push(range)
    else joined[joined.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) }
  }
  return joined
}

/** What has to be done for an index to hold the same as the store: all ids ascending. */
export interface Difference {
  /** Held, but no longer in the store. */
  readonly gone: Float64Array
  /** Places in the stored ids of those that are not held. */
  readonly missing: readonly number[]
  /** Places in the stored ids of those that are held too. */
  readonly common: readonly number[]
}

/** Compares two ascending lists of ids. */
export function difference(stored: Float64Array, held: Float64Array): Difference {
  const gone: number[] = []
  const missing: number[] = []
  const common: number[] = []
  let place = 0
  for (const id of held) {
    while (place < stored.length && stored[place]! < id) missing.push(place++)
    if (place < stored.length && stored[place] === id) common.push(place++)
    else gone.push(id)
  }
  while (place < stored.length) missing.push(place++)
  return { gone: Float64Array.from(gone), missing, common }
}
