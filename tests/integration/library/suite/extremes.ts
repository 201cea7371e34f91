import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../../engine/platform/hash.ts'
import type { ImportedDocument } from '../../../../engine/library/library-store.ts'
import {
  byTitle,
  chunkIds,
  embedAll,
  imported,
  noon,
  pathSource,
  put,
  putOne,
  spaceNamed,
  unreadable,
  vectorOf,
} from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

const odd = {
  'every script': 'Ærøskøbing Київ Ελλάδα العربية עברית हिन्दी ไทย 한국어 日本語 ქართული አማርኛ',
  'astral characters': '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 𓀀 𠮷',
  'combining marks': 'e\u0301a\u0308 Z\u0351\u036B\u0343a\u0334l\u0337g\u0338o',
  'control characters': 'a\u0000b\u0001\u0007\u001B\u001F\u007F\u0085\u2028\u2029z',
  'line ends': 'a\r\nb\rc\n\td\u00A0\u3000\uFEFF',
  'direction marks': '\u202Eevil\u202C \u2066isolated\u2069',
  'noncharacters': '\uFFFE\uFFFF\u{1FFFF}',
  'what looks like SQL': `'; DROP TABLE documents; -- " ? :a $b @c /* */`,
  'what looks like JSON': `{"a":["b\\u0000",null]} \\ " '`,
}

/** Unusual texts, large ones, many at once, and writes that fail half-way or run side by side. */
export function describeExtremes(open: OpenLibrary): void {
  describe('unusual texts', () => {
    const library = useLibrary(open)

    it.each(Object.entries(odd))('are kept to the last character: %s', async (_, text) => {
      const { store } = library
      const document = imported(text, text, {
        author: text,
        tags: [text],
        links: [{ kind: 'wiki', target: text }],
        source: { location: text, label: text, url: text },
        mediaType: text,
        language: text,
        content: {
          blocks: [{ type: 'heading', level: 1, start: 0, end: text.length }],
          marks: [{ type: 'link', href: text, start: 0, end: 1 }],
          pages: [],
        },
        chunks: [{ start: 0, end: text.length, tokenCount: 1, headings: [text], page: null }],
      })
      const [id] = await put(store, document)
      await library.reopen()
      const stored = await library.store.documents.get(id!)
      expect(stored).toMatchObject({
        title: text,
        text,
        author: text,
        tags: [text],
        source: document.source,
        content: document.content,
        mediaType: text,
        language: text,
        wikiLinks: [{ target: text }],
      })
      expect(sha256(stored!.text)).toBe(sha256(text))
      expect((await library.store.documents.texts([id!])).get(id!)).toBe(text)
      expect(await library.store.documents.indexable(0, 10)).toEqual([
        { id, title: text, text, headings: [text], tags: [text], author: text, sourceLabel: text },
      ])
      expect((await library.store.vectors.chunks(id!))[0]!.headings).toEqual([text])
      expect(await library.store.documents.verifyTexts([id!])).toEqual([])
      expect(await library.store.documents.idsByTitle(text)).toEqual([id])
      expect(await library.store.documents.count({ tags: [text] })).toBe(1)
      expect(await library.store.documents.count({ authors: [text] })).toBe(1)
      expect(await library.store.documents.count({ sources: [text] })).toBe(1)
      expect(await library.store.documents.facets({})).toMatchObject({
        tags: [{ value: text, count: 1 }],
        authors: [{ value: text, count: 1 }],
      })
      expect(await library.store.documents.knownSources([document.source])).toMatchObject([{ documentId: id }])
    })

    it('with half characters keep their length, so that offsets hold, and are found again', async () => {
      const text = 'a\uD800b\n\n\uDC00c \uD83D'
      const id = await putOne(library.store, `T\uD800`, text, { tags: ['t\uDFFF'], source: { location: '/x\uD800.md' } })
      const stored = await library.store.documents.get(id)
      expect(stored!.text).toBe(text.toWellFormed())
      expect(stored!.text).toHaveLength(text.length)
      expect(stored!.title).toBe('T\uFFFD')
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      expect((await library.store.vectors.pending(space.id, 0, 10)).map((chunk) => chunk.text)).toEqual([
        'T\uFFFD\n\na\uFFFDb',
        '\uFFFDc \uFFFD',
      ])
      expect(await library.store.documents.verifyTexts([id])).toEqual([])
      expect(await library.store.documents.count({ tags: ['t\uDFFF'] })).toBe(1)
      expect(await library.store.documents.update([id], { removeTags: ['t\uDFFF'] }, noon)).toEqual([id])
      expect(await library.store.documents.idsByTitle('t\uD800')).toEqual([id])
      expect((await library.store.documents.knownSources([pathSource('/x\uD800.md')]))[0]).toMatchObject({ documentId: id })
    })

    it('may be empty, title and all', async () => {
      const id = await putOne(library.store, '', '', { source: { location: '', label: '' }, mediaType: '' })
      expect(await library.store.documents.get(id)).toMatchObject({ title: '', text: '', source: { location: '', label: '' } })
    })
  })

  describeLarge(open)
  describeAtomicity(open)
  describeParallel(open)
}

function describeLarge(open: OpenLibrary): void {
  describe('large things', () => {
    const library = useLibrary(open)

    it('of ten million characters are kept to the last byte', async () => {
      const line = 'Ein langer Satz mit Ü, 日本 und 🙂, damit Byte und Zeichen sich unterscheiden. '
      const text = line.repeat(Math.ceil(10_000_000 / line.length)).slice(0, 10_000_000)
      const chunks = Array.from({ length: 5_000 }, (_, i) => ({
        start: i * 2_000,
        end: i * 2_000 + 1_900,
        tokenCount: 400,
        headings: ['H'],
        page: i,
      }))
      const id = await putOne(library.store, 'Large', text, { chunks, contentHash: sha256(text) })
      await library.reopen()
      const stored = await library.store.documents.get(id)
      expect(stored!.text.length).toBe(10_000_000)
      expect(sha256(stored!.text)).toBe(sha256(text))
      expect(await library.store.documents.verifyTexts([id])).toEqual([])
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      expect(await embedAll(library.store, space)).toHaveLength(5_000)
      expect(await library.store.documents.get(id)).toMatchObject({ status: 'indexed', embeddedCount: 5_000 })
    })

    it('are imported by the thousand in one call', async () => {
      const many = Array.from({ length: 3_000 }, (_, i) => imported(`Item ${i}`, `text ${i}\n\nmore`, { tags: [`t${i % 10}`] }))
      const results = await library.store.documents.putImported(many)
      expect(results).toHaveLength(3_000)
      expect(results.every((result) => result.outcome === 'added')).toBe(true)
      const ids = results.map((result) => result.documentId)
      expect(await library.store.documents.update(ids, { isStarred: true, addTags: ['all'] }, noon)).toHaveLength(3_000)
      expect(await library.store.documents.states(ids)).toHaveLength(3_000)
      expect(await library.store.documents.trash(ids, noon)).toHaveLength(3_000)
      expect((await library.store.documents.purge(ids)).removed).toHaveLength(3_000)
      expect(await library.store.documents.statusCounts()).toMatchObject({ documents: 0, trashed: 0, chunks: 0 })
    })

    it('are listed and counted by thousands', async () => {
      const many = Array.from({ length: 5_200 }, (_, i) =>
        imported(`Item ${i}`, `text ${i}`, { tags: [`t${i % 2}`, i % 3 === 0 ? 'Three' : 'three'], chunks: [] }),
      )
      await library.store.documents.putImported(many)
      const page = await library.store.documents.list({ filter: { contains: 'item' }, sort: byTitle, offset: 5_150, limit: 100 })
      const sorted = many.map(({ title }) => title.toLowerCase()).toSorted()
      expect(page.total).toBe(5_200)
      expect(page.rows.map(({ title }) => title.toLowerCase())).toEqual(sorted.slice(5_150))
      expect((await library.store.documents.facets({ contains: 'item', tags: ['t1'] })).tags).toEqual([
        { value: 'three', count: 5_200 },
        { value: 't0', count: 2_600 },
        { value: 't1', count: 2_600 },
      ])
    })

    it('have a size on disk', async () => {
      const space = await library.store.vectors.openSpace(spaceNamed('one', 384))
      const before = await library.store.sizes()
      await putOne(library.store, 'A', 'word '.repeat(200_000), {
        chunks: Array.from({ length: 100 }, (_, i) => ({ start: i, end: i + 9, tokenCount: 3, headings: [], page: null })),
      })
      await embedAll(library.store, space)
      const after = await library.store.sizes()
      expect(after.libraryBytes).toBeGreaterThanOrEqual(before.libraryBytes)
      expect(after.vectorBytes - before.vectorBytes).toBeGreaterThanOrEqual(100 * 384 * 4)
    })
  })
}

/** A document that fails in the middle of being stored, in any store. */
function badDocument(title: string): ImportedDocument {
  return {
    ...imported(title, 'bad'),
    get chunks(): never {
      throw new Error('this document is bad')
    },
  }
}

function describeAtomicity(open: OpenLibrary): void {
  describe('a write that fails', () => {
    const library = useLibrary(open)

    it('leaves nothing of its batch, and the next one works', async () => {
      const { store } = library
      const id = await putOne(store, 'Old', 'old text', { tags: ['x'] })
      const before = await store.documents.get(id)
      const batch = [
        imported('New', 'new'),
        imported('Old', 'changed'),
        { ...imported('Old', 'old text'), source: pathSource('/copy.md') },
        badDocument('Bad'),
      ]
      await expect(store.documents.putImported(batch)).rejects.toThrow('this document is bad')
      expect(await store.documents.get(id)).toEqual(before)
      expect(await store.documents.count({})).toBe(1)
      expect(await store.documents.ids({ filter: {}, sort: byTitle, limit: 9 })).toEqual([id])
      const reopened = await library.reopen()
      expect(await reopened.documents.get(id)).toEqual(before)
      expect(await putOne(reopened, 'New', 'new')).toBeGreaterThan(id)
    })

    it('never gives out an id twice', async () => {
      const { store } = library
      const a = await putOne(store, 'A', 'a')
      const [chunk] = await chunkIds(store, a)
      await expect(store.documents.putImported([imported('B', 'b'), badDocument('Bad')])).rejects.toThrow('this document is bad')
      const c = await putOne(store, 'C', 'c')
      expect(c).toBeGreaterThan(a)
      expect((await chunkIds(store, c))[0]).toBeGreaterThan(chunk!)
    })

    it('leaves no vector of its call', async () => {
      const { store } = library
      const space = await store.vectors.openSpace(spaceNamed('one'))
      const id = await putOne(store, 'A', 'a\n\nb')
      const [first, second] = await chunkIds(store, id)
      const ids = [first!, Symbol('not an id') as unknown as number, second!]
      await expect(store.vectors.put(space.id, ids, new Float32Array(12))).rejects.toThrow(/./)
      expect(await store.vectors.count(space.id)).toBe(0)
      expect((await store.documents.get(id))!.embeddedCount).toBe(0)
    })

    it('after the store was closed is refused with unavailable, as reading is', async () => {
      const { store } = library
      const id = await putOne(store, 'A', 'a')
      const unavailable = { code: 'unavailable' }
      const reopened = await library.reopen()
      await expect(store.documents.get(id)).rejects.toMatchObject(unavailable)
      await expect(store.documents.putImported([imported('B', 'b')])).rejects.toMatchObject(unavailable)
      await expect(store.documents.update([id], { isStarred: true }, noon)).rejects.toMatchObject(unavailable)
      await expect(store.vectors.openSpace(spaceNamed('new'))).rejects.toMatchObject(unavailable)
      await expect(store.vectors.spaces()).rejects.toMatchObject(unavailable)
      await expect(store.changes.last()).rejects.toMatchObject(unavailable)
      await expect(store.changes.since(0, 1)).rejects.toMatchObject(unavailable)
      await expect(store.jobs.open()).rejects.toMatchObject(unavailable)
      await expect(store.settings.set('a', 1)).rejects.toMatchObject(unavailable)
      await expect(store.sizes()).rejects.toMatchObject(unavailable)
      await store.close()
      expect(await reopened.documents.get(id)).not.toBeNull()
    })
  })
}

function describeParallel(open: OpenLibrary): void {
  describe('calls side by side', () => {
    const library = useLibrary(open)

    it('keep one document for one content', async () => {
      const document = imported('A', 'a')
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          library.store.documents.putImported([{ ...document, source: pathSource(`/copy-${i}.md`) }]),
        ),
      )
      expect(new Set(results.flat().map((result) => result.documentId)).size).toBe(1)
      expect(results.flat().filter((result) => result.outcome === 'added')).toHaveLength(1)
      expect((await library.store.documents.get(results[0]![0]!.documentId))!.otherSources).toBe(19)
    })

    it('of many kinds leave a whole library', async () => {
      const { store } = library
      const space = await store.vectors.openSpace(spaceNamed('one'))
      const ids = await put(store, ...Array.from({ length: 20 }, (_, i) => imported(`Item ${i}`, `a ${i}\n\nb ${i}`)))
      const work: Promise<unknown>[] = []
      for (let i = 0; i < 20; i++) {
        const id = ids[i]!
        work.push(
          store.documents.update([id], { addTags: [`t${i}`] }, noon),
          store.documents.putImported([imported(`Item ${i}`, `a ${i}\n\nchanged ${i}`)]),
          chunkIds(store, id).then((own) => store.vectors.put(space.id, [own[0]!], vectorOf(own[0]!, 4))),
          store.documents.hideKin(id, ids[(i + 1) % 20]!),
          store.documents.putUnreadable([unreadable(`Bad ${i}`)]),
          store.documents.list({ filter: { contains: 'item' }, sort: byTitle, offset: 0, limit: 5 }),
          store.documents.facets({}),
          store.vectors.countCrash(space.id, 1),
        )
      }
      await Promise.all(work)
      expect(await store.documents.statusCounts()).toMatchObject({ documents: 40, failed: 20, pending: 20, chunks: 40 })
      for (const [i, id] of ids.entries()) {
        expect(await store.documents.get(id)).toMatchObject({ text: `a ${i}\n\nchanged ${i}`, tags: [`t${i}`] })
        expect(await store.documents.hiddenKin(id)).toHaveLength(2)
      }
    })

    it('count crashes one by one', async () => {
      const id = await putOne(library.store, 'A', 'a')
      const [chunk] = await chunkIds(library.store, id)
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      const counts = await Promise.all(Array.from({ length: 10 }, () => library.store.vectors.countCrash(space.id, chunk!)))
      expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    })

    it('give every write its own number', async () => {
      const sequences: number[] = []
      library.store.changes.onChange((sequence) => sequences.push(sequence))
      await Promise.all(Array.from({ length: 30 }, (_, i) => putOne(library.store, `Item ${i}`, `text ${i}`)))
      expect(new Set(sequences).size).toBe(30)
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
      const { changes } = await library.store.changes.since(0, 100)
      expect(changes.map((change) => change.sequence)).toEqual(changes.map((_, i) => i + 1))
    })
  })
}
