import { describe, expect, it } from 'vitest'
import {
  confidenceOf,
  logOdds,
  pageLogOdds,
  probability,
  surroundingsOf,
  topShare,
  verdictOf,
} from '../../../engine/search/confidence.ts'
import { fuse, meaningOf, type Candidate } from '../../../engine/search/fusion.ts'
import { chunksToScan, rankPassages, within } from '../../../engine/search/passages.ts'
import { combine, moveQuery } from '../../../engine/search/query-vector.ts'
import type { StoredChunk } from '../../../engine/library/library-store.ts'

const candidate = (documentId: number, words: number, cosine: number | null): Candidate => ({
  documentId,
  words,
  cosine,
  wordRank: null,
  meaningRank: null,
})

describe('the fusion of both legs', () => {
  it('adds words and meaning on absolute scales: what one leg lacks counts as nothing', () => {
    const fused = fuse([candidate(1, 0, 0.7), candidate(2, 0.5, null), candidate(3, 0.5, 0.7)], 0.4, { words: 0.5, power: 1 })
    expect(fused.map(({ documentId, score }) => [documentId, Math.round(score * 100) / 100])).toEqual([
      [3, 0.5],
      [2, 0.25],
      [1, 0.25],
    ])
  })

  it('has no meaning below what any document of the library has', () => {
    expect(meaningOf(0.3, 0.4)).toBe(0)
    expect(meaningOf(null, 0.4)).toBe(0)
    expect(meaningOf(1, 0.4)).toBe(1)
    expect(meaningOf(0.7, 1)).toBe(0)
  })

  it('is the same whatever the order of the candidates', () => {
    const some = [candidate(1, 0.2, 0.6), candidate(2, 0.2, 0.6), candidate(3, 0.9, null), candidate(4, 0, 0.9)]
    expect(fuse(some.toReversed(), 0.4)).toEqual(fuse(some, 0.4))
  })
})

describe('the share of the library that is as near', () => {
  const sample = Float32Array.from({ length: 100 }, (_, i) => i / 100)
  const background = { median: 0.5, sample }

  it('is counted in the sample, and is never nothing', () => {
    expect(topShare(0.995, background)).toBe(0.01)
    expect(topShare(2, background)).toBe(0.01)
    expect(topShare(0.5, background)).toBeCloseTo(0.5)
    expect(topShare(-1, background)).toBe(1)
    expect(topShare(0.5, { median: 0, sample: new Float32Array(0) })).toBe(1)
  })
})

describe('how sure a page is', () => {
  const background = { median: 0.4, sample: Float32Array.from({ length: 1_000 }, (_, i) => 0.2 + (0.4 * i) / 1_000) }
  const hit = (words: number, cosine: number | null) => ({
    words,
    cosine,
    score: fuse([candidate(1, words, cosine)], 0.4)[0]!.score,
  })

  it('grows with words, with nearness, and with how few others have the words', () => {
    const alone = surroundingsOf([hit(0.5, 0.6)], background)
    const odds = (words: number, cosine: number): number =>
      logOdds(
        hit(words, cosine),
        surroundingsOf([hit(words, cosine), ...Array.from({ length: 9 }, () => hit(0, 0.4))], background),
      )
    expect(odds(0.8, 0.6)).toBeGreaterThan(odds(0.4, 0.6))
    expect(odds(0.4, 0.8)).toBeGreaterThan(odds(0.4, 0.6))
    const common = surroundingsOf(
      Array.from({ length: 5 }, () => hit(0.5, 0.6)),
      background,
    )
    expect(logOdds(hit(0.5, 0.6), { ...alone, commonWords: 0 })).toBeGreaterThan(logOdds(hit(0.5, 0.6), common))
  })

  it('is told in steps whose limits fit each other', () => {
    const order = ['nothing', 'weak', 'likely', 'strong']
    const told = Array.from({ length: 100 }, (_, i) => verdictOf(-5 + i / 10))
    expect(told).toEqual(told.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
    expect(new Set(told)).toEqual(new Set(order))
    expect(confidenceOf(-5)).toBe('weak')
    expect(probability(0)).toBe(0.5)
  })

  it('is that of the best that each leg brings, which need not be one document', () => {
    const documents = [hit(0.8, 0.3), hit(0, 0.9)]
    const surroundings = surroundingsOf(documents, background)
    expect(pageLogOdds(documents, surroundings)).toBeGreaterThan(Math.max(...documents.map((one) => logOdds(one, surroundings))))
  })
})

describe('passages of a document', () => {
  const text = 'x'.repeat(1_000)
  const chunk = (id: number, start: number, end: number): StoredChunk => ({
    id,
    documentId: 1,
    ordinal: id - 1,
    start,
    end,
    tokenCount: 10,
    headings: id === 2 ? ['Chapter', 'Section'] : [],
    page: id,
  })
  const chunks = [chunk(1, 0, 100), chunk(2, 80, 180), chunk(3, 160, 260), chunk(4, 300, 400)]
  const weights = { idf: [1, 3], c0: 0.4 }

  it('come with those first that have the telling words or are near', () => {
    const words = [
      { term: 0, start: 10, end: 12 },
      { term: 1, start: 310, end: 312 },
    ]
    const ranked = rankPassages({ documentId: 1, text, chunks, cosines: new Map([[3, 0.45]]), words }, weights)
    expect(ranked.map(({ chunkId }) => chunkId)).toEqual([4, 1, 3])
    expect(ranked[0]).toMatchObject({ start: 300, end: 400, words: [[310, 312]], page: 4, heading: null })
  })

  it('are one at least, under the heading that is nearest, and never mostly the same text', () => {
    const none = rankPassages({ documentId: 1, text, chunks, cosines: new Map(), words: [] }, weights)
    expect(none.map(({ chunkId }) => chunkId)).toEqual([1])
    const overlapping = [chunk(1, 0, 100), chunk(2, 30, 130), chunk(3, 110, 210)]
    const cosines = new Map([
      [1, 0.6],
      [2, 0.9],
      [3, 0.7],
    ])
    const ranked = rankPassages({ documentId: 1, text, chunks: overlapping, cosines, words: [] }, weights)
    expect(ranked.map(({ chunkId }) => chunkId)).toEqual([2, 3])
    expect(ranked[0]!.heading).toBe('Section')
  })

  it('count a vector that is missing as far away', () => {
    const cosines = new Map([
      [1, Number.NaN],
      [4, 0.5],
    ])
    expect(rankPassages({ documentId: 1, text, chunks, cosines, words: [] }, weights)[0]!.chunkId).toBe(4)
  })

  it('are looked for in all of a short document and where the legs point in a long one', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => chunk(i + 1, i * 10, i * 10 + 10))
    expect(chunksToScan(chunks, [], [])).toHaveLength(4)
    const scanned = chunksToScan(many, [900, 5], [{ term: 0, start: 2_501, end: 2_504 }])
    expect(scanned.map(({ id }) => id)).toEqual([5, 251, 900])
  })

  it('have the words that lie wholly within them', () => {
    const places = [0, 5, 10, 15, 20].map((start) => ({ start, end: start + 4 }))
    expect(within(places, 5, 18).map(({ start }) => start)).toEqual([5, 10])
    expect(within(places, 50, 60)).toEqual([])
  })
})

describe('vectors of queries', () => {
  const unit = (...values: number[]): Float32Array => {
    const length = Math.hypot(...values)
    return Float32Array.from(values, (value) => value / length)
  }

  it('are moved towards and away from documents, and stay of length one', () => {
    const moved = moveQuery(unit(1, 0), [unit(0, 1)], [unit(-1, 1)])!
    expect(Math.hypot(...moved)).toBeCloseTo(1)
    expect(moved[1]).toBeGreaterThan(0)
    expect(moveQuery(null, [unit(0, 1)], [])).toEqual(unit(0, 1))
    expect(moveQuery(null, [], [])).toBeNull()
  })

  it('are none where they cancel out', () => {
    expect(
      combine([
        { vector: unit(1, 0), weight: 1 },
        { vector: unit(-1, 0), weight: 1 },
      ]),
    ).toBeNull()
    expect(combine([])).toBeNull()
    const same = { vector: Float32Array.from([3, 4]), weight: 0.5 }
    expect(combine([same, same])!.map((value) => Math.round(value * 10))).toEqual(Float32Array.from([6, 8]))
  })
})
