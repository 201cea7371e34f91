import type { Document as Query } from 'mongodb'
import type { ChunkDraft } from '../library-store.ts'
import type { Body } from './bodies.ts'
import type { Step } from './commit.ts'
import { defaultSpaceOf, type Counters, type Head } from './head.ts'
import { findByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import { rangeOf, spaceKey, type ChangeRecord, type DocumentRecord, type JobItemRecord, type SpaceRecord } from './records.ts'
import { emptyState, settle, withVectors } from './space-state.ts'

/** A document's text as it is about to be stored, with its chunks. */
export interface Draft {
  readonly body: Body
  readonly chunks: readonly (ChunkDraft & { readonly hash: string })[]
  /** By `spaceKey`: for each chunk the stored one whose vector it takes over, `null` where it has none. */
  readonly vectors: Readonly<Record<string, readonly (number | null)[]>>
}

type ChangeDraft = Pick<ChangeRecord, 'kind' | 'documentId' | 'spaceId'> & {
  /** `new`: those that the document has in the end. */
  readonly chunks: readonly [number, number] | 'new' | null
}

/**
 * What one call of the store makes of the library, in memory: documents are read into it, changed, and compared with
 * what they were. Nothing is stored before all of it is known.
 */
export class UnitOfWork {
  readonly head: Head
  readonly connection: MongoConnection
  readonly drafts = new Map<number, Draft>()
  readonly items: JobItemRecord[] = []
  spaces: readonly SpaceRecord[]
  /** Bytes to be stored, and values to be let go once the write is done. */
  readonly newBytes: { key: string; parts: number; bytes: Uint8Array }[] = []
  readonly droppedBodies: { key: string; parts: number }[] = []
  readonly #before = new Map<number, DocumentRecord>()
  readonly #now = new Map<number, DocumentRecord>()
  readonly #removed = new Set<number>()
  readonly #changes: ChangeDraft[] = []
  #documents: number
  #sources: number
  #items: number
  highestSpace: number

  constructor(connection: MongoConnection, head: Head) {
    this.connection = connection
    this.head = head
    this.spaces = head.spaces
    this.#documents = head.documents
    this.#sources = head.sources
    this.#items = head.items
    this.highestSpace = head.highestSpace
  }

  get defaultSpace(): number | undefined {
    return defaultSpaceOf(this)
  }

  /** Reads documents that are not known yet. */
  async load(ids: readonly number[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#before.has(id) && !this.#now.has(id) && !this.#removed.has(id))
    for (const record of await findByIds(this.connection.documents, unknown)) this.#note(record)
  }

  /** Reads the documents that one of many values names, and that are not known yet. */
  async loadWhere(field: string, values: readonly string[]): Promise<void> {
    for (const page of pagesOf([...new Set(values)])) await this.loadQuery({ [field]: { $in: page } })
  }

  async loadQuery(query: Query): Promise<void> {
    for (const record of await this.connection.documents.find(query).toArray()) {
      if (!this.#before.has(record._id)) this.#note(record)
    }
  }

  get(id: number): DocumentRecord | undefined {
    return this.#now.get(id)
  }

  /** Those that are known and not removed. */
  records(): Iterable<DocumentRecord> {
    return this.#now.values()
  }

  /** First and last stored chunk; `null` for a document that has none, or new ones that are not stored yet. */
  storedRange(id: number): [number, number] | null {
    const record = this.#now.get(id)
    return record === undefined || this.drafts.has(id) ? null : rangeOf(record)
  }

  set(record: DocumentRecord): void {
    this.#now.set(record._id, record)
  }

  nextDocument(): number {
    return ++this.#documents
  }

  nextSource(): number {
    return ++this.#sources
  }

  nextItem(): number {
    return ++this.#items
  }

  remove(id: number): void {
    this.#now.delete(id)
    this.drafts.delete(id)
    this.#removed.add(id)
  }

  /** Adds an entry to the change sequence. */
  note(
    kind: ChangeRecord['kind'],
    documentId: number,
    chunks: ChangeDraft['chunks'] = null,
    spaceId: number | null = null,
  ): void {
    this.#changes.push({ kind, documentId, chunks, spaceId })
  }

  get isEmpty(): boolean {
    return (
      this.#changes.length === 0 &&
      this.items.length === 0 &&
      this.droppedBodies.length === 0 &&
      this.spaces === this.head.spaces &&
      this.#removed.size === 0 &&
      [...this.#now].every(([id, record]) => this.#before.get(id) === record)
    )
  }

  /** Documents whose changes a listener hears of. */
  touched(): number[] {
    return [...new Set(this.#changes.map(({ documentId }) => documentId))]
  }

  /** How many chunks have to be stored. */
  countChunks(): number {
    return [...this.drafts.values()].reduce((sum, draft) => sum + draft.chunks.length, 0)
  }

  /**
   * Gives the new chunks their ids, in the order of the documents that have them, and settles what follows from it.
   * @param bodyOf where the text of a document will lie
   */
  placeDrafts(firstChunk: number, bodyOf: (id: number, draft: Draft) => DocumentRecord['body']): void {
    let next = firstChunk
    for (const [id, draft] of this.drafts) {
      const count = draft.chunks.length
      const first = count === 0 ? null : next
      next += count
      const spaces = Object.fromEntries(
        Object.entries(draft.vectors).map(([key, sources]) => {
          const taken = sources.flatMap((source, ordinal) => (source === null ? [] : [ordinal]))
          return [key, withVectors(emptyState(count), first ?? 0, taken)]
        }),
      )
      const range = { firstChunk: first, lastChunk: first === null ? null : next - 1, chunkCount: count }
      const record = { ...this.#now.get(id)!, ...range, spaces, body: bodyOf(id, draft) }
      this.#now.set(id, settle(record, this.defaultSpace))
    }
  }

  /** Texts and chunks that nothing names any more once this is done. */
  superseded(): { bodies: { key: string; parts: number }[]; chunks: [number, number][] } {
    const gone = [...this.#before.values()].filter(({ _id }) => this.#removed.has(_id) || this.drafts.has(_id))
    const bodies = gone.flatMap(({ body }) => (body === null ? [] : [{ key: body.key, parts: body.parts }]))
    return {
      bodies: [...bodies, ...this.droppedBodies],
      chunks: gone.flatMap((record) => {
        const range = rangeOf(record)
        return range === null ? [] : [range]
      }),
    }
  }

  counters(): Counters {
    return {
      sequence: this.head.sequence + this.#entries().length,
      documents: this.#documents,
      sources: this.#sources,
      items: this.#items,
      highestSpace: this.highestSpace,
      spaces: this.spaces,
    }
  }

  /** What has to be done to the stored records. */
  steps(): Step[] {
    const steps: Step[] = []
    for (const [id, record] of this.#now) {
      const before = this.#before.get(id)
      if (before === undefined) steps.push({ type: 'add', record })
      else if (before !== record) steps.push({ type: 'set', id, fields: differences(before, record) })
    }
    for (const id of this.#removed) if (this.#before.has(id)) steps.push({ type: 'remove', id })
    steps.push(...this.items.map((record) => ({ type: 'item', record }) as const))
    const entries = this.#entries().map((entry, index) => ({ _id: this.head.sequence + 1 + index, ...entry }))
    return [...steps, ...entries.map((record) => ({ type: 'change', record }) as const)]
  }

  /** Entries with the chunks that documents have in the end; one about new chunks of a document without any is left out. */
  #entries(): Omit<ChangeRecord, '_id'>[] {
    return this.#changes.flatMap(({ kind, documentId, chunks, spaceId }) => {
      const record = this.#now.get(documentId)
      const range = chunks !== 'new' ? chunks : record === undefined ? null : rangeOf(record)
      if (chunks === 'new' && range === null) return []
      return { kind, documentId, spaceId, firstChunk: range?.[0] ?? null, lastChunk: range?.[1] ?? null }
    })
  }

  #note(record: DocumentRecord): void {
    // What is left of a removed one has no more than its id
    if ((record as Partial<DocumentRecord>).kind === undefined) return
    this.#before.set(record._id, record)
    this.#now.set(record._id, record)
  }
}

function differences(before: DocumentRecord, now: DocumentRecord): Partial<DocumentRecord> {
  const entries = Object.entries(now).filter(([key, value]) => before[key as keyof DocumentRecord] !== value)
  return Object.fromEntries(entries)
}

/** Spaces that have vectors of a document to hand on. */
export function spacesOf(record: DocumentRecord, spaces: readonly SpaceRecord[]): string[] {
  return spaces.map(({ id }) => spaceKey(id)).filter((key) => (record.spaces[key]?.embedded ?? 0) > 0)
}
