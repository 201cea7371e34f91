import { wordsOf } from './words.ts'

/** Words in a row that make a shingle (Broder 1997). */
const shingleLength = 3

/** What of a text is compared, in UTF-16 code units. */
const comparedLength = 200_000

/** Hashes of the word sequences of a text, for comparing it with others. */
export function shinglesOf(text: string): Set<number> {
  const shingles = new Set<number>()
  const window: number[] = []
  for (const { word } of wordsOf(text.slice(0, comparedLength))) {
    window.push(hashOf(word))
    if (window.length > shingleLength) window.shift()
    if (window.length === shingleLength) shingles.add(window.reduce((hash, value) => Math.imul(hash, 31) ^ value, 17))
  }
  return shingles
}

/** Jaccard's measure of two sets of shingles, 0…1; texts of less than a shingle are never the same. */
export function samenessOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  if (a.size === 0 || b.size === 0) return 0
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let common = 0
  for (const shingle of small) if (large.has(shingle)) common++
  return common / (a.size + b.size - common)
}

/** Share of the first text's word sequences that the second one has as well, 0…1. */
export function containmentOf(part: ReadonlySet<number>, whole: ReadonlySet<number>): number {
  if (part.size === 0) return 0
  let common = 0
  for (const shingle of part) if (whole.has(shingle)) common++
  return common / part.size
}

/** FNV-1a, 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return hash
}
