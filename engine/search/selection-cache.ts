import { isEmptyFilter, type Filter } from '../../shared/model/filter.ts'
import type { LibraryStore, Selection } from '../library/library-store.ts'

const kept = 16

/** Remembers which documents a filter lets through until the store changes: the same filter comes with every letter typed. */
export class SelectionCache {
  readonly #store: Pick<LibraryStore, 'documents' | 'changes'>
  readonly #selections = new Map<string, Promise<Selection>>()
  #sequence = -1

  constructor(store: Pick<LibraryStore, 'documents' | 'changes'>) {
    this.#store = store
  }

  /** `undefined` when every document may be found. */
  async get(filter: Filter): Promise<Selection | undefined> {
    if (isEmptyFilter(filter)) return undefined
    const sequence = await this.#store.changes.last()
    if (sequence !== this.#sequence) {
      this.#selections.clear()
      this.#sequence = sequence
    }
    const key = JSON.stringify(filter)
    const known = this.#selections.get(key)
    if (known !== undefined) return known
    const selection = this.#store.documents.select(filter)
    if (this.#selections.size >= kept) this.#selections.clear()
    this.#selections.set(key, selection)
    return selection
  }
}
