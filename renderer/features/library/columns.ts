import type { Settings } from '../../../shared/model/library.ts'

export type ColumnKey = Settings['columns'][number]
type SortField = Settings['librarySort']['by']

export interface Column {
  readonly key: ColumnKey
  readonly label: string
  /** In px, at least. */
  readonly width: number
  /** What it takes of the room that is left, beside the title's three; absent where nothing would be gained. */
  readonly share?: number
  readonly isNumber?: boolean
  /** Absent where the engine does not sort by it. */
  readonly sortBy?: SortField
}

/** In the order of the table. */
export const allColumns: readonly Column[] = [
  { key: 'kind', label: 'Kind', width: 76, sortBy: 'kind' },
  { key: 'source', label: 'Source', width: 110, share: 1, sortBy: 'source' },
  { key: 'author', label: 'Author', width: 88, share: 0.8, sortBy: 'author' },
  { key: 'date', label: 'Date', width: 104, isNumber: true, sortBy: 'date' },
  { key: 'tags', label: 'Tags', width: 88, share: 0.8 },
  { key: 'language', label: 'Lang', width: 48, sortBy: 'language' },
  { key: 'length', label: 'Words', width: 68, isNumber: true, sortBy: 'length' },
  { key: 'status', label: 'Status', width: 112, share: 1.1, sortBy: 'status' },
]

const titleWidth = 240
const boxWidth = 34
const starWidth = 32
/** Which columns go first when there is little room. */
const leftOutFirst: readonly ColumnKey[] = ['kind', 'length', 'author', 'tags', 'language', 'source', 'status', 'date']

/** The chosen columns that there is room for, so that titles stay readable. */
export function shownColumns(chosen: readonly ColumnKey[], tableWidth: number): readonly Column[] {
  let columns = allColumns.filter(({ key }) => chosen.includes(key))
  const room = tableWidth - boxWidth - titleWidth - starWidth
  for (const key of leftOutFirst) {
    if (columns.reduce((sum, { width }) => sum + width, 0) <= room) break
    columns = columns.filter((column) => column.key !== key)
  }
  return columns
}

/** Box, title, columns, star: as `grid-template-columns`. */
export function templateOf(columns: readonly Column[]): string {
  const widths = columns.map(({ width, share }) => (share === undefined ? `${width}px` : `minmax(${width}px, ${share}fr)`))
  return `${boxWidth}px minmax(120px, 3fr) ${widths.join(' ')} ${starWidth}px`
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
