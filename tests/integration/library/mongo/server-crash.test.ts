import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isCode } from '../../../../shared/errors.ts'
import { openMongoLibrary } from '../../../../engine/library/mongo/mongo-library.ts'
import { startTestMongod } from '../../../harness/mongo/test-mongod.ts'
import { seededRandom } from '../../../harness/random.ts'
import { imported } from '../builders.ts'
import { Follower, stateOf } from '../follower.ts'
import { tempFolder } from '../temp-library.ts'
import { describeOnTestServer } from './test-servers.ts'

const rounds = 6

describeOnTestServer('A library whose server is killed', () => {
  it('goes on once the server is back, with all that was acknowledged and nothing half', async () => {
    const { folder, remove } = tempFolder('akin-mongo-')
    const random = seededRandom(6)
    let server = await startTestMongod({ dbpath: folder })
    const port = Number(new URL(server.uri).port)
    const store = await openMongoLibrary({ uri: server.uri, databaseName: 'library', leaseMs: 2_000 })
    try {
      const acknowledged: string[] = []
      const failures: string[] = []
      const work = new AbortController()
      const importing = (async () => {
        for (let i = 0; !work.signal.aborted; i++) {
          const batch = [0, 1, 2].map((k) => imported(`Item ${i} ${k}`, `text ${i} ${k}\n\nmore`))
          try {
            await store.documents.putImported(batch)
            acknowledged.push(...batch.map(({ title }) => title))
          } catch (error) {
            if (!isCode(error, 'unavailable', 'timeout', 'store-write-failed')) throw error
            failures.push(error.code)
          }
        }
      })()
      for (let round = 0; round < rounds; round++) {
        await sleep(random.int(300, 1_500))
        await server.stop()
        server = await startTestMongod({ dbpath: folder, port })
      }
      await sleep(1_500)
      work.abort()
      await importing
      const ids = [...(await store.documents.select({})).documentIds]
      const stored = (await store.documents.summaries(ids)).map(({ title }) => title)
      expect(acknowledged.filter((title) => !stored.includes(title))).toEqual([])
      const batches = Map.groupBy(stored, (title) => title.split(' ')[1])
      expect([...batches.values()].filter((titles) => titles.length !== 3)).toEqual([])
      expect(new Set(stored).size).toBe(stored.length)
      expect(await store.documents.verifyTexts(ids)).toEqual([])
      const follower = new Follower()
      await follower.catchUp(store)
      expect(follower.state()).toEqual(await stateOf(store))
      console.log(
        `${rounds} kills: ${acknowledged.length} items acknowledged, ${stored.length} stored, ${failures.length} writes refused`,
      )
    } finally {
      await store.close()
      await server.stop()
      remove()
    }
  })
})
