import { describe, expect, it } from 'vitest'
import type { OpenLibrary } from '../builders.ts'
import { useLibrary } from './use-library.ts'

/** Settings, saved searches, and what left this computer. */
export function describeSettings(open: OpenLibrary): void {
  describe('settings', () => {
    const library = useLibrary(open)
    const settings = () => library.store.settings

    it('are undefined until they are set, and keep any JSON value', async () => {
      expect(await settings().get('theme')).toBeUndefined()
      const values = [null, true, 0, -1.5, '', 'text “ü” 🙂 \u0000', [], {}, { list: [1, { deep: null }], __proto__x: 1 }]
      for (const [i, value] of values.entries()) await settings().set(`key ${i}`, value)
      await settings().set('theme', 'dark')
      await settings().set('theme', 'light')
      await library.reopen()
      for (const [i, value] of values.entries()) expect(await settings().get(`key ${i}`)).toEqual(value)
      expect(await settings().get('theme')).toBe('light')
    })

    it('are not found by a part of their name or another case', async () => {
      await settings().set('a.b', 1)
      for (const key of ['a', 'A.B', 'a.b ', 'a%', '']) expect(await settings().get(key)).toBeUndefined()
      await settings().set('', 'empty')
      expect(await settings().get('')).toBe('empty')
    })
  })

  describe('saved searches', () => {
    const library = useLibrary(open)
    const settings = () => library.store.settings

    it('are kept by name until they are removed', async () => {
      expect(await settings().savedSearches()).toEqual([])
      const b = await settings().saveSearch({ name: 'B “quoted”', query: 'tag:"x y" -z', mode: 'hybrid' })
      const a = await settings().saveSearch({ name: 'a', query: '', mode: 'keyword' })
      const twin = await settings().saveSearch({ name: 'A', query: 'other', mode: 'vector' })
      expect(b).toEqual({ id: b.id, name: 'B “quoted”', query: 'tag:"x y" -z', mode: 'hybrid' })
      await library.reopen()
      expect(await settings().savedSearches()).toEqual([a, twin, b])
      expect(await settings().removeSearch(twin.id)).toBe(true)
      expect(await settings().removeSearch(twin.id)).toBe(false)
      expect(await settings().savedSearches()).toEqual([a, b])
      expect((await settings().saveSearch({ name: 'C', query: 'c', mode: 'hybrid' })).id).toBeGreaterThan(twin.id)
    })
  })

  describe('what left this computer', () => {
    const library = useLibrary(open)
    const settings = () => library.store.settings

    it('is counted by thing and receiver, since the first time, newest first', async () => {
      expect(await settings().sent()).toEqual([])
      await settings().recordSent('texts for embedding', 'api.example.org', '2026-01-02T00:00:00.000Z')
      await settings().recordSent('queries', 'api.example.org', '2026-01-03T00:00:00.000Z')
      await settings().recordSent('texts for embedding', 'api.example.org', '2026-01-04T00:00:00.000Z')
      await settings().recordSent('texts for embedding', 'other.example.org', '2026-01-01T00:00:00.000Z')
      await library.reopen()
      expect(await settings().sent()).toEqual([
        { what: 'queries', to: 'api.example.org', since: '2026-01-03T00:00:00.000Z', count: 1 },
        { what: 'texts for embedding', to: 'api.example.org', since: '2026-01-02T00:00:00.000Z', count: 2 },
        { what: 'texts for embedding', to: 'other.example.org', since: '2026-01-01T00:00:00.000Z', count: 1 },
      ])
    })
  })
}
