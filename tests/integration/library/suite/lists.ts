import { describe, expect, it } from 'vitest'
import type { DocumentSort } from '../../../../engine/library/library-store.ts'
import { chunkIds, embedAll, imported, noon, pathSource, put, putOne, spaceNamed, unreadable } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

const sorts: DocumentSort['by'][] = ['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status']

/** Sorting, paging, facets and selections. */
export function describeLists(open: OpenLibrary): void {
  describeSorting(open)
  describeReading(open)
  describeFacets(open)
  describeSelecting(open)
}

function describeSorting(open: OpenLibrary): void {
  describe('sorting', () => {
    const library = useLibrary(open)
    const listed = async (by: DocumentSort['by'], descending = false) =>
      (await library.store.documents.list({ filter: {}, sort: { by, descending }, offset: 0, limit: 100 })).rows.map(
        (row) => row.title,
      )

    it('orders by each field, empty ones last in both directions, ties in the order of import', async () => {
      const words = (n: number) => Array.from({ length: n }, () => 'word').join(' ')
      await put(
        library.store,
        imported('éclair', words(3), {
          kind: 'note',
          author: 'Ölund',
          language: 'fr',
          publishedAt: '2024-02-01',
          source: { label: 'Äpfel' },
        }),
        imported('Zebra', words(1), {
          kind: 'file',
          author: null,
          language: null,
          publishedAt: '2025-02-01',
          source: { label: 'birnen' },
        }),
        imported('apple', words(2), {
          kind: 'note',
          author: 'anna',
          language: 'de',
          publishedAt: '2023-02-01',
          source: { label: 'Apfel' },
        }),
      )
      expect(await listed('title')).toEqual(['apple', 'éclair', 'Zebra'])
      expect(await listed('title', true)).toEqual(['Zebra', 'éclair', 'apple'])
      expect(await listed('kind')).toEqual(['Zebra', 'éclair', 'apple'])
      expect(await listed('kind', true)).toEqual(['apple', 'éclair', 'Zebra'])
      expect(await listed('source')).toEqual(['éclair', 'apple', 'Zebra'])
      expect(await listed('author')).toEqual(['apple', 'éclair', 'Zebra'])
      expect(await listed('author', true)).toEqual(['éclair', 'apple', 'Zebra'])
      expect(await listed('language')).toEqual(['apple', 'éclair', 'Zebra'])
      expect(await listed('language', true)).toEqual(['éclair', 'apple', 'Zebra'])
      expect(await listed('date')).toEqual(['apple', 'éclair', 'Zebra'])
      expect(await listed('date', true)).toEqual(['Zebra', 'éclair', 'apple'])
      expect(await listed('length')).toEqual(['Zebra', 'apple', 'éclair'])
      expect(await listed('length', true)).toEqual(['éclair', 'apple', 'Zebra'])
    })

    it('orders by status', async () => {
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      await putOne(library.store, 'indexed', 'a')
      await embedAll(library.store, space)
      await putOne(library.store, 'pending', 'b')
      await library.store.documents.putUnreadable([unreadable('failed'), unreadable('skipped', { status: 'skipped' })])
      expect(await listed('status')).toEqual(['failed', 'indexed', 'pending', 'skipped'])
      expect(await listed('status', true)).toEqual(['skipped', 'pending', 'indexed', 'failed'])
    })

    it.each(sorts)('pages through many ties by %s without overlap or gap, in both directions', async (by) => {
      await put(
        library.store,
        ...Array.from({ length: 53 }, (_, i) =>
          imported(`Title ${i % 4}`, `text ${i}`, {
            author: [null, 'Ida', 'Jo'][i % 3]!,
            language: [null, 'en'][i % 2]!,
            publishedAt: '2024-01-01',
            source: { location: `/notes/${i}.md` },
          }),
        ),
      )
      for (const descending of [false, true]) {
        const sort = { by, descending }
        const pages: number[] = []
        for (let offset = 0; offset < 60; offset += 7) {
          const { total, rows } = await library.store.documents.list({ filter: {}, sort, offset, limit: 7 })
          expect(total).toBe(53)
          pages.push(...rows.map((row) => row.id))
        }
        expect(new Set(pages).size).toBe(53)
        expect(pages).toEqual(await library.store.documents.ids({ filter: {}, sort, limit: 1_000 }))
      }
    })

    it('gives the total beyond the last page, and no rows', async () => {
      await putOne(library.store, 'A', 'a')
      const sort = { by: 'title', descending: false } as const
      expect(await library.store.documents.list({ filter: {}, sort, offset: 10, limit: 5 })).toEqual({ total: 1, rows: [] })
      expect(await library.store.documents.list({ filter: {}, sort, offset: 0, limit: 0 })).toEqual({ total: 1, rows: [] })
      expect(await library.store.documents.ids({ filter: {}, sort, limit: 0 })).toEqual([])
    })
  })
}

function describeReading(open: OpenLibrary): void {
  describe('reading several at once', () => {
    const library = useLibrary(open)

    it('gives summaries in the order asked for, leaving out what is not there', async () => {
      const [a, b] = await put(library.store, imported('A', 'a'), imported('B', 'b'))
      await library.store.documents.trash([b!], noon)
      const summaries = await library.store.documents.summaries([b!, 99, a!, b!])
      expect(summaries.map((summary) => summary.id)).toEqual([b, a, b])
      const {
        text: _text,
        content: _content,
        sources: _sources,
        wikiLinks: _w,
        backlinks: _b,
        pageCount: _p,
        ...rest
      } = (await library.store.documents.get(b!))!
      expect(summaries[0]).toEqual(rest)
      expect(await library.store.documents.summaries([])).toEqual([])
    })

    it('gives texts by id, leaving out what is not there', async () => {
      const [a, b] = await put(library.store, imported('A', 'text of a'), imported('B', ''))
      const [c] = await library.store.documents.putUnreadable([unreadable('C')])
      expect(await library.store.documents.texts([b!, a!, c!.documentId, 99])).toEqual(
        new Map([
          [a!, 'text of a'],
          [b!, ''],
        ]),
      )
    })

    it('gives what the indexes need, page by page, without trash and what has no text', async () => {
      const text = 'Heading\n\nBody'
      const content = { blocks: [{ type: 'heading', level: 1, start: 0, end: 7 }], marks: [], pages: [] } as const
      const ids = await put(
        library.store,
        imported('A', text, { content, tags: ['x', 'y'], author: 'Ida' }),
        imported('B', 'b'),
        imported('C', 'c'),
      )
      await library.store.documents.putUnreadable([unreadable('D')])
      await library.store.documents.trash([ids[1]!], noon)
      const first = { id: ids[0], title: 'A', text, headings: ['Heading'], tags: ['x', 'y'], author: 'Ida', sourceLabel: 'notes' }
      expect(await library.store.documents.indexable(0, 1)).toEqual([first])
      expect((await library.store.documents.indexable(ids[0]!, 10)).map(({ id }) => id)).toEqual([ids[2]])
      expect((await library.store.documents.indexableByIds([ids[2]!, 99, ids[0]!, ids[1]!])).map(({ id }) => id)).toEqual([
        ids[0],
        ids[2],
      ])
    })

    it('counts statuses of what is not in the trash, and whether the sample is there', async () => {
      expect(await library.store.documents.statusCounts()).toEqual({
        documents: 0,
        indexed: 0,
        pending: 0,
        failed: 0,
        skipped: 0,
        trashed: 0,
        chunks: 0,
        embeddedChunks: 0,
        hasSample: false,
      })
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      const sample = await putOne(library.store, 'Sample', 'a\n\nb', { source: { type: 'sample' } })
      await embedAll(library.store, space)
      const [b] = await put(library.store, imported('B', 'c'), imported('C', 'd'))
      await library.store.documents.putUnreadable([unreadable('D'), unreadable('E', { status: 'skipped' })])
      await library.store.documents.trash([b!], noon)
      const counts = {
        documents: 4,
        indexed: 1,
        pending: 1,
        failed: 1,
        skipped: 1,
        trashed: 1,
        chunks: 3,
        embeddedChunks: 2,
        hasSample: true,
      }
      expect(await library.store.documents.statusCounts()).toEqual(counts)
      await library.store.documents.trash([sample], noon)
      expect(await library.store.documents.statusCounts()).toMatchObject({
        documents: 3,
        trashed: 2,
        chunks: 1,
        hasSample: false,
      })
    })

    it('notices no damage in whole texts', async () => {
      const ids = await put(library.store, imported('A', 'a'), imported('B', '\uD800 half a character'), imported('C', ''))
      const [d] = await library.store.documents.putUnreadable([unreadable('D')])
      expect(await library.store.documents.verifyTexts([...ids, d!.documentId, 99])).toEqual([])
    })
  })
}

function describeFacets(open: OpenLibrary): void {
  describe('facets', () => {
    const library = useLibrary(open)
    const facets = (filter: Parameters<typeof library.store.documents.facets>[0]) => library.store.documents.facets(filter)
    const fill = async () => {
      const ids = await put(
        library.store,
        imported('A', 'a', { kind: 'note', tags: ['x', 'y'], author: 'Ida', language: 'en' }),
        imported('B', 'b', { kind: 'note', tags: ['X'], author: 'ida', language: 'de' }),
        imported('C', 'c', { kind: 'file', tags: ['y'], author: 'Jo', language: 'en', source: { label: 'other' } }),
        imported('D', 'd', { kind: 'chat', tags: ['y', 'z'], author: 'Jo' }),
      )
      await library.store.documents.trash([ids[3]!], noon)
      await library.store.documents.update([ids[0]!], { isStarred: true, isRead: true }, noon)
    }

    it('count every field, most frequent first', async () => {
      await fill()
      const counted = await facets({})
      expect(counted).toMatchObject({
        total: 3,
        kinds: [
          { value: 'note', count: 2 },
          { value: 'file', count: 1 },
        ],
        statuses: [{ value: 'pending', count: 3 }],
        languages: [
          { value: 'en', count: 2 },
          { value: 'de', count: 1 },
        ],
        sources: [
          { value: 'notes', count: 2 },
          { value: 'other', count: 1 },
        ],
        starred: 1,
        unread: 2,
        trashed: 1,
      })
    })

    it('count tags and authors as the filter finds them, whatever their case', async () => {
      await fill()
      const { tags, authors } = await facets({})
      expect(tags.map(({ value, count }) => [value.toLowerCase(), count])).toEqual([
        ['x', 2],
        ['y', 2],
      ])
      expect(authors.map(({ value, count }) => [value.toLowerCase(), count])).toEqual([
        ['ida', 2],
        ['jo', 1],
      ])
      for (const { value, count } of tags) expect(await library.store.documents.count({ tags: [value] })).toBe(count)
      for (const { value, count } of authors) expect(await library.store.documents.count({ authors: [value] })).toBe(count)
    })

    it('leave out a field’s own condition, and hold all others', async () => {
      await fill()
      expect((await facets({ kinds: ['file'] })).kinds).toEqual([
        { value: 'note', count: 2 },
        { value: 'file', count: 1 },
      ])
      expect((await facets({ kinds: ['file'] })).languages).toEqual([{ value: 'en', count: 1 }])
      expect(await facets({ kinds: ['file'], languages: ['de'] })).toMatchObject({
        total: 0,
        kinds: [{ value: 'note', count: 1 }],
        languages: [{ value: 'en', count: 1 }],
        tags: [],
        authors: [],
      })
      expect((await facets({ tags: ['x'] })).tags.map(({ value, count }) => [value.toLowerCase(), count])).toEqual([
        ['x', 2],
        ['y', 2],
      ])
      expect(
        (await facets({ tags: ['y'], kinds: ['note'] })).tags.map(({ value, count }) => [value.toLowerCase(), count]),
      ).toEqual([
        ['x', 2],
        ['y', 1],
      ])
      expect((await facets({ authors: ['jo'] })).authors.map(({ count }) => count)).toEqual([2, 1])
      expect((await facets({ sources: ['other'] })).sources).toHaveLength(2)
      expect((await facets({ statuses: ['failed'] })).statuses).toEqual([{ value: 'pending', count: 3 }])
      expect(await facets({ isStarred: true })).toMatchObject({ total: 1, starred: 1, unread: 0 })
      expect(await facets({ isUnread: true })).toMatchObject({ total: 2, starred: 0, unread: 2 })
      expect(await facets({ isTrashed: true })).toMatchObject({ total: 1, trashed: 1, kinds: [{ value: 'chat', count: 1 }] })
      expect(await facets({ exceptKinds: ['note'] })).toMatchObject({ total: 1, kinds: [{ value: 'file', count: 1 }] })
    })

    it('leave out empty values, and are empty for an empty library', async () => {
      const empty = {
        total: 0,
        kinds: [],
        statuses: [],
        tags: [],
        languages: [],
        sources: [],
        authors: [],
        starred: 0,
        unread: 0,
        trashed: 0,
      }
      expect(await facets({})).toEqual(empty)
      await putOne(library.store, 'A', 'a', { author: '', language: '', source: { label: '' } })
      expect(await facets({})).toMatchObject({ total: 1, authors: [], languages: [], sources: [], tags: [] })
    })

    it('give at most 200 values of a field', async () => {
      await put(
        library.store,
        ...Array.from({ length: 250 }, (_, i) =>
          imported(`${i}`, `${i}`, { tags: [`tag ${i}`, 'common'], author: `Author ${i}.` }),
        ),
      )
      const { tags, authors } = await facets({})
      expect(tags).toHaveLength(200)
      expect(tags[0]).toEqual({ value: 'common', count: 250 })
      expect(authors).toHaveLength(200)
    })
  })
}

function describeSelecting(open: OpenLibrary): void {
  describe('selections for the indexes', () => {
    const library = useLibrary(open)

    it('have ascending ids, and ascending ranges that do not meet', async () => {
      const ids = await put(
        library.store,
        ...Array.from({ length: 30 }, (_, i) =>
          imported(`Item ${i}`, i % 7 === 0 ? '' : 'a\n\nb\n\nc', { kind: i % 3 === 0 ? 'note' : 'file' }),
        ),
      )
      // Some documents are read again, so that their chunks come later than those of their neighbours
      await put(library.store, ...[2, 9, 5].map((i) => imported(`Item ${i}`, 'new\n\ntext')))
      await library.store.documents.trash([ids[4]!, ids[10]!], noon)
      for (const filter of [{}, { kinds: ['note' as const] }, { isTrashed: true }, { ids: [] }]) {
        const { documentIds, chunkRanges } = await library.store.documents.select(filter)
        expect([...documentIds]).toEqual([...documentIds].toSorted((a, b) => a - b))
        const within: number[] = []
        for (let i = 0; i < chunkRanges.length; i += 2) {
          expect(chunkRanges[i]!).toBeLessThanOrEqual(chunkRanges[i + 1]!)
          expect(chunkRanges[i]!).toBeGreaterThan(i === 0 ? 0 : chunkRanges[i - 1]!)
          for (let id = chunkRanges[i]!; id <= chunkRanges[i + 1]!; id++) within.push(id)
        }
        const expected = (await Promise.all([...documentIds].map((id) => chunkIds(library.store, id)))).flat()
        // Ids that were given up meanwhile may lie within a range; those of other documents may not
        const owners = await library.store.vectors.documentsOf(Float64Array.from(within))
        expect(within.filter((_, i) => owners[i] !== 0)).toEqual(expected.toSorted((a, b) => a - b))
      }
    })

    it('are empty when nothing is let through', async () => {
      expect(await library.store.documents.select({})).toEqual({
        documentIds: new Float64Array(0),
        chunkRanges: new Float64Array(0),
      })
    })

    it('name a document with two sources once', async () => {
      const document = imported('A', 'a')
      const [id] = await put(library.store, document, { ...document, source: pathSource('/copy.md', { label: 'notes' }) })
      const { documentIds, chunkRanges } = await library.store.documents.select({ sources: ['notes', 'copy'] })
      expect([...documentIds]).toEqual([id])
      expect(chunkRanges).toHaveLength(2)
    })
  })
}
