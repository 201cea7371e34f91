import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import type { Grant } from '../shared/contract/bridge.ts'
import { AkinError } from '../shared/errors.ts'

/** Grants that one window holds; the oldest make room. A drop of more files than this is no drop by hand. */
const mostGrants = 50_000

/**
 * Paths that a person chose in a dialog or dropped, by names that mean nothing elsewhere: the window asks for an import
 * with them, and never names a path itself. Each window has its own, for as long as it shows the same page.
 *
 * This holds against a page that runs foreign code. It does not hold against one that took over its whole process: that
 * process tells the main process which paths were dropped, and nothing in Electron lets the main process check.
 */
export class Grants {
  readonly #byWindow = new Map<number, Map<string, string>>()

  /**
   * Gives a grant for each path, in their order. Links are followed now, so that what was chosen is what is read;
   * relative paths and what is not there are left out.
   *
   * @param windowId id of the window's WebContents
   */
  async give(windowId: number, paths: readonly string[]): Promise<Grant[]> {
    const found = await Promise.all(paths.map((path) => resolvePath(path)))
    const held = this.#byWindow.get(windowId) ?? new Map<string, string>()
    this.#byWindow.set(windowId, held)
    const grants: Grant[] = []
    for (const [index, path] of found.entries()) {
      if (path === null) continue
      const grant = randomUUID()
      held.set(grant, path)
      grants.push({ grant, name: basename(paths[index]!) || path })
    }
    this.#makeRoom(held)
    return grants
  }

  /**
   * The path behind a grant. It may be asked for again: an import that failed is tried anew with the same one.
   *
   * @throws AkinError `not-allowed` when this window holds no such grant
   */
  pathOf(windowId: number, grant: string): string {
    const path = this.#byWindow.get(windowId)?.get(grant)
    if (path !== undefined) return path
    throw new AkinError('not-allowed', 'This window was not given the file', { advice: 'Choose it, or drop it again' })
  }

  /** Takes all grants of a window back: it is gone, or shows a page anew. */
  forget(windowId: number): void {
    this.#byWindow.delete(windowId)
  }

  #makeRoom(held: Map<string, string>): void {
    for (const grant of held.keys()) {
      if (held.size <= mostGrants) return
      held.delete(grant)
    }
  }
}

async function resolvePath(path: string): Promise<string | null> {
  if (!isAbsolute(path)) return null
  try {
    return await realpath(path)
  } catch {
    // Gone since it was chosen, or a folder on the way cannot be read: there is nothing to give
    return null
  }
}
