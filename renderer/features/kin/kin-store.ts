import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SimilarReply } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { KinHit } from '../../../shared/model/search.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import type { ToastStore } from '../../ui/toast-store.ts'
import { applyPatch, type DocumentChange, type DocumentChanges } from '../documents/document-changes.ts'

/** What kin are looked for: a whole item, or a stretch of its text. */
export interface KinTarget {
  readonly documentId: number
  readonly passage: { readonly start: number; readonly end: number } | null
}

export interface KinEntry {
  readonly target: KinTarget
  /** Kept while it is asked for again. */
  readonly reply: SimilarReply | null
  readonly isLoading: boolean
  readonly error: AkinError | null
}

interface KinState {
  readonly entries: ReadonlyMap<string, KinEntry>
}

export interface KinStore {
  readonly store: StoreApi<KinState>
  readonly ensure: (target: KinTarget) => void
  readonly load: (target: KinTarget) => Promise<void>
  /** Asks for everything anew: what is near is measured otherwise now. */
  readonly renew: () => void
  /** "Not kin": the two are not shown beside each other again. */
  readonly hide: (documentId: number, other: { readonly id: number; readonly title: string }) => void
  /** Shows again what was hidden from this item. */
  readonly unhide: (documentId: number) => void
}

const maxEntries = 40
const kinPerItem = 24

export function keyOfTarget({ documentId, passage }: KinTarget): string {
  return passage === null ? `${documentId}` : `${documentId}:${passage.start}-${passage.end}`
}

export function createKinStore(client: AkinClient, changes: DocumentChanges, toasts: ToastStore): KinStore {
  const store = createStore<KinState>(() => ({ entries: new Map() }))
  const set = (entry: KinEntry): void => {
    const key = keyOfTarget(entry.target)
    store.setState(({ entries }) => ({
      entries: new Map([...[...entries].filter(([known]) => known !== key), [key, entry] as const].slice(-maxEntries)),
    }))
  }
  const load = async (target: KinTarget): Promise<void> => {
    const before = store.getState().entries.get(keyOfTarget(target))?.reply ?? null
    set({ target, reply: before, isLoading: true, error: null })
    try {
      const to = { documentId: target.documentId, ...target.passage }
      const reply = await client.request('similar.find', { to, limit: kinPerItem })
      set({ target, reply, isLoading: false, error: null })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      set({ target, reply: before, isLoading: false, error })
    }
  }
  const reloadItem = (documentId: number): void => {
    for (const { target } of store.getState().entries.values()) if (target.documentId === documentId) void load(target)
  }
  const tell = (error: unknown): void => {
    if (!(error instanceof AkinError)) throw error
    toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
  changes.listen((change) => followChange(store, change, load))
  return {
    store,
    load,
    renew() {
      for (const { target } of store.getState().entries.values()) void load(target)
    },
    ensure(target) {
      const entry = store.getState().entries.get(keyOfTarget(target))
      if (entry === undefined || (entry.reply === null && !entry.isLoading && entry.error === null)) void load(target)
    },
    hide(documentId, other) {
      store.setState(({ entries }) => ({
        entries: mapHits(entries, documentId, (hits) => hits.filter((hit) => hit.documentId !== other.id)),
      }))
      const undo = (undoId: number): void => {
        client.request('library.undo', { undoId }).then(() => reloadItem(documentId), tell)
      }
      client.request('similar.hide', { documentId, otherId: other.id }).then(
        ({ undoId }) =>
          toasts.show({
            message: `“${other.title}” will not be shown as kin again`,
            undo: undoId === null ? undefined : () => undo(undoId),
          }),
        (error: unknown) => {
          reloadItem(documentId)
          tell(error)
        },
      )
    },
    unhide(documentId) {
      client.request('similar.unhide', { documentId }).then(() => reloadItem(documentId), tell)
    },
  }
}

function mapHits(
  entries: KinState['entries'],
  documentId: number | null,
  change: (hits: KinHit[]) => KinHit[],
): KinState['entries'] {
  return new Map(
    [...entries].map(([key, entry]) => {
      if (entry.reply === null || (documentId !== null && entry.target.documentId !== documentId)) return [key, entry]
      const { hits, nearlySame } = entry.reply
      return [key, { ...entry, reply: { ...entry.reply, hits: change(hits), nearlySame: change(nearlySame) } }]
    }),
  )
}

function followChange(store: StoreApi<KinState>, change: DocumentChange, load: (target: KinTarget) => Promise<void>): void {
  if (change.type === 'patch') {
    const isGone = (change.patch.trashedAt ?? null) !== null || change.patch.isPurged === true
    store.setState(({ entries }) => ({
      entries: mapHits(entries, null, (hits) =>
        isGone
          ? hits.filter((hit) => !change.ids.has(hit.documentId))
          : hits.map((hit) => (change.ids.has(hit.documentId) ? applyPatch(hit, change.patch) : hit)),
      ),
    }))
    return
  }
  // What an item that was waiting is kin to is known once it has been read for meaning.
  for (const { target, reply, error } of store.getState().entries.values()) {
    const isOpen = reply === null || reply.state === 'pending' || error !== null
    if (isOpen && (change.ids?.has(target.documentId) ?? true)) void load(target)
  }
}
