import type { RequestOutput, RequestParsed } from '../../shared/contract/requests.ts'
import { documentKinds } from '../../shared/model/document.ts'
import type { Filter } from '../../shared/model/filter.ts'
import type { FacetValue, Facets } from '../../shared/model/library.ts'
import { filterKeys, isValues, type FilterKey } from '../../shared/query/grammar.ts'
import { foldWord } from '../../shared/text/words.ts'
import type { KeywordIndex } from '../keywords/keyword-index.ts'
import type { LibraryStore } from '../library/library-store.ts'
import { prepareQuery } from './query-terms.ts'

const mostValues = 12
const mostWithin = 10_000

/** Values for the filter under the caret, counted within the rest of the query. */
export async function suggest(
  { store, keywords }: { store: LibraryStore; keywords: KeywordIndex },
  { text, caret }: RequestParsed<'search.suggest'>,
): Promise<RequestOutput<'search.suggest'>> {
  const place = filterAt(text, caret)
  if (place === null) return { start: caret, end: caret, key: null, values: [] }
  const rest = `${text.slice(0, place.partStart)} ${text.slice(place.end)}`
  const facets = await store.documents.facets(await filterOf(rest, keywords))
  const typed = foldWord(place.typed)
  const values = valuesOf(place.key, facets)
    .filter(({ value }) => foldWord(value).includes(typed))
    .toSorted(
      (a, b) => Number(foldWord(b.value).startsWith(typed)) - Number(foldWord(a.value).startsWith(typed)) || b.count - a.count,
    )
  return { start: place.start, end: place.end, key: place.key, values: values.slice(0, mostValues) }
}

async function filterOf(rest: string, keywords: KeywordIndex): Promise<Filter> {
  const prepared = prepareQuery(rest)
  if (prepared.keywords.terms.length === 0) return prepared.filter
  const { hits } = await keywords.search(prepared.keywords, { k: mostWithin })
  return hits.length === 0 ? prepared.filter : { ...prepared.filter, ids: hits.map(({ documentId }) => documentId) }
}

interface FilterPlace {
  readonly key: FilterKey
  readonly typed: string
  /** Where the value begins and ends, and where the whole filter begins. */
  readonly start: number
  readonly end: number
  readonly partStart: number
}

function filterAt(text: string, caret: number): FilterPlace | null {
  const before = /(^|\s)(-?)(\p{L}+):("?)([^"\s]*|"?[^"]*)$/u.exec(text.slice(0, caret))
  if (before === null) return null
  const name = before[3]!.toLowerCase()
  const key = filterKeys.find((one) => one === name)
  if (key === undefined) return null
  const after = /^[^\s"]*"?/u.exec(text.slice(caret))?.[0] ?? ''
  const partStart = before.index + before[1]!.length
  const start = partStart + before[2]!.length + before[3]!.length + 1
  return { key, typed: before[5]!, start, end: caret + after.length, partStart }
}

function valuesOf(key: FilterKey, facets: Facets): FacetValue[] {
  switch (key) {
    case 'kind':
      return documentKinds.map((value) => ({ value, count: facets.kinds.find((one) => one.value === value)?.count ?? 0 }))
    case 'tag':
      return facets.tags
    case 'source':
      return facets.sources
    case 'author':
      return facets.authors
    case 'lang':
      return facets.languages
    case 'is':
      return isValues.map((value) => ({ value, count: isCount(value, facets) }))
    case 'after':
    case 'before':
      return []
  }
}

function isCount(value: (typeof isValues)[number], facets: Facets): number {
  const status = (name: string): number => facets.statuses.find((one) => one.value === name)?.count ?? 0
  switch (value) {
    case 'starred':
      return facets.starred
    case 'unread':
      return facets.unread
    case 'read':
      return facets.total - facets.unread
    case 'waiting':
      return status('pending')
    case 'indexed':
    case 'failed':
    case 'skipped':
      return status(value)
  }
}
