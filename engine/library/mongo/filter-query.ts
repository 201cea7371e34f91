import type { Document as Query } from 'mongodb'
import { foldWord } from '../../../shared/text/words.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { DocumentSort } from '../library-store.ts'
import { pageSize } from './mongo-connection.ts'

/** The field a facet counts, whose own condition is left out so that the other values stay in sight. */
export type FilterField =
  'kinds' | 'tags' | 'sources' | 'authors' | 'languages' | 'statuses' | 'isStarred' | 'isUnread' | 'isTrashed'

/**
 * Turns a filter into queries on documents that let no document through twice: one, or as many as long lists of ids take;
 * none when nothing can match.
 */
export function queriesOf(filter: Filter, without?: FilterField): Query[] {
  const filters = [filter, ...(filter.also ?? [])]
  const parts: Query[] = []
  if (without !== 'isTrashed') parts.push({ isTrashed: filters.some(({ isTrashed }) => isTrashed === true) })
  for (const [index, one] of filters.entries()) addFields(one, index === 0 ? without : undefined, parts)
  const ids = commonIds(filters)
  if (ids === null) return [{ $and: parts.length === 0 ? [{}] : parts }]
  return Array.from({ length: Math.ceil(ids.length / pageSize) }, (_, page) => ({
    $and: [{ _id: { $in: ids.slice(page * pageSize, (page + 1) * pageSize) } }, ...parts],
  }))
}

/** Ids that every filter with a list of them names; `null` when none has one. */
function commonIds(filters: readonly Filter[]): number[] | null {
  const lists = filters.flatMap(({ ids }) => (ids === undefined ? [] : [new Set(ids)]))
  const [first, ...others] = lists
  if (first === undefined) return null
  return [...first].filter((id) => others.every((other) => other.has(id))).toSorted((a, b) => a - b)
}

function addFields(filter: Filter, without: FilterField | undefined, parts: Query[]): void {
  addLists(filter, without, parts)
  addNames(filter, without, parts)
  if (filter.after !== undefined) parts.push({ sortDate: { $gte: filter.after } })
  if (filter.before !== undefined) parts.push({ sortDate: { $lt: filter.before } })
  if (filter.isStarred !== undefined && without !== 'isStarred') parts.push({ isStarred: filter.isStarred })
  if (filter.isUnread !== undefined && without !== 'isUnread')
    parts.push(filter.isUnread ? { readAt: null } : { readAt: { $ne: null } })
  for (const word of new Set(
    foldWord(filter.contains ?? '')
      .split(/\s+/u)
      .filter(Boolean),
  )) {
    parts.push({ $or: ['titleFold', 'authorFold', 'tagFolds'].map((field) => within(field, word)) })
  }
}

function addLists(filter: Filter, without: FilterField | undefined, parts: Query[]): void {
  if (isGiven(filter.kinds) && without !== 'kinds') parts.push({ kind: { $in: filter.kinds } })
  if (isGiven(filter.exceptKinds)) parts.push({ kind: { $nin: filter.exceptKinds } })
  if (isGiven(filter.statuses) && without !== 'statuses') parts.push({ status: { $in: filter.statuses } })
  if (isGiven(filter.languages) && without !== 'languages') parts.push({ $or: languages(filter.languages) })
  if (isGiven(filter.exceptLanguages)) parts.push({ $nor: languages(filter.exceptLanguages) })
}

/** `lang:pt` finds `pt-BR` as well. */
function languages(names: readonly string[]): Query[] {
  const lower = names.map((name) => name.toWellFormed().toLowerCase())
  const regional = lower.map((name) => ({ languageLower: { $regex: `^${literal(name)}-` } }))
  return [{ languageLower: { $in: lower } }, ...regional]
}

function addNames(filter: Filter, without: FilterField | undefined, parts: Query[]): void {
  const any = (field: string, names: readonly string[]): Query[] => names.map((name) => within(field, foldWord(name)))
  if (isGiven(filter.tags) && without !== 'tags') parts.push({ tagFolds: { $in: filter.tags.map(foldWord) } })
  if (isGiven(filter.exceptTags)) parts.push({ tagFolds: { $nin: filter.exceptTags.map(foldWord) } })
  if (isGiven(filter.sources) && without !== 'sources') parts.push({ $or: any('sourceFolds', filter.sources) })
  if (isGiven(filter.exceptSources)) parts.push({ $nor: any('sourceFolds', filter.exceptSources) })
  if (isGiven(filter.authors) && without !== 'authors') parts.push({ $or: any('authorFold', filter.authors) })
  if (isGiven(filter.exceptAuthors)) parts.push({ $nor: any('authorFold', filter.exceptAuthors) })
}

function within(field: string, text: string): Query {
  return { [field]: { $regex: literal(text) } }
}

/** A pattern that finds just this text; a NUL cannot stand in one as it is. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`).replaceAll('\0', String.raw`\x00`)
}

function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0
}

const sortFields: Record<DocumentSort['by'], readonly string[]> = {
  title: ['titleFold'],
  kind: ['kind'],
  source: ['sourceFold'],
  author: ['hasNoAuthor', 'authorFold'],
  date: ['sortDate'],
  language: ['hasNoLanguage', 'language'],
  length: ['wordCount'],
  status: ['status'],
}

/** Order of a list: empty values last in both directions, ties by id, so that pages never overlap. */
export function orderOf({ by, descending }: DocumentSort): [string, 1 | -1][] {
  const direction = descending ? -1 : 1
  const fields = sortFields[by].map((field): [string, 1 | -1] => [field, field.startsWith('hasNo') ? 1 : direction])
  return [...fields, ['_id', direction]]
}

/** Compares two records by an order, as the server does. */
export function compareBy(order: readonly (readonly [string, 1 | -1])[]): (a: Query, b: Query) => number {
  return (a, b) => {
    for (const [field, direction] of order) {
      const [x, y] = [a[field] as number | string | null, b[field] as number | string | null]
      if (x === y) continue
      if (x === null || y === null) return (x === null ? -1 : 1) * direction
      return (x < y ? -1 : 1) * direction
    }
    return 0
  }
}
