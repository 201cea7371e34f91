import { AkinError } from '../../../shared/errors.ts'
import { isHiddenName, isLeftOutFolder, nothingLeftOut, type LeftOut } from './import-filter.ts'
import { limits } from '../../../shared/contract/requests.ts'

/** A file, as far as it matters before its bytes are read. */
export interface FoundFile<F> {
  readonly file: F
  /** With its folders, from what was dropped: `notes/2024/ferry.md`. */
  readonly path: string
}

/** The parts of the browser's file-system entries that are used; a test makes its own. */
export type Entry<F> =
  | { readonly kind: 'file'; readonly name: string; readonly file: () => Promise<F> }
  | { readonly kind: 'folder'; readonly name: string; readonly entries: () => Promise<readonly Entry<F>[]> }

export interface Found<F> {
  readonly files: readonly FoundFile<F>[]
  readonly leftOut: LeftOut
}

interface WalkOptions {
  readonly signal?: AbortSignal
  /** Called with the number of files found so far. */
  readonly onFound?: (files: number) => void
}

const deepest = 64

/**
 * Collects the files of dropped files and folders, in the order of their names. Hidden files, and folders that hold
 * what programs made, are left out and counted; what was dropped itself is always taken.
 *
 * @throws AkinError `cancelled`
 */
export async function walkEntries<F extends { readonly size: number }>(
  dropped: readonly Entry<F>[],
  { signal, onFound }: WalkOptions = {},
): Promise<Found<F>> {
  const files: FoundFile<F>[] = []
  const leftOut: { -readonly [K in keyof LeftOut]: number } = { ...nothingLeftOut }

  const takeFile = async (entry: Extract<Entry<F>, { kind: 'file' }>, path: string): Promise<void> => {
    const file = await entry.file().catch(() => null)
    if (file === null) leftOut.unreadable++
    else if (file.size > limits.uploadBytes) leftOut.tooLarge++
    else files.push({ file, path })
    onFound?.(files.length)
  }
  const takeFolder = async (entry: Extract<Entry<F>, { kind: 'folder' }>, path: string, depth: number): Promise<void> => {
    const inside = depth > deepest ? null : await entry.entries().catch(() => null)
    if (inside === null) leftOut.unreadable++
    else for (const child of sorted(inside)) await take(child, `${path}/${child.name}`, depth + 1)
  }
  const take = async (entry: Entry<F>, path: string, depth: number): Promise<void> => {
    if (signal?.aborted) throw new AkinError('cancelled', 'The import was given up')
    if (depth > 0 && entry.kind === 'file' && isHiddenName(entry.name)) leftOut.hiddenFiles++
    else if (depth > 0 && entry.kind === 'folder' && isLeftOutFolder(entry.name)) leftOut.folders++
    else if (entry.kind === 'file') await takeFile(entry, path)
    else await takeFolder(entry, path, depth)
  }
  for (const entry of dropped) await take(entry, entry.name, 0)
  return { files, leftOut }
}

function sorted<F>(entries: readonly Entry<F>[]): readonly Entry<F>[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
