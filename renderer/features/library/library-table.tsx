import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { useDelayed } from '../../ui/use-delayed.ts'
import { useElementWidth } from '../../ui/use-element-width.ts'
import { shownColumns, templateOf, type Column } from './columns.ts'
import { LibraryHead } from './library-head.tsx'
import { LibraryRow } from './library-row.tsx'
import type { LibraryStore } from './library-store.ts'
import styles from './library-table.module.css'
import { pagesToRead, rowAt } from './page-cache.ts'
import { nextRow } from './next-row.ts'
import type { RowActions } from './row-actions.ts'

const rowHeight = 28
const overscan = 16

interface LibraryTableProps {
  readonly rowActions: RowActions
  readonly onMove: (index: number) => void
}

/** The items as a table of any length: only the rows that can be seen are in the page. */
export function LibraryTable({ rowActions, onMove }: LibraryTableProps): React.JSX.Element {
  const { library } = useServices()
  const { cache, cursor } = useStore(library.store)
  const grid = useRef<HTMLDivElement>(null)
  const columns = useColumns(grid)
  const template = useMemo(() => templateOf(columns), [columns])
  const scroller = useRef<HTMLDivElement>(null)
  const cursorRow = rowAt(cache, cursor)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== grid.current || event.ctrlKey || event.metaKey || event.altKey) return
    const rowsPerPage = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1
    const next = nextRow(event.key, { cursor, total: cache.total, rowsPerPage })
    if (next === null) return
    event.preventDefault()
    if (event.shiftKey) void extendTo(library, next)
    onMove(next)
  }
  return (
    // A grid whose rows come and go keeps the focus itself and names the active row (WAI-ARIA, grid).
    <div
      ref={grid}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label="Items"
      aria-rowcount={cache.total + 1}
      aria-colcount={columns.length + 3}
      aria-multiselectable="true"
      aria-activedescendant={cursorRow === undefined ? undefined : `row-${cursorRow.id}`}
      data-area="list"
      onKeyDown={onKeyDown}
      onClick={(event) => pressRow(event, library, rowActions)}
      onDoubleClick={(event) => pressRow(event, library, rowActions)}
    >
      <LibraryRows scroller={scroller} columns={columns} template={template} />
    </div>
  )
}

interface LibraryRowsProps {
  readonly scroller: React.RefObject<HTMLDivElement | null>
  readonly columns: readonly Column[]
  readonly template: string
}

function LibraryRows({ scroller, columns, template }: LibraryRowsProps): React.JSX.Element {
  const { library } = useServices()
  const { cache, cursor, selection, view, sort } = useStore(library.store)
  // The table is drawn anew with each scroll anyway: nothing is lost by not being memoised.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: cache.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    initialOffset: () => library.store.getState().scrollTop,
  })
  const items = virtualizer.getVirtualItems()
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  const isLate = useDelayed(items.length > 0 && pagesToRead(cache, from, to).length > 0)
  useEffect(() => {
    // A fast scroll passes many pages: those it does not stop at are not read.
    const timer = setTimeout(() => library.see(from, to), 40)
    return () => clearTimeout(timer)
  }, [library, from, to, cache])
  useEffect(() => {
    if (cursor >= 0) virtualizer.scrollToIndex(cursor, { align: 'auto' })
  }, [virtualizer, cursor])
  useLayoutEffect(() => {
    // Another view or order begins where the store says: at its top, or where it was left.
    scroller.current?.scrollTo({ top: library.store.getState().scrollTop })
  }, [library, scroller, view, sort])
  return (
    <div
      ref={scroller}
      className={styles.scroll}
      role="presentation"
      onScroll={(event) => library.keepScroll(event.currentTarget.scrollTop)}
    >
      <LibraryHead columns={columns} template={template} />
      <div className={styles.rows} style={{ height: virtualizer.getTotalSize() }} role="rowgroup">
        {items.map(({ index, start }) => {
          const row = rowAt(cache, index)
          return (
            <LibraryRow
              key={index}
              row={row}
              index={index}
              top={start - rowHeight}
              columns={columns}
              template={template}
              isCursor={index === cursor}
              isSelected={row !== undefined && selection.ids.has(row.id)}
              isLate={isLate && row === undefined}
            />
          )
        })}
      </div>
    </div>
  )
}

function useColumns(grid: React.RefObject<HTMLElement | null>): readonly Column[] {
  const { settings } = useServices()
  const chosen = useStore(settings.store, (state) => state.settings.columns)
  const width = useElementWidth(grid)
  return useMemo(() => shownColumns(chosen, width), [chosen, width])
}

/** Finds the row that was pressed and the part of it: the box, the star, or the row as a whole. */
function pressRow(event: MouseEvent<HTMLElement>, library: LibraryStore, actions: RowActions): void {
  const target = event.target as Element
  const place = target.closest<HTMLElement>('[data-row]')
  const index = Number(place?.dataset['row'] ?? -1)
  const row = rowAt(library.store.getState().cache, index)
  if (row === undefined) return
  event.currentTarget.focus({ preventScroll: true })
  const part = target.closest<HTMLElement>('[data-press]')?.dataset['press']
  if (event.type === 'dblclick') {
    if (part === undefined) actions.open(row)
  } else if (part === 'toggle') actions.toggle(row, index, event.shiftKey)
  else if (part === 'star') actions.star(row)
  else actions.press(row, index, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'add' : 'plain')
}

/** Shift with a moving key chooses the rows it passes. */
async function extendTo(library: LibraryStore, index: number): Promise<void> {
  const { cache, cursor, selection } = library.store.getState()
  const start = rowAt(cache, cursor)
  const end = rowAt(cache, index)
  if (end === undefined) return
  if (selection.anchor === null && start !== undefined) {
    library.select({ ids: new Set([...selection.ids, start.id]), anchor: start.id })
  }
  await library.selectTo(end.id)
}
