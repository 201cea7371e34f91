import { ArrowDown, ArrowUp } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/class-names.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { coverOf, emptySelection } from '../documents/selection.ts'
import { nextSort, type Column } from './columns.ts'
import styles from './library-table.module.css'

interface LibraryHeadProps {
  readonly columns: readonly Column[]
  readonly template: string
}

/** The heads of the columns; a press sorts by one. */
export function LibraryHead({ columns, template }: LibraryHeadProps): React.JSX.Element {
  const { library } = useServices()
  const cover = useStore(library.store, ({ selection, cache }) => coverOf(selection, cache.total))
  return (
    <div role="rowgroup" className={styles.headGroup}>
      <div className={styles.head} style={{ gridTemplateColumns: template }} role="row" aria-rowindex={1}>
        <span role="columnheader" className={styles.check}>
          <Checkbox
            aria-label="Select all"
            isSelected={cover === 'all'}
            isIndeterminate={cover === 'some'}
            onChange={() => (cover === 'none' ? void library.selectAll() : library.select(emptySelection))}
          />
        </span>
        <HeadCell label="Title" sortBy="title" />
        {columns.map((column) => (
          <HeadCell key={column.key} label={column.label} sortBy={column.sortBy} isNumber={column.isNumber} />
        ))}
        <span role="columnheader">
          <HiddenText>Star</HiddenText>
        </span>
      </div>
    </div>
  )
}

interface HeadCellProps {
  readonly label: string
  readonly sortBy?: Column['sortBy'] | undefined
  readonly isNumber?: boolean | undefined
}

function HeadCell({ label, sortBy, isNumber = false }: HeadCellProps): React.JSX.Element {
  const { settings } = useServices()
  const sort = useStore(settings.store, (state) => state.settings.librarySort)
  const isSorted = sortBy !== undefined && sort.by === sortBy
  const className = cx(styles.headCell, isNumber && styles.number, isSorted && styles.sorted)
  if (sortBy === undefined) {
    return (
      <span role="columnheader" className={className}>
        {label}
      </span>
    )
  }
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      className={className}
    >
      <Button onPress={() => settings.update({ librarySort: nextSort(sort, sortBy) })} className={styles.headButton}>
        {label}
        {isSorted && <Icon of={sort.descending ? ArrowDown : ArrowUp} size="small" />}
      </Button>
    </span>
  )
}
