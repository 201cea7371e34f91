import type { DocumentStatus, Reason, Source } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import { embeddedText } from '../../../engine/library/embedded-text.ts'
import type {
  DocumentChanges,
  DocumentState,
  Fingerprint,
  ImportedDocument,
  ImportOutcome,
  LibraryStore,
  PutImportedOptions,
  UnreadableDocument,
} from '../../../engine/library/library-store.ts'

export interface ModelTag {
  tag: string
  isOfFile: boolean
  isRemoved: boolean
}

export interface ModelChunk {
  id: number
  readonly start: number
  readonly end: number
  /** What is embedded. */
  readonly embedded: string
  /** What went wrong in each space where it has no vector. */
  readonly tries: Map<number, ModelTries>
}

interface ModelTries {
  crashes: number
  failure: string | null
}

export interface ModelDocument {
  id: number
  imported: ImportedDocument | null
  unreadable: UnreadableDocument | null
  readonly tags: Map<string, ModelTag>
  /** In the order in which they were first seen. */
  sources: ModelSource[]
  chunks: ModelChunk[]
  isStarred: boolean
  readAt: string | null
  trashedAt: string | null
  /** As the store said when it was added; it never changes. */
  importedAt: string
}

interface ModelSource {
  readonly order: number
  source: Source
  fingerprint: Fingerprint | null
}

/** What an import did, as the model has it: the document and the outcome. */
export interface ModelResult {
  readonly document: ModelDocument
  readonly outcome: ImportOutcome
}

/** The rules of `LibraryStore` in memory, as simply as they can be written. */
export class LibraryModel {
  readonly documents = new Set<ModelDocument>()
  /** By space, then by chunk. */
  readonly vectors = new Map<number, Map<number, number[]>>()
  /** The space that gives documents their status. */
  defaultSpace = 0
  hidden: (readonly [ModelDocument, ModelDocument])[] = []
  highestDocument = 0
  highestChunk = 0
  #provisional = -1
  #order = 0

  byId(id: number): ModelDocument | undefined {
    return [...this.documents].find((document) => document.id === id)
  }

  ids(): number[] {
    return [...this.documents].map((document) => document.id).toSorted((a, b) => a - b)
  }

  put(imported: ImportedDocument, { isForced = false, restoresTrashed = false }: PutImportedOptions): ModelResult {
    const owner = this.#ownerOf(imported.source)
    const twin = [...this.documents].find((one) => one.imported?.contentHash === imported.contentHash)
    const done = (document: ModelDocument, outcome: ImportOutcome): ModelResult => ({ document, outcome })
    const restore = (document: ModelDocument): boolean => {
      const isBack = restoresTrashed && document.trashedAt !== null
      if (isBack) document.trashedAt = null
      return isBack
    }
    if (owner === undefined && twin === undefined) {
      const added = this.#added()
      this.#setSource(added, imported.source, imported.fingerprint)
      this.#replace(added, imported)
      return done(added, 'added')
    }
    if (owner === undefined) {
      this.#setSource(twin!, imported.source, imported.fingerprint)
      if (isForced) this.#replace(twin!, imported)
      return done(twin!, restore(twin!) ? 'added' : 'unchanged')
    }
    const isSame = (owner.imported ?? owner.unreadable)!.contentHash === imported.contentHash
    if (owner.imported !== null && isSame && !isForced) {
      this.#setSource(owner, imported.source, imported.fingerprint)
      return done(owner, restore(owner) ? 'updated' : 'unchanged')
    }
    if (twin !== undefined && twin !== owner) {
      this.#moveSource(owner, twin, imported.source, imported.fingerprint)
      if (isForced) this.#replace(twin, imported)
      restore(twin)
      return done(twin, 'updated')
    }
    if (owner.sources.length > 1 && !isSame) {
      const split = this.#added()
      this.#setSource(split, imported.source, imported.fingerprint)
      this.#copyMarks(owner, split)
      this.#replace(split, imported)
      split.trashedAt = restoresTrashed ? null : owner.trashedAt
      return done(split, 'updated')
    }
    this.#setSource(owner, imported.source, imported.fingerprint)
    this.#replace(owner, imported)
    restore(owner)
    return done(owner, 'updated')
  }

  putUnreadable(unreadable: UnreadableDocument): ModelResult {
    const owner = this.#ownerOf(unreadable.source)
    if (owner !== undefined && owner.imported !== null) return { document: owner, outcome: 'unchanged' }
    const document = owner ?? this.#added()
    document.unreadable = unreadable
    this.#setSource(document, unreadable.source, unreadable.fingerprint)
    return { document, outcome: owner === undefined ? 'added' : 'updated' }
  }

  addSource(document: ModelDocument, source: Source, fingerprint: Fingerprint | null): ImportOutcome {
    const owner = this.#ownerOf(source)
    if (owner !== undefined && owner !== document) {
      this.#moveSource(owner, document, source, fingerprint)
      return 'updated'
    }
    this.#setSource(document, source, fingerprint)
    return 'unchanged'
  }

  /** Gives provisional documents and chunks the ids that the store chose, after one call; they must all be new. */
  async settleIds(store: LibraryStore, results: readonly ModelResult[], ids: readonly number[]): Promise<void> {
    for (const [index, { document }] of results.entries()) {
      if (document.id > 0) continue
      document.id = ids[index]!
      if (document.id <= this.highestDocument) throw new Error(`document id ${document.id} was given out again`)
      this.highestDocument = document.id
    }
    for (const document of this.documents) {
      if (document.chunks.every((chunk) => chunk.id > 0)) continue
      const stored = await store.vectors.chunks(document.id)
      if (stored.length !== document.chunks.length) throw new Error(`document ${document.id} has ${stored.length} chunks`)
      for (const [index, chunk] of document.chunks.entries()) {
        const { id } = stored[index]!
        if (id <= this.highestChunk) throw new Error(`chunk id ${id} was given out again`)
        for (const vectors of this.vectors.values()) {
          const vector = vectors.get(chunk.id)
          if (vector !== undefined) vectors.set(id, vector)
          vectors.delete(chunk.id)
        }
        chunk.id = id
      }
    }
    this.highestChunk = Math.max(this.highestChunk, ...[...this.documents].flatMap((one) => one.chunks.map((chunk) => chunk.id)))
    this.#dropLostVectors()
  }

  update(document: ModelDocument, changes: DocumentChanges, at: string): boolean {
    const before = JSON.stringify([tagsOf(document), document.isStarred, document.readAt])
    let hasChanged = false
    for (const tag of changes.addTags ?? []) hasChanged = addTag(document, tag) || hasChanged
    for (const tag of changes.removeTags ?? []) hasChanged = removeTag(document, tag) || hasChanged
    if (changes.isStarred !== undefined) document.isStarred = changes.isStarred
    if (changes.isRead === true) document.readAt ??= at
    if (changes.isRead === false) document.readAt = null
    return hasChanged || JSON.stringify([tagsOf(document), document.isStarred, document.readAt]) !== before
  }

  putState(document: ModelDocument, state: DocumentState): void {
    const now = tagsOf(document)
    for (const tag of now) if (!state.tags.includes(tag)) removeTag(document, tag)
    for (const tag of state.tags) if (!now.includes(tag)) addTag(document, tag)
    document.isStarred = state.isStarred
    document.readAt = state.readAt
    document.trashedAt = state.trashedAt
  }

  remove(document: ModelDocument): void {
    this.documents.delete(document)
    this.hidden = this.hidden.filter((pair) => !pair.includes(document))
    this.#dropLostVectors()
  }

  /** True when the pair was not hidden before. */
  hide(a: ModelDocument, b: ModelDocument): boolean {
    if (a === b || this.hidden.some((pair) => pair.includes(a) && pair.includes(b))) return false
    this.hidden.push([a, b])
    return true
  }

  unhide(a: ModelDocument, b?: ModelDocument): number {
    const before = this.hidden.length
    this.hidden = this.hidden.filter((pair) => !(pair.includes(a) && (b === undefined || pair.includes(b))))
    return before - this.hidden.length
  }

  /** Of a chunk that is there; `undefined` when it is gone. */
  chunk(id: number): { chunk: ModelChunk; document: ModelDocument } | undefined {
    for (const document of this.documents) {
      const chunk = document.chunks.find((one) => one.id === id)
      if (chunk !== undefined) return { chunk, document }
    }
    return undefined
  }

  status(document: ModelDocument): { status: DocumentStatus; reason: Reason | null; embeddedCount: number } {
    if (document.imported === null) {
      const { status, reason } = document.unreadable!
      return { status, reason, embeddedCount: 0 }
    }
    const vectors = this.vectors.get(this.defaultSpace)
    const failureOf = (chunk: ModelChunk): string | null => chunk.tries.get(this.defaultSpace)?.failure ?? null
    const embedded = document.chunks.filter((chunk) => vectors?.has(chunk.id) === true)
    const failed = document.chunks.filter((chunk) => failureOf(chunk) !== null)
    const [total, embeddedCount] = [document.chunks.length, embedded.length]
    if (total === 0)
      return {
        status: 'skipped',
        reason: { code: 'file-empty', message: 'Nothing in it to search', advice: null },
        embeddedCount,
      }
    if (embeddedCount === total) return { status: 'indexed', reason: null, embeddedCount }
    if (embeddedCount + failed.length < total) return { status: 'pending', reason: null, embeddedCount }
    const why = failureOf(failed[0]!)
    return {
      status: 'failed',
      reason: {
        code: 'embedding-failed',
        message: `${failed.length} of ${total} passages could not be read for meaning: ${why}`,
        advice: 'They are found by their words. Read the item again to retry',
      },
      embeddedCount,
    }
  }

  #ownerOf({ type, location }: Source): ModelDocument | undefined {
    return [...this.documents].find((one) =>
      one.sources.some(({ source }) => source.type === type && source.location === location),
    )
  }

  #added(): ModelDocument {
    const document: ModelDocument = {
      id: this.#provisional--,
      imported: null,
      unreadable: null,
      tags: new Map(),
      sources: [],
      chunks: [],
      isStarred: false,
      readAt: null,
      trashedAt: null,
      importedAt: '',
    }
    this.documents.add(document)
    return document
  }

  #setSource(document: ModelDocument, source: Source, fingerprint: Fingerprint | null): void {
    const isThis = (one: ModelSource): boolean => one.source.type === source.type && one.source.location === source.location
    const owner = this.#ownerOf(source)
    const order = owner?.sources.find(isThis)?.order ?? this.#order++
    if (owner !== undefined) owner.sources = owner.sources.filter((one) => !isThis(one))
    document.sources = [...document.sources, { order, source, fingerprint }].toSorted((a, b) => a.order - b.order)
  }

  #moveSource(owner: ModelDocument, target: ModelDocument, source: Source, fingerprint: Fingerprint | null): void {
    this.#setSource(target, source, fingerprint)
    this.#copyMarks(owner, target)
    if (owner.trashedAt === null) target.trashedAt = null
    if (owner.sources.length === 0) this.remove(owner)
  }

  #copyMarks(from: ModelDocument, to: ModelDocument): void {
    for (const [fold, { tag, isOfFile, isRemoved }] of from.tags) {
      if (isOfFile && !isRemoved) continue
      const own = to.tags.get(fold)
      if (own === undefined) to.tags.set(fold, { tag, isOfFile, isRemoved })
      else {
        own.isRemoved &&= isRemoved
        own.isOfFile &&= isOfFile
      }
    }
    to.isStarred ||= from.isStarred
    to.readAt ??= from.readAt
    for (const pair of this.hidden) {
      const other = pair.find((one) => one !== from)
      if (pair.includes(from) && other !== to) this.hide(to, other!)
    }
  }

  #replace(document: ModelDocument, imported: ImportedDocument): void {
    document.imported = imported
    document.unreadable = null
    const wanted = new Map(imported.tags.map((tag) => [foldWord(tag), tag]))
    for (const [fold, tag] of document.tags) if (tag.isOfFile && !wanted.has(fold)) document.tags.delete(fold)
    for (const [fold, tag] of wanted) {
      const own = document.tags.get(fold)
      if (own === undefined) document.tags.set(fold, { tag, isOfFile: true, isRemoved: false })
      else if (own.isOfFile) own.tag = tag
    }
    const before = document.chunks
    document.chunks = imported.chunks.map(({ start, end }, ordinal) => {
      const embedded = embeddedText(imported.title, imported.text, { ordinal, start, end })
      const chunk = { id: this.#provisional--, start, end, embedded, tries: new Map() }
      for (const vectors of this.vectors.values()) {
        const old = before.find((one) => one.embedded === embedded && vectors.has(one.id))
        if (old !== undefined) vectors.set(chunk.id, vectors.get(old.id)!)
      }
      return chunk
    })
  }

  #dropLostVectors(): void {
    const alive = new Set([...this.documents].flatMap((document) => document.chunks.map((chunk) => chunk.id)))
    for (const vectors of this.vectors.values()) for (const id of vectors.keys()) if (!alive.has(id)) vectors.delete(id)
  }
}

export function tagsOf(document: ModelDocument): string[] {
  return [...document.tags.values()]
    .filter((tag) => !tag.isRemoved)
    .map((tag) => tag.tag)
    .toSorted()
}

export function addTag(document: ModelDocument, tag: string): boolean {
  const own = document.tags.get(foldWord(tag))
  if (own === undefined) document.tags.set(foldWord(tag), { tag, isOfFile: false, isRemoved: false })
  else if (!own.isRemoved) return false
  else own.isRemoved = false
  return true
}

export function removeTag(document: ModelDocument, tag: string): boolean {
  const own = document.tags.get(foldWord(tag))
  if (own === undefined || own.isRemoved) return false
  if (own.isOfFile) own.isRemoved = true
  else document.tags.delete(foldWord(tag))
  return true
}
