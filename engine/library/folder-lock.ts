import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AkinError } from '../../shared/errors.ts'
import { sqliteError } from '../platform/database.ts'

/**
 * Makes this process the only writer of a library folder, whichever store holds the library. The lock is an exclusive
 * transaction on `lock.db`: the system frees it when the process ends, however it ends.
 *
 * @returns lets go of the lock
 * @throws AkinError `library-locked` when another process has it
 */
export function lockFolder(folder: string): () => void {
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
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
    throw known
  }
  const held = connection
  return () => held.close()
}
