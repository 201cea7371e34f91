import { randomBytes } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { openMongoLibrary, type MongoLibraryOptions } from '../../../../engine/library/mongo/mongo-library.ts'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import type { OpenedLibrary } from '../builders.ts'

export type DatabaseOptions = Omit<MongoLibraryOptions, 'uri' | 'databaseName'>

export function newDatabaseName(): string {
  return `akin_test_${randomBytes(8).toString('hex')}`
}

/** An empty library in a database of its own. */
export async function openTempDatabase(
  uri: string,
  options: DatabaseOptions = {},
): Promise<OpenedLibrary & { readonly databaseName: string }> {
  const databaseName = newDatabaseName()
  const open = (): Promise<LibraryStore> => openMongoLibrary({ uri, databaseName, ...options })
  let store = await open()
  return {
    databaseName,
    get store() {
      return store
    },
    reopen: async () => {
      await store.close()
      store = await open()
      return store
    },
    cleanUp: async () => {
      await store.close()
      await dropDatabase(uri, databaseName)
    },
  }
}

export async function dropDatabase(uri: string, databaseName: string): Promise<void> {
  const client = new MongoClient(uri)
  try {
    await client.db(databaseName).dropDatabase()
  } finally {
    await client.close()
  }
}
