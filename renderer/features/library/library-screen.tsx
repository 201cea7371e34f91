import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { cx } from '../../ui/class-names.ts'
import { Divider } from '../../ui/divider.tsx'
import { useFocusWhenLost } from '../../ui/use-focus-when-lost.ts'
import { useIsCompact, useIsNarrow } from '../../ui/use-media-query.ts'
import { SelectionBar } from '../documents/selection-bar.tsx'
import { emptySelection } from '../documents/selection.ts'
import { ReaderPane, type ReaderPaneHandle } from '../reader/reader-pane.tsx'
import { FacetPane } from './facet-pane.tsx'
import { LibraryBar } from './library-bar.tsx'
import { LibraryEmpty } from './library-empty.tsx'
import styles from './library-screen.module.css'
import { LibraryTable } from './library-table.tsx'
import { readLibraryView, writeLibraryView, type LibraryView } from './library-view.ts'
import { rowAt } from './page-cache.ts'
import { selectedItems } from './selected-items.ts'
import { useLibraryCommands } from './use-library-commands.ts'
import { useRowActions } from './use-row-actions.ts'

/** Everything there is, as a table. */
export function LibraryScreen(): React.JSX.Element {
  const { library, settings } = useServices()
  const { view, go } = useLibraryAddress()
  const sort = useStore(settings.store, (state) => state.settings.librarySort)
  const isNarrow = useIsNarrow()
  const filterInput = useRef<HTMLInputElement>(null)
  const reader = useRef<ReaderPaneHandle>(null)
  const facets = useFacetVisibility()
  const { selection, cache, error, isFirstLoad, isPreviewOpen } = useStore(library.store)
  useEffect(() => library.show(view, sort), [library, view, sort])
  useDocumentTitle(view.isTrash ? 'Trash' : 'Library')
  const rowActions = useRowActions()
  const moveTo = useCallback((index: number) => library.setCursor(index), [library])
  useLibraryCommands({ filterInput, reader, rowActions, isTrash: view.isTrash })
  const items = useMemo(() => selectedItems(selection, cache), [selection, cache])
  useFocusWhenLost(isFirstLoad || items.length > 0 ? null : 'list', focusTable)
  const isEmpty = !isFirstLoad && error === null && cache.total === 0
  return (
    <>
      <LibraryBar view={view} onView={go} filterInput={filterInput} facets={facets} />
      <div className={styles.panes}>
        {facets.isOpen && (
          // Escape folds the filters away where they lie over the table.
          // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
          <div
            className={cx(styles.facets, facets.canFold && styles.over)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || !facets.canFold) return
              event.stopPropagation()
              facets.toggle()
            }}
          >
            <FacetPane view={view} onView={(next) => go(next, 'done')} />
          </div>
        )}
        <section className={styles.items} aria-label={view.isTrash ? 'Trash' : 'Library'}>
          {isEmpty || (error !== null && cache.total === 0) ? (
            <LibraryEmpty view={view} error={error} onView={(next) => go(next, 'done')} />
          ) : (
            <LibraryTable rowActions={rowActions} onMove={moveTo} />
          )}
        </section>
        {isPreviewOpen && !isNarrow && <Preview reader={reader} />}
      </div>
      {items.length > 0 && <SelectionBar items={items} onClear={() => library.select(emptySelection)} isTrash={view.isTrash} />}
    </>
  )
}

function focusTable(): void {
  document.querySelector<HTMLElement>('[role=grid]')?.focus({ preventScroll: true })
}

const smallestPreview = 320
const largestPreview = 900

/** The reader beside the table, of the row under the cursor. */
function Preview({ reader }: { readonly reader: React.RefObject<ReaderPaneHandle | null> }): React.JSX.Element | null {
  const { library } = useServices()
  const row = useStore(library.store, ({ cache, cursor }) => rowAt(cache, cursor))
  const [width, setWidth] = useState(460)
  const id = row?.id
  const place = useMemo(() => (id === undefined ? null : { documentId: id, passage: null, q: '' }), [id])
  if (place === null) return null
  return (
    <>
      <Divider
        label="Width of the preview"
        width={width}
        min={smallestPreview}
        max={largestPreview}
        side="after"
        onResize={setWidth}
      />
      <div className={styles.preview}>
        <ReaderPane
          ref={reader}
          place={place}
          isChosen={false}
          hasLittleRoom
          width={width}
          onClose={() => library.setPreview(false)}
        />
      </div>
    </>
  )
}

function useLibraryAddress(): { view: LibraryView; go: (view: LibraryView, how: 'typing' | 'done') => void } {
  const navigate = useNavigate()
  const { search } = useLocation()
  const view = useMemo(() => readLibraryView(new URLSearchParams(search)), [search])
  const isTyping = useRef(false)
  const go = useCallback(
    (next: LibraryView, how: 'typing' | 'done') => {
      const replace = how === 'typing' && isTyping.current
      isTyping.current = how === 'typing'
      void navigate(writeLibraryView(next), { replace })
    },
    [navigate],
  )
  return { view, go }
}

interface FacetVisibility {
  /** True where there is little room: they then lie over the table. */
  readonly canFold: boolean
  readonly isOpen: boolean
  readonly toggle: () => void
}

function useFacetVisibility(): FacetVisibility {
  const canFold = useIsCompact()
  const [isShown, setShown] = useState(false)
  return { canFold, isOpen: !canFold || isShown, toggle: () => setShown(!isShown) }
}
