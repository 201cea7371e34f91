import { Columns3, FilePlus2, FolderPlus, Library, ListFilter, Plus, Search, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { countOf } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Keys } from '../../ui/keys.tsx'
import { Menu, MenuItem, MenuSection } from '../../ui/menu.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { PurgeWarning } from '../documents/selection-bar.tsx'
import { useChooser } from '../importing/use-chooser.ts'
import { allColumns, withColumn } from './columns.ts'
import styles from './library-bar.module.css'
import { emptyView, filterOfView, isNarrowed, type LibraryView } from './library-view.ts'

interface LibraryBarProps {
  readonly view: LibraryView
  readonly onView: (view: LibraryView, how: 'typing' | 'done') => void
  readonly filterInput: RefObject<HTMLInputElement | null>
  readonly facets: { readonly canFold: boolean; readonly isOpen: boolean; readonly toggle: () => void }
}

/** Name and size of what is shown, the filter box, columns, and the way to add. */
export function LibraryBar({ view, onView, filterInput, facets }: LibraryBarProps): React.JSX.Element {
  const { library } = useServices()
  const total = useStore(library.store, (state) => state.cache.total)
  const isFirstLoad = useStore(library.store, (state) => state.isFirstLoad)
  return (
    <header className={styles.bar}>
      <h1>{view.isTrash ? 'Trash' : 'Library'}</h1>
      <span className={styles.total} role="status">
        {!isFirstLoad && countOf(total, 'item')}
      </span>
      <span className={styles.gap} />
      <FilterBox view={view} onView={onView} inputRef={filterInput} />
      {facets.canFold && (
        <Button look="plain" icon={ListFilter} onPress={facets.toggle} aria-expanded={facets.isOpen}>
          Filters{isNarrowed({ ...view, contains: '' }) ? ' on' : ''}
        </Button>
      )}
      <ColumnMenu />
      {view.isTrash ? <TrashButtons view={view} onView={onView} /> : <AddMenu />}
    </header>
  )
}

const typedAfterMs = 150

function FilterBox(
  props: Pick<LibraryBarProps, 'view' | 'onView'> & { readonly inputRef: RefObject<HTMLInputElement | null> },
): React.JSX.Element {
  const { view, onView, inputRef } = props
  const [text, setText] = useState(view.contains)
  const told = useRef(view.contains)
  useEffect(() => {
    if (view.contains === told.current) return
    told.current = view.contains
    setText(view.contains)
  }, [view.contains])
  useEffect(() => {
    if (text === told.current) return
    const timer = setTimeout(() => {
      told.current = text
      onView({ ...view, contains: text }, 'typing')
    }, typedAfterMs)
    return () => clearTimeout(timer)
  }, [text, view, onView])
  return (
    <TextField
      label="Filter these items"
      placeholder="Filter these items"
      icon={Search}
      value={text}
      onChange={setText}
      inputRef={inputRef}
      className={styles.filter}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' && event.key !== 'Enter' && event.key !== 'ArrowDown') return
        if (event.key === 'Escape') setText('')
        document.querySelector<HTMLElement>('[role=grid]')?.focus()
      }}
      end={text === '' && <Keys of="/" />}
    />
  )
}

function ColumnMenu(): React.JSX.Element {
  const { settings } = useServices()
  const chosen = useStore(settings.store, (state) => state.settings.columns)
  return (
    <MenuTrigger>
      <IconButton icon={Columns3} label="Choose columns" />
      <Menu
        aria-label="Columns"
        placement="bottom end"
        selectionMode="multiple"
        selectedKeys={chosen}
        shouldCloseOnSelect={false}
        onSelectionChange={(keys) => {
          const next = new Set(keys === 'all' ? allColumns.map(({ key }) => key) : [...keys])
          const changed = allColumns.find(({ key }) => next.has(key) !== chosen.includes(key))
          if (changed !== undefined) settings.update({ columns: withColumn(chosen, changed.key, next.has(changed.key)) })
        }}
      >
        {allColumns.map(({ key, label }) => (
          <MenuItem key={key} id={key}>
            {key === 'language' ? 'Language' : key === 'length' ? 'Length in words' : label}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  )
}

function AddMenu(): React.JSX.Element {
  const { imports, status } = useServices()
  const { chooseFiles, chooseFolder } = useChooser()
  const hasSample = useStore(status.store, (state) => state.status?.hasSample ?? false)
  return (
    <MenuTrigger>
      <Button look="primary" icon={Plus}>
        Add
      </Button>
      <Menu aria-label="Add" placement="bottom end">
        <MenuItem icon={FolderPlus} keys="Mod+O" onAction={chooseFolder}>
          Folder…
        </MenuItem>
        <MenuItem icon={FilePlus2} keys="Mod+Shift+O" onAction={chooseFiles}>
          Files…
        </MenuItem>
        <MenuSection aria-label="Sample">
          <MenuItem icon={Library} onAction={hasSample ? imports.removeSample : imports.addSample}>
            {hasSample ? 'Remove the sample library' : 'The sample library'}
          </MenuItem>
        </MenuSection>
      </Menu>
    </MenuTrigger>
  )
}

function TrashButtons({ view, onView }: Pick<LibraryBarProps, 'view' | 'onView'>): React.JSX.Element {
  const { client, actions, library } = useServices()
  const total = useStore(library.store, (state) => state.cache.total)
  const [isAsking, setAsking] = useState(false)
  const empty = async (): Promise<void> => {
    try {
      const { ids } = await client.request('documents.ids', { filter: filterOfView({ ...emptyView, isTrash: true }) })
      if (ids.length > 0) await actions.purge(ids)
    } catch (error) {
      actions.told(error)
    }
  }
  return (
    <>
      <Button look="plain" onPress={() => onView(emptyView, 'done')}>
        Back to the library
      </Button>
      <Button look="danger" icon={Trash2} isDisabled={total === 0 || isNarrowed(view)} onPress={() => setAsking(true)}>
        Empty the trash
      </Button>
      <ConfirmDialog
        title={`Delete ${countOf(total, 'item')} for good?`}
        isOpen={isAsking}
        action="Delete for good"
        onConfirm={() => void empty()}
        onClose={() => setAsking(false)}
      >
        <PurgeWarning />
      </ConfirmDialog>
    </>
  )
}
