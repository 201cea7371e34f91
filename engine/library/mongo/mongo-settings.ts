import type { SavedSearch } from '../../../shared/model/library.ts'
import type { SettingsStore } from '../library-store.ts'
import { nextId } from './counters.ts'
import type { MongoConnection } from './mongo-connection.ts'
import { isDuplicate } from './mongo-errors.ts'

interface SettingRecord {
  readonly _id: string
  /** JSON: field names of a value may be any. */
  readonly value: string
}

interface SearchRecord extends Omit<SavedSearch, 'id'> {
  readonly _id: number
}

interface SentRecord {
  /** JSON of both. */
  readonly _id: string
  readonly what: string
  readonly to: string
  readonly since: string
  readonly count: number
}

/** Settings in MongoDB; each write changes one record. */
export class MongoSettings implements SettingsStore {
  readonly #connection: MongoConnection

  constructor(connection: MongoConnection) {
    this.#connection = connection
  }

  async get(key: string): Promise<unknown> {
    return this.#connection.run(async () => {
      const record = await this.#connection.collection<SettingRecord>('settings').findOne({ _id: key })
      return record === null ? undefined : (JSON.parse(record.value) as unknown)
    })
  }

  async set(key: string, value: unknown): Promise<void> {
    const json = JSON.stringify(value)
    await this.#connection.run(() =>
      twice(() =>
        this.#connection
          .collection<SettingRecord>('settings')
          .updateOne({ _id: key }, { $set: { value: json } }, { upsert: true }),
      ),
    )
  }

  async savedSearches(): Promise<SavedSearch[]> {
    return this.#connection.run(async () => {
      const records = await this.#connection.collection<SearchRecord>('saved_searches').find().toArray()
      const searches = records.map(({ _id, name, query, mode }) => ({ id: _id, name, query, mode }))
      return searches.toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || a.id - b.id)
    })
  }

  async saveSearch({ name, query, mode }: Omit<SavedSearch, 'id'>): Promise<SavedSearch> {
    return this.#connection.run(async () => {
      const id = await nextId(this.#connection, 'searches')
      await this.#connection.collection<SearchRecord>('saved_searches').insertOne({ _id: id, name, query, mode })
      return { id, name, query, mode }
    })
  }

  async removeSearch(id: number): Promise<boolean> {
    return this.#connection.run(async () => {
      const { deletedCount } = await this.#connection.collection<SearchRecord>('saved_searches').deleteOne({ _id: id })
      return deletedCount > 0
    })
  }

  async recordSent(what: string, to: string, at: string): Promise<void> {
    const change = { $inc: { count: 1 }, $setOnInsert: { what, to, since: at } }
    await this.#connection.run(() =>
      twice(() =>
        this.#connection.collection<SentRecord>('sent').updateOne({ _id: JSON.stringify([what, to]) }, change, { upsert: true }),
      ),
    )
  }

  async sent(): Promise<{ what: string; to: string; since: string; count: number }[]> {
    return this.#connection.run(async () => {
      const records = await this.#connection.collection<SentRecord>('sent').find().sort({ since: -1, _id: 1 }).toArray()
      return records.map(({ what, to, since, count }) => ({ what, to, since, count }))
    })
  }
}

/** Two that begin the same record at the same moment: the later one changes that of the other. */
async function twice(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    await work()
  }
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
