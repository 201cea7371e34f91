import type { Collection } from 'mongodb'
import { Bodies } from './bodies.ts'
import { deleteByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import { idsOf } from './records.ts'

/** Texts, chunks and vectors that may go: nothing names them. */
export interface Leftovers {
  readonly bodies: readonly { readonly key: string; readonly parts: number }[]
  /** Inclusive ranges of chunk ids; their vectors go too. */
  readonly chunks: readonly (readonly [number, number])[]
}

/**
 * What a write stores under names of its own before it is committed, and what nobody needs any more afterwards. Noted
 * before the first of it is stored, so that whoever comes after a kill knows what to delete.
 */
interface StagingRecord {
  /** `<term>/<number>` */
  readonly _id: string
  readonly term: number
  readonly staged: Leftovers
  readonly superseded: Leftovers
  readonly isCommitted: boolean
}

/** So many things are named by one record. */
const recordSize = 5_000

function stagings(connection: MongoConnection): Collection<StagingRecord> {
  return connection.collection<StagingRecord>('staging')
}

export async function announce(
  connection: MongoConnection,
  { term, staged, superseded }: { term: number; staged: Leftovers; superseded: Leftovers },
): Promise<void> {
  const lists = [staged.bodies, staged.chunks, superseded.bodies, superseded.chunks].map((list) => list.length)
  const count = Math.ceil(Math.max(...lists) / recordSize)
  const page = ({ bodies, chunks }: Leftovers, index: number): Leftovers => ({
    bodies: bodies.slice(index * recordSize, (index + 1) * recordSize),
    chunks: chunks.slice(index * recordSize, (index + 1) * recordSize),
  })
  for (let index = 0; index < count; index++) {
    await stagings(connection).insertOne({
      _id: `${term}/${index}`,
      term,
      staged: page(staged, index),
      superseded: page(superseded, index),
      isCommitted: false,
    })
  }
}

/** From now on it is what the write replaced that may go, and no longer what it stored. */
export async function markCommitted(connection: MongoConnection, term: number): Promise<void> {
  await stagings(connection).updateMany({ term }, { $set: { isCommitted: true } })
}

/** Deletes what was left of one write, or of all writes up to a term, of which none is under way. */
export async function sweep(
  connection: MongoConnection,
  terms: { readonly term: number } | { readonly upTo: number },
  spaceIds: readonly number[],
): Promise<void> {
  const filter = 'term' in terms ? { term: terms.term } : { term: { $lte: terms.upTo } }
  for await (const record of stagings(connection).find(filter)) {
    await remove(connection, record.isCommitted ? record.superseded : record.staged, spaceIds)
    await stagings(connection).deleteOne({ _id: record._id })
  }
}

async function remove(connection: MongoConnection, { bodies, chunks }: Leftovers, spaceIds: readonly number[]): Promise<void> {
  await new Bodies(connection).remove(bodies)
  const collections = [connection.chunks, ...spaceIds.map((id) => connection.vectors(id))] as unknown as Collection<never>[]
  for (const page of pagesOf(chunks.flatMap(idsOf), 5_000)) {
    for (const collection of collections) await deleteByIds(collection, page)
  }
}
