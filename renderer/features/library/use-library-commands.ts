import { CheckSquare, ExternalLink, RefreshCw, Search, Star, Tag, Trash2, Undo2 } from 'lucide-react'
import { useMemo, type RefObject } from 'react'
import { useStore } from 'zustand'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import type { Command } from '../../app/commands/command.ts'
import { useCommands } from '../../app/commands/use-commands.ts'
import { useServices } from '../../app/services-context.ts'
import type { ActedOn, DocumentActions } from '../documents/document-actions.ts'
import { emptySelection } from '../documents/selection.ts'
import type { ReaderPaneHandle } from '../reader/reader-pane.tsx'
import type { LibraryStore } from './library-store.ts'
import { rowAt } from './page-cache.ts'
import type { RowActions } from './row-actions.ts'
import { selectedItems } from './selected-items.ts'

interface LibraryCommandParts {
  readonly filterInput: RefObject<HTMLInputElement | null>
  readonly reader: RefObject<ReaderPaneHandle | null>
  readonly rowActions: RowActions
  readonly isTrash: boolean
}

/** The keys of the Library. */
export function useLibraryCommands({ filterInput, reader, rowActions, isTrash }: LibraryCommandParts): void {
  const { library, actions } = useServices()
  const cursor = useStore(library.store, (state) => state.cursor)
  const isChosen = cursor >= 0
  // Before one is chosen, the first one stands for it: the keys can then be told, though they do not act yet.
  const row = useStore(library.store, (state) => rowAt(state.cache, Math.max(0, state.cursor)))
  const selection = useStore(library.store, (state) => state.selection)
  const commands = useMemo((): Command[] => {
    const always = tableCommands(library, filterInput)
    if (row === undefined) return always
    const acted = (): readonly ActedOn[] =>
      selection.ids.size > 0 ? selectedItems(selection, library.store.getState().cache) : [row]
    const items = isTrash ? trashCommands : itemCommands
    const hasSelection = selection.ids.size > 0
    return [
      ...always,
      ...rowCommands({ library, row, cursor, rowActions, reader }).map(isChosen ? asIs : notYet),
      ...items({ library, actions, row, acted, hasSelection }).map(isChosen || hasSelection ? asIs : notYet),
    ]
  }, [library, actions, cursor, isChosen, row, selection, rowActions, filterInput, reader, isTrash])
  useCommands('library', commands)
}

function asIs(command: Command): Command {
  return command
}

function notYet(command: Command): Command {
  return { ...command, disabledReason: 'No item is chosen' }
}

function tableCommands(library: LibraryStore, filterInput: RefObject<HTMLInputElement | null>): Command[] {
  const move = (step: 1 | -1) => (): void => {
    const { cache, cursor } = library.store.getState()
    if (cache.total > 0) library.setCursor(Math.max(0, Math.min(cache.total - 1, cursor + step)))
  }
  const filter = (): void => {
    filterInput.current?.focus()
    filterInput.current?.select()
  }
  const hidden = { inPalette: false } as const
  return [
    { ...hidden, id: 'library.filter', title: 'Filter these items', group: 'Library', icon: Search, keys: ['/'], run: filter },
    { ...hidden, id: 'library.next', title: 'Next item', group: 'Moving', keys: ['j'], run: move(1) },
    { ...hidden, id: 'library.previous', title: 'Previous item', group: 'Moving', keys: ['k'], run: move(-1) },
    {
      id: 'library.all',
      title: 'Select all',
      group: 'Items',
      icon: CheckSquare,
      keys: ['Mod+A'],
      run: () => void library.selectAll(),
    },
    {
      ...hidden,
      id: 'library.none',
      title: 'Clear the selection',
      group: 'Items',
      keys: ['Escape'],
      run: () => library.select(emptySelection),
    },
  ]
}

interface RowParts {
  readonly library: LibraryStore
  readonly row: DocumentSummary
  readonly cursor: number
  readonly rowActions: RowActions
  readonly reader: RefObject<ReaderPaneHandle | null>
}

function rowCommands({ library, row, cursor, rowActions, reader }: RowParts): Command[] {
  const preview = (): void => library.setPreview(!library.store.getState().isPreviewOpen)
  const toggle = (isRange: boolean) => (): void => rowActions.toggle(row, cursor, isRange)
  const text = (): void => reader.current?.focus()
  const hidden = { inPalette: false } as const
  return [
    {
      ...hidden,
      id: 'library.open',
      title: 'Open in the whole window',
      group: 'Moving',
      keys: ['Enter'],
      run: () => rowActions.open(row),
    },
    { id: 'library.preview', title: 'Preview beside the table', group: 'Moving', keys: ['Space'], run: preview },
    { ...hidden, id: 'library.text', title: 'Go to the text', group: 'Moving', keys: ['ArrowRight'], run: text },
    { ...hidden, id: 'library.select', title: 'Select', group: 'Items', keys: ['x'], run: toggle(false) },
    { ...hidden, id: 'library.selectTo', title: 'Select up to here', group: 'Items', keys: ['X'], run: toggle(true) },
  ]
}

interface ItemParts {
  readonly library: LibraryStore
  readonly actions: DocumentActions
  readonly row: DocumentSummary
  /** The chosen items, or the one under the cursor. */
  readonly acted: () => readonly ActedOn[]
  readonly hasSelection: boolean
}

/** The bar at the foot has the editor of the tags and the last question: one item is chosen for it. */
function pressInBar({ library, row, hasSelection }: ItemParts, selector: string): void {
  if (!hasSelection) library.select({ ids: new Set([row.id]), anchor: row.id })
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.click())
}

function originalCommand({ actions, row }: ItemParts): Command {
  const run = (): void => void actions.openOriginal(row)
  return { id: 'item.original', title: 'Open the original', group: 'Items', icon: ExternalLink, keys: ['o'], run }
}

function trashCommands(parts: ItemParts): Command[] {
  const { actions, acted } = parts
  const restore = (): void => actions.restore(acted())
  const purge = (): void => pressInBar(parts, '[data-selection-purge]')
  return [
    originalCommand(parts),
    { id: 'item.restore', title: 'Put back into the library', group: 'Items', icon: Undo2, keys: ['r'], run: restore },
    { id: 'item.purge', title: 'Delete for good…', group: 'Items', icon: Trash2, keys: ['Delete'], run: purge },
  ]
}

function itemCommands(parts: ItemParts): Command[] {
  const { actions, acted, row } = parts
  const group = 'Items' as const
  const star = (): void => actions.star(acted(), !row.isStarred)
  const tags = (): void => pressInBar(parts, '[data-selection-tags]')
  const again = (): void => void actions.readAgain(acted())
  return [
    originalCommand(parts),
    { id: 'item.star', title: row.isStarred ? 'Take the star away' : 'Star', group, icon: Star, keys: ['s'], run: star },
    { id: 'item.tags', title: 'Tags', group, icon: Tag, keys: ['t'], run: tags },
    { id: 'item.again', title: 'Read again', group, icon: RefreshCw, aliases: ['reindex'], keys: ['r'], run: again },
    {
      id: 'item.trash',
      title: 'Move to the trash',
      group,
      icon: Trash2,
      aliases: ['delete', 'remove'],
      keys: ['Delete'],
      run: () => actions.trash(acted()),
    },
  ]
}
