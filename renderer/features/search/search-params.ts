import { searchModes, type SearchMode } from '../../../shared/model/search.ts'

export const searchSorts = ['best', 'newest', 'oldest'] as const
export type SearchSort = (typeof searchSorts)[number]

/** A search as its address tells it. */
export interface SearchParams {
  /** The whole query as written, with its filters. */
  readonly q: string
  readonly mode: SearchMode
  readonly sort: SearchSort
  /** Items whose meaning is added to the query's, and taken from it. */
  readonly more: readonly number[]
  readonly less: readonly number[]
  /** The space to search in; `null` for the one that searches use. */
  readonly space: number | null
}

/** Reads `?q=…&mode=…&sort=…&more=1,2&less=3&space=2`; what cannot be read is as if it were not there. */
export function readSearchParams(params: URLSearchParams, defaultMode: SearchMode): SearchParams {
  const mode = searchModes.find((one) => one === params.get('mode')) ?? defaultMode
  const sort = searchSorts.find((one) => one === params.get('sort')) ?? 'best'
  return {
    q: params.get('q') ?? '',
    mode,
    sort,
    more: readIds(params.get('more')),
    less: readIds(params.get('less')),
    space: readIds(params.get('space'))[0] ?? null,
  }
}

/** The address of a search; defaults are left out. `item` is the result that is open. */
export function writeSearchParams(search: SearchParams, defaultMode: SearchMode, item: number | null = null): string {
  const params = new URLSearchParams()
  if (search.q !== '') params.set('q', search.q)
  if (search.mode !== defaultMode) params.set('mode', search.mode)
  if (search.sort !== 'best') params.set('sort', search.sort)
  if (search.more.length > 0) params.set('more', search.more.join(','))
  if (search.less.length > 0) params.set('less', search.less.join(','))
  if (search.space !== null) params.set('space', String(search.space))
  if (item !== null) params.set('item', String(item))
  const text = params.toString()
  return text === '' ? '/search' : `/search?${text}`
}

export function isSameSearch(a: SearchParams, b: SearchParams): boolean {
  return (
    a.q === b.q &&
    a.mode === b.mode &&
    a.sort === b.sort &&
    a.space === b.space &&
    String(a.more) === String(b.more) &&
    String(a.less) === String(b.less)
  )
}

/** True when nothing is asked for. */
export function isEmptySearch({ q, more, less }: SearchParams): boolean {
  return q.trim() === '' && more.length === 0 && less.length === 0
}

function readIds(text: string | null): number[] {
  return (text ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)
    .slice(0, 20)
}
