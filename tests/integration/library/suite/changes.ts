import { describe, expect, it } from 'vitest'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import { chunkIds, embedAll, imported, noon, pathSource, put, putOne, spaceNamed, unreadable, vectorOf } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { Follower, stateOf } from '../follower.ts'
import { useLibrary } from './use-library.ts'

/** One of each write that an index must hear of. */
async function variousWrites(store: LibraryStore): Promise<void> {
  const space = await store.vectors.openSpace(spaceNamed('one'))
  const other = await store.vectors.openSpace(spaceNamed('two', 2))
  const a = imported('A', 'a\n\nb', { tags: ['x'] })
  const [idA, idB] = await put(store, a, imported('B', 'c'), { ...a, source: pathSource('/copy.md') })
  await embedAll(store, space)
  await embedAll(store, other)
  await put(store, imported('A', 'a\n\nb\n\nnew'))
  await store.documents.update([idA!], { addTags: ['mine'], removeTags: ['x'] }, noon)
  await store.documents.trash([idB!], noon)
  await store.documents.restore([idB!])
  await store.documents.putUnreadable([unreadable('C')])
  await put(store, imported('C', 'readable now'))
  const idD = await putOne(store, 'D', 'poison\n\nd')
  const [first, second] = await chunkIds(store, idD)
  await store.vectors.markFailed(space.id, first!, { code: 'embedding-failed', message: 'It cannot be read', advice: null })
  await store.vectors.put(space.id, [second!], vectorOf(second!, 4))
  await store.vectors.clearFailures([idD])
  await store.vectors.forget([idB!])
  await store.documents.trash([idD], noon)
  await store.documents.purge([idD])
  await put(store, { ...imported('B', 'c'), source: imported('A', '').source })
}

/** The numbered changes that the indexes follow. */
export function describeChanges(open: OpenLibrary): void {
  describe('the change sequence', () => {
    const library = useLibrary(open)

    it('is 0 and complete for a new library', async () => {
      expect(await library.store.changes.last()).toBe(0)
      expect(await library.store.changes.since(0, 10)).toEqual({ changes: [], isComplete: true })
    })

    it('numbers every write that an index must hear of', async () => {
      const store = library.store
      const space = await store.vectors.openSpace(spaceNamed('one'))
      let last = 0
      const heard = async (write: () => Promise<unknown>, kinds: string[]): Promise<void> => {
        await write()
        const { changes: fresh } = await store.changes.since(last, 100)
        expect([...new Set(fresh.map((change) => change.kind))].toSorted()).toEqual(kinds)
        expect(await store.changes.last()).toBe(last + fresh.length)
        expect(fresh.map((change) => change.sequence)).toEqual(fresh.map((_, i) => last + 1 + i))
        last += fresh.length
      }
      const document = imported('A', 'a\n\nb')
      const id = 1
      await heard(() => put(store, document), ['document'])
      const ids = await chunkIds(store, id)
      await heard(() => put(store, document), [])
      await heard(() => put(store, { ...document, source: pathSource('/copy.md') }), ['document'])
      await heard(() => store.vectors.put(space.id, [ids[0]!], vectorOf(ids[0]!, 4)), ['vectors'])
      await heard(() => store.vectors.put(space.id, [ids[0]!], vectorOf(ids[0]!, 4)), [])
      await heard(
        () => store.vectors.markFailed(space.id, ids[1]!, { code: 'embedding-failed', message: 'No', advice: null }),
        ['document'],
      )
      await heard(
        () => store.vectors.markFailed(space.id, ids[1]!, { code: 'embedding-failed', message: 'No', advice: null }),
        [],
      )
      await heard(() => store.vectors.clearFailures([id]), ['document'])
      await heard(() => store.documents.update([id], { addTags: ['x'] }, noon), ['document'])
      await heard(() => store.documents.update([id], { addTags: ['x'] }, noon), [])
      await heard(() => store.documents.update([id], { isStarred: true }, noon), ['document'])
      await heard(() => store.documents.update([id], { isRead: true }, noon), ['document'])
      await heard(() => store.documents.trash([id], noon), ['removed'])
      await heard(() => store.documents.trash([id], noon), [])
      await heard(() => store.documents.restore([id]), ['document', 'vectors'])
      await heard(() => store.documents.restore([id]), [])
      await heard(() => store.documents.putUnreadable([unreadable('C')]), ['document'])
      await heard(() => store.vectors.forget([id]), ['document', 'removed'])
      await heard(() => store.documents.purge([id]), [])
      await heard(() => store.documents.trash([id], noon), ['removed'])
      await heard(() => store.documents.purge([id]), ['removed'])
    })

    it('names the chunks and the space of each entry', async () => {
      const store = library.store
      const space = await store.vectors.openSpace(spaceNamed('one'))
      const id = await putOne(store, 'A', 'a\n\nb\n\nc')
      const ids = await chunkIds(store, id)
      await store.vectors.put(space.id, [ids[2]!, ids[1]!], new Float32Array(8))
      await store.documents.trash([id], noon)
      const { changes: entries } = await store.changes.since(0, 100)
      expect(entries).toEqual([
        { sequence: 1, kind: 'document', documentId: id, spaceId: null, firstChunk: null, lastChunk: null },
        { sequence: 2, kind: 'vectors', documentId: id, spaceId: space.id, firstChunk: ids[1], lastChunk: ids[2] },
        { sequence: 3, kind: 'removed', documentId: id, spaceId: null, firstChunk: ids[0], lastChunk: ids[2] },
      ])
    })

    it('comes in pages and goes on after opening anew', async () => {
      await variousWrites(library.store)
      const last = await library.store.changes.last()
      const { changes: whole } = await library.store.changes.since(0, 1_000)
      expect(whole).toHaveLength(last)
      const pages: unknown[] = []
      for (let after = 0; after < last; after += 3) pages.push(...(await library.store.changes.since(after, 3)).changes)
      expect(pages).toEqual(whole)
      const store = await library.reopen()
      expect(await store.changes.last()).toBe(last)
      await putOne(store, 'New', 'new')
      expect((await store.changes.since(last, 10)).changes[0]!.sequence).toBe(last + 1)
    })

    it('leads from nothing to the state, in one go or in steps between the writes', async () => {
      const store = library.store
      await variousWrites(store)
      const follower = new Follower()
      await follower.catchUp(store)
      expect(follower.state()).toEqual(await stateOf(store))
      expect(follower.sequence).toBe(await store.changes.last())
    })

    it('leads to the state though every entry is applied twice, late and in any order', async () => {
      const store = library.store
      await variousWrites(store)
      const { changes: entries } = await store.changes.since(0, 1_000)
      const follower = new Follower()
      for (const entry of [...entries, ...entries.toReversed(), ...entries]) await follower.apply(store, entry)
      expect(follower.state()).toEqual(await stateOf(store))
    })

    it('says when entries are gone that a follower still needs, and not to one that has them', async () => {
      const store = library.store
      await variousWrites(store)
      const last = await store.changes.last()
      await store.changes.trim(5)
      expect((await store.changes.since(4, 10)).isComplete).toBe(false)
      expect(await store.changes.since(5, 1)).toMatchObject({ isComplete: true, changes: [{ sequence: 6 }] })
      await store.changes.trim(3)
      expect((await store.changes.since(4, 10)).isComplete).toBe(false)
      await store.changes.trim(last)
      expect(await store.changes.last()).toBe(last)
      expect(await store.changes.since(last, 10)).toEqual({ changes: [], isComplete: true })
      const again = await library.reopen()
      expect(await again.changes.last()).toBe(last)
      expect((await again.changes.since(0, 10)).isComplete).toBe(false)
      await putOne(again, 'New', 'new')
      expect(await again.changes.since(last, 10)).toMatchObject({ isComplete: true, changes: [{ sequence: last + 1 }] })
    })

    it('is not complete for a follower from the future, as after an older library was put back', async () => {
      await putOne(library.store, 'A', 'a')
      expect((await library.store.changes.since(2, 10)).isComplete).toBe(false)
    })

    it('can be trimmed beyond its end without harm', async () => {
      const store = library.store
      await putOne(store, 'A', 'a')
      await store.changes.trim(1_000)
      expect(await store.changes.since(1, 10)).toEqual({ changes: [], isComplete: true })
      await putOne(store, 'B', 'b')
      expect(await store.changes.since(1, 10)).toMatchObject({ isComplete: true, changes: [{ sequence: 2 }] })
    })
  })

  describeListeners(open)
}

function describeListeners(open: OpenLibrary): void {
  describe('listeners to changes', () => {
    const library = useLibrary(open)

    it('are called after the commit, in their order, with the sequence and the documents', async () => {
      const { store } = library
      const calls: unknown[] = []
      const stop = store.changes.onChange((sequence, ids) => calls.push(['first', sequence, [...ids]]))
      store.changes.onChange((sequence, ids) => calls.push(['second', sequence, [...ids]]))
      const ids = await put(store, imported('A', 'a'), imported('B', 'b'))
      expect(calls).toEqual([
        ['first', await store.changes.last(), ids],
        ['second', await store.changes.last(), ids],
      ])
      stop()
      stop()
      await store.documents.update([ids[0]!], { isStarred: true }, noon)
      expect(calls.slice(2)).toEqual([['second', await store.changes.last(), [ids[0]]]])
    })

    it('see what was written', async () => {
      const { store } = library
      let seen: Promise<number> | undefined
      store.changes.onChange(() => {
        seen = store.documents.count({})
      })
      await putOne(store, 'A', 'a')
      expect(await seen).toBe(1)
    })

    it('hear nothing of a write that changed nothing', async () => {
      const { store } = library
      const document = imported('A', 'a')
      const [id] = await put(store, document)
      let calls = 0
      store.changes.onChange(() => calls++)
      await put(store, document)
      await store.documents.update([id!], { isStarred: false }, noon)
      await store.documents.restore([id!])
      await store.documents.purge([id!])
      await store.settings.set('key', 1)
      expect(calls).toBe(0)
    })

    it('hear nothing of a write that failed, and no entry is left of it', async () => {
      const { store } = library
      let calls = 0
      store.changes.onChange(() => calls++)
      const bad = {
        ...imported('B', 'b'),
        get links(): never {
          throw new Error('this document is bad')
        },
      }
      await expect(store.documents.putImported([imported('A', 'a'), bad])).rejects.toThrow('this document is bad')
      expect(calls).toBe(0)
      expect(await store.changes.last()).toBe(0)
      const id = await putOne(store, 'C', 'c')
      expect(calls).toBe(1)
      expect((await store.changes.since(0, 10)).changes).toMatchObject([{ sequence: 1, documentId: id }])
    })

    it('cannot make a write fail that is done, nor keep the others from hearing of it', async () => {
      const { store } = library
      let heard = 0
      store.changes.onChange(() => {
        throw new Error('a listener is bad')
      })
      store.changes.onChange(() => heard++)
      const warnings: Error[] = []
      const onWarning = (warning: Error) => warnings.push(warning)
      process.on('warning', onWarning)
      const id = await putOne(store, 'A', 'a')
      expect(await store.documents.get(id)).not.toBeNull()
      expect(heard).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 20))
      process.off('warning', onWarning)
      expect(warnings.map((warning) => warning.message)).toEqual([expect.stringContaining('a listener is bad')])
    })

    it('may write and stop listening while they are called', async () => {
      const { store } = library
      const calls: string[] = []
      const stop = store.changes.onChange((_, ids) => {
        calls.push('first')
        stop()
        void store.documents.update(ids, { isStarred: true }, noon)
      })
      store.changes.onChange(() => calls.push('second'))
      const id = await putOne(store, 'A', 'a')
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect((await store.documents.get(id))!.isStarred).toBe(true)
      expect(calls).toEqual(['first', 'second', 'second'])
    })
  })
}
