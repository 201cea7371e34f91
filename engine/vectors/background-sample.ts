import type { FaissIndex } from '../../native/faiss.ts'
import type { Background } from './vector-index.ts'

/** Vectors in the sample. The median of 2,000 scores strays from that of all by 3 % of their standard deviation. */
const sampleSize = 2_000

/** The sample is drawn anew when more than this share of what is held changed since. */
const staleShare = 0.05

/**
 * A sample of an index's vectors, evenly spaced by id and so by the time at which they came. It is the same for the same
 * ids; while everything fits into it, it is everything.
 */
export class BackgroundSample {
  #ids: Promise<Float64Array> | null = null
  #centre: Promise<Float32Array> | null = null
  #changesSince = 0

  /** Counts vectors that came or went. */
  addChanges(count: number): void {
    this.#changesSince += count
  }

  async score(index: FaissIndex, query: Float32Array): Promise<Background> {
    const scores = await index.scores(query, await this.#current(index))
    const sample = scores.filter((score) => !Number.isNaN(score)).sort()
    return { median: medianOf(sample), sample }
  }

  /** The mean of the sample's vectors; zeros for nothing. */
  async centre(index: FaissIndex): Promise<Float32Array> {
    const ids = await this.#current(index)
    this.#centre ??= meanOf(index, ids)
    this.#centre.catch(() => (this.#centre = null)) // as above
    return this.#centre
  }

  #current(index: FaissIndex): Promise<Float64Array> {
    const isStale = this.#changesSince > (index.size <= sampleSize ? 0 : index.size * staleShare)
    if (this.#ids === null || isStale) {
      this.#centre = null
      this.#ids = this.#draw(index)
      this.#ids.catch(() => (this.#ids = null)) // the caller is told; the next one draws again
    }
    return this.#ids
  }

  async #draw(index: FaissIndex): Promise<Float64Array> {
    this.#changesSince = 0
    const held = await index.ids()
    if (held.length <= sampleSize) return held
    return Float64Array.from({ length: sampleSize }, (_, i) => held[Math.floor(((i + 0.5) * held.length) / sampleSize)]!)
  }
}

async function meanOf(index: FaissIndex, ids: Float64Array): Promise<Float32Array> {
  const { dimension } = index
  const rows = await index.reconstruct(ids)
  const mean = new Float32Array(dimension)
  let count = 0
  for (let at = 0; at < rows.length; at += dimension) {
    // Gone since the sample was drawn
    if (Number.isNaN(rows[at]!)) continue
    count++
    for (let i = 0; i < dimension; i++) mean[i]! += rows[at + i]!
  }
  return count === 0 ? mean : mean.map((value) => value / count)
}

/** 0 for nothing. */
function medianOf(ascending: Float32Array): number {
  const { length } = ascending
  if (length === 0) return 0
  return (ascending[Math.floor((length - 1) / 2)]! + ascending[Math.floor(length / 2)]!) / 2
}
