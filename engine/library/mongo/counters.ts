import type { MongoConnection } from './mongo-connection.ts'

interface CountersRecord {
  readonly _id: 'counters'
  readonly jobs?: number
  readonly searches?: number
}

/** The next id of what is written outside the order of writes; never given out twice. */
export async function nextId(connection: MongoConnection, name: 'jobs' | 'searches'): Promise<number> {
  const record = await connection
    .collection<CountersRecord>('meta')
    .findOneAndUpdate({ _id: 'counters' }, { $inc: { [name]: 1 } }, { upsert: true, returnDocument: 'after' })
  return record![name]!
}
