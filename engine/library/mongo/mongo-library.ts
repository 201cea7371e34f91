import type { LibraryStore } from '../library-store.ts'
import { Bodies } from './bodies.ts'
import { MongoChanges } from './mongo-changes.ts'
import { MongoConnection, type ConnectionOptions } from './mongo-connection.ts'
import { MongoDocuments } from './mongo-documents.ts'
import { mongoError } from './mongo-errors.ts'
import { MongoJobs } from './mongo-jobs.ts'
import { MongoSettings } from './mongo-settings.ts'
import { MongoVectors } from './mongo-vectors.ts'
import { MongoWriter } from './mongo-writer.ts'
import { prepareDatabase, type Migration } from './schema.ts'
import { sweepSpaces } from './space-writer.ts'

export interface MongoLibraryOptions extends ConnectionOptions {
  /** How long a writer may be silent before another one goes on without it. Default 10 s. */
  readonly leaseMs?: number
  readonly migrations?: readonly Migration[]
}

const defaultLeaseMs = 10_000
/** What a document, a chunk and their entries in the database's indexes take besides the text, roughly. */
const documentBytes = 3_000
const chunkBytes = 250

/**
 * Opens the library of a database, or makes one. Every write is in the journal of the server when its promise resolves.
 *
 * @throws AkinError `library-newer-schema`, `library-damaged`, `migration-failed`, and what tells why a server cannot be
 * used: `offline`, `unavailable`, `timeout`, `tls-failed`, `key-rejected`, `library-read-only`, `bad-request`
 */
export async function openMongoLibrary(options: MongoLibraryOptions): Promise<LibraryStore> {
  let connection: MongoConnection | undefined
  try {
    connection = new MongoConnection(options)
    const { createdAt } = await prepareDatabase(connection, options.migrations)
    const library = new MongoLibrary(connection, { createdAt, leaseMs: options.leaseMs ?? defaultLeaseMs })
    await library.recover()
    return library
  } catch (error) {
    await connection?.close()
    throw mongoError(error)
  }
}

class MongoLibrary implements LibraryStore {
  readonly documents: MongoDocuments
  readonly vectors: MongoVectors
  readonly changes: MongoChanges
  readonly jobs: MongoJobs
  readonly settings: MongoSettings
  readonly createdAt: string
  readonly #connection: MongoConnection
  readonly #writer: MongoWriter

  constructor(connection: MongoConnection, { createdAt, leaseMs }: { createdAt: string; leaseMs: number }) {
    const bodies = new Bodies(connection)
    this.#connection = connection
    this.createdAt = createdAt
    this.#writer = new MongoWriter(connection, leaseMs)
    this.changes = new MongoChanges(connection, this.#writer)
    this.documents = new MongoDocuments(connection, this.changes, bodies)
    this.vectors = new MongoVectors(connection, this.changes, bodies)
    this.jobs = new MongoJobs(connection, this.changes)
    this.settings = new MongoSettings(connection)
  }

  /** Finishes or removes what a killed process left. */
  async recover(): Promise<void> {
    await this.#connection.run(async () => {
      await this.#writer.recover()
      await sweepSpaces(this.#connection)
    })
  }

  async sizes(): Promise<{ libraryBytes: number; vectorBytes: number }> {
    return this.#connection.run(async () => {
      const spaces = await this.vectors.spaceCounts()
      const [row] = await this.#connection.documents
        .aggregate<{ n: number; chunks: number; bytes: number }>([
          { $group: { _id: null, n: { $sum: 1 }, chunks: { $sum: '$chunkCount' }, bytes: { $sum: '$body.bytes' } } },
        ])
        .toArray()
      const { n, chunks, bytes } = row ?? { n: 0, chunks: 0, bytes: 0 }
      const vectors = [...spaces.values()].reduce((sum, space) => sum + space.bytes, 0)
      return { libraryBytes: bytes + n * documentBytes + chunks * chunkBytes, vectorBytes: vectors }
    })
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
