import { createStore, type StoreApi } from 'zustand/vanilla'
import { AkinError } from '../../../shared/errors.ts'
import type { Document } from '../../../shared/model/document.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { applyPatch, type DocumentChange, type DocumentChanges } from './document-changes.ts'

export interface DocumentEntry {
  /** Kept while it is read again, so that nothing blinks. */
  readonly document: Document | null
  readonly isLoading: boolean
  readonly error: AkinError | null
}

interface DocumentState {
  readonly entries: ReadonlyMap<number, DocumentEntry>
}

export interface DocumentStore {
  readonly store: StoreApi<DocumentState>
  /** Asks for the item unless it is there; the newest ones asked for are kept. */
  readonly ensure: (id: number) => void
  readonly load: (id: number) => Promise<void>
}

const maxEntries = 24
const maxCharacters = 40_000_000

/** Whole items that were opened lately. */
export function createDocumentStore(client: AkinClient, changes: DocumentChanges): DocumentStore {
  const store = createStore<DocumentState>(() => ({ entries: new Map() }))
  const set = (id: number, entry: DocumentEntry): void =>
    store.setState(({ entries }) => ({
      entries: trimEntries(new Map([...entries].filter(([key]) => key !== id)).set(id, entry)),
    }))

  const load = async (id: number): Promise<void> => {
    const before = store.getState().entries.get(id)
    set(id, { document: before?.document ?? null, isLoading: true, error: null })
    try {
      const document = await client.request('documents.get', { id })
      set(id, { document, isLoading: false, error: null })
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      // Gone means gone; any other failure leaves what was there readable.
      const kept = error.code === 'not-found' ? null : (store.getState().entries.get(id)?.document ?? null)
      set(id, { document: kept, isLoading: false, error })
    }
  }
  const ensure = (id: number): void => {
    const entry = store.getState().entries.get(id)
    if (entry === undefined || (entry.document === null && !entry.isLoading && entry.error === null)) void load(id)
  }
  changes.listen((change) => {
    const { entries } = store.getState()
    if (change.type === 'patch') store.setState({ entries: patchEntries(entries, change) })
    else for (const id of entries.keys()) if (change.ids?.has(id) ?? true) void load(id)
  })
  return { store, ensure, load }
}

function patchEntries(
  entries: DocumentState['entries'],
  { ids, patch }: Extract<DocumentChange, { type: 'patch' }>,
): DocumentState['entries'] {
  return new Map(
    [...entries].map(([id, entry]) =>
      ids.has(id) && entry.document !== null ? [id, { ...entry, document: applyPatch(entry.document, patch) }] : [id, entry],
    ),
  )
}

/** Drops the oldest entries beyond the bounds; the newest one always stays. */
export function trimEntries(entries: ReadonlyMap<number, DocumentEntry>): ReadonlyMap<number, DocumentEntry> {
  const kept: [number, DocumentEntry][] = []
  let characters = 0
  for (const [id, entry] of [...entries].toReversed()) {
    characters += entry.document?.text.length ?? 0
    if (kept.length > 0 && (kept.length >= maxEntries || characters > maxCharacters)) break
    kept.push([id, entry])
  }
  return new Map(kept.toReversed())
}
