interface ItemPlace {
  /** The stretch of text to show first. */
  readonly passage?: { readonly start: number; readonly end: number } | undefined
  /** The query whose words are marked. */
  readonly q?: string | undefined
}

/** The address of an item in the reader: `/item/42?start=120&end=480&q=early`. */
export function pathOfItem(id: number, { passage, q }: ItemPlace = {}): string {
  const params = new URLSearchParams()
  if (passage !== undefined && passage.end > passage.start) {
    params.set('start', String(passage.start))
    params.set('end', String(passage.end))
  }
  if (q !== undefined && q !== '') params.set('q', q)
  const text = params.toString()
  return text === '' ? `/item/${id}` : `/item/${id}?${text}`
}
