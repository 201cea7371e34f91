import type { DocumentId } from '../../../shared/model/document.ts'
import type { Change, ChangeFeed } from '../library-store.ts'
import { heads, readHead } from './head.ts'
import type { MongoConnection } from './mongo-connection.ts'
import type { MongoWriter } from './mongo-writer.ts'
import type { ChangeRecord } from './records.ts'
import type { UnitOfWork } from './unit-of-work.ts'

type Listener = (sequence: number, documentIds: readonly DocumentId[]) => void

/** A write that was decided and is not visible after so long is finished by whoever asks. */
const patienceMs = 3_000

/**
 * The numbered changes. A number is seen only once its entry, all before it and what they tell of can be seen: the head
 * says how far that is, and one write at a time moves it on. A writer that dies half-way leaves its numbers decided but
 * unseen; they are waited for, then its write is finished by another one.
 */
export class MongoChanges implements ChangeFeed {
  readonly #connection: MongoConnection
  readonly #writer: MongoWriter
  readonly #listeners = new Set<Listener>()
  /** A decided write that another process has not finished, and since when it has been seen. */
  #unfinished: { term: number; since: number } | undefined

  constructor(connection: MongoConnection, writer: MongoWriter) {
    this.#connection = connection
    this.#writer = writer
  }

  async last(): Promise<number> {
    return this.#connection.read(async () => (await this.#head()).sequence)
  }

  async since(sequence: number, limit: number): Promise<{ changes: Change[]; isComplete: boolean }> {
    return this.#connection.read(async () => {
      const { sequence: last } = await this.#head()
      const records = limit <= 0 || sequence >= last ? [] : await this.#entries(sequence, Math.min(last, sequence + limit))
      // Entries are trimmed after that was noted, so that what is missing now is known
      const { trimmed } = await readHead(this.#connection)
      return { changes: records.map(changeOf), isComplete: sequence >= trimmed && sequence <= last }
    })
  }

  async trim(sequence: number): Promise<void> {
    await this.#connection.run(async () => {
      // What is yet to come cannot be forgotten
      const upTo = Math.min(sequence, (await readHead(this.#connection)).sequence)
      await heads(this.#connection).updateOne({ _id: 'head' }, { $max: { trimmed: upTo } })
      await this.#connection.changes.deleteMany({ _id: { $lte: upTo } })
    })
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Runs a write of the store and tells the listeners once it is visible. */
  async commit<T>(work: (unit: UnitOfWork) => Promise<T> | T): Promise<T> {
    return this.#connection.run(async () => {
      const { result, sequence, documentIds } = await this.#writer.write(work)
      if (sequence !== null) for (const listener of this.#listeners) tell(listener, sequence, documentIds)
      return result
    })
  }

  async #head(): Promise<{ sequence: number }> {
    const head = await readHead(this.#connection)
    if (head.commit === null) {
      this.#unfinished = undefined
      return head
    }
    if (this.#unfinished?.term !== head.commit.term) this.#unfinished = { term: head.commit.term, since: performance.now() }
    if (performance.now() - this.#unfinished.since < patienceMs) return head
    await this.#writer.recover()
    return readHead(this.#connection)
  }

  async #entries(after: number, upTo: number): Promise<ChangeRecord[]> {
    return this.#connection.changes
      .find({ _id: { $gt: after, $lte: upTo } })
      .sort({ _id: 1 })
      .toArray()
  }
}

/** The write is done, whatever a listener makes of it: its mistake is told as a warning of the process. */
function tell(listener: Listener, sequence: number, documentIds: readonly DocumentId[]): void {
  try {
    listener(sequence, documentIds)
  } catch (error) {
    process.emitWarning(
      `A listener to library changes failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
}

function changeOf({ _id, kind, documentId, spaceId, firstChunk, lastChunk }: ChangeRecord): Change {
  return { sequence: _id, kind, documentId, spaceId, firstChunk, lastChunk }
}
