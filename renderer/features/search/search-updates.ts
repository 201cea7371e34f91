import type { SearchReply } from '../../../shared/contract/requests.ts'
import type { AkinError } from '../../../shared/errors.ts'
import type { DocumentSummary } from '../../../shared/model/document.ts'
import type { Passage, SearchHit, Span } from '../../../shared/model/search.ts'
import { applyPatch, type DocumentPatch } from '../documents/document-changes.ts'
import { emptySelection, withoutIds, type Selection } from '../documents/selection.ts'
import type { SearchParams } from './search-params.ts'

/** Results with what they answer. */
export interface Shown {
  readonly params: SearchParams
  /** As it came; `hits` holds the pages that were added since. */
  readonly reply: SearchReply
  readonly hits: readonly SearchHit[]
}

/** Further passages of one result. */
export interface Unfolded {
  readonly passages: readonly Passage[]
  readonly isLoading: boolean
  readonly error: AkinError | null
}

interface TrashedHit {
  readonly hit: SearchHit
  readonly index: number
}

export interface SearchState {
  /** What was asked for last; `null` before the first search. */
  readonly wanted: SearchParams | null
  /** Kept until the new ones come. */
  readonly shown: Shown | null
  readonly isSearching: boolean
  readonly isLoadingMore: boolean
  readonly error: AkinError | null
  /** The nearest sentence by passage; `null` where there is none. */
  readonly sentences: ReadonlyMap<string, Span | null>
  readonly unfolded: ReadonlyMap<number, Unfolded>
  readonly selection: Selection
  /** Results that went to the trash, with the place they had, for when that is taken back. */
  readonly trashed: ReadonlyMap<number, TrashedHit>
  /** How far the list was scrolled when it was left. */
  readonly scrollTop: number
}

export const emptySearch: SearchState = {
  wanted: null,
  shown: null,
  isSearching: false,
  isLoadingMore: false,
  error: null,
  sentences: new Map(),
  unfolded: new Map(),
  selection: emptySelection,
  trashed: new Map(),
  scrollTop: 0,
}

/** Names a passage of a document: its nearest sentence is kept under it. */
export function passageKey(documentId: number, { start, end }: { readonly start: number; readonly end: number }): string {
  return `${documentId}:${start}-${end}`
}

/** A new search begins: what is shown stays until it has come. */
export function withWanted(state: SearchState, wanted: SearchParams): SearchState {
  return { ...state, wanted, isSearching: true, error: null }
}

/**
 * Results have come. For a new query everything that belonged to the old one goes; a renewal of the same query keeps
 * what was unfolded and chosen.
 */
export function withReply(state: SearchState, params: SearchParams, reply: SearchReply, isRenewal: boolean): SearchState {
  const shown: Shown = { params, reply, hits: reply.hits }
  const base = { ...state, shown, isSearching: false, error: null }
  if (isRenewal) return base
  return { ...base, sentences: new Map(), unfolded: new Map(), selection: emptySelection, trashed: new Map(), scrollTop: 0 }
}

/** One more page of the same results; what came twice counts once. */
export function withMore(state: SearchState, reply: SearchReply): SearchState {
  if (state.shown === null) return state
  const known = new Set(state.shown.hits.map(({ documentId }) => documentId))
  const added = reply.hits.filter(({ documentId }) => !known.has(documentId))
  return { ...state, isLoadingMore: false, shown: { ...state.shown, hits: [...state.shown.hits, ...added] } }
}

export function withUnfolded(state: SearchState, documentId: number, unfolded: Unfolded | null): SearchState {
  const all = new Map(state.unfolded)
  if (unfolded === null) all.delete(documentId)
  else all.set(documentId, unfolded)
  return { ...state, unfolded: all }
}

/** Applies what a person did to items; those that went to the trash leave the list at once, and return to their place. */
export function withPatch(state: SearchState, ids: ReadonlySet<number>, patch: DocumentPatch): SearchState {
  if (state.shown === null) return state
  const { shown } = state
  if (patch.isPurged === true || (patch.trashedAt ?? null) !== null) return withoutHits(state, ids)
  const patched = {
    ...state,
    shown: { ...shown, hits: shown.hits.map((hit) => (ids.has(hit.documentId) ? applyPatch(hit, patch) : hit)) },
  }
  return patch.trashedAt === null ? withReturned(patched, ids) : patched
}

function withoutHits(state: SearchState, ids: ReadonlySet<number>): SearchState {
  const hits = state.shown!.hits
  const trashed = new Map(state.trashed)
  for (const [index, hit] of hits.entries()) if (ids.has(hit.documentId)) trashed.set(hit.documentId, { hit, index })
  const kept = hits.filter((hit) => !ids.has(hit.documentId))
  return { ...withHits(state, kept), trashed, selection: withoutIds(state.selection, ids) }
}

function withReturned(state: SearchState, ids: ReadonlySet<number>): SearchState {
  const returning = [...ids].flatMap((id) => state.trashed.get(id) ?? []).toSorted((a, b) => a.index - b.index)
  const hits = [...state.shown!.hits]
  const known = new Set(hits.map(({ documentId }) => documentId))
  for (const { hit, index } of returning) if (!known.has(hit.documentId)) hits.splice(index, 0, hit)
  const trashed = new Map([...state.trashed].filter(([id]) => !ids.has(id)))
  return { ...withHits(state, hits), trashed }
}

/** Those that are not among the results. */
export function lackingIn({ shown }: SearchState, ids: ReadonlySet<number>): ReadonlySet<number> {
  const known = new Set(shown?.hits.map(({ documentId }) => documentId))
  return new Set([...ids].filter((id) => !known.has(id)))
}

/** Other results to the same query; as many more or fewer are found in all. */
function withHits(state: SearchState, hits: readonly SearchHit[]): SearchState {
  const shown = state.shown!
  const total = shown.reply.total + hits.length - shown.hits.length
  return { ...state, shown: { ...shown, hits, reply: { ...shown.reply, total } } }
}

/** Brings the facts of shown items up to date; the order and the passages stay. Items that are gone leave. */
export function withRows(state: SearchState, asked: ReadonlySet<number>, rows: readonly DocumentSummary[]): SearchState {
  if (state.shown === null) return state
  const byId = new Map(rows.map((row) => [row.id, row]))
  const hits = state.shown.hits.flatMap((hit) => {
    if (!asked.has(hit.documentId)) return [hit]
    const row = byId.get(hit.documentId)
    if (row === undefined) return []
    const { title, kind, source, author, publishedAt, tags, isStarred, readAt, status } = row
    return [{ ...hit, title, kind, source, author, publishedAt, tags, isStarred, readAt, status }]
  })
  return { ...state, shown: { ...state.shown, hits } }
}
