import { describe, expect, it } from 'vitest'
import type { EmbeddingSpace } from '../../../../shared/model/space.ts'
import { asMap, chunkIds, embedAll, imported, noon, put, putOne, spaceNamed, vectorOf, vectorsOf } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

const poison = { code: 'embedding-failed', message: 'The model cannot read it', advice: null }

/** Spaces, pending chunks and stored vectors. */
export function describeVectors(open: OpenLibrary): void {
  describe('embedding spaces', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors

    it('are made once for each identity, and the first is the default', async () => {
      expect(await vectors().spaces()).toEqual([])
      const first = await vectors().openSpace(spaceNamed('one'))
      const second = await vectors().openSpace({ ...spaceNamed('two', 8), metric: 'l2' })
      expect(first).toEqual({ ...spaceNamed('one'), id: first.id, recipe: '{}', isDefault: true })
      expect(second).toEqual({ ...spaceNamed('two', 8), metric: 'l2', id: second.id, recipe: '{}', isDefault: false })
      expect(await vectors().openSpace(spaceNamed('one'))).toEqual(first)
      expect(await vectors().spaces()).toEqual([first, second])
      await library.reopen()
      expect(await vectors().spaces()).toEqual([first, second])
      expect(await vectors().openSpace(spaceNamed('two', 8))).toEqual(second)
    })

    it('are made once though opened several times at once', async () => {
      const spaces = await Promise.all(Array.from({ length: 5 }, () => vectors().openSpace(spaceNamed('one'))))
      expect(new Set(spaces.map((space) => space.id)).size).toBe(1)
    })

    it('never mix', async () => {
      const [one, two] = [await vectors().openSpace(spaceNamed('one', 4)), await vectors().openSpace(spaceNamed('two', 4))]
      const id = await putOne(library.store, 'A', 'a\n\nb')
      const ids = await chunkIds(library.store, id)
      await vectors().put(one.id, ids, vectorsOf(ids, 4, 1))
      expect(await vectors().count(one.id)).toBe(2)
      expect(await vectors().count(two.id)).toBe(0)
      expect(await vectors().pendingCount(one.id)).toBe(0)
      expect(await vectors().pendingCount(two.id)).toBe(2)
      await vectors().put(two.id, [ids[0]!], vectorOf(ids[0]!, 4, 2))
      expect(asMap(await vectors().readByIds(one.id, ids)).get(ids[0]!)).toEqual([...vectorOf(ids[0]!, 4, 1)])
      expect(asMap(await vectors().readByIds(two.id, ids))).toEqual(new Map([[ids[0]!, [...vectorOf(ids[0]!, 4, 2)]]]))
    })

    it('other than the default do not count for the status', async () => {
      await vectors().openSpace(spaceNamed('one'))
      const two = await vectors().openSpace(spaceNamed('two'))
      const id = await putOne(library.store, 'A', 'a')
      await embedAll(library.store, two)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', embeddedCount: 0 })
    })

    it('are refused when unknown, by every method', async () => {
      const unknown = { code: 'not-found' }
      await expect(vectors().pending(9, 0, 1)).rejects.toMatchObject(unknown)
      await expect(vectors().pendingCount(9)).rejects.toMatchObject(unknown)
      await expect(vectors().put(9, [], new Float32Array(0))).rejects.toMatchObject(unknown)
      await expect(vectors().read(9, 0, 1, 1)).rejects.toMatchObject(unknown)
      await expect(vectors().readByIds(9, [])).rejects.toMatchObject(unknown)
      await expect(vectors().count(9)).rejects.toMatchObject(unknown)
      await expect(vectors().countCrash(9, 1)).rejects.toMatchObject(unknown)
      await expect(vectors().markFailed(9, 1, poison)).rejects.toMatchObject(unknown)
      await expect(vectors().setDefaultSpace(9)).rejects.toMatchObject(unknown)
      await expect(vectors().removeSpace(9, noon)).rejects.toMatchObject(unknown)
      await expect(vectors().restoreSpace(9)).rejects.toMatchObject(unknown)
      await expect(vectors().transform(9)).rejects.toMatchObject(unknown)
      await expect(vectors().setTransform(9, null)).rejects.toMatchObject(unknown)
    })
  })

  describeSeveral(open)
  describePending(open)
  describePut(open)
  describeRead(open)
  describeFailures(open)
}

function describeSeveral(open: OpenLibrary): void {
  describe('several spaces', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors
    const stored = (id: number) => library.store.documents.get(id)

    it('know each for itself what could not be embedded', async () => {
      const [one, two] = [await vectors().openSpace(spaceNamed('one')), await vectors().openSpace(spaceNamed('two', 2))]
      const id = await putOne(library.store, 'A', 'a')
      const [chunk] = await chunkIds(library.store, id)
      await vectors().countCrash(two.id, chunk!)
      await vectors().markFailed(two.id, chunk!, poison)
      expect(await stored(id)).toMatchObject({ status: 'pending', reason: null })
      expect((await vectors().pending(one.id, 0, 9)).map(({ crashes }) => crashes)).toEqual([0])
      expect(await vectors().pending(two.id, 0, 9)).toEqual([])
      await vectors().put(one.id, [chunk!], vectorOf(chunk!, 4))
      expect(await stored(id)).toMatchObject({ status: 'indexed' })
      expect(await vectors().pending(two.id, 0, 9)).toEqual([])
      expect(await vectors().clearFailures([id])).toBe(1)
      expect((await vectors().pending(two.id, 0, 9)).map(({ crashes }) => crashes)).toEqual([0])
    })

    it('give documents their status by the one that searches use', async () => {
      const [one, two] = [await vectors().openSpace(spaceNamed('one')), await vectors().openSpace(spaceNamed('two', 2))]
      const [a, b, c] = await put(library.store, imported('A', 'a\n\na2'), imported('B', 'b'), imported('C', 'c'))
      const empty = await putOne(library.store, 'Empty', '')
      await embedAll(library.store, one)
      const [a1, a2, b1] = [...(await chunkIds(library.store, a!)), ...(await chunkIds(library.store, b!))]
      await vectors().put(two.id, [a1!], vectorOf(a1!, 2))
      await vectors().markFailed(two.id, a2!, poison)
      await vectors().put(two.id, [b1!], vectorOf(b1!, 2))
      await vectors().setDefaultSpace(two.id)
      for (const isReopened of [false, true]) {
        if (isReopened) await library.reopen()
        expect((await vectors().spaces()).map(({ isDefault }) => isDefault)).toEqual([false, true])
        expect(await stored(a!)).toMatchObject({ status: 'failed', embeddedCount: 1 })
        expect((await stored(a!))!.reason!.message).toContain(poison.message)
        expect(await stored(b!)).toMatchObject({ status: 'indexed', embeddedCount: 1, reason: null })
        expect(await stored(c!)).toMatchObject({ status: 'pending', embeddedCount: 0 })
        expect(await stored(empty)).toMatchObject({ status: 'skipped' })
        expect(await vectors().pendingCount(two.id)).toBe(1)
      }
      await vectors().setDefaultSpace(one.id)
      for (const id of [a!, b!, c!]) expect(await stored(id)).toMatchObject({ status: 'indexed', reason: null })
      expect(await library.store.documents.statusCounts()).toMatchObject({ indexed: 3, pending: 0, failed: 0, skipped: 1 })
    })

    it('count what each holds', async () => {
      const [one, two] = [await vectors().openSpace(spaceNamed('one')), await vectors().openSpace(spaceNamed('two', 2))]
      const id = await putOne(library.store, 'A', 'a\n\nb\n\nc')
      const ids = await chunkIds(library.store, id)
      await vectors().put(one.id, ids.slice(1), vectorsOf(ids.slice(1), 4))
      await vectors().markFailed(two.id, ids[0]!, poison)
      const counts = await vectors().spaceCounts()
      expect(counts.get(one.id)).toMatchObject({ vectors: 2, pending: 1, failed: 0 })
      expect(counts.get(two.id)).toMatchObject({ vectors: 0, pending: 2, failed: 1, bytes: 0 })
      expect(counts.get(one.id)!.bytes).toBeGreaterThanOrEqual(2 * 4 * 4)
    })

    it('are removed, brought back whole, and deleted for good', async () => {
      const [one, two] = [
        await vectors().openSpace(spaceNamed('one')),
        await vectors().openSpace(spaceNamed('two', 2), '{"model":"m"}'),
      ]
      const id = await putOne(library.store, 'A', 'a')
      const later = '2030-01-01T00:00:00.000Z'
      await embedAll(library.store, two)
      await expect(vectors().removeSpace(one.id, noon)).rejects.toMatchObject({ code: 'conflict' })
      await vectors().removeSpace(two.id, noon)
      expect(await vectors().spaces()).toEqual([one])
      await expect(vectors().pending(two.id, 0, 1)).rejects.toMatchObject({ code: 'not-found' })
      await expect(vectors().setDefaultSpace(two.id)).rejects.toMatchObject({ code: 'not-found' })
      // What is changed meanwhile is known when it comes back
      await put(library.store, imported('A', 'changed'), imported('B', 'b'))
      expect(await vectors().purgeSpaces(noon)).toEqual([])
      await library.reopen()
      await vectors().restoreSpace(two.id)
      expect(await vectors().spaces()).toEqual([one, two])
      expect(await vectors().count(two.id)).toBe(0)
      expect(await vectors().pendingCount(two.id)).toBe(2)
      await embedAll(library.store, two)
      await vectors().removeSpace(two.id, noon)
      expect(await vectors().openSpace(spaceNamed('two', 2))).toEqual(two)
      expect(await vectors().count(two.id)).toBe(2)
      await vectors().removeSpace(two.id, noon)
      expect(await vectors().purgeSpaces(later)).toEqual([two.id])
      expect(await vectors().purgeSpaces(later)).toEqual([])
      await expect(vectors().restoreSpace(two.id)).rejects.toMatchObject({ code: 'not-found' })
      const anew = await vectors().openSpace(spaceNamed('two', 2))
      expect(anew.id).toBeGreaterThan(two.id)
      expect(await vectors().pendingCount(anew.id)).toBe(2)
      await library.store.documents.trash([id], noon)
      expect(await library.store.documents.purge([id])).toMatchObject({})
    })

    it('keep how their vectors are made, and what was learnt for them', async () => {
      const one = await vectors().openSpace(spaceNamed('one'), '{"model":"m"}')
      expect(one.recipe).toBe('{"model":"m"}')
      expect((await vectors().openSpace(spaceNamed('one'))).recipe).toBe('{"model":"m"}')
      expect((await vectors().openSpace(spaceNamed('one'), '{"model":"n"}')).recipe).toBe('{"model":"n"}')
      expect(await vectors().transform(one.id)).toBeNull()
      const learnt = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
      await vectors().setTransform(one.id, learnt)
      await library.reopen()
      expect(await vectors().transform(one.id)).toEqual(learnt)
      await vectors().setTransform(one.id, null)
      expect(await vectors().transform(one.id)).toBeNull()
    })
  })
}

function describePending(open: OpenLibrary): void {
  describe('pending chunks', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors
    const space = () => vectors().openSpace(spaceNamed('one'))

    it('are in ascending order, with the title before the first passage only', async () => {
      const { id } = await space()
      const [a, b] = await put(library.store, imported('Title', 'one\n\ntwo'), imported('  ', 'three'))
      const pending = await vectors().pending(id, 0, 10)
      expect(pending.map(({ documentId, text, crashes }) => ({ documentId, text, crashes }))).toEqual([
        { documentId: a, text: 'Title\n\none', crashes: 0 },
        { documentId: a, text: 'two', crashes: 0 },
        { documentId: b, text: 'three', crashes: 0 },
      ])
      expect(pending.map((chunk) => chunk.tokenCount)).toEqual([3, 3, 4])
      const ids = pending.map((chunk) => chunk.id)
      expect(await vectors().passages(0, 10)).toEqual(pending.map(({ id: chunk, text }) => ({ id: chunk, text })))
      expect(await vectors().passages(ids[0]!, 1)).toEqual([{ id: ids[1], text: 'two' }])
      expect(ids).toEqual(ids.toSorted((x, y) => x - y))
      expect(await vectors().pendingCount(id)).toBe(3)
    })

    it('come in pages', async () => {
      const { id } = await space()
      await put(library.store, ...Array.from({ length: 10 }, (_, i) => imported(`Item ${i}`, 'a\n\nb\n\nc')))
      const seen: number[] = []
      for (let after = 0; ;) {
        const page = await vectors().pending(id, after, 7)
        seen.push(...page.map((chunk) => chunk.id))
        if (page.length < 7) break
        after = page.at(-1)!.id
      }
      expect(seen).toHaveLength(30)
      expect(new Set(seen).size).toBe(30)
      expect(await vectors().pending(id, seen.at(-1)!, 7)).toEqual([])
      expect(await vectors().pending(id, 0, 0)).toEqual([])
    })

    it('leave out the trash, and come back with it', async () => {
      const { id } = await space()
      const [a, b] = await put(library.store, imported('A', 'one'), imported('B', 'two'))
      await library.store.documents.trash([a!], noon)
      expect((await vectors().pending(id, 0, 10)).map((chunk) => chunk.documentId)).toEqual([b])
      expect(await vectors().pendingCount(id)).toBe(1)
      await library.store.documents.restore([a!])
      expect(await vectors().pendingCount(id)).toBe(2)
    })

    it('are those of older documents too when a space is new', async () => {
      const one = await space()
      await putOne(library.store, 'A', 'one\n\ntwo')
      await embedAll(library.store, one)
      const two = await vectors().openSpace(spaceNamed('two', 6))
      expect(await vectors().pendingCount(two.id)).toBe(2)
      expect(await embedAll(library.store, two)).toHaveLength(2)
    })
  })
}

function describePut(open: OpenLibrary): void {
  describe('storing vectors', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors
    let space: EmbeddingSpace
    const document = async () => {
      space = await vectors().openSpace(spaceNamed('one'))
      const id = await putOne(library.store, 'A', 'a\n\nb\n\nc')
      return { id, ids: await chunkIds(library.store, id) }
    }

    it('marks a document as indexed with its last vector', async () => {
      const { id, ids } = await document()
      await vectors().put(space.id, ids.slice(0, 2), vectorsOf(ids.slice(0, 2), 4))
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', embeddedCount: 2 })
      await vectors().put(space.id, ids.slice(2), vectorsOf(ids.slice(2), 4))
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'indexed', embeddedCount: 3, reason: null })
      expect(await library.store.documents.statusCounts()).toMatchObject({ indexed: 1, pending: 0, chunks: 3 })
    })

    it('leaves out chunks that are gone', async () => {
      const { id, ids } = await document()
      const all = [...ids, 999]
      await put(library.store, imported('A', 'changed'))
      const sequence = await library.store.changes.last()
      await vectors().put(space.id, all, vectorsOf(all, 4))
      expect(await vectors().count(space.id)).toBe(0)
      expect(await library.store.documents.get(id)).toMatchObject({ embeddedCount: 0, status: 'pending' })
      expect(await library.store.changes.last()).toBe(sequence)
    })

    it('counts a chunk once that comes twice, in one call or two', async () => {
      const { id, ids } = await document()
      const twice = [ids[0]!, ids[0]!, ids[1]!]
      await vectors().put(space.id, twice, vectorsOf(twice, 4))
      await vectors().put(space.id, twice, vectorsOf(twice, 4))
      expect(await library.store.documents.get(id)).toMatchObject({ embeddedCount: 2, status: 'pending' })
      expect(await vectors().count(space.id)).toBe(2)
      expect(await vectors().pendingCount(space.id)).toBe(1)
    })

    it('refuses a wrong dimension and stores nothing of it', async () => {
      const { ids } = await document()
      await expect(vectors().put(space.id, ids, new Float32Array(ids.length * 4 - 1))).rejects.toMatchObject({
        code: 'dimension-mismatch',
      })
      await expect(vectors().put(space.id, ids, new Float32Array(0))).rejects.toMatchObject({ code: 'dimension-mismatch' })
      await expect(vectors().put(space.id, [], new Float32Array(4))).rejects.toMatchObject({ code: 'dimension-mismatch' })
      expect(await vectors().count(space.id)).toBe(0)
    })

    it('keeps the exact bits, and does not keep the array', async () => {
      const { ids } = await document()
      const odd = Float32Array.of(-0, 1e-45, 3.4028235e38, Math.fround(0.1), Number.MIN_VALUE, 1, 2, 3, Infinity, -Infinity, 5, 6)
      const copy = odd.slice()
      await vectors().put(space.id, ids, odd)
      odd.fill(9)
      const stored = await vectors().readByIds(space.id, ids)
      expect(new Uint8Array(stored.vectors.buffer)).toEqual(new Uint8Array(copy.buffer))
    })

    it('takes a view into a larger array', async () => {
      const { ids } = await document()
      const large = vectorsOf([0, ids[0]!, 0], 4)
      await vectors().put(space.id, [ids[0]!], large.subarray(4, 8))
      expect((await vectors().readByIds(space.id, [ids[0]!])).vectors).toEqual(vectorOf(ids[0]!, 4))
    })

    it('takes vectors of a document in the trash, which count when it comes back', async () => {
      const { id, ids } = await document()
      await library.store.documents.trash([id], noon)
      await vectors().put(space.id, ids, vectorsOf(ids, 4))
      await library.store.documents.restore([id])
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'indexed', embeddedCount: 3 })
    })

    it('takes vectors of many documents in one call, in any order', async () => {
      space = await vectors().openSpace(spaceNamed('one'))
      await put(library.store, ...Array.from({ length: 40 }, (_, i) => imported(`Item ${i}`, 'a\n\nb')))
      const ids = (await vectors().pending(space.id, 0, 100)).map((chunk) => chunk.id).toReversed()
      await vectors().put(space.id, ids, vectorsOf(ids, 4))
      expect(await library.store.documents.statusCounts()).toMatchObject({ indexed: 40, chunks: 80 })
    })
  })
}

function describeRead(open: OpenLibrary): void {
  describe('reading vectors', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors
    const filled = async () => {
      const space = await vectors().openSpace(spaceNamed('one'))
      const documents = await put(library.store, imported('A', 'a\n\nb'), imported('B', 'c\n\nd'), imported('C', 'e'))
      const ids = await embedAll(library.store, space)
      return { space, documents, ids }
    }

    it('gives those of a range, its end included and its beginning not', async () => {
      const { space, ids } = await filled()
      const read = await vectors().read(space.id, ids[0]!, ids[3]!, 100)
      expect([...read.chunkIds]).toEqual(ids.slice(1, 4))
      expect(read.vectors).toEqual(vectorsOf(ids.slice(1, 4), 4))
    })

    it('stops at the limit and goes on after the last one', async () => {
      const { space, ids } = await filled()
      const first = await vectors().read(space.id, 0, ids.at(-1)!, 2)
      const second = await vectors().read(space.id, first.chunkIds.at(-1)!, ids.at(-1)!, 100)
      expect([...first.chunkIds, ...second.chunkIds]).toEqual(ids)
    })

    it('gives nothing for an empty range', async () => {
      const { space, ids } = await filled()
      const read = await vectors().read(space.id, ids.at(-1)!, Number.MAX_SAFE_INTEGER, 10)
      expect(read).toEqual({ chunkIds: new Float64Array(0), vectors: new Float32Array(0) })
      expect((await vectors().read(space.id, ids[1]!, ids[0]!, 10)).chunkIds).toHaveLength(0)
    })

    it('leaves out the trash by range but not by id', async () => {
      const { space, documents, ids } = await filled()
      await library.store.documents.trash([documents[1]!], noon)
      expect([...(await vectors().read(space.id, 0, ids.at(-1)!, 10)).chunkIds]).toEqual([ids[0], ids[1], ids[4]])
      expect([...(await vectors().readByIds(space.id, [ids[3]!, ids[2]!, 999])).chunkIds]).toEqual([ids[2], ids[3]])
    })

    it('gives none of a purged document', async () => {
      const { space, documents, ids } = await filled()
      await library.store.documents.trash([documents[0]!], noon)
      await library.store.documents.purge([documents[0]!])
      expect([...(await vectors().readByIds(space.id, ids)).chunkIds]).toEqual(ids.slice(2))
      expect(await vectors().count(space.id)).toBe(3)
      expect(await vectors().pendingCount(space.id)).toBe(0)
    })
  })
}

function describeFailures(open: OpenLibrary): void {
  describe('chunks that cannot be embedded', () => {
    const library = useLibrary(open)
    const vectors = () => library.store.vectors
    const filled = async (text: string) => {
      const space = await vectors().openSpace(spaceNamed('one'))
      const id = await putOne(library.store, 'A', text)
      return { space, id, ids: await chunkIds(library.store, id) }
    }

    it('are counted by crash', async () => {
      const { space, ids } = await filled('a\n\nb')
      expect(await vectors().countCrash(space.id, ids[0]!)).toBe(1)
      expect(await vectors().countCrash(space.id, ids[0]!)).toBe(2)
      expect((await vectors().pending(space.id, 0, 10)).map((chunk) => chunk.crashes)).toEqual([2, 0])
      expect(await vectors().countCrash(space.id, 999)).toBe(0)
      await vectors().put(space.id, [ids[0]!], vectorOf(ids[0]!, 4))
      expect(await vectors().countCrash(space.id, ids[0]!)).toBe(0)
    })

    it('are not tried again, and the document says why', async () => {
      const { space, id, ids } = await filled('a\n\nb')
      await vectors().put(space.id, [ids[1]!], vectorOf(ids[1]!, 4))
      await vectors().markFailed(space.id, ids[0]!, poison)
      expect(await vectors().pending(space.id, 0, 10)).toEqual([])
      expect(await vectors().pendingCount(space.id)).toBe(0)
      const stored = await library.store.documents.get(id)
      expect(stored).toMatchObject({ status: 'failed', embeddedCount: 1, reason: { code: 'embedding-failed' } })
      expect(stored!.reason!.message).toContain('1 of 2')
      expect(stored!.reason!.message).toContain(poison.message)
    })

    it('say why also when the others come later, and after the library was opened anew', async () => {
      const { space, id, ids } = await filled('a\n\nb\n\nc')
      await vectors().markFailed(space.id, ids[0]!, poison)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending' })
      await vectors().put(space.id, ids.slice(1), vectorsOf(ids.slice(1), 4))
      await library.reopen()
      const stored = await library.store.documents.get(id)
      expect(stored!.status).toBe('failed')
      expect(stored!.reason!.message).toContain('1 of 3')
      expect(stored!.reason!.message).toContain(poison.message)
    })

    it('are counted once though marked twice', async () => {
      const { space, id, ids } = await filled('a\n\nb')
      await vectors().markFailed(space.id, ids[0]!, poison)
      await vectors().markFailed(space.id, ids[0]!, poison)
      await vectors().markFailed(space.id, 999, poison)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending' })
    })

    it('are as good as any other when a vector comes after all', async () => {
      const { space, id, ids } = await filled('a\n\nb')
      await vectors().markFailed(space.id, ids[0]!, poison)
      await vectors().put(space.id, [ids[0]!], vectorOf(ids[0]!, 4))
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', embeddedCount: 1 })
      await vectors().put(space.id, [ids[1]!], vectorOf(ids[1]!, 4))
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'indexed', embeddedCount: 2, reason: null })
    })

    it('are tried again once their failures are forgotten', async () => {
      const { space, id, ids } = await filled('a\n\nb')
      await vectors().countCrash(space.id, ids[0]!)
      for (const chunk of ids) await vectors().markFailed(space.id, chunk, poison)
      expect((await library.store.documents.get(id))!.status).toBe('failed')
      expect(await vectors().clearFailures([id, 999])).toBe(2)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', reason: null })
      expect((await vectors().pending(space.id, 0, 10)).map(({ id: chunk, crashes }) => [chunk, crashes])).toEqual(
        ids.map((chunk) => [chunk, 0]),
      )
      expect(await vectors().clearFailures([id])).toBe(0)
    })

    it('stay failed when the same content is read again, unless that is forced', async () => {
      const { space, id, ids } = await filled('a')
      await vectors().markFailed(space.id, ids[0]!, poison)
      await put(library.store, imported('A', 'a'))
      expect((await library.store.documents.get(id))!.status).toBe('failed')
      await library.store.documents.putImported([imported('A', 'a')], { isForced: true })
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', reason: null })
    })

    it('have their vectors forgotten in every space on request, and are pending again', async () => {
      const { space, id, ids } = await filled('a\n\nb')
      const two = await vectors().openSpace(spaceNamed('two', 2))
      const other = await putOne(library.store, 'Other', 'c')
      await embedAll(library.store, space)
      await embedAll(library.store, two)
      await vectors().forget([id, 999])
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'pending', embeddedCount: 0 })
      expect(await library.store.documents.get(other)).toMatchObject({ status: 'indexed' })
      expect((await vectors().pending(space.id, 0, 10)).map((chunk) => chunk.id)).toEqual(ids)
      expect((await vectors().pending(two.id, 0, 10)).map((chunk) => chunk.id)).toEqual(ids)
      expect(await vectors().count(space.id)).toBe(1)
    })
  })
}
