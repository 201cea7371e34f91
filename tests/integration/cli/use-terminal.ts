import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { runAkin, RunningAkin, type Ended, type RunOptions } from '../../harness/terminal.ts'

/** A folder of the person's files beside a library, and the terminal program on that library. */
export interface Terminal {
  readonly root: string
  readonly library: string
  readonly files: string
  /** Where keys for services are kept. */
  readonly keysFile: string
  write(files: Readonly<Record<string, string | Uint8Array>>): void
  akin(...args: string[]): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): RunningAkin
  /** Gives everything to another user of this computer. */
  giveTo(uid: number): void
}

/** Registers the clean-up; each call of the returned function makes an empty library of its own. */
export function useTerminals(): (options?: { library?: string }) => Terminal {
  const roots: string[] = []
  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true, force: true })
  })
  return ({ library: given } = {}) => {
    const root = mkdtempSync(join(tmpdir(), 'akin-cli-'))
    roots.push(root)
    const library = given ?? join(root, 'library')
    const files = join(root, 'files')
    mkdirSync(files)
    const keysFile = join(root, 'keys', 'keys.json')
    const at = { cwd: root, env: { AKIN_KEYS_FILE: keysFile } }
    return {
      root,
      library,
      files,
      keysFile,
      write: (contents) => {
        for (const [path, content] of Object.entries(contents)) {
          mkdirSync(join(files, path, '..'), { recursive: true })
          writeFileSync(join(files, path), content)
        }
      },
      akin: (...args) => runAkin([...args, '--library', library], at),
      start: (args, options = {}) => new RunningAkin([...args, '--library', library], { ...at, ...options }),
      giveTo: (uid) => {
        for (const path of [root, files]) chownSync(path, uid, uid)
      },
    }
  }
}
