import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Mount {
  readonly folder: string
  readonly remove: () => void
}

function mount(...args: string[]): Mount {
  const folder = mkdtempSync(join(tmpdir(), 'akin-mount-'))
  try {
    execFileSync('mount', [...args, folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  return {
    folder,
    remove: () => {
      // Lazily, so that nothing stays behind when a test failed with a file open
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
      rmSync(folder, { recursive: true })
    },
  }
}

/** A file system of its own in memory with so much room. */
export function smallDisk(megabytes: number): Mount {
  return mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs')
}

/** The same folder at a second place where nothing can be written. */
export function readOnlyView(folder: string): Mount {
  const view = mount('--bind', folder)
  try {
    execFileSync('mount', ['-o', 'remount,ro,bind', view.folder], { stdio: 'pipe' })
  } catch (error) {
    view.remove()
    throw error
  }
  return view
}

/** Why nothing can be mounted here; `undefined` when it can. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== 'linux') return 'mounting a small disk is done on Linux only'
  if (process.getuid?.() !== 0) return 'only root may mount a small disk'
  try {
    smallDisk(1).remove()
    return undefined
  } catch (error) {
    return `a small disk could not be mounted: ${error instanceof Error ? error.message : String(error)}`
  }
}
