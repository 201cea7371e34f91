import { foldWord } from '../../../shared/text/words.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { DocumentSort } from '../library-store.ts'
import type { SqlValue } from '../../platform/database.ts'

/** A condition on `documents AS d` with its values, ready to stand after WHERE. */
export interface Condition {
  readonly sql: string
  readonly values: SqlValue[]
}

/** The field a facet counts, whose own condition is left out so that the other values stay in sight. */
export type FilterField =
  'kinds' | 'tags' | 'sources' | 'authors' | 'languages' | 'statuses' | 'isStarred' | 'isUnread' | 'isTrashed'

/** Turns a filter into SQL. Lists travel as JSON, so that one statement serves every length. */
export function conditionOf(filter: Filter, without?: FilterField): Condition {
  return conditionWith(filter, without, 'd.trashed_at IS NULL')
}

/**
 * The same for a query that reads whole rows in no order. Where no index finds the few that match, the plus keeps SQLite
 * from one that finds nearly all: rows are read in their own order twice as fast as in that of an index.
 */
export function walkConditionOf(filter: Filter, without?: FilterField): Condition {
  const lists = [filter.kinds, filter.statuses, filter.languages, filter.authors, filter.tags]
  const hasIndex = lists.some(isGiven) || [filter.after, filter.before, filter.ids].some((value) => value !== undefined)
  return conditionWith(filter, without, hasIndex ? 'd.trashed_at IS NULL' : '+d.trashed_at IS NULL')
}

function conditionWith(filter: Filter, without: FilterField | undefined, isInSight: string): Condition {
  const parts: string[] = []
  const values: SqlValue[] = []
  const add = (sql: string, ...more: SqlValue[]): void => {
    parts.push(sql)
    values.push(...more)
  }
  if (without !== 'isTrashed')
    add([filter, ...(filter.also ?? [])].some(({ isTrashed }) => isTrashed === true) ? 'd.trashed_at IS NOT NULL' : isInSight)
  addFields(filter, without, add)
  for (const more of filter.also ?? []) addFields(more, undefined, add)
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), values }
}

function addFields(filter: Filter, without: FilterField | undefined, add: Add): void {
  addLists(filter, without, add)
  addNames(filter, without, add)
  if (filter.after !== undefined) add('d.sort_date >= ?', filter.after)
  if (filter.before !== undefined) add('d.sort_date < ?', filter.before)
  if (filter.isStarred !== undefined && without !== 'isStarred') add('d.is_starred = ?', filter.isStarred ? 1 : 0)
  if (filter.isUnread !== undefined && without !== 'isUnread')
    add(filter.isUnread ? 'd.read_at IS NULL' : 'd.read_at IS NOT NULL')
  if (hasContains(filter)) addContains(filter.contains, add)
  if (filter.ids !== undefined) add('d.id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.ids))
}

/** True when names and titles are looked through: that takes most of the time and is better done once than twice. */
export function isSlow(filter: Filter): boolean {
  return hasContains(filter) || isGiven(filter.sources) || isGiven(filter.exceptSources)
}

function hasContains(filter: Filter): filter is Filter & { contains: string } {
  return filter.contains !== undefined && filter.contains.trim() !== ''
}

type Add = (sql: string, ...values: SqlValue[]) => void

function addLists(filter: Filter, without: FilterField | undefined, add: Add): void {
  const inList = (column: string, values: readonly string[], isExcluded: boolean): void => {
    const list = '(SELECT value FROM json_each(?))'
    if (isExcluded) add(`(${column} IS NULL OR ${column} NOT IN ${list})`, JSON.stringify(values))
    else add(`${column} IN ${list}`, JSON.stringify(values))
  }
  if (isGiven(filter.kinds) && without !== 'kinds') inList('d.kind', filter.kinds, false)
  if (isGiven(filter.exceptKinds)) inList('d.kind', filter.exceptKinds, true)
  if (isGiven(filter.statuses) && without !== 'statuses') inList('d.status', filter.statuses, false)
  if (isGiven(filter.languages) && without !== 'languages') addLanguages(filter.languages, false, add)
  if (isGiven(filter.exceptLanguages)) addLanguages(filter.exceptLanguages, true, add)
}

/**
 * `lang:pt` finds `pt-BR` as well. Names are looked for among the few different ones and not in every document: a
 * subquery that does not depend on the document is run once.
 */
function addLanguages(languages: readonly string[], isExcluded: boolean, add: Add): void {
  const matching = `SELECT k.language FROM (SELECT DISTINCT language FROM documents WHERE language IS NOT NULL) AS k, json_each(?) AS n
    WHERE lower(k.language) = lower(n.value) OR substr(lower(k.language), 1, length(n.value) + 1) = lower(n.value) || '-'`
  add(
    isExcluded ? `(d.language IS NULL OR d.language NOT IN (${matching}))` : `d.language IN (${matching})`,
    JSON.stringify(languages),
  )
}

function addNames(filter: Filter, without: FilterField | undefined, add: Add): void {
  const names = (list: readonly string[]): string => JSON.stringify(list.map(foldWord))
  const tagged =
    'd.id IN (SELECT t.document_id FROM tags AS t WHERE t.is_removed = 0 AND t.fold IN (SELECT value FROM json_each(?)))'
  const sourced = 'd.id IN (SELECT s.document_id FROM sources AS s, json_each(?) AS n WHERE instr(s.fold, n.value) > 0)'
  const written = `d.author_fold IN (SELECT k.author_fold FROM (SELECT DISTINCT author_fold FROM documents WHERE author_fold IS NOT NULL) AS k,
    json_each(?) AS n WHERE instr(k.author_fold, n.value) > 0)`
  if (isGiven(filter.tags) && without !== 'tags') add(tagged, names(filter.tags))
  if (isGiven(filter.exceptTags)) add(`NOT ${tagged}`, names(filter.exceptTags))
  if (isGiven(filter.sources) && without !== 'sources') add(sourced, names(filter.sources))
  if (isGiven(filter.exceptSources)) add(`NOT ${sourced}`, names(filter.exceptSources))
  if (isGiven(filter.authors) && without !== 'authors') add(written, names(filter.authors))
  if (isGiven(filter.exceptAuthors)) add(`(d.author_fold IS NULL OR NOT ${written})`, names(filter.exceptAuthors))
}

function addContains(text: string, add: Add): void {
  for (const word of foldWord(text).split(/\s+/u).filter(Boolean)) {
    add(
      `(instr(d.title_fold, ?) > 0 OR instr(d.author_fold, ?) > 0
        OR d.id IN (SELECT t.document_id FROM tags AS t WHERE t.is_removed = 0 AND instr(t.fold, ?) > 0))`,
      word,
      word,
      word,
    )
  }
}

function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0
}

const sortColumns: Record<DocumentSort['by'], string> = {
  title: 'd.title_fold',
  kind: 'd.kind',
  source: 'd.source_fold',
  author: 'd.author_fold',
  date: 'd.sort_date',
  language: 'd.language',
  length: 'd.word_count',
  status: 'd.status',
}

/** ORDER BY of a list: empty values last, ties by id, so that pages never overlap. An index serves each of them. */
export function orderOf({ by, descending }: DocumentSort): string {
  const direction = descending ? 'DESC' : 'ASC'
  return `${sortColumns[by]} ${direction} NULLS LAST, d.id ${direction}`
}
