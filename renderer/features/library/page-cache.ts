/**
 * Rows of a long list, read by pages and kept within a bound. A page that is out of date stays readable until the new
 * one has come, so that nothing blinks. Pure functions over plain data.
 */
export interface PageCache<T> {
  readonly total: number
  readonly pages: ReadonlyMap<number, Page<T>>
}

interface Page<T> {
  readonly rows: readonly T[]
  readonly isStale: boolean
}

export const pageSize = 100
/** 6,000 rows: more than any screen shows, little enough to hold. */
export const maxPages = 60

export function emptyPages<T>(): PageCache<T> {
  return { total: 0, pages: new Map() }
}

export function pageOf(index: number): number {
  return Math.floor(index / pageSize)
}

export function rowAt<T>({ pages }: PageCache<T>, index: number): T | undefined {
  return pages.get(pageOf(index))?.rows[index % pageSize]
}

/** Pages of rows `from` to `to` that are missing or out of date, in order. */
export function pagesToRead<T>(cache: PageCache<T>, from: number, to: number): number[] {
  const wanted: number[] = []
  const last = cache.total === 0 ? 0 : pageOf(Math.min(to, cache.total - 1))
  for (let page = pageOf(Math.max(0, from)); page <= last; page++) {
    const known = cache.pages.get(page)
    if (known === undefined || known.isStale) wanted.push(page)
  }
  return wanted
}

/** Puts a page in; those farthest from it go when there are too many. */
export function withPage<T>(cache: PageCache<T>, page: number, rows: readonly T[], total: number): PageCache<T> {
  const pages = new Map(cache.pages).set(page, { rows, isStale: false })
  const lastPage = total === 0 ? 0 : pageOf(total - 1)
  for (const known of pages.keys()) if (known > lastPage) pages.delete(known)
  while (pages.size > maxPages) {
    const farthest = [...pages.keys()].reduce((a, b) => (Math.abs(a - page) >= Math.abs(b - page) ? a : b))
    pages.delete(farthest)
  }
  return { total, pages }
}

/** Everything may have changed: read again when seen. */
export function markStale<T>({ total, pages }: PageCache<T>): PageCache<T> {
  return { total, pages: new Map([...pages].map(([page, { rows }]) => [page, { rows, isStale: true }])) }
}

/** Changes rows in place. */
export function mapRows<T>({ total, pages }: PageCache<T>, change: (row: T) => T): PageCache<T> {
  return { total, pages: new Map([...pages].map(([page, { rows, isStale }]) => [page, { rows: rows.map(change), isStale }])) }
}

/** Takes rows out at once; the following ones move up, and what is missing at the end is read again. */
export function removeRows<T>(cache: PageCache<T>, isGone: (row: T) => boolean): PageCache<T> {
  const all: (T | undefined)[] = []
  for (const [page, { rows }] of cache.pages) for (const [i, row] of rows.entries()) all[page * pageSize + i] = row
  const kept: (T | undefined)[] = []
  let removed = 0
  for (let index = 0; index < all.length; index++) {
    const row = all[index]
    if (row !== undefined && isGone(row)) removed++
    else kept.push(row)
  }
  if (removed === 0) return cache
  const pages = new Map<number, Page<T>>()
  for (let page = 0; page * pageSize < kept.length; page++) {
    const rows = kept.slice(page * pageSize, (page + 1) * pageSize)
    if (rows.every((row) => row !== undefined) && rows.length > 0) pages.set(page, { rows, isStale: true })
  }
  return { total: Math.max(0, cache.total - removed), pages }
}

/** The rows that are held, in the order of the list. */
export function* heldRows<T>({ pages }: PageCache<T>): Generator<readonly [number, T]> {
  for (const [page, { rows }] of [...pages].sort(([a], [b]) => a - b)) {
    for (const [i, row] of rows.entries()) yield [page * pageSize + i, row]
  }
}
