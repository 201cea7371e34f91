import type { DomElement } from './dom.ts'

export interface TableRow {
  readonly isHeader: boolean
  readonly cells: readonly DomElement[]
}

const blockContent = 'table, pre, ul, ol, dl, blockquote, h1, h2, h3, h4, h5, h6, hr'
const longestCell = 1_000

/** Whether a table holds data, row by row. Old pages lay out whole articles with tables: those are read as blocks. */
export function isDataTable(table: DomElement): boolean {
  const role = table.getAttribute('role')
  if (role === 'presentation' || role === 'none' || table.querySelector(blockContent) !== null) return false
  const rows = rowsOf(table)
  if (rows.length < 2 || rows.every(({ cells }) => cells.length < 2)) return false
  return rows.every(({ cells }) => cells.every((cell) => (cell.textContent?.length ?? 0) <= longestCell))
}

export function rowsOf(table: DomElement): TableRow[] {
  const rows: TableRow[] = []
  for (const child of table.children) {
    if (child.localName === 'tr') rows.push(rowOf(child, false))
    else if (child.localName === 'thead' || child.localName === 'tbody' || child.localName === 'tfoot') {
      for (const row of child.children) if (row.localName === 'tr') rows.push(rowOf(row, child.localName === 'thead'))
    }
  }
  return rows
}

export function captionOf(table: DomElement): string {
  for (const child of table.children) if (child.localName === 'caption') return child.textContent ?? ''
  return ''
}

function rowOf(row: DomElement, isInHead: boolean): TableRow {
  const cells = [...row.children].filter(({ localName }) => localName === 'td' || localName === 'th')
  return { isHeader: isInHead || (cells.length > 0 && cells.every(({ localName }) => localName === 'th')), cells }
}
