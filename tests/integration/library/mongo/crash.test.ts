import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { MongoClient, type Document } from 'mongodb'
import { expect, it } from 'vitest'
import { openMongoLibrary } from '../../../../engine/library/mongo/mongo-library.ts'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import { fill, followersAgree, snapshotOf, writes } from './crash-writes.ts'
import { dropDatabase, newDatabaseName } from './temp-database.ts'
import { describeOnTestServer } from './test-servers.ts'

const child = join(import.meta.dirname, 'crash-child.ts')

/** Runs a write in a process of its own; true when it was acknowledged before the process was gone. */
async function runUntilKilled(uri: string, databaseName: string, name: string, commands: number): Promise<boolean> {
  const worker = spawn(process.execPath, [child, uri, databaseName, name, String(commands)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  worker.stdout.setEncoding('utf8').on('data', (data: string) => (output += data))
  const [code, signal] = (await once(worker, 'close')) as [number | null, string | null]
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the worker ended with ${code}`)
  return output.includes('done')
}

/** What nothing names: there must be none of it once the library was opened. */
async function leftovers(uri: string, databaseName: string): Promise<unknown> {
  const client = new MongoClient(uri)
  try {
    const db = client.db(databaseName)
    const head = await db.collection<Document & { _id: string }>('meta').findOne({ _id: 'head' })
    const documents = await db
      .collection('documents')
      .find({ kind: { $exists: true } })
      .toArray()
    const spaces = head!.spaces as { transform: { key: string; parts: number } | null }[]
    const bodies = [
      ...documents.map(({ body }) => body as { key: string; parts: number } | null),
      ...spaces.map((one) => one.transform),
    ]
    const named = bodies.flatMap((body) =>
      body === null ? [] : Array.from({ length: body.parts }, (_, part) => `${body.key}/${part}`),
    )
    const chunks = await db.collection('chunks').find().project({ documentId: 1 }).toArray()
    const owned = chunks.filter(({ _id, documentId }) => {
      const owner = documents.find((one) => (one._id as unknown) === documentId)
      return owner !== undefined && (_id as number) >= owner.firstChunk && (_id as number) <= owner.lastChunk
    })
    return {
      holder: head!.holder as unknown,
      commit: head!.commit as unknown,
      staging: await db.collection('staging').countDocuments(),
      commits: await db.collection('commits').countDocuments(),
      texts: (await db.collection('texts').find().project({ _id: 1 }).toArray()).map(({ _id }) => _id as string).toSorted(),
      named: named.toSorted(),
      chunksWithoutOwner: chunks.length - owned.length,
    }
  } finally {
    await client.close()
  }
}

describeOnTestServer('A library whose process is killed', (uri) => {
  const open = (databaseName: string): Promise<LibraryStore> => openMongoLibrary({ uri: uri(), databaseName })

  async function expectWhole(databaseName: string): Promise<unknown> {
    const store = await open(databaseName)
    try {
      const { followed, built } = await followersAgree(store)
      expect(followed).toEqual(built)
      const { texts, named, ...rest } = (await leftovers(uri(), databaseName)) as { texts: string[]; named: string[] }
      expect(texts).toEqual(named)
      expect(rest).toEqual({ holder: null, commit: null, staging: 0, commits: 0, chunksWithoutOwner: 0 })
      return await snapshotOf(store)
    } finally {
      await store.close()
    }
  }

  /** A database with the library that each write begins with. */
  async function filled(): Promise<string> {
    const databaseName = newDatabaseName()
    const store = await open(databaseName)
    await fill(store)
    await store.close()
    return databaseName
  }

  async function statesAround(name: string): Promise<{ before: unknown; after: unknown }> {
    const databaseName = await filled()
    const before = await expectWhole(databaseName)
    const store = await open(databaseName)
    await writes[name]!(store)
    await store.close()
    const after = await expectWhole(databaseName)
    await dropDatabase(uri(), databaseName)
    return { before, after }
  }

  it.each(Object.keys(writes))('has it whole or not at all, whatever step it was killed after: %s', async (name) => {
    const { before, after } = await statesAround(name)
    expect(before).not.toEqual(after)
    let isDone = false
    const outcomes: string[] = []
    for (let commands = 1; !isDone; commands++) {
      const databaseName = await filled()
      isDone = await runUntilKilled(uri(), databaseName, name, commands)
      const found = await expectWhole(databaseName)
      const isAfter = isDeepStrictEqual(found, after)
      expect(found).toEqual(isDone || isAfter ? after : before)
      outcomes.push(isAfter ? 'after' : 'before')
      // What was not done can be done now
      const store = await open(databaseName)
      if (!isAfter) await writes[name]!(store)
      expect(await snapshotOf(store)).toEqual(after)
      await store.close()
      await dropDatabase(uri(), databaseName)
    }
    // Once one kill came too late to take it back, all later ones did
    expect(outcomes).toEqual(outcomes.toSorted((a, b) => (a === b ? 0 : a === 'before' ? -1 : 1)))
    const undone = outcomes.filter((outcome) => outcome === 'before').length
    console.log(`${name}: killed after each of ${outcomes.length - 1} commands; ${undone} times undone, then done`)
  })

  it('is finished though whoever finishes it is killed as well, after any step', async () => {
    const [name] = Object.keys(writes)
    const { after } = await statesAround(name!)
    // The first kill that leaves a write decided and undone
    let decidedAfter = 0
    for (let commands = 1; decidedAfter === 0; commands++) {
      const databaseName = await filled()
      await runUntilKilled(uri(), databaseName, name!, commands)
      const { commit } = (await leftovers(uri(), databaseName)) as { commit: unknown }
      if (commit !== null) decidedAfter = commands
      await dropDatabase(uri(), databaseName)
    }
    let isOpened = false
    let rounds = 0
    for (let commands = 1; !isOpened; commands += 1) {
      const databaseName = await filled()
      await runUntilKilled(uri(), databaseName, name!, decidedAfter)
      isOpened = await runUntilKilled(uri(), databaseName, 'open', commands)
      expect(await expectWhole(databaseName)).toEqual(after)
      await dropDatabase(uri(), databaseName)
      rounds++
    }
    console.log(`killed after each of ${rounds - 1} commands of opening`)
  })
})
