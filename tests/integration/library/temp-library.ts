import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import type { OpenedLibrary } from './builders.ts'

export interface TempFolder {
  readonly folder: string
  readonly remove: () => void
}

/** A folder of its own for one test. */
export function tempFolder(prefix = 'akin-library-'): TempFolder {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** An empty SQLite library in a folder of its own. */
export async function openTempLibrary(): Promise<OpenedLibrary & { readonly folder: string }> {
  const { folder, remove } = tempFolder()
  let store = openSqliteLibrary({ folder })
  return {
    folder,
    get store() {
      return store
    },
    reopen: async () => {
      await store.close()
      store = openSqliteLibrary({ folder })
      return store
    },
    cleanUp: async () => {
      await store.close()
      remove()
    },
  }
}
