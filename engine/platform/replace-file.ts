import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './fsync.ts'

/**
 * Writes a file so that a reader, a kill or a power cut meets either the old content or the new one, never a part:
 * written beside its place, synced, renamed, folder synced.
 *
 * @param mode permission bits; 0600 by default, since what Akin writes is the person's own
 */
export function replaceFile(file: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${file}.tmp-${process.pid}`
  const descriptor = openSync(temporary, 'w', mode)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
  syncFolder(dirname(file))
}
