/**
 * The query language, parsed in one place for the engine, the window and the terminal:
 *
 *     waking "early hours" -coffee tag:sleep after:2025-01 gard*
 *
 * query  = { space | part }
 * part   = [ "-" ] ( phrase | filter | word )
 * phrase = '"' text '"'
 * filter = key ":" ( phrase | text )          key: a known name; anything else with a colon is a problem unless it
 *                                             reads as an address, a time or a Windows path, or a space or the end
 *                                             of the query comes after it
 * word   = text [ "*" ]                       a final star finds every word that begins so
 *
 * Parsing never throws: what is wrong is reported with its exact place and left out of the search, the rest counts.
 */
import { documentKinds, type DocumentKind, type DocumentStatus } from '../model/document.ts'
import type { Filter } from '../model/filter.ts'

/** The longest query that is read, in UTF-16 code units. */
export const maxQueryLength = 4_000

export const filterKeys = ['kind', 'tag', 'source', 'author', 'lang', 'after', 'before', 'is'] as const
export type FilterKey = (typeof filterKeys)[number]

export const isValues = ['starred', 'unread', 'read', 'indexed', 'waiting', 'failed', 'skipped'] as const

/** One part of a query with its place in the text, `[start, end)` in UTF-16 code units. */
export type QueryPart =
  | {
      readonly type: 'word'
      readonly text: string
      readonly isPrefix: boolean
      readonly isExcluded: boolean
      readonly start: number
      readonly end: number
    }
  | { readonly type: 'phrase'; readonly text: string; readonly isExcluded: boolean; readonly start: number; readonly end: number }
  | {
      readonly type: 'filter'
      readonly key: FilterKey
      readonly value: string
      readonly isExcluded: boolean
      readonly start: number
      readonly end: number
    }
  | {
      readonly type: 'problem'
      readonly text: string
      readonly problem: QueryProblem
      readonly start: number
      readonly end: number
    }

export type QueryProblemCode = 'unbalanced-quote' | 'unknown-filter' | 'empty-filter' | 'bad-value'

export interface QueryProblem {
  readonly code: QueryProblemCode
  /** One sentence: what is wrong and what to write instead. */
  readonly message: string
  readonly start: number
  readonly end: number
}

export interface ParsedQuery {
  readonly parts: readonly QueryPart[]
  readonly problems: readonly QueryProblem[]
  readonly filter: Filter
  /** Words and phrases in their order, without what is excluded: the text whose meaning is searched for. */
  readonly text: string
}

interface Scanned {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
  readonly isClosed: boolean
}

const quotes = '"“”„«»'
const space = /\s/u
/** What a `Filter` holds at most: characters of a value, values of a list. */
const longestValue = 500
const mostValues = 200
/** No document has this id: for a query whose conditions contradict each other. */
const noDocument = Number.MAX_SAFE_INTEGER

/** Reads a query; see the grammar above. */
export function parseQuery(query: string): ParsedQuery {
  const parts: QueryPart[] = []
  const values = new Map<string, Set<string>>()
  let at = 0
  while (at < query.length) {
    if (space.test(query[at]!)) {
      at++
      continue
    }
    const part = withinLimits(query, readPart(query, at), values)
    parts.push(part)
    at = Math.max(part.end, at + 1)
  }
  return {
    parts,
    problems: parts.flatMap((part) => (part.type === 'problem' ? [part.problem] : [])),
    filter: filterOf(parts),
    text: parts
      .flatMap((part) => ((part.type === 'word' || part.type === 'phrase') && !part.isExcluded ? [part.text.trim()] : []))
      .filter((text) => text !== '')
      .join(' '),
  }
}

function readPart(query: string, start: number): QueryPart {
  const isExcluded = query[start] === '-' && start + 1 < query.length && !space.test(query[start + 1]!)
  const from = isExcluded ? start + 1 : start
  if (quotes.includes(query[from]!)) return phrasePart(query, start, from, isExcluded)
  const key = /^\p{L}[\p{L}-]*(?=:)/u.exec(query.slice(from, from + 40))?.[0]
  if (key !== undefined && readsAsFilter(query, key, from + key.length + 1)) {
    return filterPart(query, { start, from, key, isExcluded })
  }
  const word = scanWord(query, from)
  const isPrefix = word.text.length > 1 && word.text.endsWith('*')
  const text = isPrefix ? word.text.slice(0, -1) : word.text
  if (isExcluded && !/[\p{L}\p{N}]/u.test(text)) {
    return { type: 'word', text: query.slice(start, word.end), isPrefix: false, isExcluded: false, start, end: word.end }
  }
  return { type: 'word', text, isPrefix, isExcluded, start, end: word.end }
}

/** `http://…`, `10:30`, `C:\…`, `note: text` and a last `life:` are words, not filters. */
function readsAsFilter(query: string, key: string, valueStart: number): boolean {
  const next = query[valueStart]
  if (next === undefined) return filterKeyOf(key) !== undefined
  return !space.test(next) && next !== '/' && next !== '\\' && next !== ':'
}

/** The same part, or a problem in its place when a filter could not hold its value beside those before it. */
function withinLimits(query: string, part: QueryPart, values: Map<string, Set<string>>): QueryPart {
  if (part.type !== 'filter') return part
  const list = `${part.key} ${part.isExcluded}`
  const before = values.get(list) ?? new Set()
  values.set(list, before)
  if (before.size >= mostValues && !before.has(part.value)) {
    return problemPart(query, part.start, part.end, {
      code: 'bad-value',
      message: `${part.key}: has more than ${mostValues} values, so this one is left out. Leave out some of the others`,
      start: part.start,
      end: part.end,
    })
  }
  before.add(part.value)
  return part
}

function phrasePart(query: string, start: number, from: number, isExcluded: boolean): QueryPart {
  const phrase = scanQuoted(query, from)
  if (!phrase.isClosed) {
    return problemPart(query, start, phrase.end, {
      code: 'unbalanced-quote',
      message: 'This quotation mark is not closed. Close it to look for the exact words, or take it away',
      start: from,
      end: from + 1,
    })
  }
  return { type: 'phrase', text: phrase.text, isExcluded, start, end: phrase.end }
}

interface FilterHead {
  readonly start: number
  readonly from: number
  readonly key: string
  readonly isExcluded: boolean
}

function filterPart(query: string, { start, from, key, isExcluded }: FilterHead): QueryPart {
  const valueStart = from + key.length + 1
  const isQuoted = valueStart < query.length && quotes.includes(query[valueStart]!)
  const value = isQuoted ? scanQuoted(query, valueStart) : scanWord(query, valueStart)
  const place = { start, end: value.end }
  const name = filterKeyOf(key)
  if (name === undefined) {
    return problemPart(query, start, value.end, {
      code: 'unknown-filter',
      message: unknownFilterMessage(key, query.slice(from, value.end)),
      ...place,
    })
  }
  if (!value.isClosed) {
    return problemPart(query, start, value.end, {
      code: 'unbalanced-quote',
      message: `The value of ${name}: has an opening quotation mark and no closing one`,
      start: valueStart,
      end: valueStart + 1,
    })
  }
  if (value.text.trim() === '') {
    return problemPart(query, start, value.end, {
      code: 'empty-filter',
      message: `${name}: needs a value. ${exampleOf(name)}`,
      ...place,
    })
  }
  const problem = valueProblem(name, value.text.trim())
  if (problem !== undefined) return problemPart(query, start, value.end, { code: 'bad-value', message: problem, ...place })
  return { type: 'filter', key: name, value: normalValue(name, value.text.trim()), isExcluded, ...place }
}

function problemPart(query: string, start: number, end: number, problem: QueryProblem): QueryPart {
  return { type: 'problem', text: query.slice(start, end), problem, start, end }
}

function scanWord(query: string, start: number): Scanned {
  let end = start
  while (end < query.length && !space.test(query[end]!)) end++
  return { text: query.slice(start, end), start, end, isQuoted: false, isClosed: true }
}

function scanQuoted(query: string, start: number): Scanned {
  let end = start + 1
  while (end < query.length && !quotes.includes(query[end]!)) end++
  const isClosed = end < query.length
  return { text: query.slice(start + 1, end), start, end: isClosed ? end + 1 : end, isQuoted: true, isClosed }
}

const keyAliases: Readonly<Record<string, FilterKey>> = {
  tags: 'tag',
  from: 'source',
  in: 'source',
  by: 'author',
  language: 'lang',
  type: 'kind',
  since: 'after',
  until: 'before',
}

function filterKeyOf(key: string): FilterKey | undefined {
  const lower = key.toLowerCase()
  return filterKeys.find((name) => name === lower) ?? (Object.hasOwn(keyAliases, lower) ? keyAliases[lower] : undefined)
}

function unknownFilterMessage(key: string, written: string): string {
  const near = filterKeys.find((name) => isNear(name, key.toLowerCase()))
  const instead = near === undefined ? `Filters are ${filterKeys.map((name) => `${name}:`).join(' ')}` : `Did you mean ${near}:?`
  return `“${key}:” is not a filter, so it is left out. ${instead} To look for the words themselves, write "${written.replaceAll(/["“”„«»]/gu, '')}"`
}

/** True when one letter was added, left out, changed or swapped. */
function isNear(name: string, typed: string): boolean {
  if (Math.abs(name.length - typed.length) > 1) return false
  let i = 0
  while (i < name.length && name[i] === typed[i]) i++
  let tail = 0
  while (tail < Math.min(name.length, typed.length) - i && name.at(-1 - tail) === typed.at(-1 - tail)) tail++
  const left = name.length - i - tail
  const right = typed.length - i - tail
  if (left <= 1 && right <= 1) return true
  return left === 2 && right === 2 && name[i] === typed[i + 1] && name[i + 1] === typed[i]
}

function exampleOf(key: FilterKey): string {
  const examples: Record<FilterKey, string> = {
    kind: 'Write kind:note',
    tag: 'Write tag:garden',
    source: 'Write source:Documents',
    author: 'Write author:"Ida Brandt"',
    lang: 'Write lang:de',
    after: 'Write after:2025-03',
    before: 'Write before:2025-03',
    is: 'Write is:starred',
  }
  return examples[key]
}

function valueProblem(key: FilterKey, value: string): string | undefined {
  if (value.length > longestValue) {
    return `“${value.slice(0, 40)}…” is longer than ${longestValue} characters, so this filter is left out. Shorten it`
  }
  if (key === 'kind' && kindOf(value) === undefined) {
    return `“${value}” is not a kind, so this filter is left out. Kinds are ${documentKinds.join(', ')}`
  }
  if (key === 'is' && !isValues.some((known) => known === value.toLowerCase())) {
    return `“${value}” cannot follow is:, so this filter is left out. Write ${isValues.map((known) => `is:${known}`).join(', ')}`
  }
  if ((key === 'after' || key === 'before') && dayOf(value) === undefined) {
    return `“${value}” is not a date, so this filter is left out. ${exampleOf(key)}`
  }
  if (key === 'lang' && !/^[a-z]{2,3}(-[a-z0-9]+)*$/iu.test(value)) {
    return `“${value}” is not a language code, so this filter is left out. ${exampleOf(key)}`
  }
  return undefined
}

function normalValue(key: FilterKey, value: string): string {
  if (key === 'kind') return kindOf(value) ?? value
  return key === 'lang' || key === 'is' ? value.toLowerCase() : value
}

function kindOf(value: string): DocumentKind | undefined {
  const lower = value.toLowerCase()
  return documentKinds.find((kind) => kind === lower || `${kind}s` === lower)
}

/** `2025`, `2025-3`, `2025-03-14` → the first day of that time; `undefined` for anything else. */
export function dayOf(value: string): string | undefined {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/u.exec(value.trim())
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)]
  const date = new Date(0)
  // Date.UTC would take the year 50 for 1950
  date.setUTCFullYear(year, month - 1, day)
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.toISOString().slice(0, 10)
}

type FilterPart = Extract<QueryPart, { type: 'filter' }>

/** Every condition holds: of several days the narrowest, of names in one list any, of what is excluded none. */
function filterOf(parts: readonly QueryPart[]): Filter {
  const filters = parts.filter((part) => part.type === 'filter')
  const valuesOf = (key: FilterKey, isExcluded: boolean): string[] => [
    ...new Set(filters.filter((part) => part.key === key && part.isExcluded === isExcluded).map((part) => part.value)),
  ]
  const lists: Filter = {
    kinds: valuesOf('kind', false) as DocumentKind[],
    exceptKinds: valuesOf('kind', true) as DocumentKind[],
    tags: valuesOf('tag', false),
    exceptTags: valuesOf('tag', true),
    sources: valuesOf('source', false),
    exceptSources: valuesOf('source', true),
    authors: valuesOf('author', false),
    exceptAuthors: valuesOf('author', true),
    languages: valuesOf('lang', false),
    exceptLanguages: valuesOf('lang', true),
  }
  const given = Object.entries(lists).filter(([, values]) => (values as readonly string[]).length > 0)
  return { ...(Object.fromEntries(given) as Filter), ...daysOf(filters), ...marksOf(filters), ...statusesOf(filters) }
}

/** `-after:` is before, and the other way round. */
function daysOf(filters: readonly FilterPart[]): Filter {
  const days = (key: FilterKey, opposite: FilterKey): string[] =>
    filters
      .filter((part) => part.key === (part.isExcluded ? opposite : key))
      .flatMap((part) => dayOf(part.value) ?? [])
      .toSorted()
  const after = days('after', 'before').at(-1)
  const before = days('before', 'after')[0]
  return { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) }
}

/** Of marks that contradict each other, the last one counts. */
function marksOf(filters: readonly FilterPart[]): Filter {
  const last = (values: readonly string[]): FilterPart | undefined =>
    filters.findLast((part) => part.key === 'is' && values.includes(part.value))
  const starred = last(['starred'])
  const read = last(['read', 'unread'])
  return {
    ...(starred === undefined ? {} : { isStarred: !starred.isExcluded }),
    ...(read === undefined ? {} : { isUnread: (read.value === 'unread') !== read.isExcluded }),
  }
}

const statusOf: ReadonlyMap<string, DocumentStatus> = new Map([
  ['indexed', 'indexed'],
  ['waiting', 'pending'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
])

function statusesOf(filters: readonly FilterPart[]): Filter {
  const asked = filters.filter((part) => part.key === 'is' && statusOf.has(part.value))
  if (asked.length === 0) return {}
  const named = (isExcluded: boolean): DocumentStatus[] =>
    asked.filter((part) => part.isExcluded === isExcluded).map((part) => statusOf.get(part.value)!)
  const wanted = named(false).length === 0 ? [...statusOf.values()] : [...new Set(named(false))]
  const statuses = wanted.filter((status) => !named(true).includes(status))
  return statuses.length === 0 ? { ids: [noDocument] } : { statuses }
}
