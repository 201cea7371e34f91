import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { countOf } from '../../ui/format.ts'
import { useDelayed } from '../../ui/use-delayed.ts'
import { sentence } from '../../ui/sentence.ts'
import type { HitActions } from './hit-view.tsx'
import { HitSkeleton, ResultsList } from './results-list.tsx'
import styles from './results-pane.module.css'
import type { SearchParams } from './search-params.ts'
import type { Shown } from './search-updates.ts'
import type { CurrentHit } from './use-current-hit.ts'

interface ResultsPaneProps {
  readonly onParams: (params: SearchParams) => void
  readonly current: CurrentHit
  readonly hitActions: HitActions
}

/** Results, or what stands in their place. */
export function ResultsPane({ onParams, current, hitActions }: ResultsPaneProps): React.JSX.Element {
  const { search } = useServices()
  const { shown, error, isSearching, wanted } = useStore(search.store)
  const isLate = useDelayed(isSearching && shown === null)
  if (error !== null) {
    return (
      <div className={styles.message} role="alert">
        <h2>The search failed</h2>
        <p>{sentence(error.message, error.advice)}</p>
        <Button onPress={() => wanted !== null && search.search(wanted)} isBusy={isSearching}>
          Search again
        </Button>
      </div>
    )
  }
  if (shown === null) {
    return (
      <div aria-busy="true" aria-label="Searching" role="status">
        {isLate && [0, 1, 2, 3].map((i) => <HitSkeleton key={i} />)}
      </div>
    )
  }
  return (
    <>
      <Notices shown={shown} />
      <ResultsList
        shown={shown}
        currentId={current.hit?.documentId ?? null}
        actions={hitActions}
        onParams={onParams}
        onMove={current.moveTo}
        onOpen={() => document.querySelector<HTMLElement>('[data-area=reader] [role=region]')?.focus()}
      />
    </>
  )
}

/** What these results lack, and that they will be renewed. */
function Notices({ shown: { reply, params } }: { readonly shown: Shown }): React.JSX.Element | null {
  const { status } = useServices()
  const waiting = useStore(status.store, (state) => state.status?.pending ?? 0)
  const pending = Math.min(waiting, reply.pending)
  if (params.mode !== 'keyword') {
    if (reply.meaning === 'loading') {
      return (
        <Banner className={styles.notice}>By words so far: the model is starting. The search renews itself in a moment.</Banner>
      )
    }
    if (reply.meaning === 'failed') {
      return (
        <Banner look="warning" className={styles.notice}>
          {sentence('By words only', reply.meaningReason ?? 'The model does not run')}
        </Banner>
      )
    }
  }
  if (pending > 0 && reply.verdict !== 'nothing' && params.mode !== 'keyword') {
    return (
      <Banner className={styles.notice}>
        {countOf(pending, 'item')} {pending === 1 ? 'is' : 'are'} found by words only, until read for meaning.
      </Banner>
    )
  }
  return null
}
