import { ChevronDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { parseQuery } from '../../../shared/query/grammar.ts'
import { documentKinds } from '../../../shared/model/document.ts'
import type { FacetValue } from '../../../shared/model/library.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { formatNumber, languageName } from '../../ui/format.ts'
import { kindLooks } from '../../ui/kinds.ts'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import styles from './filter-menu.module.css'
import { filterValues, setFilter, toggleFilter } from './query-draft.ts'

export type MenuFilterKey = 'kind' | 'tag' | 'source' | 'lang'

interface FilterMenuProps {
  readonly name: string
  readonly filterKey: MenuFilterKey
  readonly query: string
  readonly onQuery: (query: string) => void
}

/** Values of one filter with their counts; choosing one writes it into the query, choosing it again takes it out. */
export function FilterMenu({ name, filterKey, query, onQuery }: FilterMenuProps): React.JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const chosen = filterValues(query, filterKey)
  const values = useValues(filterKey, query, isOpen)
  const shown = withChosen(values, chosen)
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button look="plain" size="small" endIcon={ChevronDown}>
        {chosen.length === 0 ? name : `${name}: ${chosen.map((value) => labelOf(filterKey, value)).join(', ')}`}
      </Button>
      <Menu
        aria-label={name}
        selectionMode="multiple"
        selectedKeys={chosen}
        shouldCloseOnSelect={false}
        onSelectionChange={(keys) => {
          const next = keys === 'all' ? shown.map(({ value }) => value) : [...keys].map(String)
          const changed = shown.find(({ value }) => next.includes(value) !== chosen.includes(value))
          if (changed !== undefined) onQuery(toggleFilter(query, filterKey, changed.value))
        }}
        renderEmptyState={() => (
          <MenuNote>{values === null ? 'Counting…' : `No ${name.toLowerCase()} in these results`}</MenuNote>
        )}
      >
        {shown.map(({ value, count }) => (
          <MenuItem
            key={value}
            id={value}
            textValue={labelOf(filterKey, value)}
            icon={filterKey === 'kind' ? kindLooks[value as keyof typeof kindLooks].icon : undefined}
            hint={count === null ? undefined : formatNumber(count)}
          >
            {labelOf(filterKey, value)}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  )
}

function MenuNote({ children }: { readonly children: string }): React.JSX.Element {
  return <p className={styles.note}>{children}</p>
}

function labelOf(key: MenuFilterKey, value: string): string {
  if (key === 'kind') return kindLooks[value as keyof typeof kindLooks]?.name ?? value
  return key === 'lang' ? languageName(value) : value
}

interface ShownValue {
  readonly value: string
  readonly count: number | null
}

const mostShown = 30

/** What is chosen stays in the list, whatever the counts say. */
function withChosen(values: readonly FacetValue[] | null, chosen: readonly string[]): ShownValue[] {
  const known: ShownValue[] = (values ?? []).slice(0, mostShown)
  const missing = chosen.filter((value) => !known.some((one) => one.value === value))
  return [...known, ...missing.map((value) => ({ value, count: null }))]
}

/** The values that the rest of the query leaves, asked for when the menu opens. */
function useValues(key: MenuFilterKey, query: string, isOpen: boolean): readonly FacetValue[] | null {
  const { client } = useServices()
  const [values, setValues] = useState<readonly FacetValue[] | null>(null)
  useEffect(() => {
    if (!isOpen) return
    const controller = new AbortController()
    const { filter } = parseQuery(setFilter(query, key, null))
    client.request('library.facets', { filter }, { signal: controller.signal }).then(
      (facets) => {
        const field = { kind: facets.kinds, tag: facets.tags, source: facets.sources, lang: facets.languages }[key]
        const order = documentKinds as readonly string[]
        setValues(key === 'kind' ? [...field].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value)) : field)
      },
      () => setValues([]),
    )
    return () => controller.abort()
  }, [client, key, query, isOpen])
  return values
}
