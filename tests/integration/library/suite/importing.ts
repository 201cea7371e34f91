import { describe, expect, it } from 'vitest'
import { imported, noon, pathSource, put, putOne } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** Which document a source belongs to, and what an import changes. */
export function describeImporting(open: OpenLibrary): void {
  describe('importing', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents

    it('stores every field of a new document', async () => {
      const document = imported('Ferry log', 'The ferry left.\n\nIt was late.', {
        kind: 'article',
        content: {
          blocks: [
            { type: 'heading', level: 2, start: 0, end: 9 },
            { type: 'list-item', depth: 1, ordinal: null, checked: false, start: 17, end: 28 },
            { type: 'table-row', isHeader: true, cells: [[17, 19]], start: 17, end: 28 },
          ],
          marks: [{ type: 'wiki-link', target: 'Harbour', start: 4, end: 9 }],
          pages: [
            { page: 1, start: 0 },
            { page: 2, start: 17 },
          ],
        },
        author: 'Ida Brandt',
        publishedAt: '2024-05-06T07:08:09.000Z',
        language: 'pt-BR',
        mediaType: 'application/pdf',
        tags: ['travel', 'Boats'],
        source: { url: 'https://example.org/ferry' },
      })
      const before = new Date().toISOString()
      const [result] = await documents().putImported([document])
      const after = new Date().toISOString()
      expect(result!.outcome).toBe('added')
      const stored = await documents().get(result!.documentId)
      expect(stored).toEqual({
        id: result!.documentId,
        kind: 'article',
        title: 'Ferry log',
        text: document.text,
        content: document.content,
        source: document.source,
        sources: [document.source],
        otherSources: 0,
        author: 'Ida Brandt',
        publishedAt: '2024-05-06T07:08:09.000Z',
        importedAt: stored!.importedAt,
        updatedAt: stored!.importedAt,
        language: 'pt-BR',
        tags: ['Boats', 'travel'],
        isStarred: false,
        readAt: null,
        trashedAt: null,
        wordCount: 6,
        mediaType: 'application/pdf',
        status: 'pending',
        reason: null,
        chunkCount: 2,
        embeddedCount: 0,
        wikiLinks: [],
        backlinks: [],
        pageCount: 2,
      })
      expect(stored!.importedAt >= before && stored!.importedAt <= after).toBe(true)
    })

    it('gives null for a document that does not exist', async () => {
      expect(await documents().get(1)).toBeNull()
    })

    it('stores an empty list without a change', async () => {
      expect(await documents().putImported([])).toEqual([])
      expect(await documents().putUnreadable([])).toEqual([])
      expect(await library.store.changes.last()).toBe(0)
    })

    it('leaves a source alone that comes again with the same content', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const [first] = await documents().putImported([document])
      const before = await documents().get(first!.documentId)
      const [again] = await documents().putImported([
        { ...document, title: 'Another title', fingerprint: { sizeBytes: 3, modifiedAtMs: 4 } },
      ])
      expect(again).toEqual({ documentId: first!.documentId, outcome: 'unchanged' })
      expect(await documents().get(first!.documentId)).toEqual(before)
      expect((await documents().sources(first!.documentId))[0]!.fingerprint).toEqual({ sizeBytes: 3, modifiedAtMs: 4 })
    })

    it('shows the new label of a source that comes again under another one', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const [id] = await put(library.store, document)
      const sequence = await library.store.changes.last()
      await put(library.store, { ...document, source: { ...document.source, label: 'Renamed', url: 'https://example.org' } })
      expect((await documents().get(id!))!.source).toEqual({ ...document.source, label: 'Renamed', url: 'https://example.org' })
      expect((await documents().facets({})).sources).toEqual([{ value: 'Renamed', count: 1 }])
      expect((await documents().indexableByIds([id!]))[0]!.sourceLabel).toBe('Renamed')
      const { changes } = await library.store.changes.since(sequence, 10)
      expect(changes).toEqual([expect.objectContaining({ kind: 'document', documentId: id })])
    })

    it('adds a source to the document whose content it repeats', async () => {
      const document = imported('Ferry log', 'The ferry left.', { tags: ['travel'] })
      const copy = { ...document, title: 'Ferry log (copy)', source: pathSource('/elsewhere/copy.md', { label: 'elsewhere' }) }
      const [first] = await documents().putImported([document])
      expect(await documents().putImported([copy])).toEqual([{ documentId: first!.documentId, outcome: 'unchanged' }])
      const stored = await documents().get(first!.documentId)
      expect(stored).toMatchObject({ title: 'Ferry log', otherSources: 1, source: document.source })
      expect(stored!.sources).toEqual([document.source, copy.source])
      expect(await documents().count({})).toBe(1)
    })

    it('knows one location of two kinds of source as two sources', async () => {
      const [a, b] = await put(
        library.store,
        imported('A', 'one', { source: { type: 'path', location: 'same' } }),
        imported('B', 'two', { source: { type: 'upload', location: 'same' } }),
      )
      expect(a).not.toBe(b)
    })

    it('updates a changed document in place and keeps what the person made', async () => {
      const id = await putOne(library.store, 'Ferry log', 'The ferry left.', { tags: ['file tag'], author: 'Ida' })
      const other = await putOne(library.store, 'Other', 'Something else.')
      await documents().update([id], { addTags: ['mine'], isStarred: true, isRead: true }, noon)
      await documents().hideKin(id, other)
      const before = await documents().get(id)
      const changed = imported('Ferry log', 'The ferry came back.\n\nAt last.', { tags: ['new file tag'], language: 'en' })
      expect(await documents().putImported([changed])).toEqual([{ documentId: id, outcome: 'updated' }])
      const after = await documents().get(id)
      expect(after).toMatchObject({
        text: changed.text,
        author: null,
        language: 'en',
        tags: ['mine', 'new file tag'],
        isStarred: true,
        readAt: noon,
        importedAt: before!.importedAt,
        chunkCount: 2,
      })
      expect(after!.updatedAt >= before!.updatedAt).toBe(true)
      expect(await documents().hiddenKin(id)).toEqual([other])
    })

    it('gives a changed one of two sources a document of its own with the marks of the person', async () => {
      const document = imported('Ferry log', 'The ferry left.', { tags: ['file tag'] })
      const copy = { ...document, source: pathSource('/elsewhere/copy.md', { label: 'elsewhere' }) }
      const [id] = await put(library.store, document, copy)
      const kin = await putOne(library.store, 'Kin', 'Something else.')
      await documents().update([id!], { addTags: ['mine'], removeTags: ['file tag'], isStarred: true, isRead: true }, noon)
      await documents().hideKin(id!, kin)
      const [result] = await documents().putImported([
        { ...imported('Copy', 'Now different.', { tags: ['file tag'] }), source: copy.source },
      ])
      expect(result!.outcome).toBe('updated')
      expect(result!.documentId).not.toBe(id)
      expect(await documents().get(id!)).toMatchObject({ text: document.text, sources: [document.source], otherSources: 0 })
      expect(await documents().get(result!.documentId)).toMatchObject({
        text: 'Now different.',
        sources: [copy.source],
        otherSources: 0,
        tags: ['mine'],
        isStarred: true,
        readAt: noon,
      })
      expect(await documents().hiddenKin(result!.documentId)).toEqual([kin])
    })

    it('tells the indexes of the document that lost its first source', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const copy = { ...document, source: pathSource('/elsewhere/copy.md', { label: 'elsewhere' }) }
      const [id] = await put(library.store, document, copy)
      const sequence = await library.store.changes.last()
      await put(library.store, imported('Ferry log', 'Now different.'))
      const { changes } = await library.store.changes.since(sequence, 100)
      expect(changes.map((change) => change.documentId)).toContain(id)
      expect((await documents().indexableByIds([id!]))[0]!.sourceLabel).toBe('elsewhere')
      expect((await documents().facets({})).sources).toEqual([
        { value: 'elsewhere', count: 1 },
        { value: 'notes', count: 1 },
      ])
    })

    it('moves a source that changed into the content of another document, with the marks of the person', async () => {
      const [a, b] = await put(library.store, imported('A', 'first text'), imported('B', 'second text', { tags: ['of b'] }))
      const kin = await putOne(library.store, 'Kin', 'Something else.')
      await documents().update([a!], { addTags: ['mine'], isStarred: true, isRead: true }, noon)
      await documents().hideKin(a!, kin)
      await documents().hideKin(a!, b!)
      const intoB = { ...imported('B', 'second text', { tags: ['of b'] }), source: imported('A', '').source }
      expect(await documents().putImported([intoB])).toEqual([{ documentId: b, outcome: 'updated' }])
      expect(await documents().get(a!)).toBeNull()
      expect(await documents().get(b!)).toMatchObject({
        tags: ['mine', 'of b'],
        isStarred: true,
        readAt: noon,
        otherSources: 1,
      })
      expect(await documents().hiddenKin(b!)).toEqual([kin])
      expect(await documents().count({})).toBe(2)
    })

    it('moves one of several sources into another document and keeps the first document', async () => {
      const document = imported('A', 'first text')
      const copy = { ...document, source: pathSource('/elsewhere/copy.md') }
      const [a, , b] = await put(library.store, document, copy, imported('B', 'second text'))
      const [result] = await documents().putImported([{ ...imported('B', 'second text'), source: copy.source }])
      expect(result).toEqual({ documentId: b, outcome: 'updated' })
      expect((await documents().get(a!))!.sources).toEqual([document.source])
      expect((await documents().get(b!))!.sources.map((source) => source.location).toSorted()).toEqual([
        '/elsewhere/copy.md',
        '/notes/B.md',
      ])
    })

    it('stores the same content again when it is forced to', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const [id] = await put(library.store, document)
      const better = {
        ...document,
        title: 'Ferry log, read better',
        text: 'The ferry left again.',
        chunks: imported('', 'The ferry left again.').chunks,
      }
      expect(await documents().putImported([better], { isForced: true })).toEqual([{ documentId: id, outcome: 'updated' }])
      expect(await documents().get(id!)).toMatchObject({ title: 'Ferry log, read better', text: 'The ferry left again.' })
    })

    it('reads a document with two sources anew without taking them apart', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const copy = { ...document, source: pathSource('/elsewhere/copy.md') }
      const [id] = await put(library.store, document, copy)
      expect(await documents().putImported([{ ...copy, text: 'The ferry', chunks: [] }], { isForced: true })).toEqual([
        { documentId: id, outcome: 'updated' },
      ])
      expect(await documents().get(id!)).toMatchObject({ text: 'The ferry', otherSources: 1 })
      expect(await documents().count({})).toBe(1)
    })

    it('keeps two equal documents of one batch as one', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const results = await documents().putImported([document, document, { ...document, source: pathSource('/other.md') }])
      expect(results.map((result) => result.outcome)).toEqual(['added', 'unchanged', 'unchanged'])
      expect(new Set(results.map((result) => result.documentId)).size).toBe(1)
    })

    it('follows the content back and forth without losing the document', async () => {
      const [id] = await put(library.store, imported('A', 'first'))
      await documents().update([id!], { isStarred: true }, noon)
      for (const text of ['second', 'first', 'second', 'first']) await put(library.store, imported('A', text))
      expect(await documents().get(id!)).toMatchObject({ text: 'first', isStarred: true })
      expect(await documents().count({})).toBe(1)
    })

    it('finds a document by its content only when it has text', async () => {
      const document = imported('Ferry log', 'The ferry left.')
      const [id] = await put(library.store, document)
      expect(await documents().findByContent(document.contentHash)).toBe(id)
      await put(library.store, imported('Ferry log', 'Changed.'))
      expect(await documents().findByContent(document.contentHash)).toBeNull()
    })

    it('tells what is known of each source in the order asked for', async () => {
      const fingerprint = { sizeBytes: 12, modifiedAtMs: 1_700_000_000_000.25 }
      const document = imported('Ferry log', 'The ferry left.', { fingerprint })
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      const { importedAt, updatedAt } = (await documents().get(id!))!
      expect(
        await documents().knownSources([
          { type: 'path', location: '/unknown' },
          { type: 'path', location: document.source.location },
          { type: 'upload', location: document.source.location },
        ]),
      ).toEqual([
        null,
        {
          documentId: id,
          contentHash: document.contentHash,
          fingerprint,
          status: 'pending',
          isTrashed: true,
          importedAt,
          updatedAt,
        },
        null,
      ])
      expect(await documents().knownSources([])).toEqual([])
    })
  })

  describeImportingOfTrashed(open)
  describeAddingSources(open)
}

function describeImportingOfTrashed(open: OpenLibrary): void {
  describe('importing what is in the trash', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents
    const document = imported('Ferry log', 'The ferry left.')

    it('leaves it there when nobody asked for it', async () => {
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      expect(await documents().putImported([document])).toEqual([{ documentId: id, outcome: 'unchanged' }])
      expect((await documents().get(id!))!.trashedAt).toBe(noon)
      expect(await documents().putImported([imported('Ferry log', 'Changed.')])).toEqual([{ documentId: id, outcome: 'updated' }])
      expect(await documents().get(id!)).toMatchObject({ trashedAt: noon, text: 'Changed.' })
    })

    it('takes it out when the person named it', async () => {
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      expect(await documents().putImported([document], { restoresTrashed: true })).toEqual([
        { documentId: id, outcome: 'updated' },
      ])
      expect((await documents().get(id!))!.trashedAt).toBeNull()
    })

    it('takes it out when the person named it and it changed meanwhile', async () => {
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      expect(await documents().putImported([imported('Ferry log', 'Changed.')], { restoresTrashed: true })).toEqual([
        { documentId: id, outcome: 'updated' },
      ])
      expect(await documents().get(id!)).toMatchObject({ trashedAt: null, text: 'Changed.' })
    })

    it('adds a second place to it without taking it out, unless the person named that place', async () => {
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      const copy = { ...document, source: pathSource('/elsewhere/copy.md') }
      expect(await documents().putImported([copy])).toEqual([{ documentId: id, outcome: 'unchanged' }])
      expect(await documents().get(id!)).toMatchObject({ trashedAt: noon, otherSources: 1 })
      const third = { ...document, source: pathSource('/third.md') }
      expect(await documents().putImported([third], { restoresTrashed: true })).toEqual([{ documentId: id, outcome: 'added' }])
      expect(await documents().get(id!)).toMatchObject({ trashedAt: null, otherSources: 2 })
    })

    it('keeps one of two sources that changed in the trash', async () => {
      const copy = { ...document, source: pathSource('/elsewhere/copy.md') }
      const [id] = await put(library.store, document, copy)
      await documents().trash([id!], noon)
      const changed = { ...imported('Copy', 'Changed.'), source: copy.source }
      const [result] = await documents().putImported([changed])
      expect((await documents().get(result!.documentId))!.trashedAt).toBe(noon)
      expect(await documents().count({})).toBe(0)
    })

    it('never makes an item vanish that took on the content of one in the trash', async () => {
      const [live, trashed] = await put(library.store, imported('Live', 'live text'), document)
      await documents().update([live!], { addTags: ['mine'] }, noon)
      await documents().trash([trashed!], noon)
      const [result] = await documents().putImported([{ ...document, source: imported('Live', '').source }])
      expect(result).toEqual({ documentId: trashed, outcome: 'updated' })
      expect(await documents().get(trashed!)).toMatchObject({ trashedAt: null, tags: ['mine'] })
      expect(await documents().count({})).toBe(1)
    })

    it('finds content outside the trash first', async () => {
      const [id] = await put(library.store, document)
      await documents().trash([id!], noon)
      expect(await documents().findByContent(document.contentHash)).toBe(id)
    })
  })
}

function describeAddingSources(open: OpenLibrary): void {
  describe('adding a source by content alone', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents
    const document = imported('Ferry log', 'The ferry left.')

    it('adds a new one, and nothing happens when it is there', async () => {
      const [id] = await put(library.store, document)
      const source = pathSource('/elsewhere/copy.md', { label: 'elsewhere', url: 'https://example.org' })
      const fingerprint = { sizeBytes: 5, modifiedAtMs: 6 }
      expect(await documents().addSource(id!, source, fingerprint)).toBe('unchanged')
      const sequence = await library.store.changes.last()
      expect(await documents().addSource(id!, source, fingerprint)).toBe('unchanged')
      expect(await library.store.changes.last()).toBe(sequence)
      expect(await documents().sources(id!)).toEqual([
        { ...document.source, fingerprint: null, contentHash: document.contentHash },
        { ...source, fingerprint, contentHash: document.contentHash },
      ])
    })

    it('moves a source of another document and leaves no document without a source', async () => {
      const [a, b] = await put(library.store, document, imported('B', 'second text'))
      await documents().update([b!], { addTags: ['mine'] }, noon)
      expect(await documents().addSource(a!, imported('B', '').source, null)).toBe('updated')
      expect(await documents().get(b!)).toBeNull()
      expect(await documents().get(a!)).toMatchObject({ otherSources: 1, tags: ['mine'] })
      expect(await documents().count({})).toBe(1)
    })

    it('tells which documents come from nowhere else than one type of source', async () => {
      const [a, b, c] = await put(
        library.store,
        imported('A', 'a', { source: { type: 'sample' } }),
        imported('B', 'b', { source: { type: 'sample' } }),
        imported('C', 'c'),
      )
      await documents().addSource(b!, pathSource('/b.md'), null)
      await documents().trash([c!], noon)
      expect(await documents().idsBySourceType('sample')).toEqual([a])
      expect(await documents().idsBySourceType('path')).toEqual([c])
      expect(await documents().idsBySourceType('inline')).toEqual([])
    })

    it('refuses an unknown document with not-found', async () => {
      await expect(documents().addSource(99, pathSource('/x.md'), null)).rejects.toMatchObject({ code: 'not-found' })
    })

    it('lists no sources for an unknown document', async () => {
      expect(await documents().sources(99)).toEqual([])
    })
  })
}
