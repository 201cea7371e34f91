import { CircleAlert } from 'lucide-react'
import { parseQuery } from '../../../shared/query/grammar.ts'
import { Icon } from '../../ui/icon.tsx'
import { DateMenu } from './date-menu.tsx'
import { FilterMenu } from './filter-menu.tsx'
import styles from './filter-bar.module.css'
import type { SearchParams } from './search-params.ts'
import { SortMenu } from './sort-menu.tsx'

interface FilterBarProps {
  readonly params: SearchParams
  readonly onChange: (params: SearchParams) => void
  /** How many were found; empty before anything was. */
  readonly summary: string
}

/** Menus that write filters, what is wrong with the query, the count and the order. */
export function FilterBar({ params, onChange, summary }: FilterBarProps): React.JSX.Element {
  const { problems } = parseQuery(params.q)
  const setQuery = (q: string): void => onChange({ ...params, q })
  return (
    <div className={styles.bar}>
      <FilterMenu name="Kind" filterKey="kind" query={params.q} onQuery={setQuery} />
      <FilterMenu name="Tag" filterKey="tag" query={params.q} onQuery={setQuery} />
      <FilterMenu name="Source" filterKey="source" query={params.q} onQuery={setQuery} />
      <DateMenu query={params.q} onQuery={setQuery} />
      <FilterMenu name="Language" filterKey="lang" query={params.q} onQuery={setQuery} />
      <p className={styles.problem} role="status">
        {problems[0] !== undefined && (
          <>
            <Icon of={CircleAlert} size="small" />
            <span>
              {problems[0].message}
              {problems.length > 1 && ` (and ${problems.length - 1} more)`}.
            </span>
          </>
        )}
      </p>
      <span className={styles.count} role="status">
        {summary}
      </span>
      <SortMenu sort={params.sort} onSort={(sort) => onChange({ ...params, sort })} />
    </div>
  )
}
