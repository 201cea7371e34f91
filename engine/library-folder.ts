import { mkdirSync } from 'node:fs'
import { AkinError } from '../shared/errors.ts'
import { lockFolder } from './library/folder-lock.ts'

/** Makes the library's folder and takes it for this process; returns what lets go of it. @throws AkinError */
export function prepareFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return lockFolder(folder)
  } catch (error) {
    throw folderError(error, folder)
  }
}

/** What the system says about the library's folder, in words for a person; other errors are returned as they are. */
export function folderError(cause: unknown, folder: string): unknown {
  if (cause instanceof AkinError) return cause
  switch ((cause as NodeJS.ErrnoException).code ?? '') {
    case 'EACCES':
    case 'EROFS':
    case 'EPERM':
      return new AkinError('library-read-only', `The library folder cannot be written: ${folder}`, {
        advice: 'Allow writing to it, or choose another with --library',
        cause,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new AkinError('disk-full', 'The disk is full', { advice: 'Free some space, then start Akin again', cause })
    case 'ENOTDIR':
    case 'EEXIST':
      return new AkinError('bad-request', `There is a file where the library folder should be: ${folder}`, {
        advice: 'Choose another place with --library',
        cause,
      })
    default:
      return cause
  }
}
