import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes a written file and its entry in the folder survive a power cut. */
export function fsyncFile(file: string): void {
  syncPath(file, 'r+')
  syncFolder(dirname(file))
}

/** Makes names that were added to or removed from a folder survive a power cut; Windows does that by itself. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') syncPath(folder, 'r')
}

function syncPath(path: string, flags: string): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
