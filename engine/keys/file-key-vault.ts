import { z } from 'zod'
import { AkinError } from '../../shared/errors.ts'
import { checkedKey, checkedName, type KeyPlace, type KeyVault } from './key-vault.ts'
import { readPrivateFile, removePrivateFile, writePrivateFile } from './private-file.ts'

const StoredKeys = z.object({ version: z.literal(1), keys: z.record(z.string(), z.string()) })

/** Keys by name in a file: readable as they are, or encrypted by whoever owns the file. */
export class KeyFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get(name: string): string | null {
    return this.#read().get(checkedName(name)) ?? null
  }

  set(name: string, value: string): void {
    this.#write(this.#read().set(checkedName(name), value))
  }

  remove(name: string): void {
    const keys = this.#read()
    if (keys.delete(checkedName(name))) this.#write(keys)
  }

  #read(): Map<string, string> {
    const content = this.#guarded(() => readPrivateFile(this.path))
    if (content === null) return new Map()
    const stored = StoredKeys.safeParse(parsed(content))
    if (stored.success) return new Map(Object.entries(stored.data.keys))
    throw new AkinError('key-store-failed', `The keys in ${this.path} cannot be read`, {
      advice: 'Remove the file, then type the keys in again',
    })
  }

  #write(keys: Map<string, string>): void {
    this.#guarded(() => {
      if (keys.size === 0) removePrivateFile(this.path)
      else writePrivateFile(this.path, `${JSON.stringify({ version: 1, keys: Object.fromEntries(keys) })}\n`)
    })
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof AkinError) throw cause
      const { code } = cause as NodeJS.ErrnoException
      throw new AkinError('key-store-failed', `The file with the keys cannot be used: ${this.path}`, {
        advice: code === 'ENOSPC' ? 'Free some space, then try again' : 'Allow reading and writing it, then try again',
        details: { reason: code ?? 'unknown' },
        cause,
      })
    }
  }
}

/** Keys in a file that this account alone may read: for hosts without a keychain. */
export class FileKeyVault implements KeyVault {
  readonly #file: KeyFile

  /** @param path of the file; its folder is made with the first key */
  constructor(path: string) {
    this.#file = new KeyFile(path)
  }

  async describe(): Promise<KeyPlace> {
    return { kind: 'file', description: `In ${this.#file.path}, which this account alone may read, without encryption` }
  }

  async get(name: string): Promise<string | null> {
    return this.#file.get(name)
  }

  async set(name: string, value: string): Promise<void> {
    this.#file.set(name, checkedKey(value))
  }

  async remove(name: string): Promise<void> {
    this.#file.remove(name)
  }
}

/** The content of a damaged file must not be part of an error: it may be a key. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return null
  }
}
