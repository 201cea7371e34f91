import { createStore, type StoreApi } from 'zustand/vanilla'
import { AkinError, isCode } from '../../../shared/errors.ts'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import type { Facets } from '../../../shared/model/library.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { applyPatch, type DocumentChange, type DocumentChanges } from '../documents/document-changes.ts'
import { emptySelection, selectAll, selectRange, withoutIds, type Selection } from '../documents/selection.ts'
import { loadFacets } from './load-facets.ts'
import { emptyView, filterOfView, isSameView, type LibrarySort, type LibraryView } from './library-view.ts'
import {
  emptyPages,
  heldRows,
  mapRows,
  markStale,
  pageSize,
  pagesToRead,
  removeRows,
  withPage,
  type PageCache,
} from './page-cache.ts'

export interface LibraryState {
  readonly view: LibraryView
  readonly sort: LibrarySort
  readonly cache: PageCache<DocumentSummary>
  /** True until the first page of this view has come. */
  readonly isFirstLoad: boolean
  readonly error: AkinError | null
  readonly facets: Facets | null
  /** The row the keys act on; −1 before there is one. */
  readonly cursor: number
  readonly selection: Selection
  readonly scrollTop: number
  /** Whether the row under the cursor is shown beside the table. */
  readonly isPreviewOpen: boolean
}

export interface LibraryStore {
  readonly store: StoreApi<LibraryState>
  readonly show: (view: LibraryView, sort: LibrarySort) => void
  /** Reads the pages of these rows, and a little around them. */
  readonly see: (from: number, to: number) => void
  readonly setCursor: (index: number) => void
  readonly select: (selection: Selection) => void
  /** Chooses everything between the anchor and this row, whether it was read or not. */
  readonly selectTo: (id: number) => Promise<void>
  readonly selectAll: () => Promise<void>
  readonly keepScroll: (scrollTop: number) => void
  readonly setPreview: (isOpen: boolean) => void
  readonly retry: () => void
}

const rereadAfterMs = 250
const facetsAfterMs = 700

/** The window's copy of the table: a few pages of it, the counts beside it, and what the person chose. */
export function createLibraryStore(client: AkinClient, changes: DocumentChanges): LibraryStore {
  const store = createStore<LibraryState>(() => ({
    view: emptyView,
    sort: { by: 'date', descending: true },
    cache: emptyPages(),
    isFirstLoad: true,
    error: null,
    facets: null,
    cursor: -1,
    selection: emptySelection,
    scrollTop: 0,
    isPreviewOpen: false,
  }))
  const reader = new LibraryReader(client, store)
  changes.listen((change) => reader.follow(change))
  return {
    store,
    show: (view, sort) => reader.show(view, sort),
    see: (from, to) => reader.see(from, to),
    setCursor: (cursor) => store.setState({ cursor }),
    select: (selection) => store.setState({ selection }),
    selectTo: (id) => reader.selectTo(id),
    selectAll: () => reader.selectAll(),
    keepScroll: (scrollTop) => store.setState({ scrollTop }),
    setPreview: (isPreviewOpen) => store.setState({ isPreviewOpen }),
    retry: () => reader.reload(),
  }
}

class LibraryReader {
  readonly #client: AkinClient
  readonly #store: StoreApi<LibraryState>
  /** Requests of this view; aborted when another one is shown. */
  #controller = new AbortController()
  readonly #reading = new Set<number>()
  #seen: readonly [number, number] = [0, pageSize - 1]
  #rereadTimer: ReturnType<typeof setTimeout> | undefined
  #facetsTimer: ReturnType<typeof setTimeout> | undefined
  #isShown = false

  constructor(client: AkinClient, store: StoreApi<LibraryState>) {
    this.#client = client
    this.#store = store
  }

  show(view: LibraryView, sort: LibrarySort): void {
    const before = this.#store.getState()
    const isSameSort = before.sort.by === sort.by && before.sort.descending === sort.descending
    if (this.#isShown && isSameSort && isSameView(before.view, view)) {
      this.#readSeen()
      return
    }
    const isTurned = before.view.isTrash !== view.isTrash
    this.#isShown = true
    this.#abort()
    this.#seen = [0, pageSize - 1]
    this.#store.setState({
      view,
      sort,
      cache: isTurned ? emptyPages() : markStale(before.cache),
      isFirstLoad: true,
      error: null,
      cursor: -1,
      scrollTop: 0,
      selection: emptySelection,
      facets: isTurned ? null : before.facets,
    })
    void this.#readPage(0)
    this.#readFacetsSoon(0)
  }

  see(from: number, to: number): void {
    this.#seen = [from, to]
    this.#readSeen()
  }

  reload(): void {
    this.#store.setState(({ cache }) => ({ cache: markStale(cache), error: null }))
    this.#readSeen()
    this.#readFacetsSoon(0)
  }

  follow(change: DocumentChange): void {
    if (change.type === 'patch') this.#applyPatch(change)
    if (!this.#isShown) return
    if (change.type === 'reread') this.#rereadSoon()
    this.#readFacetsSoon(facetsAfterMs)
  }

  async selectTo(id: number): Promise<void> {
    const { selection, cache } = this.#store.getState()
    const held = [...heldRows(cache)]
    const from = held.find(([, row]) => row.id === selection.anchor)?.[0]
    const to = held.find(([, row]) => row.id === id)?.[0]
    const isHeld = from !== undefined && to !== undefined && this.#isHeld(Math.min(from, to), Math.max(from, to))
    const order = isHeld || selection.anchor === null ? held.map(([, row]) => row.id) : await this.#readIds()
    if (order !== null) this.#store.setState((state) => ({ selection: selectRange(state.selection, id, order) }))
  }

  async selectAll(): Promise<void> {
    const order = await this.#readIds()
    if (order !== null) this.#store.setState({ selection: selectAll(order) })
  }

  #isHeld(from: number, to: number): boolean {
    const { pages } = this.#store.getState().cache
    for (let page = Math.floor(from / pageSize); page <= Math.floor(to / pageSize); page++) if (!pages.has(page)) return false
    return true
  }

  async #readIds(): Promise<readonly number[] | null> {
    const { view, sort } = this.#store.getState()
    const { signal } = this.#controller
    try {
      return (await this.#client.request('documents.ids', { filter: filterOfView(view), sort }, { signal })).ids
    } catch (error) {
      this.#failed(error)
      return null
    }
  }

  #applyPatch({ ids, patch }: Extract<DocumentChange, { type: 'patch' }>): void {
    this.#store.setState(({ cache, view, selection, cursor }) => {
      const leaves = patch.isPurged === true || (patch.trashedAt !== undefined && (patch.trashedAt !== null) !== view.isTrash)
      const changed = leaves
        ? removeRows(cache, ({ id }) => ids.has(id))
        : mapRows(cache, (row) => (ids.has(row.id) ? applyPatch(row, patch) : row))
      return {
        cache: changed,
        selection: leaves ? withoutIds(selection, ids) : selection,
        cursor: Math.min(cursor, changed.total - 1),
      }
    })
    if (patch.trashedAt !== undefined || patch.isPurged === true) this.#rereadSoon()
  }

  #rereadSoon(): void {
    if (this.#rereadTimer !== undefined) return
    this.#rereadTimer = setTimeout(() => {
      this.#rereadTimer = undefined
      this.#store.setState(({ cache }) => ({ cache: markStale(cache) }))
      this.#readSeen()
    }, rereadAfterMs)
  }

  #readFacetsSoon(afterMs: number): void {
    if (afterMs > 0 && this.#facetsTimer !== undefined) return
    clearTimeout(this.#facetsTimer)
    this.#facetsTimer = setTimeout(() => {
      this.#facetsTimer = undefined
      void this.#readFacets()
    }, afterMs)
  }

  async #readFacets(): Promise<void> {
    const { signal } = this.#controller
    const facets = await loadFacets(this.#client, this.#store.getState().view, signal).catch(() => null)
    // Counts that cannot be had leave the old ones; the list itself says what is wrong.
    if (facets !== null && !signal.aborted) this.#store.setState({ facets })
  }

  #readSeen(): void {
    if (!this.#isShown) return
    const [from, to] = this.#seen
    for (const page of pagesToRead(this.#store.getState().cache, from, to)) void this.#readPage(page)
  }

  async #readPage(page: number): Promise<void> {
    if (this.#reading.has(page)) return
    this.#reading.add(page)
    const { signal } = this.#controller
    const { view, sort } = this.#store.getState()
    try {
      const query = { filter: filterOfView(view), sort, offset: page * pageSize, limit: pageSize }
      const { rows, total } = await this.#client.request('documents.list', query, { signal })
      if (signal.aborted) return
      this.#store.setState(({ cache, isFirstLoad }) => ({
        // The rows of the view before were kept only until these came.
        cache: withPage(isFirstLoad ? emptyPages() : cache, page, rows, total),
        isFirstLoad: false,
        error: null,
      }))
    } catch (error) {
      if (!signal.aborted) this.#failed(error)
    } finally {
      if (!signal.aborted) this.#reading.delete(page)
    }
  }

  #failed(error: unknown): void {
    if (isCode(error, 'cancelled')) return
    if (!(error instanceof AkinError)) throw error
    this.#store.setState({ error, isFirstLoad: false })
  }

  #abort(): void {
    this.#controller.abort()
    this.#controller = new AbortController()
    this.#reading.clear()
  }
}
