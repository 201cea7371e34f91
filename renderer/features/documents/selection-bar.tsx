import { ChevronDown, Download, RefreshCw, Star, Tag, Trash2, Undo2, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { countOf, formatNumber } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { ExportDialog } from '../export/export-dialog.tsx'
import type { ExportFormat } from '../export/export-items.ts'
import type { ActedOn } from './document-actions.ts'
import styles from './selection-bar.module.css'
import { TagEditor } from './tag-editor.tsx'

/** A chosen item; what is not known of it (it was never read into the list) is `null`. */
export interface SelectedItem extends ActedOn {
  readonly tags: readonly string[] | null
  readonly isStarred: boolean | null
}

interface SelectionBarProps {
  readonly items: readonly SelectedItem[]
  readonly onClear: () => void
  readonly isTrash?: boolean
}

/** What can be done with the chosen items. */
export function SelectionBar({ items, onClear, isTrash = false }: SelectionBarProps): React.JSX.Element {
  return (
    <div className={styles.bar} role="toolbar" aria-label="Selected items" data-selection-bar>
      <span className={styles.count} role="status">
        {formatNumber(items.length)} selected
      </span>
      {isTrash ? <TrashTools items={items} /> : <ItemTools items={items} />}
      <span className={styles.line} />
      <IconButton icon={X} label="Clear the selection" keys="Escape" onPress={onClear} />
    </div>
  )
}

function ItemTools({ items }: { readonly items: readonly SelectedItem[] }): React.JSX.Element {
  const { actions } = useServices()
  const tagButton = useRef<HTMLButtonElement>(null)
  const [hasTagsOpen, setTagsOpen] = useState(false)
  const [format, setFormat] = useState<ExportFormat | null>(null)
  const areStarred = items.every(({ isStarred }) => isStarred === true)
  return (
    <>
      <Button ref={tagButton} look="plain" icon={Tag} onPress={() => setTagsOpen(true)} data-selection-tags>
        Tag
      </Button>
      <Button look="plain" icon={Star} onPress={() => actions.star(items, !areStarred)}>
        {areStarred ? 'Take stars away' : 'Star'}
      </Button>
      <Button look="plain" icon={RefreshCw} onPress={() => void actions.readAgain(items)}>
        Read again
      </Button>
      <MenuTrigger>
        <Button look="plain" icon={Download} endIcon={ChevronDown}>
          Export
        </Button>
        <Menu aria-label="Export as" onAction={(key) => setFormat(key as ExportFormat)}>
          <MenuItem id="markdown">Markdown, one file each</MenuItem>
          <MenuItem id="jsonl">JSON Lines, one file</MenuItem>
        </Menu>
      </MenuTrigger>
      <span className={styles.line} />
      <Button look="danger" icon={Trash2} onPress={() => actions.trash(items)}>
        Delete
      </Button>
      <TagEditor
        isOpen={hasTagsOpen}
        onClose={() => setTagsOpen(false)}
        anchor={tagButton}
        tags={commonTags(items)}
        title={`Tags of ${countOf(items.length, 'item')}`}
        onChange={(add, remove) => actions.tag(items, add, remove)}
      />
      {format !== null && <ExportDialog items={items} format={format} onClose={() => setFormat(null)} />}
    </>
  )
}

function TrashTools({ items }: { readonly items: readonly SelectedItem[] }): React.JSX.Element {
  const { actions } = useServices()
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Button look="plain" icon={Undo2} onPress={() => actions.restore(items)}>
        Put back
      </Button>
      <Button look="danger" icon={Trash2} onPress={() => setAsking(true)} data-selection-purge>
        Delete for good
      </Button>
      <ConfirmDialog
        title={`Delete ${countOf(items.length, 'item')} for good?`}
        isOpen={isAsking}
        action="Delete for good"
        onConfirm={() => void actions.purge(items.map(({ id }) => id))}
        onClose={() => setAsking(false)}
      >
        <PurgeWarning />
      </ConfirmDialog>
    </>
  )
}

export function PurgeWarning(): React.JSX.Element {
  return (
    <p>
      Text, tags and star are removed from this library. Original files outside Akin stay where they are. This cannot be undone.
    </p>
  )
}

/** The tags that all of the items have, as far as that is known. */
function commonTags(items: readonly SelectedItem[]): readonly string[] {
  const [first, ...rest] = items
  if (first === undefined || first.tags === null) return []
  return first.tags.filter((tag) => rest.every(({ tags }) => tags?.includes(tag) === true))
}
