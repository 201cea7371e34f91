import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RequestInput } from '../../../shared/contract/requests.ts'
import { AkinError, isCode } from '../../../shared/errors.ts'
import type { LibraryStatus } from '../../../shared/model/library.ts'
import type { SearchHit } from '../../../shared/model/search.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { DocumentChanges } from '../documents/document-changes.ts'
import { emptySelection, type Selection } from '../documents/selection.ts'
import { isEmptySearch, isSameSearch, type SearchParams } from './search-params.ts'
import {
  emptySearch,
  lackingIn,
  passageKey,
  withMore,
  withPatch,
  withReply,
  withRows,
  withUnfolded,
  withWanted,
  type SearchState,
} from './search-updates.ts'

export interface SearchStore {
  readonly store: StoreApi<SearchState>
  /** Searches; what was asked for before is given up. The same search again does nothing. */
  readonly search: (params: SearchParams) => void
  /** Asks the same again, keeping what the person chose. */
  readonly renew: () => void
  readonly loadMore: () => void
  /** Asks for the nearest sentences of results that can be seen. */
  readonly loadSentences: (hits: readonly SearchHit[]) => void
  readonly unfold: (hit: SearchHit) => void
  readonly fold: (documentId: number) => void
  readonly select: (selection: Selection) => void
  readonly keepScroll: (scrollTop: number) => void
}

const pageSize = 20
const largestPage = 100
const sentencesAtOnce = 8

/** The window's results: one search at a time, the old ones shown until the new ones come. */
export function createSearchStore(
  client: AkinClient,
  changes: DocumentChanges,
  status: StoreApi<{ readonly status: LibraryStatus | null }>,
): SearchStore {
  const store = createStore<SearchState>(() => emptySearch)
  const search = new Searcher(client, store)
  let awaited: ReadonlySet<number> = new Set()
  changes.listen((change) => {
    if (change.type === 'patch') {
      store.setState((state) => withPatch(state, change.ids, change.patch))
      // What went to the trash from elsewhere has no place here to return to: once it is back, the search is done again.
      if (change.patch.trashedAt === null) awaited = lackingIn(store.getState(), change.ids)
    } else if (change.ids !== null) {
      void search.reread(change.ids)
      if ([...change.ids].some((id) => awaited.has(id))) search.renew()
      awaited = new Set()
    }
  })
  status.subscribe((state, before) => search.followStatus(state.status, before.status))
  client.onRefresh(() => search.renew())
  return {
    store,
    search: (params) => search.search(params),
    renew: () => search.renew(),
    loadMore: () => void search.loadMore(),
    loadSentences: (hits) => void search.loadSentences(hits),
    unfold: (hit) => void search.unfold(hit),
    fold: (documentId) => store.setState((state) => withUnfolded(state, documentId, null)),
    select: (selection) => store.setState({ selection }),
    keepScroll: (scrollTop) => store.setState({ scrollTop }),
  }
}

class Searcher {
  readonly #client: AkinClient
  readonly #store: StoreApi<SearchState>
  #running: AbortController | null = null
  readonly #askedSentences = new Set<string>()
  #renewTimer: ReturnType<typeof setTimeout> | undefined

  constructor(client: AkinClient, store: StoreApi<SearchState>) {
    this.#client = client
    this.#store = store
  }

  search(params: SearchParams): void {
    const { wanted, error } = this.#store.getState()
    if (wanted !== null && error === null && isSameSearch(wanted, params)) return
    this.#running?.abort()
    if (isEmptySearch(params)) this.#store.setState({ ...emptySearch, selection: emptySelection, wanted: params }, true)
    else void this.#run(params, false)
  }

  renew(): void {
    const { wanted } = this.#store.getState()
    if (wanted !== null && !isEmptySearch(wanted)) void this.#run(wanted, true)
  }

  async #run(params: SearchParams, isRenewal: boolean): Promise<void> {
    this.#running?.abort()
    const controller = new AbortController()
    this.#running = controller
    if (!isRenewal) this.#store.setState((state) => withWanted(state, params), true)
    const shownHits = this.#store.getState().shown?.hits.length ?? 0
    const limit = isRenewal ? Math.min(largestPage, Math.max(pageSize, shownHits)) : pageSize
    try {
      const reply = await this.#client.request('search.query', queryOf(params, 0, limit), { signal: controller.signal })
      if (!isRenewal) this.#askedSentences.clear()
      this.#store.setState((state) => withReply(state, params, reply, isRenewal), true)
    } catch (error) {
      if (controller.signal.aborted || isCode(error, 'cancelled')) return
      if (!(error instanceof AkinError)) throw error
      // A renewal that fails leaves the results as they are: they were true a moment ago.
      if (!isRenewal) this.#store.setState({ isSearching: false, error })
    }
  }

  async loadMore(): Promise<void> {
    const { shown, isLoadingMore, isSearching } = this.#store.getState()
    if (shown === null || isLoadingMore || isSearching || shown.hits.length >= shown.reply.total) return
    this.#store.setState({ isLoadingMore: true })
    const isStillShown = (): boolean => this.#store.getState().shown?.params === shown.params
    try {
      const reply = await this.#client.request('search.query', queryOf(shown.params, shown.hits.length, pageSize))
      if (!isStillShown()) return
      this.#store.setState((state) => withMore(state, reply), true)
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      // The end of the list offers to try again when it is reached again.
      if (isStillShown()) this.#store.setState({ isLoadingMore: false })
    }
  }

  async loadSentences(hits: readonly SearchHit[]): Promise<void> {
    const { shown } = this.#store.getState()
    if (shown === null || shown.params.mode === 'keyword' || shown.reply.meaning !== 'searched') return
    // What is no nearer than chance has no nearest sentence either.
    if (shown.reply.verdict === 'nothing') return
    const open = hits.filter((hit) => !this.#askedSentences.has(passageKey(hit.documentId, hit.passage)))
    for (let at = 0; at < open.length; at += sentencesAtOnce) {
      const part = open.slice(at, at + sentencesAtOnce)
      const keys = part.map((hit) => passageKey(hit.documentId, hit.passage))
      for (const key of keys) this.#askedSentences.add(key)
      const passages = part.map(({ documentId, passage }) => ({ documentId, start: passage.start, end: passage.end }))
      const reply = await this.#client
        .request('search.sentences', { text: shown.params.q, passages, ...spaceOf(shown.params) })
        .catch(() => null)
      if (this.#store.getState().shown?.params !== shown.params) return
      if (reply === null) {
        for (const key of keys) this.#askedSentences.delete(key)
        return
      }
      this.#store.setState(({ sentences }) => ({
        sentences: new Map([...sentences, ...keys.map((key, i) => [key, reply.spans[i] ?? null] as const)]),
      }))
    }
  }

  async unfold({ documentId, passage }: SearchHit): Promise<void> {
    const { shown } = this.#store.getState()
    if (shown === null) return
    this.#store.setState((state) => withUnfolded(state, documentId, { passages: [], isLoading: true, error: null }), true)
    const { q: text, mode } = shown.params
    const space = spaceOf(shown.params)
    const isStillOpen = (): boolean => this.#store.getState().unfolded.has(documentId)
    try {
      const reply = await this.#client.request('search.passages', { text, mode, documentId, limit: 10, ...space })
      const passages = reply.passages.filter(({ start }) => start !== passage.start)
      if (!isStillOpen()) return
      this.#store.setState((state) => withUnfolded(state, documentId, { passages, isLoading: false, error: null }), true)
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      if (!isStillOpen()) return
      this.#store.setState((state) => withUnfolded(state, documentId, { passages: [], isLoading: false, error }), true)
    }
  }

  /** Items of the list changed: their titles, tags and stars are read again, their order is not touched. */
  async reread(ids: ReadonlySet<number>): Promise<void> {
    const { shown } = this.#store.getState()
    const asked = new Set(shown?.hits.map(({ documentId }) => documentId).filter((id) => ids.has(id)))
    if (asked.size === 0) return
    const reply = await this.#client
      .request('documents.list', { filter: { ids: [...asked] }, limit: asked.size })
      .catch(() => null)
    if (reply !== null) this.#store.setState((state) => withRows(state, asked, reply.rows), true)
  }

  /** Renews the results when what was missing for them has come. */
  followStatus(status: LibraryStatus | null, before: LibraryStatus | null): void {
    const { shown } = this.#store.getState()
    if (status === null || shown === null) return
    const { meaning, pending, verdict } = shown.reply
    const isMeaningBack =
      meaning !== 'searched' && meaning !== 'not-asked' && status.inference === 'ready' && before?.inference !== 'ready'
    const isAllRead = pending > 0 && status.pending === 0 && before?.pending !== 0
    const isGrown = verdict === 'nothing' && before !== null && status.sequence > before.sequence
    if (isMeaningBack || isAllRead) this.renew()
    else if (isGrown) this.#renewSoon()
  }

  #renewSoon(): void {
    if (this.#renewTimer !== undefined) return
    this.#renewTimer = setTimeout(() => {
      this.#renewTimer = undefined
      if (this.#store.getState().shown?.reply.verdict === 'nothing') this.renew()
    }, 2_000)
  }
}

function queryOf(params: SearchParams, offset: number, limit: number): RequestInput<'search.query'> {
  const { q: text, mode, sort, more, less } = params
  return { text, mode, sort, moreLike: [...more], lessLike: [...less], offset, limit, waitForMeaning: false, ...spaceOf(params) }
}

function spaceOf({ space }: SearchParams): { spaceId?: number } {
  return space === null ? {} : { spaceId: space }
}
