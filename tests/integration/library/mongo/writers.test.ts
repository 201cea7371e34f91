import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openMongoLibrary } from '../../../../engine/library/mongo/mongo-library.ts'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import { embedAll, imported, noon, pathSource, put, spaceNamed } from '../builders.ts'
import { Follower, stateOf } from '../follower.ts'
import { fill, writes } from './crash-writes.ts'
import { dropDatabase, newDatabaseName } from './temp-database.ts'
import { describeOnTestServer } from './test-servers.ts'

const child = join(import.meta.dirname, 'crash-child.ts')
const importing = Object.keys(writes)[0]!

describeOnTestServer('Several writers', (uri) => {
  let databaseName = ''
  const stores: LibraryStore[] = []
  const children: ChildProcess[] = []

  beforeEach(() => {
    databaseName = newDatabaseName()
  })
  afterEach(async () => {
    for (const one of children.splice(0)) one.kill('SIGKILL')
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await dropDatabase(uri(), databaseName)
  })

  async function open(): Promise<LibraryStore> {
    const store = await openMongoLibrary({ uri: uri(), databaseName, leaseMs: 500 })
    stores.push(store)
    return store
  }

  /** A process that begins a write and stands still, or is gone, after so many commands. */
  function begin(
    commands: number,
    signal: 'SIGSTOP' | 'SIGKILL',
  ): { process: ChildProcess; said: (word: string) => Promise<boolean> } {
    const worker = spawn(process.execPath, [child, uri(), databaseName, importing, String(commands), signal], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(worker)
    const closed = once(worker, 'close')
    let output = ''
    worker.stdout.setEncoding('utf8').on('data', (data: string) => (output += data))
    const said = async (word: string): Promise<boolean> => {
      while (!output.includes(word)) {
        const isOver = await Promise.race([closed.then(() => true), sleep(5).then(() => false)])
        if (isOver && !output.includes(word)) return false
      }
      return true
    }
    return { process: worker, said }
  }

  it('keep one order, one document for one content, and a follower of either one misses nothing', async () => {
    const writers = [await open(), await open(), await open()]
    const reader = await open()
    const space = await reader.vectors.openSpace(spaceNamed('one'))
    const followers = [new Follower(), new Follower()]
    const work = new AbortController()
    const following = followers.map(async (follower, index) => {
      while (!work.signal.aborted) await follower.step(index === 0 ? reader : writers[0]!, 3)
    })
    await Promise.all(
      writers.map(async (store, writer) => {
        for (let i = 0; i < 25; i++) {
          const own = imported(`Item ${writer} ${i}`, `text ${writer} ${i}\n\nmore`)
          const shared = { ...imported('Shared', `shared ${i}`), source: pathSource(`/shared/${writer}/${i}.md`) }
          const ids = await put(store, own, shared)
          await store.documents.update(ids, { addTags: [`by ${writer}`] }, noon)
          if (i % 5 === 0) await embedAll(store, space)
          if (i % 7 === 0) await store.documents.trash([ids[0]!], noon)
        }
      }),
    )
    work.abort()
    await Promise.all(following)
    const { changes, isComplete } = await reader.changes.since(0, 100_000)
    expect(isComplete).toBe(true)
    expect(changes.map(({ sequence }) => sequence)).toEqual(changes.map((_, i) => i + 1))
    const built = await stateOf(reader)
    for (const follower of followers) {
      await follower.catchUp(reader)
      expect(follower.state()).toEqual(built)
    }
    const { documentIds } = await reader.documents.select({ sources: ['/shared/'] })
    expect(documentIds).toHaveLength(25)
    for (const id of documentIds) {
      expect(await reader.documents.get(id)).toMatchObject({ otherSources: 2, tags: ['by 0', 'by 1', 'by 2'] })
    }
  })

  it('go on without one that stands still at any step, which then respects what they did', async () => {
    let stops = 0
    for (let commands = 1; ; commands++) {
      databaseName = newDatabaseName()
      const first = await openMongoLibrary({ uri: uri(), databaseName })
      await fill(first)
      await first.close()
      const slow = begin(commands, 'SIGSTOP')
      if (!(await slow.said('stopped'))) break
      stops++
      const store = await open()
      const follower = new Follower()
      const knownE = (await store.documents.knownSources([imported('E', '').source]))[0]!
      const knownA = (await store.documents.knownSources([imported('A', '').source]))[0]!
      const ids = [knownA.documentId, knownE.documentId]
      await store.documents.update(ids, { addTags: ['meanwhile'] }, noon)
      await follower.catchUp(store)
      slow.process.kill('SIGCONT')
      expect(await slow.said('done')).toBe(true)
      await follower.catchUp(store)
      expect({ commands, state: follower.state() }).toEqual({ commands, state: await stateOf(store) })
      const [a, e, added] = await Promise.all(
        ['A', 'E', 'New'].map(async (title) => {
          const [known] = await store.documents.knownSources([imported(title, '').source])
          return store.documents.get(known!.documentId)
        }),
      )
      expect(added).toMatchObject({ chunkCount: 5, tags: ['y'] })
      expect(a).toMatchObject({ chunkCount: 3 })
      expect(e).toMatchObject({ chunkCount: 3 })
      for (const id of ids) expect((await store.documents.get(id))!.tags).toContain('meanwhile')
      const { changes } = await store.changes.since(0, 10_000)
      expect(changes.map(({ sequence }) => sequence)).toEqual(changes.map((_, i) => i + 1))
      await store.close()
      await dropDatabase(uri(), databaseName)
    }
    console.log(`stood still after each of ${stops} commands`)
    expect(stops).toBeGreaterThan(10)
  })

  it('leave nothing unseen that was decided when one of them was killed: who only follows finishes it', async () => {
    const store = await open()
    await fill(store)
    const follower = new Follower()
    await follower.catchUp(store)
    const before = await store.changes.last()
    // At some of these steps the write is decided and not yet visible
    let finished = 0
    for (const commands of [9, 10, 11, 12]) {
      const worker = begin(commands, 'SIGKILL')
      await worker.said('done')
      const seen = await store.changes.last()
      for (let waited = 0; waited < 5_000 && (await store.changes.last()) === seen; waited += 100) await sleep(100)
      if ((await store.changes.last()) > seen) finished++
      await follower.catchUp(store)
      expect(follower.state()).toEqual(await stateOf(store))
    }
    expect(finished).toBeGreaterThan(0)
    expect(await store.changes.last()).toBeGreaterThan(before)
  })
})
