interface Place {
  readonly cursor: number
  readonly total: number
  readonly rowsPerPage: number
}

/** The row that a key moves to; `null` for keys that do not move. */
export function nextRow(key: string, { cursor, total, rowsPerPage }: Place): number | null {
  const within = (index: number): number | null => (total === 0 ? null : Math.max(0, Math.min(total - 1, index)))
  switch (key) {
    case 'ArrowDown':
      return within(cursor + 1)
    case 'ArrowUp':
      return within(cursor - 1)
    case 'PageDown':
      return within(cursor + rowsPerPage)
    case 'PageUp':
      return within(cursor - rowsPerPage)
    case 'Home':
      return within(0)
    case 'End':
      return within(total - 1)
    default:
      return null
  }
}
