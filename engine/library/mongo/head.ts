import type { Collection } from 'mongodb'
import { AkinError } from '../../../shared/errors.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import type { Commit } from './commit.ts'
import type { Instance, MongoConnection } from './mongo-connection.ts'
import type { SpaceRecord } from './records.ts'

/** Numbers and spaces of a library that a write changes together with its documents. */
export interface Counters {
  /** The newest number of the change sequence whose entry, and all before it, can be seen. */
  readonly sequence: number
  /** The highest ids that were given out. */
  readonly documents: number
  readonly sources: number
  readonly items: number
  readonly highestSpace: number
  readonly spaces: readonly SpaceRecord[]
}

/** The one document that orders all writes of all processes. */
export interface Head extends Counters {
  readonly _id: 'head'
  /** One higher with each write that is begun; a write that finds another number here has lost its right to go on. */
  readonly term: number
  /** Counts up while a long write is under way, so that others see that its process lives. */
  readonly beat: number
  readonly holder: Instance | null
  /** Who waits for its turn. */
  readonly wanted: string | null
  /** A write that is decided and may not be visible in whole. */
  readonly commit: Commit | null
  /** Terms of the newest writes that were committed. */
  readonly recent: readonly number[]
  readonly trimmed: number
  /** The highest chunk id that was drawn, for a write that was committed or not. */
  readonly chunks: number
}

export const emptyHead: Head = {
  _id: 'head',
  term: 0,
  beat: 0,
  holder: null,
  wanted: null,
  commit: null,
  recent: [],
  sequence: 0,
  trimmed: 0,
  documents: 0,
  sources: 0,
  items: 0,
  chunks: 0,
  highestSpace: 0,
  spaces: [],
}

export function heads(connection: MongoConnection): Collection<Head> {
  return connection.collection<Head>('meta')
}

/** @throws AkinError `library-damaged` */
export async function readHead(connection: MongoConnection): Promise<Head> {
  const head = await heads(connection).findOne({ _id: 'head' })
  if (head === null) throw missingHead()
  return head
}

export function missingHead(): AkinError {
  return new AkinError('library-damaged', 'The database of the library has lost the record that orders its writes', {
    advice: 'Put back a copy of the database',
  })
}

export function defaultSpaceOf({ spaces }: Pick<Counters, 'spaces'>): number | undefined {
  return spaces.find(({ isDefault }) => isDefault)?.id
}

/** @throws AkinError `not-found` when there is none, or it was removed and that is not asked for */
export function spaceOf({ spaces }: Pick<Counters, 'spaces'>, id: number, { isRemoved = false } = {}): SpaceRecord {
  const space = spaces.find((one) => one.id === id)
  if (space === undefined || (space.removedAt !== null && !isRemoved))
    throw new AkinError('not-found', `There is no embedding space ${id}`)
  return space
}

export function toSpace({ id, name, identity, dimension, metric, recipe, isDefault }: SpaceRecord): EmbeddingSpace {
  return { id, name, identity, dimension, metric, recipe, isDefault }
}
