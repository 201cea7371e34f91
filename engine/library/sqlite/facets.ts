import type { Facets } from '../../../shared/model/library.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { Database } from '../../platform/database.ts'
import { conditionOf, type FilterField } from './filter-sql.ts'

const mostValues = 200

/** Counts the values of each field among the documents of a filter, that field's own condition left out. */
export function facetsOf(database: Database, filter: Filter): Facets {
  const countBy = (field: FilterField, column: string, join = ''): { value: string; count: number }[] => {
    const { sql, values } = conditionOf(filter, field)
    return database
      .all(
        `SELECT ${column} AS value, count(*) AS n FROM documents AS d ${join} WHERE ${sql} AND ${column} IS NOT NULL AND ${column} <> ''
         GROUP BY 1 ORDER BY n DESC, value LIMIT ${mostValues}`,
        ...values,
      )
      .map((row) => ({ value: String(row.value), count: Number(row.n) }))
  }
  const count = (field: FilterField, more: string): number => {
    const { sql, values } = conditionOf(filter, field)
    return Number(database.get(`SELECT count(*) AS n FROM documents AS d WHERE ${sql} AND ${more}`, ...values)?.n)
  }
  const whole = conditionOf(filter)
  return {
    total: Number(database.get(`SELECT count(*) AS n FROM documents AS d WHERE ${whole.sql}`, ...whole.values)?.n),
    kinds: countBy('kinds', 'd.kind') as Facets['kinds'],
    statuses: countBy('statuses', 'd.status') as Facets['statuses'],
    tags: countBy('tags', 't.tag', 'JOIN tags AS t ON t.document_id = d.id AND t.is_removed = 0'),
    languages: countBy('languages', 'd.language'),
    sources: countBy('sources', 'd.source_label'),
    authors: countBy('authors', 'd.author'),
    starred: count('isStarred', 'd.is_starred = 1'),
    unread: count('isUnread', 'd.read_at IS NULL'),
    trashed: count('isTrashed', 'd.trashed_at IS NOT NULL'),
  }
}
