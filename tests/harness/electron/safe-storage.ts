import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app } from './app.ts'

/**
 * Encrypts as Chromium does on Linux: with a secret of the keyring and the mark `v11`, or for want of a keyring with a
 * password that everybody knows and the mark `v10`. `AKIN_HARNESS_KEYRING` names the keyring: `gnome_libsecret` by
 * default, `basic_text` for none, `locked` for one that gives nothing; `rotated` asks for encrypting anew.
 */
type Keyring = 'gnome_libsecret' | 'basic_text' | 'locked' | 'rotated'

const known = pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1')
const initialVector = Buffer.alloc(16, ' ')

function keyring(): Keyring {
  return (process.env['AKIN_HARNESS_KEYRING'] ?? 'gnome_libsecret') as Keyring
}

/** The secret in the keyring of this account, which is not in any file of the app. */
function secret(): Buffer {
  const file = join(process.env['XDG_DATA_HOME']!, 'harness-keyring')
  if (!existsSync(file)) writeFileSync(file, randomBytes(16), { mode: 0o600 })
  return readFileSync(file)
}

function requireReady(): void {
  if (!app.isReady()) throw new Error('safeStorage cannot be used before app is ready')
  if (keyring() === 'locked') throw new Error('Encryption is not available')
}

export const safeStorage = {
  isAsyncEncryptionAvailable: async (): Promise<boolean> => {
    await app.whenReady()
    return keyring() !== 'locked'
  },

  getSelectedStorageBackend: (): string => {
    if (!app.isReady()) return 'unknown'
    return keyring() === 'basic_text' ? 'basic_text' : 'gnome_libsecret'
  },

  encryptStringAsync: async (text: string): Promise<Buffer> => {
    requireReady()
    const isOpen = keyring() === 'basic_text'
    const cipher = createCipheriv('aes-128-cbc', isOpen ? known : secret(), initialVector)
    return Buffer.concat([Buffer.from(isOpen ? 'v10' : 'v11'), cipher.update(text, 'utf8'), cipher.final()])
  },

  decryptStringAsync: async (encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> => {
    requireReady()
    const mark = encrypted.toString('latin1', 0, 3)
    const decipher = createDecipheriv('aes-128-cbc', mark === 'v10' ? known : secret(), initialVector)
    const result = Buffer.concat([decipher.update(encrypted.subarray(3)), decipher.final()]).toString('utf8')
    return { result, shouldReEncrypt: keyring() === 'rotated' }
  },
}
