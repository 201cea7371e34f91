import { limits } from '../../../shared/contract/requests.ts'

/** Folders that programs fill: what is in them was not written to be read. */
const machineFolders = new Set([
  'node_modules',
  'bower_components',
  '__pycache__',
  'venv',
  '$recycle.bin',
  'system volume information',
  '__macosx',
  'lost+found',
])

/** What was left out before anything was sent, so that it can be said. */
export interface LeftOut {
  readonly hiddenFiles: number
  /** Hidden folders and those that programs fill. */
  readonly folders: number
  readonly tooLarge: number
  readonly unreadable: number
}

export const nothingLeftOut: LeftOut = { hiddenFiles: 0, folders: 0, tooLarge: 0, unreadable: 0 }

export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini' || name.startsWith('~$')
}

export function isLeftOutFolder(name: string): boolean {
  return isHiddenName(name) || machineFolders.has(name.toLowerCase())
}

/** Why a chosen file is left out; `null` when it is taken. Folders within its path count too. */
export function reasonToLeaveOut(path: string, sizeBytes: number): keyof LeftOut | null {
  const parts = path.split('/')
  const name = parts.at(-1) ?? path
  // The first folder was chosen by the person: it is taken whatever its name.
  if (parts.slice(1, -1).some(isLeftOutFolder)) return 'folders'
  if (isHiddenName(name)) return 'hiddenFiles'
  return sizeBytes > limits.uploadBytes ? 'tooLarge' : null
}

/** `12 hidden files and 3 folders such as node_modules were left out`; `null` when nothing was. */
export function describeLeftOut(leftOut: LeftOut): string | null {
  const { hiddenFiles, folders, tooLarge, unreadable } = leftOut
  const parts = [
    hiddenFiles > 0 && `${hiddenFiles} hidden ${hiddenFiles === 1 ? 'file' : 'files'}`,
    folders > 0 && (folders === 1 ? '1 folder of programs' : `${folders} folders of programs`),
    tooLarge > 0 && `${tooLarge} ${tooLarge === 1 ? 'file' : 'files'} over 100 MB`,
    unreadable > 0 && `${unreadable} that could not be read`,
  ].filter((part): part is string => part !== false)
  if (parts.length === 0) return null
  const last = parts.pop()!
  return `Left out: ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}`
}
