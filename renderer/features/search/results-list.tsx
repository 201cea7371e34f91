import { useEffect, useLayoutEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import type { SearchHit } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { nextIndex } from '../../ui/move-focus.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { HitView, type HitActions } from './hit-view.tsx'
import { NothingFound } from './nothing-found.tsx'
import styles from './results-list.module.css'
import type { SearchParams } from './search-params.ts'
import { splitHits } from './split-hits.ts'
import { passageKey, type Shown } from './search-updates.ts'
import { useVisibleHits } from './use-visible-hits.ts'
import { whyLine } from './why-line.ts'

interface ResultsListProps {
  readonly shown: Shown
  readonly currentId: number | null
  readonly actions: HitActions
  readonly onParams: (params: SearchParams) => void
  readonly onMove: (index: number) => void
  readonly onOpen: () => void
}

/** The documents that were found, best first. */
export function ResultsList(props: ResultsListProps): React.JSX.Element {
  const { shown, currentId, actions, onParams, onMove, onOpen } = props
  const { search } = useServices()
  const { hits, params } = shown
  const scroller = useRef<HTMLDivElement>(null)
  const { kind, matches, nearest } = useMemo(() => splitHits(shown), [shown])
  const current = hits.findIndex(({ documentId }) => documentId === currentId)
  useKeptScroll(scroller)
  useVisibleHits(scroller, hits)
  const shared = { params, isNothing: kind === 'nothing', currentId, actions }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey
    const next = isPlain && event.key.startsWith('Arrow') ? nextIndex(event.key, current, hits.length) : null
    if (next === null && event.key === 'ArrowRight') onOpen()
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    onMove(next)
  }
  return (
    // The arrow keys move among the links inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.scroll}
      ref={scroller}
      data-area="list"
      onKeyDown={onKeyDown}
      onScroll={(event) => search.keepScroll(event.currentTarget.scrollTop)}
    >
      {kind === 'found' ? (
        <HiddenText as="h2">Results</HiddenText>
      ) : (
        <NothingFound shown={shown} kind={kind} onParams={onParams} />
      )}
      {kind === 'worded' && <h2 className={styles.nearest}>With every word</h2>}
      <HitList label={kind === 'worded' ? 'With every word' : 'Results'} hits={matches} {...shared} />
      {nearest.length > 0 && <h2 className={styles.nearest}>Not a match, but nearest</h2>}
      <HitList label="Not a match, but nearest" hits={nearest} isWeak {...shared} />
      <MoreResults shown={shown} scroller={scroller} />
    </div>
  )
}

interface SharedHitProps {
  readonly params: SearchParams
  readonly isNothing: boolean
  readonly currentId: number | null
  readonly actions: HitActions
}

interface HitListProps extends SharedHitProps {
  readonly label: string
  readonly hits: readonly SearchHit[]
  readonly isWeak?: boolean
}

function HitList({ label, hits, isWeak = false, currentId, ...shared }: HitListProps): React.JSX.Element | null {
  if (hits.length === 0) return null
  return (
    <ol aria-label={label}>
      {hits.map((hit) => (
        <li key={hit.documentId} className={styles.item}>
          <Hit hit={hit} isWeak={isWeak} isCurrent={hit.documentId === currentId} {...shared} />
        </li>
      ))}
    </ol>
  )
}

interface HitProps {
  readonly hit: SearchHit
  readonly params: SearchParams
  readonly isNothing: boolean
  readonly isWeak: boolean
  readonly isCurrent: boolean
  readonly actions: HitActions
}

function Hit({ hit, params, isNothing, isWeak, isCurrent, actions }: HitProps): React.JSX.Element {
  const { search } = useServices()
  const near = useStore(search.store, (state) => state.sentences.get(passageKey(hit.documentId, hit.passage)))
  const unfolded = useStore(search.store, (state) => state.unfolded.get(hit.documentId))
  const isSelected = useStore(search.store, (state) => state.selection.ids.has(hit.documentId))
  const isSelecting = useStore(search.store, (state) => state.selection.ids.size > 0)
  const why = useMemo(() => whyLine(hit, { mode: params.mode, isNothing }), [hit, params.mode, isNothing])
  return (
    <HitView
      hit={hit}
      near={near}
      why={why}
      q={params.q}
      unfolded={unfolded}
      isWeak={isWeak}
      isCurrent={isCurrent}
      isSelected={isSelected}
      isSelecting={isSelecting}
      actions={actions}
    />
  )
}

/** The end of the list: it asks for the next page before one gets there. */
function MoreResults({
  shown,
  scroller,
}: {
  readonly shown: Shown
  readonly scroller: React.RefObject<HTMLElement | null>
}): React.JSX.Element | null {
  const { search } = useServices()
  const isLoading = useStore(search.store, (state) => state.isLoadingMore)
  const isLate = useDelayed(isLoading)
  const end = useRef<HTMLDivElement>(null)
  const hasMore = shown.hits.length < shown.reply.total
  useEffect(() => {
    const element = end.current
    if (!hasMore || isLoading || element === null) return
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && search.loadMore(), {
      root: scroller.current,
      rootMargin: '600px',
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [search, scroller, hasMore, isLoading])
  if (!hasMore) return null
  return (
    <div ref={end} className={styles.more}>
      {isLate && <HitSkeleton />}
    </div>
  )
}

export function HitSkeleton(): React.JSX.Element {
  return (
    <div className={styles.skeleton} aria-hidden>
      <Skeleton width={60} />
      <Skeleton width={90} />
      <Skeleton width={75} />
    </div>
  )
}

/** A list that is come back to stands where it was left; new results begin at the top. */
function useKeptScroll(scroller: React.RefObject<HTMLElement | null>): void {
  const { search } = useServices()
  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: search.store.getState().scrollTop })
    return search.store.subscribe((state, before) => {
      if (state.shown?.params !== before.shown?.params) scroller.current?.scrollTo({ top: state.scrollTop })
    })
  }, [search, scroller])
}
