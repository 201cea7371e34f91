import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AkinError } from '../../shared/errors.ts'
import { sqliteError } from '../platform/database.ts'
import { assertWritable, explainOpening } from './folder-access.ts'

/**
 * Makes this process the only writer of a library folder, whichever store holds the library. The lock is an exclusive
 * transaction on `lock.db`: the system frees it when the process ends, however it ends.
 *
 * @returns lets go of the lock
 * @throws AkinError `library-locked` when another process has it, `library-read-only`, `disk-full`
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock.db')
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(file, { timeout: 0 })
    // Of a file that cannot be written SQLite takes no exclusive lock, and says nothing
    assertWritable(file, folder)
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection?.close()
    const known = sqliteError(error)
    if (known instanceof AkinError && known.code === 'library-locked') {
      throw new AkinError('library-locked', 'Akin is already running with this library', {
        advice: 'Use the running one, or close it first; or choose another folder with --library',
        details: { folder },
        cause: error,
      })
    }
    throw explainOpening(known, file)
  }
  const held = connection
  return () => held.close()
}
