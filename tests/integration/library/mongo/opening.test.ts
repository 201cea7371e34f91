import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AkinError, toWireError } from '../../../../shared/errors.ts'
import { openMongoLibrary, type MongoLibraryOptions } from '../../../../engine/library/mongo/mongo-library.ts'
import { migrations } from '../../../../engine/library/mongo/schema.ts'
import { putOne } from '../builders.ts'
import { dropDatabase, newDatabaseName } from './temp-database.ts'
import { describeOnTestServer } from './test-servers.ts'

const password = 's3cret-p4ss'

/** Opens what cannot be opened, and sees that nothing of the password is told. */
async function failureOf(options: MongoLibraryOptions): Promise<AkinError> {
  const error: unknown = await openMongoLibrary(options).then(
    (store) => store.close(),
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(AkinError)
  for (const told of [inspect(error, { depth: 20 }), JSON.stringify(toWireError(error))]) expect(told).not.toContain(password)
  return error as AkinError
}

describe('A server that cannot be used', () => {
  const client = { serverSelectionTimeoutMS: 700, connectTimeoutMS: 700 }
  const fail = (uri: string, more: object = {}): Promise<AkinError> =>
    failureOf({ uri, databaseName: 'akin', client: { ...client, ...more } })
  let silent: Server | undefined
  let cutting: Server | undefined
  const uriOf = (server: Server | undefined): string =>
    `mongodb://me:${password}@127.0.0.1:${(server!.address() as AddressInfo).port}`

  beforeAll(async () => {
    silent = createServer(() => undefined).listen(0, '127.0.0.1')
    cutting = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await Promise.all([once(silent, 'listening'), once(cutting, 'listening')])
  })
  afterAll(() => {
    silent?.close()
    cutting?.close()
  })

  it('is told apart: the name is not known', async () => {
    const error = await fail(`mongodb://me:${password}@no-such-host.invalid`)
    expect(error.code).toBe('offline')
    expect(error.retryable).toBe(true)
  })

  it('is told apart: nothing listens at the port', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const uri = uriOf(server)
    server.close()
    await once(server, 'close')
    expect(await fail(uri)).toMatchObject({ code: 'unavailable', message: expect.stringContaining('refused') as string })
  })

  it('is told apart: it does not answer', async () => {
    expect((await fail(uriOf(silent))).code).toBe('timeout')
  })

  it('is told apart: it cuts the connection', async () => {
    expect(await fail(uriOf(cutting))).toMatchObject({ code: 'unavailable', message: expect.stringContaining('cut') as string })
  })

  it.each([
    ['no scheme', `me:${password}@127.0.0.1`],
    ['another scheme', `https://me:${password}@127.0.0.1`],
    ['a port that is no number', `mongodb://me:${password}@127.0.0.1:port`],
    ['an option that is not known', `mongodb://me:${password}@127.0.0.1/?noSuchOption=1`],
    ['signs that have to be escaped', `mongodb://me:${password}@x@127.0.0.1`],
    ['nothing', ''],
  ])('is told apart: the address is none: %s', async (_, uri) => {
    expect((await fail(uri)).code).toBe('bad-request')
  })
})

describeOnTestServer('Opening', (uri) => {
  const admin = async <T>(work: (client: MongoClient) => Promise<T>): Promise<T> => {
    const client = new MongoClient(uri())
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  }
  const contents = (databaseName: string): Promise<unknown> =>
    admin(async (client) => {
      const names = (await client.db(databaseName).listCollections().toArray()).map(({ name }) => name).toSorted()
      return Promise.all(names.map(async (name) => [name, await client.db(databaseName).collection(name).find().toArray()]))
    })

  it('says so when TLS is wanted of a server that has none', async () => {
    const client = { serverSelectionTimeoutMS: 1_500, tls: true }
    const { code } = await failureOf({ uri: uri(), databaseName: newDatabaseName(), client })
    expect(['tls-failed', 'unavailable']).toContain(code)
  })

  it('refuses a database of another program, and leaves it as it was', async () => {
    const databaseName = newDatabaseName()
    await admin((client) => client.db(databaseName).collection('shop').insertOne({ article: 1 }))
    const before = await contents(databaseName)
    expect((await failureOf({ uri: uri(), databaseName })).code).toBe('library-damaged')
    expect(await contents(databaseName)).toEqual(before)
    await dropDatabase(uri(), databaseName)
  })

  it('refuses a library of a newer Akin, and leaves it as it was', async () => {
    const databaseName = newDatabaseName()
    await (await openMongoLibrary({ uri: uri(), databaseName })).close()
    await admin((client) =>
      client
        .db(databaseName)
        .collection<{ _id: string }>('meta')
        .updateOne({ _id: 'library' }, { $set: { schema: 99 } }),
    )
    const before = await contents(databaseName)
    const error = await failureOf({ uri: uri(), databaseName })
    expect(error).toMatchObject({ code: 'library-newer-schema', details: { version: 99, known: migrations.length } })
    expect(await contents(databaseName)).toEqual(before)
    await dropDatabase(uri(), databaseName)
  })

  it('goes on with a migration that was broken off, and does none twice', async () => {
    const databaseName = newDatabaseName()
    const open = (steps: MongoLibraryOptions['migrations']) => openMongoLibrary({ uri: uri(), databaseName, migrations: steps! })
    const store = await open(migrations)
    await putOne(store, 'A', 'a')
    await store.close()
    let runs = 0
    const next = (isBad: boolean) => ({
      name: '9999-test',
      run: async () => {
        runs++
        if (isBad) throw new Error('the power went')
      },
    })
    await expect(open([...migrations, next(true)])).rejects.toMatchObject({ code: 'migration-failed' })
    for (let i = 0; i < 2; i++) {
      const migrated = await open([...migrations, next(false)])
      expect(await migrated.documents.count({})).toBe(1)
      await migrated.close()
    }
    expect(runs).toBe(2)
    await expect(open(migrations)).rejects.toMatchObject({ code: 'library-newer-schema' })
    await dropDatabase(uri(), databaseName)
  })

  it('makes one library though several begin it at once, and names its indexes once', async () => {
    const databaseName = newDatabaseName()
    const stores = await Promise.all(Array.from({ length: 4 }, () => openMongoLibrary({ uri: uri(), databaseName })))
    expect(new Set(stores.map(({ createdAt }) => createdAt)).size).toBe(1)
    const ids = await Promise.all(stores.map((store, i) => putOne(store, `Item ${i}`, `text ${i}`)))
    expect(new Set(ids).size).toBe(4)
    await Promise.all(stores.map((store) => store.close()))
    const names = await admin(async (client) => {
      const indexes = await client.db(databaseName).collection('documents').listIndexes().toArray()
      return indexes.map(({ name }) => name as string)
    })
    expect(names).toContain('documents_by_title')
    expect(new Set(names).size).toBe(names.length)
    await dropDatabase(uri(), databaseName)
  })
})
