import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../../engine/platform/hash.ts'
import { chunkIds, embedAll, imported, noon, pathSource, put, putOne, spaceNamed, vectorOf } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** Chunk ids, which are vector ids, and which vectors outlive a new version of a text. */
export function describeChunks(open: OpenLibrary): void {
  describe('chunks', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors

    it('keep every field', async () => {
      const text = 'One.\n\nTwo.'
      const chunks = [
        { start: 0, end: 4, tokenCount: 3, headings: [], page: null },
        { start: 6, end: 10, tokenCount: 5, headings: ['Chapter “1”', 'Part\n2'], page: 7 },
      ]
      const id = await putOne(library.store, 'A', text, { chunks })
      const stored = await vectors().chunks(id)
      expect(stored).toEqual(chunks.map((chunk, ordinal) => ({ ...chunk, ordinal, documentId: id, id: stored[0]!.id + ordinal })))
      expect(await vectors().chunksByIds([stored[1]!.id, stored[0]!.id, 999])).toEqual(stored)
      expect(await vectors().chunks(999)).toEqual([])
      expect(await vectors().chunksByIds([])).toEqual([])
    })

    it('have ids that ascend without a gap within a document', async () => {
      const ids = await put(library.store, imported('A', 'a\n\nb\n\nc'), imported('B', 'd'), imported('C', 'e\n\nf'))
      const all = (await Promise.all(ids.map((id) => chunkIds(library.store, id)))).flat()
      expect(all).toHaveLength(6)
      expect(all.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true)
      for (const id of ids) {
        const own = await chunkIds(library.store, id)
        expect(own).toEqual(own.map((_, i) => own[0]! + i))
      }
      expect(all).toEqual(all.toSorted((x, y) => x - y))
    })

    it('never get an id again, even after the last document was purged and the library opened anew', async () => {
      const [a, b] = await put(library.store, imported('A', 'a\n\nb'), imported('B', 'c\n\nd'))
      const highest = Math.max(...(await chunkIds(library.store, b!)))
      await library.store.documents.trash([a!, b!], noon)
      await library.store.documents.purge([a!, b!])
      const store = await library.reopen()
      const again = await putOne(store, 'A', 'a\n\nb')
      expect(again).toBeGreaterThan(b!)
      expect(Math.min(...(await chunkIds(store, again)))).toBeGreaterThan(highest)
    })

    it('get new ids when the text changes', async () => {
      const id = await putOne(library.store, 'A', 'a\n\nb')
      const before = await chunkIds(library.store, id)
      await put(library.store, imported('A', 'a\n\nb\n\nc'))
      const after = await chunkIds(library.store, id)
      expect(after).toHaveLength(3)
      expect(Math.min(...after)).toBeGreaterThan(Math.max(...before))
      expect(await vectors().documentsOf(Float64Array.from([...before, ...after]))).toEqual(Float64Array.from([0, 0, id, id, id]))
    })

    it('keep the vectors of every space whose text stayed', async () => {
      const [one, two] = [await vectors().openSpace(spaceNamed('one', 4)), await vectors().openSpace(spaceNamed('two', 3))]
      const id = await putOne(library.store, 'A', 'first\n\nsecond\n\nthird')
      const old = await chunkIds(library.store, id)
      await embedAll(library.store, one)
      await embedAll(library.store, two, 1)
      await put(library.store, imported('A', 'first\n\nthird\n\nnew'))
      const [first, third, fresh] = await chunkIds(library.store, id)
      expect((await vectors().readByIds(one.id, [first!])).vectors).toEqual(vectorOf(old[0]!, 4))
      expect((await vectors().readByIds(one.id, [third!])).vectors).toEqual(vectorOf(old[2]!, 4))
      expect((await vectors().readByIds(two.id, [third!])).vectors).toEqual(vectorOf(old[2]!, 3, 1))
      expect((await vectors().pending(one.id, 0, 10)).map((chunk) => chunk.id)).toEqual([fresh])
      expect((await vectors().pending(two.id, 0, 10)).map((chunk) => chunk.id)).toEqual([fresh])
      expect(await vectors().count(one.id)).toBe(2)
      expect((await vectors().readByIds(one.id, old)).chunkIds).toHaveLength(0)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', chunkCount: 3, embeddedCount: 2 })
    })

    it('give one vector to each of several passages of the same text', async () => {
      const space = await vectors().openSpace(spaceNamed('one'))
      const id = await putOne(library.store, '', 'same\n\nother')
      await embedAll(library.store, space)
      await put(library.store, imported('', 'same\n\nsame\n\nsame\n\nother'))
      expect(await vectors().pending(space.id, 0, 10)).toEqual([])
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'indexed', chunkCount: 4, embeddedCount: 4 })
    })

    it('are embedded anew only where the title stands before them when just the title changed', async () => {
      const space = await vectors().openSpace(spaceNamed('one'))
      const document = imported('A', 'first\n\nsecond')
      const [id] = await put(library.store, document)
      await embedAll(library.store, space)
      await put(library.store, { ...document, title: 'B', contentHash: sha256('other') })
      const [first] = await chunkIds(library.store, id!)
      expect(await vectors().pending(space.id, 0, 10)).toMatchObject([{ id: first, text: 'B\n\nfirst' }])
    })

    it('give no document for an id that is gone, in the order asked for', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      const [[first], [second]] = [await chunkIds(library.store, a!), await chunkIds(library.store, b!)]
      expect(await vectors().documentsOf(Float64Array.from([second!, 0, first!, 9_007_199_254_740_991, second!]))).toEqual(
        Float64Array.from([b!, 0, a!, 0, b!]),
      )
      expect(await vectors().documentsOf(new Float64Array(0))).toEqual(new Float64Array(0))
    })

    it('span one range in each document, outside the trash', async () => {
      const ids = await put(library.store, imported('A', 'a\n\nb'), imported('B', ''), imported('C', 'c'), imported('D', 'd'))
      await library.store.documents.trash([ids[3]!], noon)
      const [first, last] = await chunkIds(library.store, ids[0]!)
      const [only] = await chunkIds(library.store, ids[2]!)
      expect(await vectors().ranges([...ids, 99])).toEqual(
        new Map([
          [ids[0], [first, last]],
          [ids[2], [only, only]],
        ]),
      )
      expect(await vectors().ranges([])).toEqual(new Map())
    })

    it('belong to a document in the trash as well', async () => {
      const id = await putOne(library.store, 'A', 'a')
      await library.store.documents.trash([id], noon)
      const [chunk] = await chunkIds(library.store, id)
      expect(await vectors().documentsOf(Float64Array.of(chunk!))).toEqual(Float64Array.of(id))
    })

    it('stay with the document when one of two sources goes its own way', async () => {
      const space = await vectors().openSpace(spaceNamed('one'))
      const document = imported('A', 'first\n\nsecond')
      const [id] = await put(library.store, document, { ...document, source: pathSource('/copy.md') })
      const before = await chunkIds(library.store, id!)
      await embedAll(library.store, space)
      await put(library.store, { ...imported('A', 'first\n\nthird'), source: pathSource('/copy.md') })
      expect(await chunkIds(library.store, id!)).toEqual(before)
      expect(await vectors().count(space.id)).toBe(2)
    })
  })
}
