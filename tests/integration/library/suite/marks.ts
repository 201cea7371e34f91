import { describe, expect, it } from 'vitest'
import { asMap, embedAll, imported, noon, pathSource, put, putOne, spaceNamed } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

const later = '2026-03-02T12:00:00.000Z'

/** Stars, read marks, the trash, undo and hidden kin. */
export function describeMarks(open: OpenLibrary): void {
  describe('marks', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents

    it('star and unstar, read and unread, telling what changed', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      expect(await documents().update([a!, b!, 99], { isStarred: true, isRead: true }, noon)).toEqual([a, b])
      expect(await documents().update([a!, b!], { isStarred: true, isRead: true }, later)).toEqual([])
      expect(await documents().get(a!)).toMatchObject({ isStarred: true, readAt: noon })
      expect(await documents().update([a!], { isStarred: false }, later)).toEqual([a])
      expect(await documents().update([a!], { isRead: false }, later)).toEqual([a])
      expect(await documents().get(a!)).toMatchObject({ isStarred: false, readAt: null })
      expect(await documents().get(b!)).toMatchObject({ isStarred: true, readAt: noon })
    })

    it('change nothing when nothing is asked for', async () => {
      const a = await putOne(library.store, 'A', 'a')
      const before = await documents().get(a)
      expect(await documents().update([a], {}, noon)).toEqual([])
      expect(await documents().update([a], { addTags: [], removeTags: [] }, noon)).toEqual([])
      expect(await documents().get(a)).toEqual(before)
    })

    it('are put back as they were by the states before the change', async () => {
      const [a, b, c] = await put(
        library.store,
        imported('A', 'a', { tags: ['of the file'] }),
        imported('B', 'b', { tags: ['Shared'] }),
        imported('C', 'c'),
      )
      await documents().update([a!], { addTags: ['mine'], isStarred: true, isRead: true }, noon)
      await documents().trash([c!], noon)
      const ids = [a!, b!, c!]
      const states = await documents().states([...ids, 99])
      const before = await documents().summaries(ids)
      expect(states).toEqual([
        { id: a, tags: ['mine', 'of the file'], isStarred: true, readAt: noon, trashedAt: null },
        { id: b, tags: ['Shared'], isStarred: false, readAt: null, trashedAt: null },
        { id: c, tags: [], isStarred: false, readAt: null, trashedAt: noon },
      ])
      await documents().update(
        ids,
        { addTags: ['added'], removeTags: ['mine', 'of the file', 'shared'], isStarred: false, isRead: false },
        later,
      )
      await documents().update([b!], { addTags: ['shared'], isStarred: true }, later)
      await documents().trash([a!], later)
      await documents().restore([c!])
      await documents().putStates(states)
      expect(await documents().summaries(ids)).toEqual(before)
      // What came from the file goes on following the file
      await put(library.store, imported('A', 'changed', { tags: [] }))
      expect((await documents().get(a!))!.tags).toEqual(['mine'])
    })

    it('put back a removal of a file’s tag so that it stays away', async () => {
      const id = await putOne(library.store, 'A', 'a', { tags: ['x'] })
      await documents().update([id], { removeTags: ['x'] }, noon)
      const states = await documents().states([id])
      await documents().update([id], { addTags: ['x'] }, later)
      await documents().putStates(states)
      await put(library.store, imported('A', 'changed', { tags: ['x'] }))
      expect((await documents().get(id))!.tags).toEqual([])
    })

    it('leave out documents that are gone when they are put back', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      const states = await documents().states([a!, b!])
      await documents().trash([a!], noon)
      await documents().purge([a!])
      expect(await documents().putStates(states)).toEqual([b])
      expect(await documents().putStates([])).toEqual([])
    })
  })

  describeTrash(open)
  describeHiddenKin(open)
}

function describeTrash(open: OpenLibrary): void {
  describe('the trash', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents

    it('takes documents and gives them back, telling what changed', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      expect(await documents().trash([a!, 99, b!], noon)).toEqual([a, b])
      expect(await documents().trash([a!], later)).toEqual([])
      expect((await documents().get(a!))!.trashedAt).toBe(noon)
      expect(await documents().restore([b!, 99, a!])).toEqual([b, a])
      expect(await documents().restore([a!])).toEqual([])
      expect((await documents().get(a!))!.trashedAt).toBeNull()
    })

    it('keeps everything of a document, its vectors too', async () => {
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      const id = await putOne(library.store, 'A', 'a\n\nb', { tags: ['x'] })
      const ids = await embedAll(library.store, space)
      const before = await documents().get(id)
      const vectors = asMap(await library.store.vectors.read(space.id, 0, ids.at(-1)!, 10))
      await documents().trash([id], noon)
      await documents().restore([id])
      expect(await documents().get(id)).toEqual(before)
      expect(asMap(await library.store.vectors.read(space.id, 0, ids.at(-1)!, 10))).toEqual(vectors)
    })

    it('is emptied for good, of what is in it only', async () => {
      const [a, b] = await put(library.store, imported('A', 'a', { tags: ['x'] }), imported('B', 'b', { tags: ['x'] }))
      await documents().trash([a!], noon)
      expect(await documents().purge([a!, b!, 99])).toEqual({ removed: [a], orphanedContent: [imported('A', 'a').contentHash] })
      expect(await documents().get(a!)).toBeNull()
      expect(await documents().texts([a!, b!])).toEqual(new Map([[b!, 'b']]))
      expect(await documents().knownSources([imported('A', 'a').source])).toEqual([null])
      expect((await documents().facets({})).tags).toEqual([{ value: 'x', count: 1 }])
      expect(await documents().purge([a!])).toEqual({ removed: [], orphanedContent: [] })
      await library.reopen()
      expect(await documents().get(a!)).toBeNull()
      expect(await documents().count({ isTrashed: true })).toBe(0)
    })

    it('names content as orphaned only when no other document has it', async () => {
      const same = { code: 'damaged-file', message: 'It is damaged', advice: null }
      const results = await documents().putUnreadable([
        {
          kind: 'file',
          title: 'A',
          mediaType: 'x/y',
          status: 'failed',
          reason: same,
          source: pathSource('/a'),
          fingerprint: null,
          contentHash: 'h1',
        },
        {
          kind: 'file',
          title: 'B',
          mediaType: 'x/y',
          status: 'failed',
          reason: same,
          source: pathSource('/b'),
          fingerprint: null,
          contentHash: 'h1',
        },
        {
          kind: 'file',
          title: 'C',
          mediaType: 'x/y',
          status: 'failed',
          reason: same,
          source: pathSource('/c'),
          fingerprint: null,
          contentHash: null,
        },
      ])
      const [a, b, c] = results.map((result) => result.documentId)
      await documents().trash([a!, b!, c!], noon)
      expect(await documents().purge([a!, c!])).toEqual({ removed: [a, c], orphanedContent: [] })
      expect(await documents().purge([b!])).toEqual({ removed: [b], orphanedContent: ['h1'] })
    })

    it('tells what has been in it since before an instant', async () => {
      const [a, b, c] = await put(library.store, imported('A', 'a'), imported('B', 'b'), imported('C', 'c'))
      await documents().trash([b!], noon)
      await documents().trash([a!], '2026-03-01T11:59:59.999Z')
      expect(await documents().trashedBefore(noon)).toEqual([a])
      expect(await documents().trashedBefore(later)).toEqual([a, b])
      await documents().restore([a!, b!, c!])
      expect(await documents().trashedBefore(later)).toEqual([])
    })

    it('lets a purged item be imported again as a new one', async () => {
      const a = await putOne(library.store, 'A', 'a', { tags: ['x'] })
      await documents().update([a], { isStarred: true, addTags: ['mine'] }, noon)
      await documents().trash([a], noon)
      await documents().purge([a])
      const again = await putOne(library.store, 'A', 'a', { tags: ['x'] })
      expect(again).toBeGreaterThan(a)
      expect(await documents().get(again)).toMatchObject({ isStarred: false, tags: ['x'], trashedAt: null })
    })
  })
}

function describeHiddenKin(open: OpenLibrary): void {
  describe('hidden kin', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents

    it('are hidden from both sides, once, and shown again one by one or all', async () => {
      const ids = await put(library.store, ...['A', 'B', 'C', 'D'].map((title) => imported(title, title)))
      const [a, b, c, d] = ids as [number, number, number, number]
      expect(await documents().hideKin(b, a)).toBe(true)
      expect(await documents().hideKin(a, b)).toBe(false)
      expect(await documents().hideKin(b, d)).toBe(true)
      expect(await documents().hideKin(c, b)).toBe(true)
      expect(await documents().hiddenKin(b)).toEqual([a, c, d])
      expect(await documents().hiddenKin(a)).toEqual([b])
      expect(await documents().unhideKin(d, b)).toBe(1)
      expect(await documents().unhideKin(d, b)).toBe(0)
      await library.reopen()
      expect(await documents().hiddenKin(b)).toEqual([a, c])
      expect(await documents().unhideKin(b)).toBe(2)
      expect(await documents().hiddenKin(b)).toEqual([])
    })

    it('are of two documents that exist', async () => {
      const a = await putOne(library.store, 'A', 'a')
      expect(await documents().hideKin(a, a)).toBe(false)
      expect(await documents().hideKin(a, 99)).toBe(false)
      expect(await documents().hiddenKin(a)).toEqual([])
      expect(await documents().unhideKin(99)).toBe(0)
    })

    it('go with a purged document', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      await documents().hideKin(a!, b!)
      await documents().trash([b!], noon)
      expect(await documents().hiddenKin(a!)).toEqual([b])
      await documents().purge([b!])
      expect(await documents().hiddenKin(a!)).toEqual([])
    })
  })
}
