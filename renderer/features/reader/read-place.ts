import type { ReaderPlace } from './use-reader.ts'

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
