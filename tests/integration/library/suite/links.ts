import { describe, expect, it } from 'vitest'
import { imported, noon, pathSource, put, putOne } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** `[[links]]` by title or file name, and what links here. */
export function describeLinks(open: OpenLibrary): void {
  describe('links between items', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents
    const linking = (title: string, ...targets: string[]) =>
      imported(title, `text of ${title}`, { links: targets.map((target) => ({ kind: 'wiki' as const, target })) })

    it('lead to the item with that title, whatever its case and accents', async () => {
      const [a, b] = await put(library.store, linking('A', 'cafe du port'), imported('Café du Port', 'text'))
      expect((await documents().get(a!))!.wikiLinks).toEqual([{ target: 'cafe du port', documentId: b }])
      expect((await documents().get(b!))!.backlinks).toEqual([{ documentId: a, title: 'A' }])
    })

    it('lead to the item with that file name', async () => {
      const [a, b] = await put(
        library.store,
        linking('A', 'ferry-log', 'C file'),
        imported('A long title', 'text', { source: { location: '/notes/2024/Ferry-Log.md' } }),
        imported('Another', 'other text', { source: { location: 'C:\\notes\\C file.txt' } }),
      )
      const stored = await documents().get(a!)
      expect(stored!.wikiLinks).toEqual([
        { target: 'C file', documentId: b! + 1 },
        { target: 'ferry-log', documentId: b },
      ])
      expect((await documents().get(b!))!.backlinks).toEqual([{ documentId: a, title: 'A' }])
    })

    it('lead nowhere while there is no such item, and there once it comes', async () => {
      const a = await putOne(library.store, 'A', 'text', { links: [{ kind: 'wiki', target: 'Later' }] })
      expect((await documents().get(a))!.wikiLinks).toEqual([{ target: 'Later', documentId: null }])
      const later = await putOne(library.store, 'Later', 'text of later')
      expect((await documents().get(a))!.wikiLinks).toEqual([{ target: 'Later', documentId: later }])
      await documents().trash([later], noon)
      expect((await documents().get(a))!.wikiLinks).toEqual([{ target: 'Later', documentId: null }])
    })

    it('do not lead to the item itself, nor come from it', async () => {
      const [a] = await put(library.store, linking('A', 'A'))
      expect(await documents().get(a!)).toMatchObject({ wikiLinks: [{ target: 'A', documentId: null }], backlinks: [] })
    })

    it('come from items outside the trash only, once each, by title', async () => {
      const [target, b, a, c] = await put(
        library.store,
        imported('Target', 'text'),
        linking('b', 'Target', 'target', 'TARGET'),
        linking('a', 'target'),
        linking('c', 'target'),
      )
      await documents().trash([c!], noon)
      expect((await documents().get(target!))!.backlinks).toEqual([
        { documentId: a, title: 'a' },
        { documentId: b, title: 'b' },
      ])
    })

    it('follow the text when it is read again', async () => {
      const [a, b] = await put(library.store, linking('A', 'B'), imported('B', 'text'))
      await put(library.store, { ...linking('A', 'C', 'C'), text: 'changed', contentHash: 'changed' })
      expect((await documents().get(a!))!.wikiLinks).toEqual([{ target: 'C', documentId: null }])
      expect((await documents().get(b!))!.backlinks).toEqual([])
    })

    it('are not addresses', async () => {
      const a = await putOne(library.store, 'A', 'text', { links: [{ kind: 'url', target: 'B' }] })
      const b = await putOne(library.store, 'B', 'text of b')
      expect((await documents().get(a))!.wikiLinks).toEqual([])
      expect((await documents().get(b))!.backlinks).toEqual([])
    })

    it('find every item of a title or file name, ascending, without the trash', async () => {
      const document = imported('Ferry', 'one')
      const ids = await put(
        library.store,
        document,
        imported('FERRY', 'two', { source: { location: '/other/x.md' } }),
        imported('Else', 'three', { source: { location: '/third/ferry.txt' } }),
        imported('Ferry', 'four', { source: { location: '/fourth/y.md' } }),
        { ...document, source: pathSource('/copy/ferry.md') },
      )
      await documents().trash([ids[3]!], noon)
      expect(await documents().idsByTitle('férry')).toEqual(ids.slice(0, 3))
      expect(await documents().idsByTitle('nothing')).toEqual([])
      expect(await documents().idsByTitle('')).toEqual([])
    })
  })
}
