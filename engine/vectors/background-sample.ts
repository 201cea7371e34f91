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
  #changesSince = 0

  /** Counts vectors that came or went. */
  addChanges(count: number): void {
    this.#changesSince += count
  }

  async score(index: FaissIndex, query: Float32Array): Promise<Background> {
    const isStale = this.#changesSince > (index.size <= sampleSize ? 0 : index.size * staleShare)
    if (this.#ids === null || isStale) {
      this.#ids = this.#draw(index)
      this.#ids.catch(() => (this.#ids = null)) // the caller is told below; the next one draws again
    }
    const scores = await index.scores(query, await this.#ids)
    const sample = scores.filter((score) => !Number.isNaN(score)).sort()
    return { median: medianOf(sample), sample }
  }

  async #draw(index: FaissIndex): Promise<Float64Array> {
    this.#changesSince = 0
    const held = await index.ids()
    if (held.length <= sampleSize) return held
    return Float64Array.from({ length: sampleSize }, (_, i) => held[Math.floor(((i + 0.5) * held.length) / sampleSize)]!)
  }
}

/** 0 for nothing. */
function medianOf(ascending: Float32Array): number {
  const { length } = ascending
  if (length === 0) return 0
  return (ascending[Math.floor((length - 1) / 2)]! + ascending[Math.floor(length / 2)]!) / 2
}
