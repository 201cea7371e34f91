import assert from 'node:assert/strict'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import { sha256 } from '../../../engine/platform/hash.ts'
import type { DocumentState, ImportedDocument, LibraryStore, UnreadableDocument } from '../../../engine/library/library-store.ts'
import type { Random } from '../../harness/random.ts'
import { imported, pathSource, spaceNamed, unreadable } from './builders.ts'
import { LibraryModel, type ModelDocument } from './library-model.ts'

const poison = (n: number) => ({ code: 'embedding-failed', message: `The model cannot read it (${n})`, advice: null })

/** Does random things to a store and to the model alike, comparing what each call answers. */
export class RandomOperations {
  readonly model = new LibraryModel()
  readonly #random: Random
  readonly #spaces: EmbeddingSpace[] = []
  readonly #remembered: DocumentState[][] = []
  #time = Date.UTC(2026, 0, 1)

  constructor(random: Random) {
    this.#random = random
  }

  /** One operation, chosen at random. */
  async step(store: LibraryStore): Promise<void> {
    const operations: [number, (store: LibraryStore) => Promise<void>][] = [
      [8, (s) => this.#import(s)],
      [2, (s) => this.#failToImport(s)],
      [2, (s) => this.#importUnreadable(s)],
      [2, (s) => this.#addSource(s)],
      [4, (s) => this.#mark(s)],
      [3, (s) => this.#trash(s)],
      [2, (s) => this.#restore(s)],
      [2, (s) => this.#purge(s)],
      [2, (s) => this.#undo(s)],
      [6, (s) => this.#embed(s)],
      [2, (s) => this.#fail(s)],
      [1, (s) => this.#clearFailures(s)],
      [1, (s) => this.#forget(s)],
      [2, (s) => this.#hideKin(s)],
      [this.#spaces.length < 3 ? 1 : 0, (s) => this.#openSpace(s)],
      [1, (s) => this.#setDefaultSpace(s)],
    ]
    const total = operations.reduce((sum, [weight]) => sum + weight, 0)
    let place = this.#random.int(1, total)
    for (const [weight, operation] of operations) {
      place -= weight
      if (place <= 0) return operation(store)
    }
  }

  #at(): string {
    this.#time += 1_000
    return new Date(this.#time).toISOString()
  }

  /** Ids of documents, some of which were never there. */
  #someIds(): number[] {
    return this.#random.some([...this.model.ids(), 999_999], this.#random.int(1, 5))
  }

  #known(ids: readonly number[]): ModelDocument[] {
    return ids.flatMap((id) => this.model.byId(id) ?? [])
  }

  #document(): ImportedDocument {
    const r = this.#random
    const paragraphs = r.some(['one', 'two', 'three', 'four', 'five é', '𝔰𝔦𝔵'], r.int(0, 4))
    const title = `Item ${r.int(1, 6)}${r.chance(0.3) ? ' É' : ''}`
    const text = paragraphs.join('\n\n')
    return imported(title, text, {
      kind: r.pick(['note', 'file', 'article', 'chat']),
      author: r.pick([null, 'Ida', 'ida', 'Jørgen']),
      language: r.pick([null, 'en', 'pt', 'pt-BR']),
      publishedAt: r.pick([null, '2023-05-06', '2024-02-10T08:00:00.000Z', '2024-02-11T00:00:00.000Z']),
      tags: r.some(['Tag', 'tag', 'x', '50 %', 'é', 'e'], r.int(0, 3)),
      source: this.#source(),
      fingerprint: r.chance(0.5) ? { sizeBytes: text.length, modifiedAtMs: r.int(1, 9) } : null,
      contentHash: sha256(`${title} ${r.int(1, 3)}`),
    })
  }

  #source() {
    const r = this.#random
    return pathSource(`/notes/${r.int(1, 12)}.md`, {
      type: r.pick(['path', 'path', 'upload']),
      label: r.pick(['notes', 'Notes', '50 %']),
      url: r.pick([null, 'https://example.org/É']),
    })
  }

  async #import(store: LibraryStore): Promise<void> {
    const r = this.#random
    const options = { isForced: r.chance(0.2), restoresTrashed: r.chance(0.3) }
    const documents = Array.from({ length: r.int(1, 4) }, () => this.#document())
    const expected = documents.map((document) => this.model.put(document, options))
    const results = await store.documents.putImported(documents, options)
    await this.model.settleIds(
      store,
      expected,
      results.map((result) => result.documentId),
    )
    assert.deepEqual(
      results,
      expected.map(({ document, outcome }) => ({ documentId: document.id, outcome })),
    )
  }

  async #failToImport(store: LibraryStore): Promise<void> {
    const bad = {
      ...this.#document(),
      get chunks(): never {
        throw new Error('this document is bad')
      },
      contentHash: `bad ${this.#random.next()}`,
    }
    await assert.rejects(store.documents.putImported([this.#document(), bad], { isForced: true }), /this document is bad/)
  }

  async #importUnreadable(store: LibraryStore): Promise<void> {
    const r = this.#random
    const documents: UnreadableDocument[] = Array.from({ length: r.int(1, 2) }, () =>
      unreadable(`Bad ${r.int(1, 3)}`, {
        status: r.pick(['failed', 'skipped']),
        contentHash: r.pick([null, 'h1', 'h2']),
        source: this.#source(),
        fingerprint: { sizeBytes: 1, modifiedAtMs: r.int(1, 9) },
      }),
    )
    const expected = documents.map((document) => this.model.putUnreadable(document))
    const results = await store.documents.putUnreadable(documents)
    await this.model.settleIds(
      store,
      expected,
      results.map((result) => result.documentId),
    )
    assert.deepEqual(
      results,
      expected.map(({ document, outcome }) => ({ documentId: document.id, outcome })),
    )
  }

  async #addSource(store: LibraryStore): Promise<void> {
    const [document] = this.#known(this.#someIds())
    if (document === undefined) return
    const source = this.#source()
    const { id } = document
    const expected = this.model.addSource(document, source, null)
    assert.deepEqual(await store.documents.addSource(id, source, null), expected)
  }

  async #mark(store: LibraryStore): Promise<void> {
    const r = this.#random
    const ids = this.#someIds()
    const tags = ['Tag', 'x', 'mine', 'É', '50 %']
    const changes = {
      ...(r.chance(0.5) ? { addTags: r.some(tags, 2) } : {}),
      ...(r.chance(0.5) ? { removeTags: r.some(tags, 2) } : {}),
      ...(r.chance(0.3) ? { isStarred: r.chance(0.5) } : {}),
      ...(r.chance(0.3) ? { isRead: r.chance(0.5) } : {}),
    }
    const at = this.#at()
    if (r.chance(0.3)) this.#remembered.push(await store.documents.states(ids))
    const changed = await store.documents.update(ids, changes, at)
    const expected = this.#known(ids).filter((document) => this.model.update(document, changes, at))
    assert.deepEqual(
      changed,
      expected.map((document) => document.id),
    )
  }

  async #trash(store: LibraryStore): Promise<void> {
    const ids = this.#someIds()
    const at = this.#at()
    const expected = this.#known(ids).filter((document) => document.trashedAt === null)
    if (this.#random.chance(0.3)) this.#remembered.push(await store.documents.states(ids))
    assert.deepEqual(
      await store.documents.trash(ids, at),
      expected.map((document) => document.id),
    )
    for (const document of expected) document.trashedAt = at
  }

  async #restore(store: LibraryStore): Promise<void> {
    const ids = this.#someIds()
    const expected = this.#known(ids).filter((document) => document.trashedAt !== null)
    assert.deepEqual(
      await store.documents.restore(ids),
      expected.map((document) => document.id),
    )
    for (const document of expected) document.trashedAt = null
  }

  async #purge(store: LibraryStore): Promise<void> {
    const ids = this.#someIds()
    const expected = this.#known(ids).filter((document) => document.trashedAt !== null)
    const hashOf = (document: ModelDocument): string | null => (document.imported ?? document.unreadable)!.contentHash
    for (const document of expected) this.model.remove(document)
    const left = new Set([...this.model.documents].map(hashOf))
    const orphaned = expected.map(hashOf).flatMap((hash) => (hash === null || left.has(hash) ? [] : [hash]))
    const { removed, orphanedContent } = await store.documents.purge(ids)
    assert.deepEqual(
      removed,
      expected.map((document) => document.id),
    )
    assert.deepEqual(orphanedContent.toSorted(), [...new Set(orphaned)].toSorted())
  }

  async #undo(store: LibraryStore): Promise<void> {
    const states = this.#remembered.splice(this.#random.int(0, this.#remembered.length), 1)[0]
    if (states === undefined) return
    const there = states.filter((state) => this.model.byId(state.id) !== undefined)
    assert.deepEqual(
      await store.documents.putStates(states),
      there.map((state) => state.id),
    )
    for (const state of there) this.model.putState(this.model.byId(state.id)!, state)
  }

  async #embed(store: LibraryStore): Promise<void> {
    const r = this.#random
    if (this.#spaces.length === 0) return
    const space = r.pick(this.#spaces)
    // Some are gone, some have their vector already, some come twice
    const ids = r.shuffled([
      ...r.some(
        Array.from({ length: Math.min(this.model.highestChunk, 400) }, (_, i) => this.model.highestChunk - i),
        4,
      ),
      ...(await store.vectors.pending(space.id, 0, r.int(1, 12))).map((chunk) => chunk.id),
    ])
    const vectors = new Float32Array(ids.length * space.dimension)
    const own = this.model.vectors.get(space.id)!
    for (const [index, id] of ids.entries()) {
      const found = this.model.chunk(id)
      const vector = vectorOfText(found?.chunk.embedded ?? '', space)
      vectors.set(vector, index * space.dimension)
      if (found === undefined || own.has(id)) continue
      own.set(id, vector)
      found.chunk.tries.delete(space.id)
    }
    await store.vectors.put(space.id, ids, vectors)
  }

  async #fail(store: LibraryStore): Promise<void> {
    const document = this.#random.some([...this.model.documents], 1)[0]
    const chunk = document === undefined ? undefined : this.#random.some(document.chunks, 1)[0]
    if (chunk === undefined || this.#spaces.length === 0) return
    const { id: spaceId } = this.#random.pick(this.#spaces)
    const reason = poison(this.#random.int(1, 9))
    const tries = chunk.tries.get(spaceId) ?? { crashes: 0, failure: null }
    const hasVector = this.model.vectors.get(spaceId)!.has(chunk.id)
    assert.deepEqual(await store.vectors.countCrash(spaceId, chunk.id), hasVector ? 0 : tries.crashes + 1)
    await store.vectors.markFailed(spaceId, chunk.id, reason)
    if (!hasVector) chunk.tries.set(spaceId, { crashes: tries.crashes + 1, failure: tries.failure ?? reason.message })
  }

  async #clearFailures(store: LibraryStore): Promise<void> {
    const ids = this.#someIds()
    const failed = this.#known(ids).flatMap((document) =>
      document.chunks.flatMap((chunk) => [...chunk.tries.values()].filter(({ failure }) => failure !== null)),
    )
    assert.deepEqual(await store.vectors.clearFailures(ids), failed.length)
    for (const tries of failed) Object.assign(tries, { failure: null, crashes: 0 })
  }

  async #forget(store: LibraryStore): Promise<void> {
    const ids = this.#someIds().slice(0, 2)
    await store.vectors.forget(ids)
    for (const document of this.#known(ids)) {
      for (const chunk of document.chunks) for (const vectors of this.model.vectors.values()) vectors.delete(chunk.id)
    }
  }

  async #hideKin(store: LibraryStore): Promise<void> {
    const [a, b] = this.#random.some([...this.model.documents], 2)
    if (a === undefined || b === undefined) return
    const what = this.#random.int(1, 10)
    if (what <= 7) assert.deepEqual(await store.documents.hideKin(a.id, b.id), this.model.hide(a, b))
    else if (what <= 9) assert.deepEqual(await store.documents.unhideKin(a.id, b.id), this.model.unhide(a, b))
    else assert.deepEqual(await store.documents.unhideKin(a.id), this.model.unhide(a))
  }

  async #openSpace(store: LibraryStore): Promise<void> {
    const space = await store.vectors.openSpace(spaceNamed(`space ${this.#spaces.length}`, 2 + this.#spaces.length))
    this.#spaces.push(space)
    this.model.vectors.set(space.id, new Map())
    if (this.#spaces.length === 1) this.model.defaultSpace = space.id
  }

  async #setDefaultSpace(store: LibraryStore): Promise<void> {
    if (this.#spaces.length === 0) return
    const { id } = this.#random.pick(this.#spaces)
    await store.vectors.setDefaultSpace(id)
    this.model.defaultSpace = id
  }
}

/** Equal for equal texts, so that it does not matter which of several equal chunks hands on its vector. */
function vectorOfText(text: string, { dimension, id }: EmbeddingSpace): number[] {
  const seed = new TextEncoder().encode(text).reduce((sum, byte) => (sum * 31 + byte) % 65_521, id)
  return Array.from({ length: dimension }, (_, i) => Math.fround(Math.sin(seed + i)))
}
