import { Search } from 'lucide-react'
import { useId, useState, type KeyboardEvent } from 'react'
import { Dialog } from 'react-aria-components/Dialog'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Keys } from '../../ui/keys.tsx'
import { countOf } from '../../ui/format.ts'
import { useDelayed } from '../../ui/use-delayed.ts'
import { moveActive, type PaletteItem } from './palette-items.ts'
import { PaletteList } from './palette-list.tsx'
import styles from './palette.module.css'
import { useItemActions } from './use-item-actions.ts'
import { usePaletteSections } from './use-palette-sections.ts'

/** One box for everything: words search, `>` leads to commands, Tab to what can be done with an item. */
export function Palette(): React.JSX.Element {
  const { layers } = useServices()
  const { isOpen, text } = useStore(layers.store, (state) => state.palette)
  const close = (): void => layers.closePalette()
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => !open && close()} isDismissable className={styles.scrim} data-layer>
      <Modal className={styles.palette}>
        <Dialog className={styles.dialog} aria-label="Search and commands">
          <PaletteBody startText={text} onClose={close} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface PaletteBodyProps {
  readonly startText: string
  readonly onClose: () => void
}

function PaletteBody({ startText, onClose }: PaletteBodyProps): React.JSX.Element {
  const [text, setText] = useState(startText)
  const [active, setActive] = useState(0)
  const [acted, setActed] = useState<PaletteItem | null>(null)
  const { sections, isSearching } = usePaletteSections(text)
  const actionSections = useItemActions(acted?.hit ?? null)
  const isLate = useDelayed(isSearching)
  const listId = useId()
  const shown = acted === null ? sections : actionSections
  const items = shown.flatMap((section) => section.items)
  const activeItem = items[active]?.disabledReason === null ? items[active] : undefined
  const run = (item: PaletteItem | undefined): void => {
    if (item === undefined || item.disabledReason !== null) return
    onClose()
    item.run()
  }
  const turnTo = (item: PaletteItem | null): void => {
    setActed(item)
    setActive(0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const handled = handleKey(event, {
      move: (step) => setActive(moveActive(items, active, step)),
      run: () => run(activeItem),
      searchAll: () => run(items.find(({ id }) => id === 'search')),
      act: () => activeItem !== undefined && activeItem.hit !== null && turnTo(activeItem),
      back: () => {
        turnTo(null)
        return acted !== null
      },
    })
    if (!handled) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <PaletteInput
        text={text}
        acted={acted}
        listId={listId}
        activeId={activeItem?.id ?? null}
        onText={(next) => {
          setText(next)
          turnTo(null)
        }}
        onKeyDown={onKeyDown}
      />
      <PaletteList
        id={listId}
        sections={shown}
        activeId={activeItem?.id ?? null}
        isLate={isLate && acted === null}
        onRun={run}
        onHover={(item) => setActive(items.indexOf(item))}
      />
      <HiddenText>
        <span role="status">{isSearching ? '' : countOf(items.length, 'line')}</span>
      </HiddenText>
      <PaletteFoot hasActions={(activeItem?.hit ?? null) !== null} isInActions={acted !== null} />
    </>
  )
}

interface PaletteInputProps {
  readonly text: string
  /** The item whose actions are shown. */
  readonly acted: PaletteItem | null
  readonly listId: string
  readonly activeId: string | null
  readonly onText: (text: string) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function PaletteInput({ text, acted, listId, activeId, onText, onKeyDown }: PaletteInputProps): React.JSX.Element {
  return (
    <div className={styles.input}>
      <Icon of={Search} size="large" />
      <input
        autoFocus
        role="combobox"
        aria-label={acted === null ? 'Search, or type > for commands' : `What to do with ${acted.title}`}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={activeId === null ? undefined : `${listId}-${activeId}`}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={acted === null ? 'Search, or do something' : acted.title}
        value={acted === null ? text : ''}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {!text.startsWith('>') && acted === null && (
        <span className={styles.tip}>
          Type <Keys of=">" /> for commands only
        </span>
      )}
    </div>
  )
}

interface KeyActions {
  readonly move: (step: 1 | -1) => void
  readonly run: () => void
  readonly searchAll: () => void
  readonly act: () => void
  /** False when there is nothing to go back from. */
  readonly back: () => boolean
}

function handleKey(event: KeyboardEvent, actions: KeyActions): boolean {
  if (event.nativeEvent.isComposing) return false
  switch (event.key) {
    case 'ArrowDown':
      actions.move(1)
      return true
    case 'ArrowUp':
      actions.move(-1)
      return true
    case 'Enter':
      if (event.ctrlKey || event.metaKey) actions.searchAll()
      else actions.run()
      return true
    case 'Tab':
      if (!event.shiftKey) actions.act()
      else actions.back()
      return true
    case 'Escape':
    case 'Backspace':
      return actions.back()
    default:
      return false
  }
}

function PaletteFoot(props: { readonly hasActions: boolean; readonly isInActions: boolean }): React.JSX.Element {
  return (
    <footer className={styles.foot}>
      <span>
        <Keys of="ArrowUp" /> <Keys of="ArrowDown" /> move
      </span>
      <span>
        <Keys of="Enter" /> {props.isInActions ? 'do it' : 'open'}
      </span>
      {props.hasActions && !props.isInActions && (
        <span>
          <Keys of="Tab" /> actions on the item
        </span>
      )}
      <span className={styles.close}>
        <Keys of="Escape" /> {props.isInActions ? 'back' : 'close'}
      </span>
    </footer>
  )
}
