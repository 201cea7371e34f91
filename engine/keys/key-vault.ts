import { AkinError } from '../../shared/errors.ts'

/** Where keys are kept, in words for the place where one is typed in. */
export interface KeyPlace {
  /**
   * `system`: encrypted, with a secret that the system guards. `file`: readable by this account alone, not encrypted.
   * `none`: nowhere; `set` refuses.
   */
  readonly kind: 'system' | 'file' | 'none'
  /** One sentence without a period: “In the keychain of this Mac”. */
  readonly description: string
}

/**
 * Keeps keys for services, by name. A key goes from here into the head of a request and to no other place: never into
 * the library, a log, an error, an argument or the environment of a process.
 */
export interface KeyVault {
  describe(): Promise<KeyPlace>
  /**
   * The key, or `null` when there is none. Read anew each time.
   * @throws AkinError `key-store-failed` when what is kept cannot be read or trusted
   */
  get(name: string): Promise<string | null>
  /**
   * Keeps a key, without the spaces and line ends around it.
   * @throws AkinError `bad-request` when it cannot be a key, without telling it; `key-store-failed`
   */
  set(name: string, value: string): Promise<void>
  /** Forgets a key; one that is not there is forgotten already. */
  remove(name: string): Promise<void>
}

/**
 * The name under which the key for an address is kept: its origin, so that a key never goes to another server when the
 * address is changed.
 */
export function keyNameOf(baseUrl: string): string {
  return new URL(baseUrl).origin
}

const mostCharacters = 4_096
const visible = /^[\x21-\x7e]+$/

/** What was typed as it is sent in a head of HTTP: visible ASCII alone. @throws AkinError `bad-request` */
export function checkedKey(value: string): string {
  const key = value.trim()
  if (key === '') throw new AkinError('bad-request', 'The key is empty')
  if (key.length > mostCharacters || !visible.test(key)) {
    throw new AkinError('bad-request', 'This does not look like a key', {
      advice: 'Copy it again from the service: it is one word without spaces or accents',
    })
  }
  return key
}

/** @throws AkinError `bad-request` */
export function checkedName(name: string): string {
  if (name.length > 300 || !/^[a-z0-9][\x21-\x7e]*$/i.test(name)) throw new AkinError('bad-request', 'This is no name for a key')
  return name
}

/** For a host that has no place for keys. */
export const noKeys: KeyVault = {
  describe: () => Promise.resolve({ kind: 'none', description: 'Keys cannot be kept here' }),
  get: () => Promise.resolve(null),
  set: () => Promise.reject(new AkinError('key-store-failed', 'Keys cannot be kept here')),
  remove: () => Promise.resolve(),
}
