import { Binary, type Collection } from 'mongodb'
import { AkinError } from '../../../shared/errors.ts'
import { Bodies, partsOf, type BodyParts } from './bodies.ts'
import { apply, discard, discardBefore, prepare, type Commit } from './commit.ts'
import { heads, readHead } from './head.ts'
import { bulk, findByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import { isInterrupted, mongoError } from './mongo-errors.ts'
import { rangeOf } from './records.ts'
import { announce, markCommitted, sweep, type Leftovers } from './staging.ts'
import { UnitOfWork, type Draft } from './unit-of-work.ts'
import { LeaseLost, WriteLease } from './write-lease.ts'

export interface Committed<T> {
  readonly result: T
  /** The newest number of the change sequence; `null` when nothing changed that an index must hear of. */
  readonly sequence: number | null
  readonly documentIds: readonly number[]
}

/** How often a write is begun anew after another process went on. */
const mostAttempts = 5
/** How long the outcome of a commit is asked for when the connection broke in the middle of it. */
const longestDoubtMs = 20_000
/** So many terms of committed writes are remembered. */
const mostRecent = 50
/** After so long no process can still be about to write what was removed meanwhile. */
const removedForMs = 10 * 60_000

/**
 * Writes of the store, each as a whole or not at all, without transactions:
 *
 * 1. The right to write is taken (`WriteLease`).
 * 2. The call is worked out in memory (`UnitOfWork`).
 * 3. New texts, chunks and vectors are stored under names that nothing refers to yet, announced before (`staging`).
 * 4. One update of the head decides: with it, the steps are done, whoever does them (`Commit`).
 * 5. The steps change the documents' own records, each at once; then the change sequence moves on.
 * 6. What was replaced is deleted.
 *
 * A kill before 4 leaves only what step 3 announced, one after it leaves work for whoever writes or opens next.
 */
export class MongoWriter {
  readonly #connection: MongoConnection
  readonly #leaseMs: number
  /** Calls of this process take turns. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: MongoConnection, leaseMs: number) {
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** @param work may run again from the beginning, when another process went on meanwhile */
  write<T>(work: (unit: UnitOfWork) => Promise<T> | T): Promise<Committed<T>> {
    const turn = this.#last.then(() => this.#writeInTurn(work))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Finishes what a killed process had decided, and removes what it had begun. */
  async recover(): Promise<void> {
    const turn = this.#last.then(() => this.#recoverInTurn())
    this.#last = turn.catch(() => undefined)
    await turn
  }

  async #writeInTurn<T>(work: (unit: UnitOfWork) => Promise<T> | T): Promise<Committed<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work)
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error
        if (attempt === mostAttempts) {
          throw new AkinError('library-locked', 'Another computer is writing to the library', {
            advice: 'Try again in a moment. Nothing of this change was stored',
            retryable: true,
          })
        }
      }
    }
  }

  async #attempt<T>(work: (unit: UnitOfWork) => Promise<T> | T): Promise<Committed<T>> {
    const lease = await WriteLease.acquire(this.#connection, this.#leaseMs)
    let staged: Leftovers | undefined
    try {
      const head = await this.#finishOther(lease)
      const unit = new UnitOfWork(this.#connection, head)
      const result = await work(unit)
      if (unit.isEmpty) {
        await this.#release(lease.term)
        return { result, sequence: null, documentIds: [] }
      }
      const { commit, hasStaged } = await this.#stage(unit, lease, (leftovers) => (staged = leftovers))
      await this.#connection.show(async () => {
        await this.#decide(commit, lease)
        staged = undefined
        await this.#complete(commit, lease, null)
      })
      await this.#cleanUp(commit, hasStaged)
      const documentIds = unit.touched()
      return { result, sequence: documentIds.length === 0 ? null : commit.after.sequence, documentIds }
    } catch (error) {
      await this.#giveUp(lease.term, staged)
      throw error
    } finally {
      lease.stop()
    }
  }

  async #recoverInTurn(): Promise<void> {
    const lease = await WriteLease.acquire(this.#connection, this.#leaseMs)
    try {
      const head = await this.#finishOther(lease)
      const spaceIds = head.spaces.map(({ id }) => id)
      await sweep(this.#connection, { upTo: lease.term }, spaceIds)
      await discardBefore(this.#connection, lease.term)
      const removedBefore = new Date(Date.now() - removedForMs)
      await this.#connection.documents.deleteMany({ removedAt: { $lt: removedBefore } })
    } finally {
      lease.stop()
      await this.#release(lease.term)
    }
  }

  /** Does what is left of a write whose process is gone. */
  async #finishOther(lease: WriteLease): Promise<WriteLease['head']> {
    const { commit } = lease.head
    if (commit === null) return lease.head
    await this.#connection.show(() => this.#complete(commit, lease, this.#connection.instance))
    await discard(this.#connection, commit)
    await sweep(
      this.#connection,
      { upTo: lease.term - 1 },
      commit.after.spaces.map(({ id }) => id),
    )
    return readHead(this.#connection)
  }

  async #stage(
    unit: UnitOfWork,
    lease: WriteLease,
    note: (staged: Leftovers) => void,
  ): Promise<{ commit: Commit; hasStaged: boolean }> {
    const { term } = lease
    const count = unit.countChunks()
    const first = count === 0 ? 0 : await lease.drawChunks(count)
    const bodies = new Map<number, { key: string; parts: BodyParts[] }>()
    unit.placeDrafts(first, (id, { body }) => {
      const { parts, starts, hash, bytes } = partsOf(body)
      const key = `${term}/${id}`
      bodies.set(id, { key, parts })
      return { key, parts: parts.length, starts, hash, bytes }
    })
    const staged: Leftovers = {
      bodies: [
        ...[...bodies.values()].map(({ key, parts }) => ({ key, parts: parts.length })),
        ...unit.newBytes.map(({ key, parts }) => ({ key, parts })),
      ],
      chunks: count === 0 ? [] : [[first, first + count - 1]],
    }
    const superseded = unit.superseded()
    const hasStaged = [staged.bodies, staged.chunks, superseded.bodies, superseded.chunks].some((list) => list.length > 0)
    if (hasStaged) {
      note(staged)
      await announce(this.#connection, { term, staged, superseded })
      await this.#storeDrafts(unit, lease, [...bodies.values()])
    }
    await lease.check()
    return { commit: await prepare(this.#connection, { term, steps: unit.steps(), after: unit.counters() }), hasStaged }
  }

  async #storeDrafts(unit: UnitOfWork, lease: WriteLease, bodies: readonly { key: string; parts: BodyParts[] }[]): Promise<void> {
    const store = new Bodies(this.#connection)
    await store.putSmall(bodies.flatMap(({ key, parts }) => (parts.length === 1 ? { key, part: parts[0]! } : [])))
    for (const { key, parts } of bodies) if (parts.length > 1) await store.put(key, parts)
    for (const { key, bytes } of unit.newBytes) await store.putBytes(key, bytes)
    const chunks = [...unit.drafts].flatMap(([documentId, draft]) => {
      const [first] = rangeOf(unit.get(documentId)!) ?? [0]
      return draft.chunks.map((chunk, ordinal) => ({
        _id: first + ordinal,
        documentId,
        ordinal,
        start: chunk.start,
        end: chunk.end,
        tokenCount: chunk.tokenCount,
        headings: chunk.headings,
        page: chunk.page,
        hash: chunk.hash,
      }))
    })
    for (const page of pagesOf(chunks, 5_000)) {
      await lease.check()
      await this.#connection.chunks.insertMany(page, { ordered: false })
    }
    for (const [documentId, draft] of unit.drafts) await this.#handOnVectors(unit, documentId, draft)
  }

  /** Chunks that are embedded from the same text as an old one take over its vector. */
  async #handOnVectors(unit: UnitOfWork, documentId: number, draft: Draft): Promise<void> {
    const [first] = rangeOf(unit.get(documentId)!) ?? [0]
    for (const [key, sources] of Object.entries(draft.vectors)) {
      const vectors = this.#connection.vectors(Number(key.slice(1)))
      const ids = sources.filter((id) => id !== null)
      const stored = new Map((await findByIds(vectors, ids)).map(({ _id, vector }) => [_id, vector]))
      const copies = sources.flatMap((source, ordinal) => {
        const vector = source === null ? undefined : stored.get(source)
        const bytes = vector === undefined ? undefined : new Binary(vector.value())
        return bytes === undefined ? [] : { insertOne: { document: { _id: first + ordinal, documentId, vector: bytes } } }
      })
      await bulk(vectors as unknown as Collection<never>, copies)
    }
  }

  /**
   * The one update that makes a write happen.
   * @throws LeaseLost when it did not, since another process went on
   */
  async #decide(commit: Commit, lease: WriteLease): Promise<void> {
    const startedAt = Date.now()
    for (;;) {
      try {
        const { matchedCount } = await heads(this.#connection).updateOne({ _id: 'head', term: commit.term }, { $set: { commit } })
        if (matchedCount === 1) return
        // Another process may have gone on after an answer got lost: then it also finished what was decided
        const { recent } = await readHead(this.#connection)
        if (recent.includes(commit.term)) return
        throw new LeaseLost('another process went on')
      } catch (error) {
        if (!isInterrupted(error) || Date.now() - startedAt > longestDoubtMs) throw error
        await lease.check().catch(() => undefined)
      }
    }
  }

  /** Makes a decided write visible. A broken connection is tried again: the write is done, whatever the caller hears. */
  async #complete(commit: Commit, lease: WriteLease, holder: MongoConnection['instance'] | null): Promise<void> {
    await this.#persist(async () => {
      await apply(this.#connection, commit, () => lease.check())
      await markCommitted(this.#connection, commit.term)
      const { recent } = lease.head
      await heads(this.#connection).updateOne(
        { '_id': 'head', 'term': lease.term, 'commit.term': commit.term },
        { $set: { ...commit.after, commit: null, holder, recent: [...recent, commit.term].slice(-mostRecent) } },
      )
    })
  }

  async #persist(work: () => Promise<void>): Promise<void> {
    const startedAt = Date.now()
    for (;;) {
      try {
        return await work()
      } catch (error) {
        // Whoever took over does it
        if (error instanceof LeaseLost) return
        if (!isInterrupted(error) || Date.now() - startedAt > longestDoubtMs) throw mongoError(error)
      }
    }
  }

  /** The write is done; what goes wrong here is made up for when the library is opened next. */
  async #cleanUp(commit: Commit, hasStaged: boolean): Promise<void> {
    try {
      await discard(this.#connection, commit)
      const spaceIds = commit.after.spaces.map(({ id }) => id)
      if (hasStaged) await sweep(this.#connection, { term: commit.term }, spaceIds)
    } catch (error) {
      if (mongoError(error) === error) throw error
    }
  }

  async #release(term: number): Promise<void> {
    await heads(this.#connection).updateOne({ _id: 'head', term, commit: null }, { $set: { holder: null } })
  }

  /** A write that came to nothing. What it decided, if it came that far, stays with the head for whoever comes next. */
  async #giveUp(term: number, staged: Leftovers | undefined): Promise<void> {
    try {
      await this.#release(term)
      const { recent, commit, spaces } = await readHead(this.#connection)
      if (staged === undefined || recent.includes(term) || commit?.term === term) return
      await sweep(
        this.#connection,
        { term },
        spaces.map(({ id }) => id),
      )
    } catch (error) {
      // The first error tells more, and the next write or opening makes up for this one
      if (mongoError(error) === error) throw error
    }
  }
}
