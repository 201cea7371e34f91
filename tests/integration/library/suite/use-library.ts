import { afterEach, beforeEach } from 'vitest'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import type { OpenedLibrary, OpenLibrary } from '../builders.ts'

/** Gives each test of the surrounding `describe` a library of its own. */
export function useLibrary(open: OpenLibrary): { readonly store: LibraryStore; reopen(): Promise<LibraryStore> } {
  let library: OpenedLibrary | undefined
  beforeEach(async () => {
    library = await open()
  })
  afterEach(async () => {
    await library?.cleanUp()
    library = undefined
  })
  return {
    get store() {
      return library!.store
    },
    reopen: () => library!.reopen(),
  }
}
