import { Copy, Search, Waypoints } from 'lucide-react'
import { useEffect, useState, type RefObject } from 'react'
import { useNavigate } from 'react-router'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import type { ArticleHandle } from './article.tsx'
import { selectedSpan } from './places.ts'
import styles from './selection-popover.module.css'

interface SelectionPopoverProps {
  readonly article: RefObject<ArticleHandle | null>
  readonly text: string
  readonly onKinOfPassage: (span: readonly [number, number]) => void
}

interface Selected {
  readonly span: readonly [number, number]
  readonly top: number
  readonly left: number
}

const settledAfterMs = 180
const popoverWidthPx = 300
const longestSearch = 300

/** What can be done with a stretch of text that was selected by hand. */
export function SelectionPopover({ article, text, onKinOfPassage }: SelectionPopoverProps): React.JSX.Element | null {
  const { toasts } = useServices()
  const navigate = useNavigate()
  const selected = useSelected(article)
  if (selected === null) return null
  const [start, end] = selected.span
  const words = text.slice(start, end).replaceAll(/\s+/gu, ' ').trim()
  const leave = (): void => document.getSelection()?.removeAllRanges()
  return (
    <div
      className={styles.popover}
      role="toolbar"
      aria-label="Selected passage"
      style={{ top: selected.top, left: selected.left }}
      // The selection must outlive the press.
      onPointerDown={(event) => event.preventDefault()}
    >
      <Button
        look="accent"
        icon={Waypoints}
        onPress={() => {
          onKinOfPassage(selected.span)
          leave()
        }}
      >
        Find kin of this passage
      </Button>
      <span className={styles.line} />
      <IconButton
        icon={Search}
        label="Search these words"
        onPress={() => {
          leave()
          void navigate(`/search?${new URLSearchParams({ q: plainQuery(words) })}`)
        }}
      />
      <IconButton
        icon={Copy}
        label="Copy"
        keys="Mod+C"
        onPress={() => {
          void navigator.clipboard.writeText(text.slice(start, end)).then(() => toasts.show({ message: 'Copied' }))
          leave()
        }}
      />
    </div>
  )
}

/** Words of a text as a query: what the query language would read otherwise is taken out. */
function plainQuery(words: string): string {
  return words
    .slice(0, longestSearch)
    .replaceAll(/["“”„«»*]|(?<=\s|^)-+|(?<=\p{L}):(?=\S)/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

function useSelected(article: RefObject<ArticleHandle | null>): Selected | null {
  const [selected, setSelected] = useState<Selected | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      const scroller = article.current?.element ?? null
      setSelected(scroller === null ? null : readSelected(scroller))
    }
    const onChange = (): void => {
      clearTimeout(timer)
      if (document.getSelection()?.isCollapsed !== false) setSelected(null)
      else timer = setTimeout(look, settledAfterMs)
    }
    document.addEventListener('selectionchange', onChange)
    // The layer stands still: scrolling takes it away until one stops.
    document.addEventListener('scroll', onChange, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('selectionchange', onChange)
      document.removeEventListener('scroll', onChange, true)
    }
  }, [article])
  return selected
}

function readSelected(scroller: HTMLElement): Selected | null {
  const span = selectedSpan(scroller)
  const range = document.getSelection()?.getRangeAt(0)
  if (span === null || range === undefined) return null
  const boxes = [...range.getClientRects()]
  const last = boxes.at(-1) ?? range.getBoundingClientRect()
  const first = boxes[0] ?? last
  // Its frame is the body of the reader, which begins where the scroller's parent does.
  const frame = scroller.parentElement!.getBoundingClientRect()
  const below = last.bottom - frame.top + 8
  const top = below + 44 > frame.height ? Math.max(8, first.top - frame.top - 48) : below
  const left = Math.min(Math.max(8, last.right - frame.left - popoverWidthPx / 2), frame.width - popoverWidthPx - 8)
  return { span, top, left: Math.max(8, left) }
}
