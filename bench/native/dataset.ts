/** Numbers of xorshift32 (Marsaglia 2003): fast, and the same for the same seed. */
function uniform(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296 - 0.5
  }
}

/**
 * `[n, dimension]` unit vectors around 1,000 centres, as embeddings of texts on some topics lie; the same for the same
 * seed, and the first rows are the same for any n.
 */
export function clusteredVectors(n: number, dimension: number, seed: number): Float32Array {
  const random = uniform(seed)
  const centres = Float32Array.from({ length: 1_000 * dimension }, random)
  const vectors = new Float32Array(n * dimension)
  for (let row = 0; row < n; row++) {
    const centre = Math.floor((random() + 0.5) * 1_000) * dimension
    let squares = 0
    for (let i = 0; i < dimension; i++) {
      const value = centres[centre + i]! + random() + random()
      vectors[row * dimension + i] = value
      squares += value * value
    }
    const scale = 1 / Math.sqrt(squares)
    for (let i = 0; i < dimension; i++) vectors[row * dimension + i]! *= scale
  }
  return vectors
}

/** Ids from 1 to n of which about a share is chosen at random, as ascending inclusive ranges and one by one. */
export function chosenIds(n: number, share: number, seed: number): { ranges: Float64Array; ids: Float64Array } {
  const random = uniform(seed)
  const ids: number[] = []
  const ranges: number[] = []
  for (let id = 1; id <= n; id++) {
    if (random() + 0.5 >= share) continue
    ids.push(id)
    if (ranges.at(-1) === id - 1) ranges[ranges.length - 1] = id
    else ranges.push(id, id)
  }
  return { ranges: Float64Array.from(ranges), ids: Float64Array.from(ids) }
}
