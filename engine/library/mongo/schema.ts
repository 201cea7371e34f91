import { AkinError } from '../../../shared/errors.ts'
import { emptyHead, heads } from './head.ts'
import type { MongoConnection } from './mongo-connection.ts'
import { isDuplicate } from './mongo-errors.ts'

interface LibraryRecord {
  readonly _id: 'library'
  /** Tells a library of Akin from any other database. */
  readonly application: string
  /** How many migrations were applied. */
  readonly schema: number
  readonly createdAt: string
}

export interface Migration {
  readonly name: string
  /** May have been broken off by a kill at any point before, and must then go on or begin anew. */
  readonly run: (connection: MongoConnection) => Promise<void>
}

/** In order; the number of applied ones stands in `meta`. Only ever add to the end. */
export const migrations: readonly Migration[] = [{ name: '0001-create-library', run: createLibrary }]

const application = 'akin'

/** Names are unique in the database: some servers tell indexes apart by name alone. */
const indexes: Readonly<Record<string, Readonly<Record<string, Record<string, 1 | -1>>>>> = {
  // One for each way of sorting, so that a page of a list is read and never sorted
  documents: {
    documents_by_title: { isTrashed: 1, titleFold: 1, _id: 1 },
    documents_by_kind: { isTrashed: 1, kind: 1, _id: 1 },
    documents_by_source: { isTrashed: 1, sourceFold: 1, _id: 1 },
    documents_by_author: { isTrashed: 1, hasNoAuthor: 1, authorFold: 1, _id: 1 },
    documents_by_author_down: { isTrashed: 1, hasNoAuthor: 1, authorFold: -1, _id: -1 },
    documents_by_date: { isTrashed: 1, sortDate: 1, _id: 1 },
    documents_by_language: { isTrashed: 1, hasNoLanguage: 1, language: 1, _id: 1 },
    documents_by_language_down: { isTrashed: 1, hasNoLanguage: 1, language: -1, _id: -1 },
    documents_by_length: { isTrashed: 1, wordCount: 1, _id: 1 },
    documents_by_status: { isTrashed: 1, status: 1, _id: 1, chunkCount: 1, embeddedCount: 1 },
    documents_by_last_chunk: { isTrashed: 1, lastChunk: 1 },
    documents_by_content: { contentHash: 1 },
    documents_by_place: { sourceKeys: 1 },
    documents_by_name: { nameFolds: 1 },
    documents_by_tag: { tagFolds: 1 },
    documents_by_link: { wikiFolds: 1 },
  },
  job_items: { job_items_by_job: { job: 1, outcome: 1, number: 1 } },
  staging: { staging_by_term: { term: 1 } },
}

/** Indexes that are made over documents that are there already take their time. */
const indexTimeoutMs = 30 * 60_000

/**
 * Looks at a database, makes a library of an empty one, and brings an older one up to date. Returns when it was set up.
 *
 * @throws AkinError `library-newer-schema` when a newer Akin wrote it, `library-damaged` when another program did: both
 * before anything is written; `migration-failed`
 */
export async function prepareDatabase(
  connection: MongoConnection,
  steps: readonly Migration[] = migrations,
): Promise<{ createdAt: string }> {
  const known = await lookAt(connection, steps.length)
  const library = known ?? (await begin(connection))
  for (const [index, step] of steps.entries()) {
    if (index >= library.schema) await migrate(connection, step, index + 1)
  }
  // An index that was taken away by hand is made again: without it all is right, but slow
  if (library.schema >= 1) await createIndexes(connection)
  return { createdAt: library.createdAt }
}

/** `null` for an empty database. */
async function lookAt(connection: MongoConnection, knownSchema: number): Promise<LibraryRecord | null> {
  const isNew = await isEmpty(connection)
  // Read afterwards: another process may be beginning the library at this moment, and this record is its first
  const library = await libraries(connection).findOne({ _id: 'library' })
  const isOurs = library?.application === application && Number.isSafeInteger(library.schema)
  if (!isOurs && (library !== null || !isNew)) {
    throw new AkinError('library-damaged', `The database “${connection.db.databaseName}” is not a library of Akin`, {
      advice: 'Choose another database name. The database was not changed',
    })
  }
  if (library !== null && library.schema > knownSchema) {
    throw new AkinError(
      'library-newer-schema',
      `This library was written by a newer Akin (schema ${library.schema}, this one knows ${knownSchema})`,
      {
        advice: 'Update Akin to open it. The library was not changed',
        details: { version: library.schema, known: knownSchema },
      },
    )
  }
  return library
}

async function isEmpty(connection: MongoConnection): Promise<boolean> {
  const collections = await connection.db.listCollections({}, { nameOnly: true }).toArray()
  return collections.every(({ name }) => name.startsWith('system.'))
}

/** The first record of a library says whose it is; two that begin at once agree on one. */
async function begin(connection: MongoConnection): Promise<LibraryRecord> {
  try {
    await libraries(connection).insertOne({
      _id: 'library',
      application,
      schema: 0,
      createdAt: new Date().toISOString(),
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const library = await libraries(connection).findOne({ _id: 'library' })
  return library!
}

async function migrate(connection: MongoConnection, step: Migration, schema: number): Promise<void> {
  try {
    await step.run(connection)
    await libraries(connection).updateOne({ _id: 'library' }, { $max: { schema } })
  } catch (cause) {
    throw new AkinError('migration-failed', `The library could not be brought to the new version (step ${step.name})`, {
      advice: 'Open it again: what was begun goes on where it was',
      cause,
    })
  }
}

async function createLibrary(connection: MongoConnection): Promise<void> {
  await createIndexes(connection)
  await heads(connection).updateOne({ _id: 'head' }, { $setOnInsert: withoutId(emptyHead) }, { upsert: true })
}

async function createIndexes(connection: MongoConnection): Promise<void> {
  for (const [collection, specifications] of Object.entries(indexes)) {
    const all = Object.entries(specifications).map(([name, key]) => ({ name, key }))
    await connection.collection(collection).createIndexes(all, { maxTimeMS: indexTimeoutMs })
  }
}

function withoutId<T extends { _id: unknown }>({ _id, ...rest }: T): Omit<T, '_id'> {
  return rest
}

function libraries(connection: MongoConnection) {
  return connection.collection<LibraryRecord>('meta')
}
