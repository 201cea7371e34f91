import { AkinError } from '../../../shared/errors.ts'
import type { Row } from '../../platform/database.ts'

/** Reads a column of JSON that Akin wrote; what takes its place when it is no JSON: its bytes were changed since. */
export function readJsonOr<T>(value: Row[string] | undefined, otherwise: T): T {
  try {
    return JSON.parse(String(value)) as T
  } catch {
    // What can be shown without it is shown; `verifyTexts` and the hash of the text tell of the damage
    return otherwise
  }
}

/**
 * Reads a column of JSON that nothing can take the place of.
 * @throws AkinError `library-damaged` when it is no JSON: its bytes were changed since
 */
export function readJson(value: Row[string] | undefined): unknown {
  try {
    return JSON.parse(String(value))
  } catch (cause) {
    throw new AkinError('library-damaged', 'A part of the library cannot be read', {
      advice: 'Check the disk, and put back the newest file of the folder "backups"',
      cause,
    })
  }
}
