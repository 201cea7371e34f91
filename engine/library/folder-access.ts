import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { AkinError, isCode } from '../../shared/errors.ts'

/** @throws AkinError `library-read-only` when a file or folder that is there may not be written */
export function assertWritable(path: string, folder = path): void {
  try {
    accessSync(path, constants.W_OK)
  } catch (cause) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(String((cause as NodeJS.ErrnoException).code))) return
    throw new AkinError('library-read-only', `The library folder cannot be written: ${folder}`, {
      advice: 'Allow writing to it, or choose another with --library',
      details: { folder },
      cause,
    })
  }
}

/**
 * SQLite says no more than that a file could not be opened; whether its folder may be written tells why.
 * @returns the error to throw instead
 */
export function explainOpening(error: unknown, file: string): unknown {
  if (!isCode(error, 'store-write-failed')) return error
  try {
    assertWritable(dirname(file))
    return error
  } catch (better) {
    return better
  }
}
