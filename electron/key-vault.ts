import type { SafeStorage } from 'electron'
import { AkinError } from '../shared/errors.ts'
import { KeyFile } from '../engine/keys/file-key-vault.ts'
import { checkedKey, type KeyPlace, type KeyVault } from '../engine/keys/key-vault.ts'

export type UsedSafeStorage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

export interface SafeStorageKeyVaultOptions {
  readonly safeStorage: UsedSafeStorage
  /** Holds the encrypted keys; in the app's own folder, not in a library, which may be copied to another computer. */
  readonly path: string
  readonly platform: NodeJS.Platform
}

/** Chromium's mark of what is encrypted with a password that everybody knows, for want of a keychain. Linux only. */
const openPasswordMark = 'v10'

/** Keys encrypted by the system's own means. Used once Electron is ready, in the main process alone. */
export class SafeStorageKeyVault implements KeyVault {
  readonly #options: SafeStorageKeyVaultOptions
  readonly #file: KeyFile
  #place: KeyPlace | undefined

  constructor(options: SafeStorageKeyVaultOptions) {
    this.#options = options
    this.#file = new KeyFile(options.path)
  }

  async describe(): Promise<KeyPlace> {
    const { safeStorage } = this.#options
    if (!(await this.#isAvailable()))
      return { kind: 'none', description: 'The system’s keychain cannot be used: keys cannot be kept' }
    this.#place ??= this.#placeOf(await safeStorage.encryptStringAsync('which password is this'))
    return this.#place
  }

  async get(name: string): Promise<string | null> {
    const stored = this.#file.get(name)
    if (stored === null) return null
    await this.#requireAvailable()
    try {
      const { result, shouldReEncrypt } = await this.#options.safeStorage.decryptStringAsync(Buffer.from(stored, 'base64'))
      // The system has a new secret: the old one may be gone next time
      if (shouldReEncrypt) await this.set(name, result)
      return result
    } catch (cause) {
      if (cause instanceof AkinError) throw cause
      throw new AkinError('key-store-failed', 'A key that was kept cannot be read any more', {
        advice: 'Type the key in again: it can only be read by the account and computer that kept it',
      })
    }
  }

  async set(name: string, value: string): Promise<void> {
    const key = checkedKey(value)
    await this.#requireAvailable()
    const encrypted = await this.#options.safeStorage.encryptStringAsync(key).catch(() => {
      throw new AkinError('key-store-failed', 'The system did not encrypt the key', {
        advice: 'Unlock the keychain, then try again',
      })
    })
    this.#file.set(name, encrypted.toString('base64'))
  }

  async remove(name: string): Promise<void> {
    this.#file.remove(name)
  }

  #isAvailable(): Promise<boolean> {
    return this.#options.safeStorage.isAsyncEncryptionAvailable()
  }

  async #requireAvailable(): Promise<void> {
    if (await this.#isAvailable()) return
    throw new AkinError('key-store-failed', 'The system’s keychain cannot be used', {
      advice: 'Unlock it, then try again',
      retryable: true,
    })
  }

  #placeOf(sample: Buffer): KeyPlace {
    const { platform, path, safeStorage } = this.#options
    if (platform === 'darwin') return { kind: 'system', description: 'Encrypted with a secret in the keychain of this Mac' }
    if (platform === 'win32') return { kind: 'system', description: 'Encrypted by Windows for your account' }
    const isOpen =
      safeStorage.getSelectedStorageBackend() === 'basic_text' || sample.toString('latin1').startsWith(openPasswordMark)
    if (!isOpen) return { kind: 'system', description: 'Encrypted with a secret in the keyring of this system' }
    return {
      kind: 'file',
      description: `In ${path}, which this account alone may read: this system has no keyring that would encrypt it`,
    }
  }
}
