import { ArrowLeft, ArrowRight, ListTree } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Link, useLocation, useNavigate, useParams, useSearchParams } from 'react-router'
import type { Document } from '../../../shared/model/document.ts'
import { useCommands } from '../../app/commands/use-commands.ts'
import { useDocumentTitle } from '../../app/use-document-title.ts'
import { cx } from '../../ui/class-names.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useFocusWhenLost } from '../../ui/use-focus-when-lost.ts'
import { useIsCompact } from '../../ui/use-media-query.ts'
import { KinPanel } from '../kin/kin-panel.tsx'
import { useKinTarget } from '../kin/use-kin-target.ts'
import { FindBar } from './find-bar.tsx'
import styles from './item-screen.module.css'
import { OutlinePane } from './outline-pane.tsx'
import { outlineOf } from './outline.ts'
import { ReaderBody } from './reader-body.tsx'
import { useKinVisibility } from './reader-pane.tsx'
import { ReaderTools } from './reader-tools.tsx'
import { readPlace } from './read-place.ts'
import { useMarkRead } from './use-mark-read.ts'
import { useReader, type Reader } from './use-reader.ts'
import { useReaderCommands } from './use-reader-commands.ts'

/** One item in the whole window: outline, text and kin. */
export function ItemScreen(): React.JSX.Element {
  const { id = '' } = useParams()
  const [params] = useSearchParams()
  const place = useMemo(() => readPlace(id, params), [id, params])
  const { key } = useLocation()
  const reader = useReader(place, key)
  const { document, find, article } = reader
  const [hasTagsOpen, setTagsOpen] = useState(false)
  const outline = useOutlineVisibility()
  const kin = useKinVisibility()
  const { show: showKin } = kin
  useEffect(() => {
    if (params.has('kin')) showKin()
  }, [params, showKin])
  const choice = useKinTarget({
    documentId: place.documentId,
    matched: place.passage,
    textLength: document?.text.length ?? 0,
    whereReading: reader.whereReading,
  })
  const { close: closeOutline } = outline
  const goTo = useCallback(
    (offset: number) => {
      article.current?.reveal(offset, 'top')
      closeOutline()
    },
    [article, closeOutline],
  )
  const closeFind = (): void => {
    find.close()
    article.current?.focus()
  }
  const kinOfPassage = (span: readonly [number, number]): void => {
    choice.choosePassage(span)
    showKin()
  }
  useDocumentTitle(document?.title ?? 'Item')
  useFocusWhenLost(document?.id ?? null, () => article.current?.focus())
  useMarkRead(document, true, 3_000)
  useReaderCommands({ reader, openTags: () => setTagsOpen(true), toggleKin: kin.toggle, kinOfPassage, ownsItemKeys: true })
  useItemScreenCommands(reader, outline.toggle)
  return (
    <>
      {document === null && <HiddenText as="h1">Item</HiddenText>}
      <header className={styles.bar}>
        <ItemBarStart document={document} />
        <span className={styles.gap} />
        {find.isOpen && <FindBar find={find} onClose={closeFind} />}
        <IconButton icon={ListTree} label="Outline" keys="l" isOn={outline.isOpen} onPress={outline.toggle} />
        <ReaderTools document={document} find={find} tags={{ isOpen: hasTagsOpen, setOpen: setTagsOpen }} kin={kin} />
      </header>
      <div className={styles.panes}>
        {outline.isOpen && document !== null && (
          <div className={cx(styles.outline, outline.isCompact && styles.over)}>
            <OutlineOf reader={reader} document={document} onGo={goTo} />
          </div>
        )}
        <section className={styles.text} aria-label="Item">
          <ReaderBody reader={reader} onKinOfPassage={kinOfPassage} />
        </section>
        {kin.isOpen && document !== null && (
          <div className={cx(styles.kin, outline.isCompact && styles.over)}>
            <KinPanel document={document} choice={choice} onClose={kin.toggle} />
          </div>
        )}
      </div>
    </>
  )
}

function ItemBarStart({ document }: { readonly document: Document | null }): React.JSX.Element {
  const navigate = useNavigate()
  const isTrashed = (document?.trashedAt ?? null) !== null
  return (
    <>
      <IconButton icon={ArrowLeft} label="Back" keys="Alt+ArrowLeft" onPress={() => void navigate(-1)} />
      <IconButton icon={ArrowRight} label="Forward" keys="Alt+ArrowRight" onPress={() => void navigate(1)} />
      <nav className={styles.crumbs} aria-label="Where you are">
        <Link to={isTrashed ? '/library?view=trash' : '/library'}>{isTrashed ? 'Trash' : 'Library'}</Link>
        {document !== null && (
          <Link to={`/library?${new URLSearchParams({ source: document.source.label })}`}>{document.source.label}</Link>
        )}
      </nav>
    </>
  )
}

interface OutlineOfProps {
  readonly reader: Reader
  readonly document: Document
  readonly onGo: (offset: number) => void
}

function OutlineOf({ reader, document, onGo }: OutlineOfProps): React.JSX.Element {
  const { text, content, title } = document
  const entries = useMemo(() => outlineOf(text, content, title), [text, content, title])
  return <OutlinePane document={document} entries={entries} readAt={reader.readAt} onGo={onGo} />
}

const outlineKey = 'akin.outline'

interface OutlineVisibility {
  readonly isOpen: boolean
  readonly isCompact: boolean
  readonly toggle: () => void
  /** Where it lies over the text, it leaves when a place was chosen. */
  readonly close: () => void
}

function useOutlineVisibility(): OutlineVisibility {
  const isCompact = useIsCompact()
  const [isWanted, setWanted] = useState(() => localStorage.getItem(outlineKey) !== 'closed')
  const [isShownCompact, setShownCompact] = useState(false)
  const isOpen = isCompact ? isShownCompact : isWanted
  const toggle = (): void => {
    if (isCompact) setShownCompact(!isOpen)
    else {
      setWanted(!isOpen)
      localStorage.setItem(outlineKey, isOpen ? 'closed' : 'open')
    }
  }
  return { isOpen, isCompact, toggle, close: useCallback(() => setShownCompact(false), []) }
}

function useItemScreenCommands({ article }: Reader, toggleOutline: () => void): void {
  const navigate = useNavigate()
  const commands = useMemo(
    () => [
      {
        id: 'item.outline',
        title: 'Show or hide the outline',
        group: 'Reader' as const,
        icon: ListTree,
        keys: ['l'],
        run: toggleOutline,
      },
      {
        id: 'item.down',
        title: 'One page on',
        group: 'Moving' as const,
        keys: ['Space', 'j'],
        inPalette: false,
        run: () => article.current?.scrollByPage(1),
      },
      {
        id: 'item.up',
        title: 'One page back',
        group: 'Moving' as const,
        keys: ['Shift+Space'],
        inPalette: false,
        run: () => article.current?.scrollByPage(-1),
      },
      {
        id: 'item.back',
        title: 'Back to the list',
        group: 'Moving' as const,
        keys: ['Escape'],
        inPalette: false,
        run: () => void navigate(-1),
      },
    ],
    [article, toggleOutline, navigate],
  )
  useCommands('item', commands)
}
