import { describe, expect, it } from 'vitest'
import { putOne } from './builders.ts'
import type { OpenLibrary } from './builders.ts'
import { describeChanges } from './suite/changes.ts'
import { describeChunks } from './suite/chunks.ts'
import { describeExtremes } from './suite/extremes.ts'
import { describeFilters } from './suite/filters.ts'
import { describeImporting } from './suite/importing.ts'
import { describeJobs } from './suite/jobs.ts'
import { describeLinks } from './suite/links.ts'
import { describeLists } from './suite/lists.ts'
import { describeMarks } from './suite/marks.ts'
import { describeRandomOperations } from './suite/random.ts'
import { describeSettings } from './suite/settings.ts'
import { describeTags } from './suite/tags.ts'
import { describeUnreadable } from './suite/unreadable.ts'
import { useLibrary } from './suite/use-library.ts'
import { describeVectors } from './suite/vectors.ts'

/**
 * What every implementation of `LibraryStore` must do. It knows the port and nothing of what lies behind it.
 *
 * @param open makes an empty library; called once for each test
 */
export function describeLibraryStore(name: string, open: OpenLibrary): void {
  describe(`LibraryStore on ${name}`, () => {
    describeOpening(open)
    describeImporting(open)
    describeUnreadable(open)
    describeTags(open)
    describeChunks(open)
    describeVectors(open)
    describeFilters(open)
    describeLists(open)
    describeLinks(open)
    describeMarks(open)
    describeChanges(open)
    describeJobs(open)
    describeSettings(open)
    describeExtremes(open)
    describeRandomOperations(open)
  })
}

function describeOpening(open: OpenLibrary): void {
  describe('opening', () => {
    const library = useLibrary(open)

    it('begins an empty library and remembers when', async () => {
      const { createdAt } = library.store
      expect(new Date(createdAt).toISOString()).toBe(createdAt)
      expect(Math.abs(Date.now() - Date.parse(createdAt))).toBeLessThan(60_000)
      expect(await library.store.documents.count({})).toBe(0)
      expect((await library.reopen()).createdAt).toBe(createdAt)
    })

    it('may be followed by closing twice', async () => {
      const { store } = library
      await putOne(store, 'A', 'a')
      await store.close()
      await store.close()
      expect(await (await library.reopen()).documents.count({})).toBe(1)
    })
  })
}
