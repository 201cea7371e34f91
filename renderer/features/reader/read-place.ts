import type { TextSpan } from '../../ui/spans.ts'

export interface ReaderPlace {
  readonly documentId: number
  /** The stretch that was found or chosen. */
  readonly passage: TextSpan | null
  /** The query whose words are marked. */
  readonly q: string
}

/** Reads `/item/42?start=120&end=480&q=early`. */
export function readPlace(id: string, params: URLSearchParams): ReaderPlace {
  const number = (name: string): number => {
    const value = Number(params.get(name) ?? Number.NaN)
    return Number.isSafeInteger(value) && value >= 0 ? value : -1
  }
  const [start, end] = [number('start'), number('end')]
  return {
    documentId: Number(id),
    passage: start >= 0 && end > start ? [start, end] : null,
    q: params.get('q') ?? '',
  }
}
