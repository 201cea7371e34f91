import { beforeEach, describe, expect, it } from 'vitest'
import type { Filter } from '../../../../shared/model/filter.ts'
import { byTitle, embedAll, imported, noon, put, spaceNamed, titles, unreadable } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** What each field of a filter lets through, alone and with others. */
export function describeFilters(open: OpenLibrary): void {
  describe('filters', () => {
    const library = useLibrary(open)
    const found = async (filter: Filter): Promise<string[]> => {
      const { rows, total } = await library.store.documents.list({ filter, sort: byTitle, offset: 0, limit: 100 })
      expect(await library.store.documents.count(filter)).toBe(total)
      const selection = await library.store.documents.select(filter)
      expect((await titles(library.store, [...selection.documentIds])).toSorted()).toEqual(rows.map((row) => row.title))
      expect(await library.store.documents.ids({ filter, sort: byTitle, limit: 100 })).toEqual(rows.map((row) => row.id))
      expect((await library.store.documents.facets(filter)).total).toBe(total)
      return rows.map((row) => row.title)
    }

    beforeEach(async () => {
      const space = await library.store.vectors.openSpace(spaceNamed('one'))
      await put(
        library.store,
        imported('A', 'Ferry', {
          kind: 'note',
          tags: ['Travel', 'Café'],
          author: 'Ida Brandt',
          language: 'en',
          publishedAt: '2025-03-14T23:59:59.999Z',
          source: { label: 'Zettel', location: '/home/me/Übung/a.md' },
        }),
        imported('B', 'Harbour', {
          kind: 'file',
          tags: ['travel'],
          author: 'Jørgen Brandt',
          language: 'pt-BR',
          publishedAt: '2025-03-15T00:00:00.000Z',
          source: { label: '50 %', location: '/home/me/b_1.md', url: 'https://example.org/Path?q=1' },
        }),
      )
      await embedAll(library.store, space)
      await put(
        library.store,
        imported('C', 'Island', {
          kind: 'article',
          author: 'O’Hara "Kit" D\'Arcy',
          language: 'pt',
          publishedAt: '2024-01-01',
          source: { label: 'C:\\Notes', location: 'C:\\Notes\\c.md' },
        }),
        imported('D', 'Bridge', { kind: 'chat', tags: ['a"b', "it's", '[1]', '100%', 'x_y'] }),
      )
      await library.store.documents.putUnreadable([unreadable('E'), unreadable('F', { status: 'skipped' })])
      await put(library.store, imported('T', 'In the trash', { tags: ['travel'], language: 'en' }))
      const ids = await library.store.documents.ids({ filter: {}, sort: byTitle, limit: 10 })
      await library.store.documents.trash([ids[6]!], noon)
      await library.store.documents.update([ids[0]!, ids[2]!], { isStarred: true }, noon)
      await library.store.documents.update([ids[1]!], { isRead: true }, noon)
    })

    const all = ['A', 'B', 'C', 'D', 'E', 'F']
    const cases: [string, Filter, string[]][] = [
      ['nothing', {}, all],
      [
        'empty lists',
        {
          kinds: [],
          exceptKinds: [],
          tags: [],
          exceptTags: [],
          sources: [],
          exceptSources: [],
          authors: [],
          exceptAuthors: [],
          languages: [],
          exceptLanguages: [],
          statuses: [],
          contains: '',
        },
        all,
      ],
      ['one kind', { kinds: ['note'] }, ['A']],
      ['two kinds', { kinds: ['note', 'chat'] }, ['A', 'D']],
      ['all kinds but some', { exceptKinds: ['file', 'note'] }, ['C', 'D']],
      ['a kind that is also excepted', { kinds: ['note'], exceptKinds: ['note'] }, []],
      ['a tag, whatever its case', { tags: ['TRAVEL'] }, ['A', 'B']],
      ['a tag, whatever its accents', { tags: ['cafe'] }, ['A']],
      ['one of two tags', { tags: ['café', '[1]'] }, ['A', 'D']],
      ['a whole tag only', { tags: ['trav'] }, []],
      ['a tag with quotes', { tags: ['a"b'] }, ['D']],
      ['a tag with an apostrophe', { tags: ["it's"] }, ['D']],
      ['a tag with a percent sign', { tags: ['100%'] }, ['D']],
      ['a percent sign as a tag', { tags: ['%'] }, []],
      ['all but a tag', { exceptTags: ['Travel'] }, ['C', 'D', 'E', 'F']],
      ['part of a source’s label', { sources: ['zett'] }, ['A']],
      ['part of a source’s path, whatever its accents', { sources: ['ubung'] }, ['A']],
      ['part of a source’s address', { sources: ['EXAMPLE.org/path'] }, ['B']],
      ['a Windows path', { sources: ['C:\\notes\\'] }, ['C']],
      ['a percent sign in a source', { sources: ['%'] }, ['B']],
      ['an underscore in a source', { sources: ['b_1'] }, ['B']],
      ['nothing but an underscore in a source', { sources: ['_'] }, ['B']],
      ['all but some sources', { exceptSources: ['zettel', 'c:\\', 'notes'] }, ['B']],
      ['part of an author', { authors: ['brandt'] }, ['A', 'B']],
      ['an author with a letter of another language', { authors: ['JØRGEN'] }, ['B']],
      ['an author with quotes', { authors: ['"kit" d\'arcy'] }, ['C']],
      ['all but an author, with those that have none', { exceptAuthors: ['ida'] }, ['B', 'C', 'D', 'E', 'F']],
      ['a language with its regions', { languages: ['pt'] }, ['B', 'C']],
      ['a region', { languages: ['pt-BR'] }, ['B']],
      ['a region, whatever its case', { languages: ['PT-br'] }, ['B']],
      ['a language that only begins like one', { languages: ['p'] }, []],
      ['a percent sign as a language', { languages: ['%'] }, []],
      ['an underscore as a language', { languages: ['__'] }, []],
      ['all but a language, with those that have none', { exceptLanguages: ['pt'] }, ['A', 'D', 'E', 'F']],
      ['all but a region', { exceptLanguages: ['pt-br'] }, ['A', 'C', 'D', 'E', 'F']],
      ['a first day', { after: '2025-03-15', before: '2025-12-31' }, ['B']],
      ['a day that no longer counts', { before: '2025-03-15' }, ['A', 'C']],
      ['one day', { after: '2025-03-14', before: '2025-03-15' }, ['A']],
      ['a first day that no longer counts, given without a time', { before: '2024-01-01' }, []],
      ['a day given without a time', { after: '2024-01-01', before: '2024-01-02' }, ['C']],
      ['starred', { isStarred: true }, ['A', 'C']],
      ['not starred', { isStarred: false }, ['B', 'D', 'E', 'F']],
      ['unread', { isUnread: true }, ['A', 'C', 'D', 'E', 'F']],
      ['read', { isUnread: false }, ['B']],
      ['indexed', { statuses: ['indexed'] }, ['A', 'B']],
      ['failed or skipped', { statuses: ['failed', 'skipped'] }, ['E', 'F']],
      ['the trash', { isTrashed: true }, ['T']],
      ['the trash with a tag', { isTrashed: true, tags: ['travel'] }, ['T']],
      ['outside the trash, said so', { isTrashed: false }, all],
      ['part of a title', { contains: 'a' }, ['A', 'B', 'C', 'D']],
      ['part of an author in plain letters', { contains: 'jorgen' }, ['B']],
      ['part of an author with its own letter', { contains: 'jørgen' }, ['B']],
      ['several parts, each anywhere', { contains: ' caf  BRANDT ' }, ['A']],
      ['parts that no document has together', { contains: 'cafe jørgen' }, []],
      ['a percent sign', { contains: '%' }, ['D']],
      ['an underscore', { contains: '_' }, ['D']],
      ['a quotation mark', { contains: '"' }, ['C', 'D']],
      ['a backslash', { contains: '\\' }, []],
      ['a sort of SQL', { contains: "'; DROP TABLE documents; --" }, []],
      [
        'several fields at once',
        {
          kinds: ['note', 'file'],
          tags: ['travel'],
          authors: ['brandt'],
          languages: ['en'],
          after: '2025-01-01',
          isStarred: true,
          isUnread: true,
          statuses: ['indexed'],
          contains: 'ida',
        },
        ['A'],
      ],
      [
        'several exceptions at once',
        { exceptKinds: ['chat'], exceptTags: ['cafe'], exceptSources: ['c:\\'], exceptAuthors: ['ida'], exceptLanguages: ['en'] },
        ['B', 'E', 'F'],
      ],
      ['fields that contradict each other', { kinds: ['note'], statuses: ['failed'] }, []],
    ]
    it.each(cases)('let through what was asked for: %s', async (_, filter, expected) => {
      expect(await found(filter)).toEqual(expected)
    })

    it('let through given ids that the other fields allow, and none for an empty list', async () => {
      const ids = await library.store.documents.ids({ filter: {}, sort: byTitle, limit: 10 })
      expect(await found({ ids: [ids[3]!, ids[0]!, 999, ids[0]!] })).toEqual(['A', 'D'])
      expect(await found({ ids: [ids[0]!, ids[1]!], kinds: ['file'] })).toEqual(['B'])
      expect(await found({ ids: [] })).toEqual([])
    })

    it('let through what every one of joined filters lets through, also when they name the same field', async () => {
      expect(await found({ tags: ['travel'], also: [{ tags: ['café'] }] })).toEqual(['A'])
      expect(await found({ kinds: ['file'], also: [{ kinds: ['note'] }] })).toEqual([])
      expect(await found({ also: [{ authors: ['brandt'] }, { languages: ['pt'] }] })).toEqual(['B'])
      expect(await found({ also: [{ ids: [] }] })).toEqual([])
    })

    it('take the day of import where a document has no date of its own', async () => {
      const today = new Date().toISOString().slice(0, 10)
      expect(await found({ after: today })).toEqual(['D', 'E', 'F'])
    })

    it('take the longest text that may be typed', async () => {
      expect(await found({ contains: 'a '.repeat(250) })).toEqual(['A', 'B', 'C', 'D'])
      expect(await found({ contains: 'x'.repeat(500) })).toEqual([])
    })

    it('take ten thousand ids and two hundred names', async () => {
      const ids = Array.from({ length: 10_000 }, (_, i) => i + 1)
      const names = Array.from({ length: 200 }, (_, i) => `name ${i}`)
      expect(await found({ ids })).toEqual(all)
      expect(await found({ tags: names, sources: names, authors: names, languages: names })).toEqual([])
      expect(await found({ exceptTags: names, exceptSources: names, exceptAuthors: names, exceptLanguages: names })).toEqual(all)
    })
  })
}
