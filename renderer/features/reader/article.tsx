import { useImperativeHandle, useLayoutEffect, useMemo, useRef, type Ref } from 'react'
import { flushSync } from 'react-dom'
import { cx } from '../../ui/class-names.ts'
import { ArticleProvider, type ArticleLook } from './article-context.ts'
import { ArticleHead } from './article-head.tsx'
import { ArticleSection } from './article-section.tsx'
import styles from './article.module.css'
import { elementAt, offsetAtTop } from './places.ts'
import type { BlockedPictures } from './pictures.ts'
import { sectionsOf } from './sections.ts'
import { useLaidOutSections } from './use-laid-out-sections.ts'

/** What stands around an article may ask of it. */
export interface ArticleHandle {
  /** Brings a place of the text into the window. */
  readonly reveal: (offset: number, where: 'top' | 'middle') => void
  readonly scrollByPage: (step: 1 | -1) => void
  readonly focus: () => void
  readonly element: HTMLElement | null
}

interface ArticleProps {
  readonly look: ArticleLook
  readonly blocked: BlockedPictures
  readonly onLoadOnce: () => void
  readonly onAlwaysLoad: () => void
  readonly fontSizePx: number
  readonly isCompact?: boolean
  /** Where to begin: a place of the text, or how far it was scrolled before. */
  readonly startAt: { readonly offset: number } | { readonly scrollTop: number }
  /** Called as one scrolls: the place at the top of the window. */
  readonly onRead?: (offset: number, scrollTop: number) => void
  readonly ref?: Ref<ArticleHandle>
}

const lineHeight = 1.65

/** The text of an item, to be read. Made anew for each item: give it the item's id as its key. */
export function Article(props: ArticleProps): React.JSX.Element {
  const { look, blocked, fontSizePx, isCompact = false, startAt, onRead, ref } = props
  const { document } = look
  const scroller = useRef<HTMLDivElement>(null)
  const sections = useMemo(() => sectionsOf(document.text, document.content), [document.text, document.content])
  const lineHeightPx = fontSizePx * lineHeight
  const startOffset = 'offset' in startAt ? startAt.offset : 0
  const laidOut = useLaidOutSections({ scroller, sections, startAt: startOffset, lineHeightPx })
  const { layOut } = laidOut
  const reveal = (offset: number, where: 'top' | 'middle'): void => {
    // Twice: what comes into the page above the place may move it once more.
    const go = (): void => scrollTo(scroller.current, elementAt(layOut(offset), offset), where)
    flushSync(() => void layOut(offset))
    go()
    requestAnimationFrame(go)
  }
  useImperativeHandle(ref, () => ({
    reveal,
    scrollByPage: (step) => scroller.current?.scrollBy({ top: step * (scroller.current.clientHeight - 64) }),
    focus: () => scroller.current?.focus({ preventScroll: true }),
    get element() {
      return scroller.current
    },
  }))
  useStartPlace(scroller, startAt, (offset) => elementAt(layOut(offset), offset))
  const isRestless = useRef(false)
  const onScroll = (): void => {
    if (onRead === undefined || isRestless.current) return
    isRestless.current = true
    requestAnimationFrame(() => {
      isRestless.current = false
      const element = scroller.current
      if (element !== null) onRead(offsetAtTop(element), element.scrollTop)
    })
  }
  return (
    <ArticleProvider value={look}>
      {/* The text scrolls with the arrow keys: it must take the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Text">
        <article
          className={cx(styles.article, isCompact && styles.compact)}
          style={{ '--read': `${fontSizePx}px` } as React.CSSProperties}
          lang={document.language ?? undefined}
        >
          <ArticleHead
            document={document}
            blocked={blocked}
            onLoadOnce={props.onLoadOnce}
            onAlwaysLoad={props.onAlwaysLoad}
            isCompact={isCompact}
          />
          {sections.map((section) => (
            <ArticleSection
              key={section.index}
              section={section}
              ref={laidOut.refOf(section.index)}
              isLaidOut={laidOut.isLaidOut(section.index)}
              height={laidOut.heightOf(section)}
            />
          ))}
        </article>
      </div>
    </ArticleProvider>
  )
}

/** Before the first paint, so that nothing is seen to move. */
function useStartPlace(
  scroller: React.RefObject<HTMLElement | null>,
  startAt: ArticleProps['startAt'],
  find: (offset: number) => HTMLElement | null,
): void {
  const isSet = useRef(false)
  useLayoutEffect(() => {
    if (isSet.current || scroller.current === null) return
    isSet.current = true
    if ('scrollTop' in startAt) scroller.current.scrollTo({ top: startAt.scrollTop })
    else if (startAt.offset > 0) scrollTo(scroller.current, find(startAt.offset), 'top')
  })
}

const topMarginPx = 72

function scrollTo(scroller: HTMLElement | null, element: HTMLElement | null, where: 'top' | 'middle'): void {
  if (scroller === null || element === null) return
  const box = element.getBoundingClientRect()
  const frame = scroller.getBoundingClientRect()
  const isSeen = box.top >= frame.top + 24 && box.bottom <= frame.bottom - 24
  if (where === 'middle' && isSeen) return
  const free = where === 'top' ? topMarginPx : (frame.height - box.height) / 2
  scroller.scrollBy({ top: box.top - frame.top - Math.max(24, free) })
}
