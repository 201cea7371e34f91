import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Divider } from '../../ui/divider.tsx'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Segments } from '../../ui/segments.tsx'
import { useFocusWhenLost } from '../../ui/use-focus-when-lost.ts'
import { useIsNarrow } from '../../ui/use-media-query.ts'
import { SelectionBar } from '../documents/selection-bar.tsx'
import { emptySelection } from '../documents/selection.ts'
import { ReaderPane, type ReaderPaneHandle } from '../reader/reader-pane.tsx'
import { FilterBar } from './filter-bar.tsx'
import { QueryBox, type QueryBoxHandle } from './query-box.tsx'
import { ResultsPane } from './results-pane.tsx'
import { SavedSearches } from './saved-searches.tsx'
import styles from './search-body.module.css'
import { isEmptySearch, type SearchParams } from './search-params.ts'
import { SearchStart } from './search-start.tsx'
import { SpaceMenu } from './space-menu.tsx'
import { summaryOf } from './summary.ts'
import { useCurrentHit } from './use-current-hit.ts'
import { useHitActions } from './use-hit-actions.ts'
import { useLikeChips } from './use-like-chips.ts'
import { useSearchAddress } from './use-search-address.ts'
import { useSearchCommands } from './use-search-commands.ts'

const typedAfterMs = 140
/** A service sees every search: it gets finished ones, not each letter. */
const typedForServiceAfterMs = 800

/** The box, its filters, what was found, and the reader beside it. */
export function SearchBody(): React.JSX.Element {
  const { search, settings } = useServices()
  const address = useSearchAddress()
  const { params, go } = address
  const state = useStore(search.store)
  const isNarrow = useIsNarrow()
  const box = useRef<QueryBoxHandle>(null)
  const reader = useRef<ReaderPaneHandle>(null)
  const [isSavedOpen, setSavedOpen] = useState(false)
  useEffect(() => search.search(params), [search, params])
  const current = useCurrentHit({ shown: state.shown, isSearching: state.isSearching, address })
  const hitActions = useHitActions({ params, go, current })
  useFocusWhenLost(current.hit === null || state.selection.ids.size > 0 ? null : 'list', current.focus)
  const setQuery = useTypedQuery(params, go, useIsRemote(params) ? typedForServiceAfterMs : typedAfterMs)
  const likes = useLikeChips(params, state.shown?.hits ?? [])
  const isEmpty = isEmptySearch(params)
  const change = useCallback((next: SearchParams) => go(next, 'done'), [go])
  useSearchCommands({ box, reader, current, hitActions, state, isNarrow, openSaved: useCallback(() => setSavedOpen(true), []) })
  return (
    <>
      <HiddenText as="h1">Search</HiddenText>
      <div className={styles.bar} data-area="query">
        <QueryBox
          ref={box}
          query={params.q}
          likes={likes}
          onQuery={setQuery}
          onRemoveLike={(id) =>
            change({ ...params, more: params.more.filter((one) => one !== id), less: params.less.filter((one) => one !== id) })
          }
          onClear={() => change({ ...params, q: '', more: [], less: [] })}
          onLeave={() => current.focus()}
        />
        <Segments
          label="Search by"
          value={params.mode}
          options={[
            { value: 'hybrid', label: 'Both' },
            { value: 'vector', label: 'Meaning' },
            { value: 'keyword', label: 'Words' },
          ]}
          onChange={(mode) => {
            settings.update({ searchMode: mode })
            change({ ...params, mode })
          }}
        />
        <SpaceMenu space={params.space} mode={params.mode} onSpace={(space) => change({ ...params, space })} />
        <SavedSearches params={params} isOpen={isSavedOpen} onOpenChange={setSavedOpen} />
      </div>
      <FilterBar params={params} onChange={change} summary={isEmpty ? '' : summaryOf(state)} />
      {isEmpty ? (
        <SearchStart onQuery={(q) => change({ ...params, q })} />
      ) : (
        <SearchPanes isNarrow={isNarrow} onParams={change} current={current} hitActions={hitActions} reader={reader} />
      )}
      {state.selection.ids.size > 0 && (
        <SelectionBar
          items={(state.shown?.hits ?? []).flatMap((hit) =>
            state.selection.ids.has(hit.documentId)
              ? [{ id: hit.documentId, title: hit.title, source: hit.source, tags: hit.tags, isStarred: hit.isStarred }]
              : [],
          )}
          onClear={() => search.select(emptySelection)}
        />
      )}
    </>
  )
}

interface SearchPanesProps {
  readonly isNarrow: boolean
  readonly onParams: (params: SearchParams) => void
  readonly current: ReturnType<typeof useCurrentHit>
  readonly hitActions: ReturnType<typeof useHitActions>
  readonly reader: React.RefObject<ReaderPaneHandle | null>
}

function SearchPanes(props: SearchPanesProps): React.JSX.Element {
  const { isNarrow, onParams, current, hitActions, reader } = props
  const { settings, search } = useServices()
  const kept = useStore(settings.store, (state) => state.settings.listWidthPx)
  const shown = useStore(search.store, (state) => state.shown)
  const [dragged, setDragged] = useState<number | null>(null)
  const width = dragged ?? kept
  const { hit } = current
  const q = shown?.params.q ?? ''
  const place = useMemo(
    () => (hit === null ? null : { documentId: hit.documentId, passage: [hit.passage.start, hit.passage.end] as const, q }),
    [hit, q],
  )
  return (
    <div className={styles.panes}>
      <section className={styles.list} style={isNarrow ? undefined : { width }} aria-label="Results">
        <ResultsPane onParams={onParams} current={current} hitActions={hitActions} />
      </section>
      {!isNarrow && (
        <>
          <Divider
            label="Width of the list"
            width={width}
            min={280}
            max={800}
            onResize={(listWidthPx, isDone) => {
              setDragged(isDone ? null : listWidthPx)
              if (isDone) settings.update({ listWidthPx })
            }}
          />
          {place !== null ? (
            <ReaderPane ref={reader} place={place} isChosen={current.isChosen} />
          ) : (
            <div className={styles.noReader}>
              <HiddenText>No item is open</HiddenText>
            </div>
          )}
        </>
      )}
    </div>
  )
}

/** True when the search goes to a service. */
function useIsRemote({ space, mode }: SearchParams): boolean {
  const { spaces } = useServices()
  const current = useStore(spaces.store, (state) =>
    state.spaces.find(({ id, isDefault }) => (space === null ? isDefault : id === space)),
  )
  return mode !== 'keyword' && current?.recipe.type === 'remote'
}

/** Waits with a search until the typing pauses; what is done is searched for at once. */
function useTypedQuery(
  params: SearchParams,
  go: (params: SearchParams, how: 'typing' | 'done') => void,
  waitMs: number,
): (q: string, isDone: boolean) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef(params)
  useEffect(() => {
    latest.current = params
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return (q, isDone) => {
    clearTimeout(timer.current)
    const search = (): void => {
      if (latest.current.q !== q || isDone) go({ ...latest.current, q }, isDone ? 'done' : 'typing')
    }
    if (isDone) search()
    else timer.current = setTimeout(search, waitMs)
  }
}
