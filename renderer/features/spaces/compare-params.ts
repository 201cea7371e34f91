import { searchModes, type SearchMode } from '../../../shared/model/search.ts'
import type { SpaceInfo } from '../../../shared/model/space.ts'

/** A comparison as its address tells it. */
export interface CompareParams {
  readonly q: string
  /** The spaces on the left and right; `null` leaves the choice to the window. */
  readonly ids: readonly [number | null, number | null]
  readonly mode: SearchMode
}

/** Reads `?q=…&a=1&b=2&mode=…`; what cannot be read is as if it were not there. */
export function readCompareParams(params: URLSearchParams): CompareParams {
  const mode = searchModes.find((one) => one === params.get('mode')) ?? 'vector'
  return { q: params.get('q') ?? '', ids: [readId(params.get('a')), readId(params.get('b'))], mode }
}

export function writeCompareParams({ q, ids: [a, b], mode }: CompareParams): string {
  const params = new URLSearchParams()
  if (q !== '') params.set('q', q)
  if (a !== null) params.set('a', String(a))
  if (b !== null) params.set('b', String(b))
  if (mode !== 'vector') params.set('mode', mode)
  const text = params.toString()
  return text === '' ? '/search/compare' : `/search/compare?${text}`
}

/** Two different spaces of those there are, as near to what was asked for as can be; `null` when there are not two. */
export function chooseSpaces(spaces: readonly SpaceInfo[], [a, b]: CompareParams['ids']): readonly [SpaceInfo, SpaceInfo] | null {
  const find = (id: number | null): SpaceInfo | undefined => spaces.find((space) => space.id === id)
  const right = find(b)
  const left = find(a) ?? spaces.find((space) => space.isDefault && space !== right) ?? spaces.find((space) => space !== right)
  if (left === undefined) return null
  const other = right !== undefined && right !== left ? right : spaces.find((space) => space !== left)
  return other === undefined ? null : [left, other]
}

/** Where a document stands in both lists. */
export interface Join {
  readonly documentId: number
  /** From 0. */
  readonly left: number
  readonly right: number
}

/** The documents that both lists have. */
export function joinLists(
  left: readonly { readonly documentId: number }[],
  right: readonly { readonly documentId: number }[],
): readonly Join[] {
  const places = new Map(right.map(({ documentId }, index) => [documentId, index]))
  return left.flatMap(({ documentId }, index) => {
    const place = places.get(documentId)
    return place === undefined ? [] : [{ documentId, left: index, right: place }]
  })
}

function readId(text: string | null): number | null {
  const id = Number(text ?? Number.NaN)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}
