import type { Span } from '../../shared/model/search.ts'
import { sentencesOf } from '../../shared/text/sentences.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { dot } from './query-vector.ts'

/** Sentences shorter than this say too little to stand for a passage, in characters. */
const shortest = 12
const mostSentences = 12

/** Vectors of sentences that were looked at lately, by their text: the same hits come back while a person types. */
const known = new Map<string, Float32Array>()
const mostKnown = 2_000

export interface SentenceSource {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** For each passage the sentence nearest to the query, `null` where it has no sentence of some length. */
export async function nearestSentences(
  embedder: Embedder,
  query: Float32Array,
  passages: readonly SentenceSource[],
): Promise<(Span | null)[]> {
  const spans: (Span | null)[] = []
  for (const passage of passages) spans.push(await nearestIn(embedder, query, passage))
  return spans
}

async function nearestIn(embedder: Embedder, query: Float32Array, { text, start, end }: SentenceSource): Promise<Span | null> {
  const sentences = sentencesOf(text.slice(start, end)).filter(([from, to]) => to - from >= shortest)
  let best: { span: Span; score: number } | null = null
  for (const [from, to] of sentences.slice(0, mostSentences)) {
    const vector = await vectorOf(embedder, text.slice(start + from, start + to))
    const score = dot(query, vector)
    if (best === null || score > best.score) best = { span: [start + from, start + to], score }
  }
  return best?.span ?? null
}

async function vectorOf(embedder: Embedder, sentence: string): Promise<Float32Array> {
  const key = `${embedder.space.identity}\n${sentence}`
  const cached = known.get(key)
  if (cached !== undefined) return cached
  const vector = await embedder.embedText(sentence)
  if (known.size >= mostKnown) known.clear()
  known.set(key, vector)
  return vector
}
