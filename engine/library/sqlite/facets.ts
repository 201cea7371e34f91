import { foldWord } from '../../../shared/text/words.ts'
import type { Facets, FacetValue } from '../../../shared/model/library.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { Database, Row } from '../../platform/database.ts'
import { conditionOf, walkConditionOf } from './filter-sql.ts'

const mostValues = 200

/** What is counted of each document, in this order. */
const columns = {
  kinds: 'd.kind',
  statuses: 'd.status',
  languages: 'd.language',
  sources: 'd.source_label',
  authors: 'd.author',
  isStarred: 'd.is_starred',
  isUnread: 'd.read_at IS NULL',
} as const
type Field = keyof typeof columns
const fields = Object.keys(columns) as Field[]

type Counts = ReadonlyMap<Row[string], number>

/**
 * Counts the values of each field among the documents of a filter, that field's own condition left out. All fields
 * without a condition of their own are counted in one walk.
 */
export function facetsOf(database: Database, filter: Filter): Facets {
  const whole = walkConditionOf(filter)
  const rows = database.lists(
    `SELECT ${Object.values(columns).join(', ')}, d.id FROM documents AS d WHERE ${whole.sql}`,
    ...whole.values,
  )
  const counts = (field: Field): Counts => {
    const own = walkConditionOf(filter, field)
    if (own.sql === whole.sql) return countPlace(rows, fields.indexOf(field))
    const sql = `SELECT ${columns[field]}, count(*) FROM documents AS d WHERE ${own.sql} GROUP BY 1`
    return new Map(database.lists(sql, ...own.values).map(([value, count]) => [value!, Number(count)]))
  }
  const ownTags = walkConditionOf(filter, 'tags')
  const tagged =
    ownTags.sql === whole.sql
      ? rows.map((row) => Number(row.at(-1)))
      : database.lists(`SELECT d.id FROM documents AS d WHERE ${ownTags.sql}`, ...ownTags.values).map(([id]) => Number(id))
  return {
    total: rows.length,
    kinds: byFrequency(counts('kinds')) as Facets['kinds'],
    statuses: byFrequency(counts('statuses')) as Facets['statuses'],
    tags: byFrequency(mergeSpellings(countTags(database, tagged))),
    languages: byFrequency(counts('languages')),
    sources: byFrequency(mergeSpellings(counts('sources'))),
    authors: byFrequency(mergeSpellings(counts('authors'))),
    starred: counts('isStarred').get(1) ?? 0,
    unread: counts('isUnread').get(1) ?? 0,
    trashed: countTrashed(database, filter),
  }
}

function countPlace(rows: readonly Row[string][][], place: number): Counts {
  const counts = new Map<Row[string], number>()
  for (const row of rows) counts.set(row[place]!, (counts.get(row[place]!) ?? 0) + 1)
  return counts
}

/** Values that a filter does not tell apart are one; the most frequent spelling stands for it. */
function mergeSpellings(counts: Counts): Counts {
  const spellings = new Map<string, string>()
  const merged = new Map<Row[string], number>()
  for (const [value, count] of [...counts].toSorted(compareCounts)) {
    if (value === null) continue
    const fold = foldWord(String(value))
    const spelling = spellings.get(fold) ?? String(value)
    spellings.set(fold, spelling)
    merged.set(spelling, (merged.get(spelling) ?? 0) + count)
  }
  return merged
}

/** Up to so many documents, their tags are looked up; for more it is quicker to walk through all tags. */
const mostLookedUp = 3_000

function countTags(database: Database, ids: readonly number[]): Counts {
  if (ids.length <= mostLookedUp) {
    const sql = `SELECT t.tag, count(*) FROM tags AS t
      WHERE t.is_removed = 0 AND t.document_id IN (SELECT value FROM json_each(?)) GROUP BY t.tag`
    return new Map(database.lists(sql, JSON.stringify(ids)).map(([tag, count]) => [tag!, Number(count)]))
  }
  const within = new Set<Row[string]>(ids)
  const rows = database.lists('SELECT tag, document_id FROM tags WHERE is_removed = 0')
  return countPlace(
    rows.filter(([, id]) => within.has(id!)),
    0,
  )
}

function countTrashed(database: Database, filter: Filter): number {
  const { sql, values } = conditionOf(filter, 'isTrashed')
  return Number(database.get(`SELECT count(*) AS n FROM documents AS d WHERE d.trashed_at IS NOT NULL AND ${sql}`, ...values)?.n)
}

function byFrequency(counts: Counts): FacetValue[] {
  return [...counts]
    .filter(([value]) => value !== null && value !== '')
    .toSorted(compareCounts)
    .slice(0, mostValues)
    .map(([value, count]) => ({ value: String(value), count }))
}

function compareCounts([a, countOfA]: [Row[string], number], [b, countOfB]: [Row[string], number]): number {
  return countOfB - countOfA || (String(a) < String(b) ? -1 : 1)
}
