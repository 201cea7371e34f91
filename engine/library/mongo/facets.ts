import type { Document as Stage } from 'mongodb'
import { foldWord } from '../../../shared/text/words.ts'
import type { Facets, FacetValue } from '../../../shared/model/library.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import { queriesOf } from './filter-query.ts'
import type { MongoConnection } from './mongo-connection.ts'

const mostValues = 200

/** How the values of each field are counted. */
const pipelines = {
  kinds: byValue('$kind'),
  statuses: byValue('$status'),
  languages: byValue('$language'),
  sources: byValue('$sourceLabel'),
  authors: byValue('$author'),
  tags: [{ $unwind: '$tags' }, { $match: { 'tags.isRemoved': false } }, ...byValue('$tags.tag')],
  isStarred: [{ $match: { isStarred: true } }, ...byValue('$isStarred')],
  isUnread: [{ $match: { readAt: null } }, ...byValue('$readAt')],
  isTrashed: [{ $match: { isTrashed: true } }, ...byValue('$isTrashed')],
} as const satisfies Record<string, readonly Stage[]>
type Field = keyof typeof pipelines
const fields = Object.keys(pipelines) as Field[]

type Value = string | boolean | null
type Counts = ReadonlyMap<Value, number>

function byValue(value: string): Stage[] {
  return [{ $group: { _id: value, n: { $sum: 1 } } }]
}

/**
 * Counts the values of each field among the documents of a filter, that field's own condition left out. All fields
 * without a condition of their own are counted in one walk.
 */
export async function facetsOf(connection: MongoConnection, filter: Filter): Promise<Facets> {
  const walks = new Map<string, { queries: Stage[]; fields: (Field | 'total')[] }>()
  for (const field of ['total', ...fields] as const) {
    const queries = queriesOf(filter, field === 'total' ? undefined : field)
    const key = JSON.stringify(queries)
    const walk = walks.get(key) ?? { queries, fields: [] }
    walk.fields.push(field)
    walks.set(key, walk)
  }
  const counted = new Map<Field | 'total', Counts>()
  await Promise.all(
    [...walks.values()].map(async (walk) => {
      for (const [field, counts] of await countWalk(connection, walk)) counted.set(field, counts)
    }),
  )
  const counts = (field: Field | 'total'): Counts => counted.get(field) ?? new Map()
  const sum = (field: Field | 'total'): number => [...counts(field).values()].reduce((all, count) => all + count, 0)
  return {
    total: sum('total'),
    kinds: byFrequency(counts('kinds')) as Facets['kinds'],
    statuses: byFrequency(counts('statuses')) as Facets['statuses'],
    tags: byFrequency(mergeSpellings(counts('tags'))),
    languages: byFrequency(counts('languages')),
    sources: byFrequency(mergeSpellings(counts('sources'))),
    authors: byFrequency(mergeSpellings(counts('authors'))),
    starred: sum('isStarred'),
    unread: sum('isUnread'),
    trashed: sum('isTrashed'),
  }
}

async function countWalk(
  connection: MongoConnection,
  walk: { queries: readonly Stage[]; fields: readonly (Field | 'total')[] },
): Promise<Map<Field | 'total', Counts>> {
  const counted = new Map<Field | 'total', Map<Value, number>>(walk.fields.map((field) => [field, new Map()]))
  const facet = Object.fromEntries(
    walk.fields.map((field) => [field, field === 'total' ? byValue('$isTrashed') : pipelines[field]]),
  )
  for (const query of walk.queries) {
    const [row] = await connection.documents
      .aggregate<Record<string, { _id: Value; n: number }[]>>([{ $match: query }, { $facet: facet }])
      .toArray()
    for (const [field, counts] of counted) {
      for (const { _id, n } of row?.[field] ?? []) counts.set(_id, (counts.get(_id) ?? 0) + n)
    }
  }
  return counted
}

/** Values that a filter does not tell apart are one; the most frequent spelling stands for it. */
function mergeSpellings(counts: Counts): Counts {
  const spellings = new Map<string, string>()
  const merged = new Map<Value, number>()
  for (const [value, count] of [...counts].toSorted(compareCounts)) {
    if (value === null) continue
    const fold = foldWord(String(value))
    const spelling = spellings.get(fold) ?? String(value)
    spellings.set(fold, spelling)
    merged.set(spelling, (merged.get(spelling) ?? 0) + count)
  }
  return merged
}

function byFrequency(counts: Counts): FacetValue[] {
  return [...counts]
    .filter(([value]) => value !== null && value !== '')
    .toSorted(compareCounts)
    .slice(0, mostValues)
    .map(([value, count]) => ({ value: String(value), count }))
}

function compareCounts([a, countOfA]: [Value, number], [b, countOfB]: [Value, number]): number {
  return countOfB - countOfA || (String(a) < String(b) ? -1 : 1)
}
