import type { SettingsStore } from '../library/library-store.ts'

const key = 'consents'

/** The services to which the person allowed texts to be sent, by address. Without an entry nothing leaves. */
export class Consents {
  readonly #settings: SettingsStore
  readonly #allowed: Set<string>

  private constructor(settings: SettingsStore, allowed: Set<string>) {
    this.#settings = settings
    this.#allowed = allowed
  }

  static async read(settings: SettingsStore): Promise<Consents> {
    const stored = await settings.get(key)
    return new Consents(settings, new Set(Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : []))
  }

  readonly isAllowed = (baseUrl: string): boolean => this.#allowed.has(baseUrl)

  async give(baseUrl: string): Promise<void> {
    this.#allowed.add(baseUrl)
    await this.#settings.set(key, [...this.#allowed])
  }

  async takeBack(baseUrl: string): Promise<void> {
    // At once, whatever becomes of the note
    this.#allowed.delete(baseUrl)
    await this.#settings.set(key, [...this.#allowed])
  }
}
