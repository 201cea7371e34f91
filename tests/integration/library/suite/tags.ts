import { describe, expect, it } from 'vitest'
import { imported, noon, put, putOne } from '../builders.ts'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** Tags of the file, tags of the person, and what becomes of both when the file is read again. */
export function describeTags(open: OpenLibrary): void {
  describe('tags', () => {
    const library = useLibrary(open)
    const documents = () => library.store.documents
    const tagsOf = async (id: number) => (await documents().get(id))!.tags
    const reread = (text: string, tags: string[]) => put(library.store, imported('Ferry log', text, { tags }))

    it('of the file follow the file', async () => {
      const [id] = await reread('one', ['a', 'b'])
      await reread('two', ['b', 'c'])
      expect(await tagsOf(id!)).toEqual(['b', 'c'])
    })

    it('of the person stay when the file is read again', async () => {
      const [id] = await reread('one', ['a'])
      await documents().update([id!], { addTags: ['mine'] }, noon)
      await reread('two', [])
      expect(await tagsOf(id!)).toEqual(['mine'])
    })

    it('stay the person’s when the file names them too, and then no longer', async () => {
      const [id] = await reread('one', [])
      await documents().update([id!], { addTags: ['shared'] }, noon)
      await reread('two', ['Shared'])
      await reread('three', [])
      expect(await tagsOf(id!)).toEqual(['shared'])
    })

    it('of the file that the person took away stay away when the file is read again', async () => {
      const [id] = await reread('one', ['a', 'b'])
      expect(await documents().update([id!], { removeTags: ['A'] }, noon)).toEqual([id])
      await reread('two', ['a', 'b'])
      expect(await tagsOf(id!)).toEqual(['b'])
      expect((await documents().facets({})).tags).toEqual([{ value: 'b', count: 1 }])
      expect(await documents().count({ tags: ['a'] })).toBe(0)
      expect(await documents().count({ contains: 'a' })).toBe(0)
    })

    it('of the file come back when the person adds them again', async () => {
      const [id] = await reread('one', ['a'])
      await documents().update([id!], { removeTags: ['a'] }, noon)
      expect(await documents().update([id!], { addTags: ['a'] }, noon)).toEqual([id])
      expect(await tagsOf(id!)).toEqual(['a'])
      await reread('two', ['a'])
      expect(await tagsOf(id!)).toEqual(['a'])
    })

    it('of the file take on its new spelling', async () => {
      const [id] = await reread('one', ['garden'])
      await reread('two', ['Garden'])
      expect(await tagsOf(id!)).toEqual(['Garden'])
    })

    it('are one tag whatever their case and accents, within a file and for the person', async () => {
      const [id] = await reread('one', ['Café', 'cafe', 'CAFÉ'])
      expect(await tagsOf(id!)).toHaveLength(1)
      expect(await documents().update([id!], { addTags: ['cafè'] }, noon)).toEqual([])
      expect(await documents().update([id!], { removeTags: ['CAFE'] }, noon)).toEqual([id])
      expect(await tagsOf(id!)).toEqual([])
    })

    it('may hold any character', async () => {
      const odd = ['a,b', 'a\u001Fb', 'quote " \' `', '50 %', 'under_score', '[x]', '🙂', '日本', 'new\nline', '\\']
      const id = await putOne(library.store, 'Odd', 'text', { tags: odd })
      expect(await tagsOf(id)).toEqual(odd.toSorted())
      expect((await documents().summaries([id]))[0]!.tags).toEqual(odd.toSorted())
      expect((await documents().states([id]))[0]!.tags.toSorted()).toEqual(odd.toSorted())
      expect([...(await documents().indexable(0, 1))[0]!.tags].toSorted()).toEqual(odd.toSorted())
      for (const tag of odd) expect({ tag, count: await documents().count({ tags: [tag] }) }).toEqual({ tag, count: 1 })
    })

    it('of one document do not touch another', async () => {
      const a = await putOne(library.store, 'A', 'one', { tags: ['x'] })
      const b = await putOne(library.store, 'B', 'two', { tags: ['x'] })
      await documents().update([a], { removeTags: ['x'], addTags: ['y'] }, noon)
      expect(await tagsOf(a)).toEqual(['y'])
      expect(await tagsOf(b)).toEqual(['x'])
    })

    it('change for many at once, and only those that changed are told', async () => {
      const ids = await put(library.store, imported('A', 'one'), imported('B', 'two', { tags: ['x'] }), imported('C', 'three'))
      expect(await documents().update([...ids, 99], { addTags: ['x'] }, noon)).toEqual([ids[0], ids[2]])
      expect(await documents().update(ids, { addTags: ['x'] }, noon)).toEqual([])
      expect(await documents().update(ids, { removeTags: ['never'] }, noon)).toEqual([])
      expect(await documents().count({ tags: ['x'] })).toBe(3)
    })
  })
}
