import type { Settings } from '../../../shared/model/library.ts'

export type ColumnKey = Settings['columns'][number]
type SortField = Settings['librarySort']['by']

export interface Column {
  readonly key: ColumnKey
  readonly label: string
  /** In px; the title takes the rest. */
  readonly width: number
  readonly isNumber?: boolean
  /** Absent where the engine does not sort by it. */
  readonly sortBy?: SortField
}

/** In the order of the table. */
export const allColumns: readonly Column[] = [
  { key: 'kind', label: 'Kind', width: 76, sortBy: 'kind' },
  { key: 'source', label: 'Source', width: 140, sortBy: 'source' },
  { key: 'author', label: 'Author', width: 108, sortBy: 'author' },
  { key: 'date', label: 'Date', width: 104, isNumber: true, sortBy: 'date' },
  { key: 'tags', label: 'Tags', width: 108 },
  { key: 'language', label: 'Lang', width: 48, sortBy: 'language' },
  { key: 'length', label: 'Words', width: 68, isNumber: true, sortBy: 'length' },
  { key: 'status', label: 'Status', width: 136, sortBy: 'status' },
]

const leftOutWhenCompact: ReadonlySet<ColumnKey> = new Set(['kind', 'author', 'tags', 'length'])
const leftOutWhenNarrow: ReadonlySet<ColumnKey> = new Set([...leftOutWhenCompact, 'language'])

/** The chosen columns that there is room for. */
export function shownColumns(chosen: readonly ColumnKey[], room: 'wide' | 'compact' | 'narrow'): readonly Column[] {
  const leftOut = room === 'wide' ? new Set<ColumnKey>() : room === 'compact' ? leftOutWhenCompact : leftOutWhenNarrow
  return allColumns.filter(({ key }) => chosen.includes(key) && !leftOut.has(key))
}

/** Box, title, columns, star: as `grid-template-columns`. */
export function templateOf(columns: readonly Column[]): string {
  return `34px minmax(160px, 1fr) ${columns.map(({ width }) => `${width}px`).join(' ')} 32px`
}

/** Dates and lengths begin with the most, words with A. */
export function nextSort(sort: Settings['librarySort'], by: SortField): Settings['librarySort'] {
  if (sort.by === by) return { by, descending: !sort.descending }
  return { by, descending: by === 'date' || by === 'length' }
}

/** The chosen columns with one more, or one less, in the order of the table. */
export function withColumn(chosen: readonly ColumnKey[], key: ColumnKey, isShown: boolean): ColumnKey[] {
  return allColumns.map((column) => column.key).filter((one) => (one === key ? isShown : chosen.includes(one)))
}
