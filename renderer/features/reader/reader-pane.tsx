import { Maximize2, X } from 'lucide-react'
import { useCallback, useState, type Ref, useImperativeHandle } from 'react'
import { useNavigate } from 'react-router'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { cx } from '../../ui/class-names.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { useIsCompact } from '../../ui/use-media-query.ts'
import { pathOfItem } from '../documents/item-path.ts'
import { KinPanel } from '../kin/kin-panel.tsx'
import { useKinTarget } from '../kin/use-kin-target.ts'
import { FindBar } from './find-bar.tsx'
import { ReaderBody } from './reader-body.tsx'
import styles from './reader-pane.module.css'
import { ReaderTools } from './reader-tools.tsx'
import { useMarkRead } from './use-mark-read.ts'
import type { ReaderPlace } from './read-place.ts'
import { useReader } from './use-reader.ts'
import { useReaderCommands } from './use-reader-commands.ts'

export interface ReaderPaneHandle {
  readonly scrollByPage: (step: 1 | -1) => void
  readonly focus: () => void
  readonly openTags: () => void
}

interface ReaderPaneProps {
  readonly place: ReaderPlace
  /** True when the person chose the item, not the list by itself: it then counts as read after a while. */
  readonly isChosen: boolean
  readonly onClose?: () => void
  /** Where there is little room, kin are shown only when they are asked for. */
  readonly hasLittleRoom?: boolean
  /** Of the text, without the kin; it takes what there is where it is not given. */
  readonly width?: number
  readonly ref?: Ref<ReaderPaneHandle>
}

/** The reader beside a list, with its kin. */
export function ReaderPane({ place, isChosen, onClose, hasLittleRoom = false, width, ref }: ReaderPaneProps): React.JSX.Element {
  const navigate = useNavigate()
  const reader = useReader(place)
  const { document, find, article } = reader
  const [hasTagsOpen, setTagsOpen] = useState(false)
  const kin = useKinVisibility(hasLittleRoom)
  const choice = useKinTarget({
    documentId: place.documentId,
    matched: place.passage,
    textLength: document?.text.length ?? 0,
    whereReading: reader.whereReading,
  })
  const { choosePassage } = choice
  const showKin = kin.show
  const closeFind = (): void => {
    find.close()
    article.current?.focus()
  }
  const kinOfPassage = (span: readonly [number, number]): void => {
    choosePassage(span)
    showKin()
  }
  useMarkRead(document, isChosen, 5_000)
  useReaderCommands({
    reader,
    openTags: () => setTagsOpen(true),
    toggleKin: kin.toggle,
    kinOfPassage,
    ownsItemKeys: false,
  })
  useImperativeHandle(ref, () => ({
    scrollByPage: (step) => article.current?.scrollByPage(step),
    focus: () => article.current?.focus(),
    openTags: () => setTagsOpen(true),
  }))
  const open = (): void => {
    const passage = place.passage === null ? undefined : { start: place.passage[0], end: place.passage[1] }
    void navigate(pathOfItem(place.documentId, { passage, q: place.q }))
  }
  return (
    <>
      <section
        className={styles.pane}
        style={width === undefined ? undefined : { width, flex: 'none' }}
        aria-label="Reader"
        data-area="reader"
      >
        <header className={styles.bar}>
          {find.isOpen ? (
            <FindBar find={find} onClose={closeFind} />
          ) : (
            <span className={styles.source}>{document?.source.label}</span>
          )}
          <span className={styles.gap} />
          <ReaderTools document={document} find={find} tags={{ isOpen: hasTagsOpen, setOpen: setTagsOpen }} kin={kin} />
          <IconButton icon={Maximize2} label="Open in the whole window" keys="Enter" onPress={open} />
          {onClose !== undefined && <IconButton icon={X} label="Close the preview" keys="Space" onPress={onClose} />}
        </header>
        <ReaderBody reader={reader} isCompact onKinOfPassage={kinOfPassage} />
      </section>
      {kin.isOpen && document !== null && (
        <div className={cx(styles.kin, kin.isOver && styles.over)}>
          <KinPanel document={document} choice={choice} onClose={kin.toggle} />
        </div>
      )}
    </>
  )
}

interface KinVisibility {
  readonly isOpen: boolean
  /** True where they lie over the text instead of beside it. */
  readonly isOver: boolean
  readonly toggle: () => void
  readonly show: () => void
}

/** Whether kin stand beside the text: as the person chose where there is room, on demand where there is little. */
export function useKinVisibility(hasLittleRoom = false): KinVisibility {
  const { settings } = useServices()
  const isCompact = useIsCompact() || hasLittleRoom
  const isWanted = useStore(settings.store, (state) => state.settings.kinPanel)
  const [isShownCompact, setShownCompact] = useState(false)
  const isOpen = isCompact ? isShownCompact : isWanted
  const set = useCallback(
    (next: boolean) => {
      if (isCompact) setShownCompact(next)
      else settings.update({ kinPanel: next })
    },
    [isCompact, settings],
  )
  return {
    isOpen,
    isOver: isCompact,
    toggle: useCallback(() => set(!isOpen), [set, isOpen]),
    show: useCallback(() => set(true), [set]),
  }
}
