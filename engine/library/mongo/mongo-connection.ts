import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { MongoClient, type Collection, type Db, type Document, type MongoClientOptions } from 'mongodb'
import { AkinError } from '../../../shared/errors.ts'
import type { ChangeRecord, ChunkRecord, DocumentRecord, VectorRecord } from './records.ts'
import { mongoError } from './mongo-errors.ts'

/** So many values go into one `$in`: the time that servers take for more grows faster than the list. */
export const pageSize = 500

/** So many commands go into one bulk write. */
const bulkSize = 1_000

export interface Instance {
  /** Of this opened library. */
  readonly id: string
  readonly host: string
  readonly pid: number
}

export interface ConnectionOptions {
  /** `mongodb://` or `mongodb+srv://`, with user and password where there are some; never shown or logged. */
  readonly uri: string
  readonly databaseName: string
  /** TLS and authentication beyond what stands in the address. */
  readonly client?: MongoClientOptions
  /** Called with the name of each command that succeeded: for measuring, and for tests that kill the process. */
  readonly onCommand?: (commandName: string) => void
}

/** The connection of one opened library: its collections, and calls counted so that closing can wait for them. */
export class MongoConnection {
  readonly instance: Instance = { id: randomBytes(12).toString('hex'), host: hostname(), pid: process.pid }
  readonly db: Db
  readonly #client: MongoClient
  #isClosed = false
  #running = 0
  #whenIdle: (() => void) | undefined
  /** While a write of this process becomes visible document by document; reads that begin then wait for it. */
  #showing: Promise<void> | undefined

  constructor({ uri, databaseName, client, onCommand }: ConnectionOptions) {
    this.#client = new MongoClient(uri, { ...clientOptions, ...client, monitorCommands: onCommand !== undefined })
    if (onCommand !== undefined) this.#client.on('commandSucceeded', ({ commandName }) => onCommand(commandName))
    this.db = this.#client.db(databaseName)
  }

  collection<T extends Document>(name: string): Collection<T> {
    return this.db.collection<T>(name)
  }

  get documents(): Collection<DocumentRecord> {
    return this.collection('documents')
  }

  get chunks(): Collection<ChunkRecord> {
    return this.collection('chunks')
  }

  get changes(): Collection<ChangeRecord> {
    return this.collection('changes')
  }

  /** A collection of its own for each space: vectors of one are read together. */
  vectors(spaceId: number): Collection<VectorRecord> {
    return this.collection(`vectors_${spaceId}`)
  }

  /**
   * Runs a call of the store.
   * @throws AkinError `unavailable` once the library is closed; what the driver throws becomes an AkinError
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new AkinError('unavailable', 'The database is closed')
    this.#running++
    try {
      return await work()
    } catch (error) {
      throw mongoError(error)
    } finally {
      this.#running--
      if (this.#running === 0) this.#whenIdle?.()
    }
  }

  /** The same for a call that reads: it does not begin in the middle of a write of this process. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    return this.run(async () => {
      await this.#showing
      return work()
    })
  }

  /** Runs what makes a write visible. */
  async show<T>(work: () => Promise<T>): Promise<T> {
    const done = work()
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    this.#showing = settled
    try {
      return await done
    } finally {
      if (this.#showing === settled) this.#showing = undefined
    }
  }

  /** Waits for calls that are under way; calls after it are refused. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    await this.#client.close()
  }
}

/** Short times, so that a server that is gone is noticed; a write that returned is in the journal. */
const clientOptions: MongoClientOptions = {
  appName: 'akin',
  writeConcern: { w: 1, journal: true },
  readPreference: 'primary',
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 60_000,
  waitQueueTimeoutMS: 15_000,
  minPoolSize: 0,
  maxPoolSize: 8,
  maxIdleTimeMS: 60_000,
}

/** Values in pages that a `$in` takes. */
export function pagesOf<T>(values: readonly T[], size = pageSize): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, page) => values.slice(page * size, (page + 1) * size))
}

/** Reads records by their `_id`, in no order; values that come twice are read once. */
export async function findByIds<T extends Document>(
  collection: Collection<T>,
  ids: readonly (number | string)[],
  projection?: Document,
): Promise<T[]> {
  const found: T[] = []
  for (const page of pagesOf([...new Set(ids)])) {
    const cursor = collection.find({ _id: { $in: page } } as never, projection === undefined ? {} : { projection })
    found.push(...((await cursor.toArray()) as T[]))
  }
  return found
}

/** Deletes records by their `_id`. */
export async function deleteByIds(collection: Collection<never>, ids: readonly (number | string)[]): Promise<void> {
  for (const page of pagesOf(ids)) await collection.deleteMany({ _id: { $in: page } })
}

/** Runs many commands in no order, so many at a time. */
export async function bulk(collection: Collection<never>, commands: readonly object[]): Promise<void> {
  for (const page of pagesOf(commands, bulkSize)) await collection.bulkWrite(page as never, { ordered: false })
}
