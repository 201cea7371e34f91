import type { SavedSearch } from '../../../shared/model/library.ts'
import type { SettingsStore } from '../library-store.ts'
import type { Database } from '../../platform/database.ts'
import { readJson } from './json-column.ts'

export class SqliteSettings implements SettingsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async get(key: string): Promise<unknown> {
    const row = this.#database.get('SELECT value FROM settings WHERE key = ?', key)
    return row === undefined ? undefined : readJson(row.value)
  }

  async set(key: string, value: unknown): Promise<void> {
    this.#database.run(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      JSON.stringify(value),
    )
  }

  async savedSearches(): Promise<SavedSearch[]> {
    return this.#database.all('SELECT * FROM saved_searches ORDER BY name COLLATE NOCASE, id').map((row) => ({
      id: Number(row.id),
      name: String(row.name),
      query: String(row.query),
      mode: row.mode as SavedSearch['mode'],
    }))
  }

  async saveSearch(search: Omit<SavedSearch, 'id'>): Promise<SavedSearch> {
    const { lastId } = this.#database.run(
      'INSERT INTO saved_searches (name, query, mode) VALUES (?, ?, ?)',
      search.name,
      search.query,
      search.mode,
    )
    return { ...search, id: lastId }
  }

  async removeSearch(id: number): Promise<boolean> {
    return this.#database.run('DELETE FROM saved_searches WHERE id = ?', id).changes > 0
  }

  async recordSent(what: string, to: string, at: string): Promise<void> {
    this.#database.run(
      'INSERT INTO sent (what, receiver, since, count) VALUES (?, ?, ?, 1) ON CONFLICT (what, receiver) DO UPDATE SET count = count + 1',
      what,
      to,
      at,
    )
  }

  async sent(): Promise<{ what: string; to: string; since: string; count: number }[]> {
    return this.#database
      .all('SELECT * FROM sent ORDER BY since DESC')
      .map((row) => ({ what: String(row.what), to: String(row.receiver), since: String(row.since), count: Number(row.count) }))
  }
}
