import type { FacetValue } from '../../../shared/model/library.ts'

const shown = 6

export function hasTag(tags: readonly string[], tag: string): boolean {
  const lower = tag.toLowerCase()
  return tags.some((one) => one.toLowerCase() === lower)
}

/** Known tags for what was typed: those that begin so, then those that hold it; never one that is there already. */
export function completeTag(known: readonly FacetValue[], typed: string, present: readonly string[]): FacetValue[] {
  const lower = typed.trim().replace(/^#+/, '').toLowerCase()
  const free = known.filter(({ value }) => !hasTag(present, value))
  const starting = free.filter(({ value }) => value.toLowerCase().startsWith(lower))
  const holding = lower === '' ? [] : free.filter(({ value }) => value.toLowerCase().indexOf(lower) > 0)
  return [...starting, ...holding].slice(0, shown)
}
