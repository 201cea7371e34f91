import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Passage, SearchHit } from '../../../shared/model/search.ts'
import type { StoreApi } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import type { Shown } from './search-updates.ts'

export interface CurrentHit {
  /** The result that is open beside the list; `null` for none. */
  readonly hit: SearchHit | null
  /** True when the person chose it. */
  readonly isChosen: boolean
  /** Chooses a result, and one of its passages where it has several. */
  readonly choose: (hit: SearchHit, passage?: Passage) => void
  /** Chooses the result at a place of the list and gives it the focus. */
  readonly moveTo: (index: number) => void
  readonly index: number
  /** Gives the focus to the list. */
  readonly focus: () => void
}

interface Options {
  readonly shown: Shown | null
  readonly isSearching: boolean
  readonly address: { readonly item: number | null; readonly noteItem: (item: number | null) => void }
}

interface Chosen {
  /** The results it was chosen among. */
  readonly params: unknown
  readonly id: number
  readonly passage: Passage | null
  /** Where it stood: when it goes, the one that takes its place is next. */
  readonly index: number
}

/** New results open their first one by themselves, once they have stood for a moment. */
const settledAfterMs = 350
/** The address follows a little later: browsers limit how often it may change. */
const notedAfterMs = 300

export function useCurrentHit({ shown, isSearching, address }: Options): CurrentHit {
  const { search } = useServices()
  const { item, noteItem } = address
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [settled, setSettled] = useState<Shown['params'] | null>(null)
  const params = shown?.params ?? null
  useEffect(() => {
    if (params === null || isSearching) return
    const timer = setTimeout(() => setSettled(params), settledAfterMs)
    return () => clearTimeout(timer)
  }, [params, isSearching])
  const hits = shown?.hits ?? noHits
  const isOwnChoice = chosen !== null && chosen.params === params
  const wantedId = isOwnChoice ? chosen.id : item
  const wanted = hits.find(({ documentId }) => documentId === wantedId)
  const successor = isOwnChoice ? hits[Math.min(chosen.index, hits.length - 1)] : hits[0]
  const fallback = settled === params || wantedId !== null ? successor : undefined
  const next = wanted ?? fallback ?? null
  // Until the new results have settled, the reader keeps what it shows.
  const [kept, setKept] = useState<SearchHit | null>(null)
  if (next !== null && next !== kept) setKept(next)
  const base = next ?? (hits.length > 0 ? kept : null)
  const passage = isOwnChoice && wanted !== undefined ? chosen.passage : null
  const hit = useMemo(() => (base !== null && passage !== null ? { ...base, passage } : base), [base, passage])
  const note = useDebounced(noteItem)
  const choose = useCallback(
    (chosenHit: SearchHit, chosenPassage?: Passage) => {
      const index = Math.max(
        0,
        hits.findIndex(({ documentId }) => documentId === chosenHit.documentId),
      )
      setChosen({ params, id: chosenHit.documentId, passage: chosenPassage ?? null, index })
      note(chosenHit.documentId)
    },
    [params, hits, note],
  )
  const moveTo = useCallback(
    (index: number) => {
      const target = hits[index]
      if (target === undefined) return
      choose(target)
      focusHit(target.documentId)
    },
    [hits, choose],
  )
  const focus = useCallback(() => whenFound(search.store, focusCurrent), [search])
  return {
    hit,
    isChosen: wanted !== undefined,
    choose,
    moveTo,
    index: hits.findIndex(({ documentId }) => documentId === hit?.documentId),
    focus,
  }
}

/** Runs when the search that is under way has brought its results, or soon when none is. */
function whenFound(store: StoreApi<{ readonly isSearching: boolean }>, run: () => void): void {
  // What was just typed is on its way to the store.
  setTimeout(() => {
    if (!store.getState().isSearching) {
      run()
      return
    }
    const stop = store.subscribe(({ isSearching }) => {
      if (isSearching) return
      stop()
      requestAnimationFrame(run)
    })
  })
}

function focusCurrent(): void {
  const link =
    document.querySelector<HTMLElement>('[data-hit-link][tabindex="0"]') ?? document.querySelector<HTMLElement>('[data-hit-link]')
  link?.focus({ preventScroll: true })
}

const noHits: readonly SearchHit[] = []

/** After the next paint, since the row may only become the one that can be focused. */
function focusHit(documentId: number): void {
  const find = (): HTMLElement | null => document.querySelector(`[data-hit-link="${documentId}"]`)
  find()?.focus({ preventScroll: true })
  find()?.closest('[data-hit]')?.scrollIntoView({ block: 'nearest' })
}

function useDebounced(run: (item: number | null) => void): (item: number | null) => void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return useCallback((item) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => latest.current(item), notedAfterMs)
  }, [])
}
