import type { Change, IndexableDocument, LibraryStore } from '../../../engine/library/library-store.ts'
import { asMap } from './builders.ts'

/**
 * What the derived indexes do, in memory: it follows the change sequence, reads the state that each entry names and
 * makes its own equal to it.
 */
export class Follower {
  readonly documents = new Map<number, IndexableDocument>()
  /** By space, then by chunk. */
  readonly vectors = new Map<number, Map<number, number[]>>()
  sequence = 0

  /** Applies at most `limit` entries; true when there were none left. */
  async step(store: LibraryStore, limit: number): Promise<boolean> {
    const { changes, isComplete } = await store.changes.since(this.sequence, limit)
    if (!isComplete) {
      await this.restart(store)
      return false
    }
    for (const change of changes) {
      await this.apply(store, change)
      this.sequence = change.sequence
    }
    return changes.length === 0
  }

  async catchUp(store: LibraryStore): Promise<void> {
    while (!(await this.step(store, 500)));
  }

  async apply(store: LibraryStore, change: Change): Promise<void> {
    if (change.kind !== 'vectors') {
      const [document] = await store.documents.indexableByIds([change.documentId])
      if (document === undefined) this.documents.delete(change.documentId)
      else this.documents.set(change.documentId, document)
    }
    if (change.kind === 'document' || change.firstChunk === null || change.lastChunk === null) return
    for (const space of await store.vectors.spaces()) {
      if (change.spaceId !== null && change.spaceId !== space.id) continue
      const own = this.#space(space.id)
      for (let id = change.firstChunk; id <= change.lastChunk; id++) own.delete(id)
      const stored = await store.vectors.read(space.id, change.firstChunk - 1, change.lastChunk, Number.MAX_SAFE_INTEGER)
      for (const [id, vector] of asMap(stored)) own.set(id, vector)
    }
  }

  /** Starts from nothing, as an index does that is missing or fell behind. */
  async restart(store: LibraryStore): Promise<void> {
    const sequence = await store.changes.last()
    const state = await stateOf(store)
    this.documents.clear()
    this.vectors.clear()
    for (const [id, document] of state.documents) this.documents.set(id, document)
    for (const [id, vectors] of state.vectors) this.vectors.set(id, new Map(vectors))
    this.sequence = sequence
  }

  /** Its state in the shape of `stateOf`. */
  state(): IndexState {
    return { documents: this.documents, vectors: new Map([...this.vectors].filter(([, vectors]) => vectors.size > 0)) }
  }

  #space(id: number): Map<number, number[]> {
    const known = this.vectors.get(id) ?? new Map<number, number[]>()
    this.vectors.set(id, known)
    return known
  }
}

export interface IndexState {
  readonly documents: Map<number, IndexableDocument>
  readonly vectors: Map<number, Map<number, number[]>>
}

/** What the indexes should hold, read from the store as one that is built from nothing reads it. */
export async function stateOf(store: LibraryStore): Promise<IndexState> {
  const documents = new Map<number, IndexableDocument>()
  for (let after = 0; ;) {
    const page = await store.documents.indexable(after, 100)
    for (const document of page) documents.set(document.id, document)
    if (page.length < 100) break
    after = page.at(-1)!.id
  }
  const vectors = new Map<number, Map<number, number[]>>()
  for (const space of await store.vectors.spaces()) {
    const all = asMap(await store.vectors.read(space.id, 0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))
    if (all.size > 0) vectors.set(space.id, all)
  }
  return { documents, vectors }
}
