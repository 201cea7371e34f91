import { MongoClient } from 'mongodb'
import { expect, it } from 'vitest'
import { sha256 } from '../../../../engine/platform/hash.ts'
import { embedAll, imported, noon, put, spaceNamed } from '../builders.ts'
import { openTempDatabase } from './temp-database.ts'
import { describeOnRealServer, describeOnTestServer } from './test-servers.ts'

/** Larger than the 16 MB that one document of MongoDB may have. */
function tests(uri: () => string): void {
  it('keeps a text of 40 MB to the last byte, and nothing of it once it is purged', async () => {
    const library = await openTempDatabase(uri())
    const client = new MongoClient(uri())
    try {
      const line = 'Eine Zeile mit Ü, 日本 und 🙂, damit Teile nicht zwischen ganzen Zeichen enden. '
      const text = line.repeat(Math.ceil((40 * 1024 * 1024) / Buffer.byteLength(line)))
      expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(40 * 1024 * 1024)
      const chunks = Array.from({ length: 2_000 }, (_, i) => ({
        start: i * 15_000,
        end: i * 15_000 + 1_000,
        tokenCount: 256,
        headings: [`Heading ${i}`],
        page: i,
      }))
      const blocks = chunks.map(({ start, end }) => ({ type: 'paragraph' as const, start, end }))
      const document = imported('Large', text, {
        chunks,
        content: { blocks, marks: [], pages: [] },
        contentHash: sha256(text),
      })
      const [id] = await put(library.store, document)
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      await library.reopen()
      const stored = (await library.store.documents.get(id!))!
      expect(stored.text.length).toBe(text.length)
      expect(sha256(stored.text)).toBe(sha256(text))
      expect(stored.content.blocks).toHaveLength(2_000)
      expect(await library.store.documents.verifyTexts([id!])).toEqual([])
      const pending = await library.store.vectors.pending(space.id, 0, 2)
      expect(pending.map((chunk) => chunk.text)).toEqual([`Large\n\n${text.slice(0, 1_000)}`, text.slice(15_000, 16_000)])
      expect(await embedAll(library.store, space)).toHaveLength(2_000)
      expect(await library.store.documents.get(id!)).toMatchObject({ status: 'indexed' })
      await library.store.documents.trash([id!], noon)
      await library.store.documents.purge([id!])
      const db = client.db(library.databaseName)
      for (const name of ['texts', 'chunks', `vectors_${space.id}`, 'staging', 'commits']) {
        expect({ name, count: await db.collection(name).countDocuments() }).toEqual({ name, count: 0 })
      }
    } finally {
      await client.close()
      await library.cleanUp()
    }
  })

  it('keeps a transform of 40 MB', async () => {
    const library = await openTempDatabase(uri())
    try {
      const { id } = await library.store.vectors.openSpace(spaceNamed('one'))
      const learnt = new Uint8Array(40_000_000).map((_, i) => i % 251)
      await library.store.vectors.setTransform(id, learnt)
      await library.reopen()
      expect(sha256((await library.store.vectors.transform(id))!)).toBe(sha256(learnt))
    } finally {
      await library.cleanUp()
    }
  })
}

describeOnTestServer('What is larger than a document of MongoDB', tests)
describeOnRealServer('What is larger than a document of MongoDB', tests)
