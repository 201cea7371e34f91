/** Which rows of a list are chosen, and where a range begins. Pure functions; ids, never positions. */
export interface Selection {
  readonly ids: ReadonlySet<number>
  /** The row that a Shift-click extends from. */
  readonly anchor: number | null
}

export const emptySelection: Selection = { ids: new Set(), anchor: null }

/** Chooses one more row, or lets it go. */
export function toggleId({ ids }: Selection, id: number): Selection {
  const changed = new Set(ids)
  if (!changed.delete(id)) changed.add(id)
  return { ids: changed, anchor: id }
}

/** Adds the range between the anchor and `id` in the given order; without an anchor in it, only `id`. */
export function selectRange({ ids, anchor }: Selection, id: number, order: readonly number[]): Selection {
  const to = order.indexOf(id)
  const from = anchor === null ? -1 : order.indexOf(anchor)
  if (to < 0) return { ids, anchor }
  if (from < 0) return { ids: new Set([...ids, id]), anchor: id }
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...ids, ...range]), anchor }
}

export function selectAll(order: readonly number[]): Selection {
  return { ids: new Set(order), anchor: order[0] ?? null }
}

export function withoutIds({ ids, anchor }: Selection, gone: ReadonlySet<number>): Selection {
  return {
    ids: new Set([...ids].filter((id) => !gone.has(id))),
    anchor: anchor !== null && gone.has(anchor) ? null : anchor,
  }
}

/** The state of the box that chooses all. */
export function coverOf({ ids }: Selection, total: number): 'none' | 'some' | 'all' {
  if (ids.size === 0) return 'none'
  return ids.size >= total ? 'all' : 'some'
}
