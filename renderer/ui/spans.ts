/** A stretch of text, `[start, end)` in UTF-16 code units. */
export type TextSpan = readonly [number, number]

/** A run of text that looks the same from end to end. */
export interface Piece<K extends string> {
  readonly start: number
  readonly end: number
  /** Names of the layers that cover it, in the order they were given. */
  readonly layers: readonly K[]
}

/** Spans that may overlap, under a name. */
export interface Layer<K extends string> {
  readonly name: K
  readonly spans: readonly TextSpan[]
}

/** Cuts `[start, end)` at every border of every layer, so that each piece can be shown as one element. */
export function piecesOf<K extends string>(start: number, end: number, layers: readonly Layer<K>[]): Piece<K>[] {
  const cuts = new Set([start, end])
  for (const { spans } of layers) {
    for (const [from, to] of spans) {
      if (from > start && from < end) cuts.add(from)
      if (to > start && to < end) cuts.add(to)
    }
  }
  const borders = [...cuts].sort((a, b) => a - b)
  const pieces: Piece<K>[] = []
  for (let i = 0; i + 1 < borders.length; i++) {
    const [from, to] = [borders[i]!, borders[i + 1]!]
    const covering = layers.filter(({ spans }) => spans.some(([a, b]) => a <= from && b >= to && b > a))
    pieces.push({ start: from, end: to, layers: covering.map(({ name }) => name) })
  }
  return pieces
}

/** Spans in order, those that touch or overlap joined. */
export function joinSpans(spans: readonly TextSpan[]): TextSpan[] {
  const joined: [number, number][] = []
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else if (end > start) joined.push([start, end])
  }
  return joined
}
