import { BSON, type Collection } from 'mongodb'
import type { Counters } from './head.ts'
import { bulk, deleteByIds, findByIds, type MongoConnection } from './mongo-connection.ts'
import type { ChangeRecord, DocumentRecord, JobItemRecord } from './records.ts'

/** One step of a write. Doing it twice, or after later writes were done, changes nothing more. */
export type Step =
  | { readonly type: 'add'; readonly record: DocumentRecord }
  | { readonly type: 'set'; readonly id: number; readonly fields: Partial<DocumentRecord> }
  | { readonly type: 'remove'; readonly id: number }
  | { readonly type: 'item'; readonly record: JobItemRecord }
  | { readonly type: 'change'; readonly record: ChangeRecord }

/** A write that is decided: once this stands in the head, whoever comes next does what is left of it. */
export interface Commit {
  readonly term: number
  /** The steps, or how many records in `commits` hold them. */
  readonly steps: readonly Step[] | null
  readonly parts: number
  readonly after: Counters
}

interface CommitPart {
  /** `<term>/<number>` */
  readonly _id: string
  readonly term: number
  readonly steps: readonly Step[]
}

/** Steps of up to so many bytes stand in the head itself. */
const inlineBytes = 100_000
const partBytes = 6_000_000

function parts(connection: MongoConnection): Collection<CommitPart> {
  return connection.collection<CommitPart>('commits')
}

/** Stores the steps of a write that are too many for the head, and returns what is to stand there. */
export async function prepare(
  connection: MongoConnection,
  { term, steps, after }: { term: number; steps: readonly Step[]; after: Counters },
): Promise<Commit> {
  const sizes = steps.map((step) => BSON.calculateObjectSize(step))
  if (sizes.reduce((sum, size) => sum + size, 0) <= inlineBytes) return { term, steps, parts: 0, after }
  const batches: Step[][] = []
  let bytes = Infinity
  for (const [index, step] of steps.entries()) {
    if (bytes + sizes[index]! > partBytes) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)!.push(step)
    bytes += sizes[index]!
  }
  for (const [index, batch] of batches.entries()) {
    await parts(connection).insertOne({ _id: `${term}/${index}`, term, steps: batch })
  }
  return { term, steps: null, parts: batches.length, after }
}

/** @param check called before each batch; what it throws ends the work */
export async function apply(connection: MongoConnection, commit: Commit, check: () => Promise<void>): Promise<void> {
  if (commit.steps !== null) return applySteps(connection, commit.steps, { term: commit.term, check })
  for (let index = 0; index < commit.parts; index++) {
    const [part] = await findByIds(parts(connection), [`${commit.term}/${index}`])
    if (part !== undefined) await applySteps(connection, part.steps, { term: commit.term, check })
  }
}

/** Removes the steps of a write that is done. */
export async function discard(connection: MongoConnection, { term, parts: count }: Commit): Promise<void> {
  if (count === 0) return
  const ids = Array.from({ length: count }, (_, index) => `${term}/${index}`)
  await deleteByIds(parts(connection) as unknown as Collection<never>, ids)
}

/** Removes steps of writes that never were committed. */
export async function discardBefore(connection: MongoConnection, term: number): Promise<void> {
  await parts(connection).deleteMany({ term: { $lt: term } })
}

async function applySteps(
  connection: MongoConnection,
  steps: readonly Step[],
  { term, check }: { term: number; check: () => Promise<void> },
): Promise<void> {
  const of = <T extends Step['type']>(type: T): Extract<Step, { type: T }>[] =>
    steps.filter((step): step is Extract<Step, { type: T }> => step.type === type)
  const documents = [
    ...of('add').map(({ record: { _id, ...rest } }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { ...rest, v: term } }, upsert: true },
    })),
    ...of('set').map(({ id, fields }) => ({
      updateOne: { filter: { _id: id, v: { $lt: term } }, update: { $set: { ...fields, v: term } } },
    })),
    // What is left keeps a late writer from bringing it back; it is swept later
    ...of('remove').map(({ id }) => ({
      replaceOne: { filter: { _id: id, v: { $lt: term } }, replacement: { v: term, removedAt: new Date() } },
    })),
  ]
  const items = of('item').map(({ record }) => ({
    replaceOne: { filter: { _id: record._id }, replacement: withoutId(record), upsert: true },
  }))
  const changes = of('change').map(({ record }) => ({
    updateOne: { filter: { _id: record._id }, update: { $setOnInsert: withoutId(record) }, upsert: true },
  }))
  const batches: [Collection<never>, object[]][] = [
    [connection.collection('job_items'), items],
    [connection.documents as unknown as Collection<never>, documents],
    [connection.changes as unknown as Collection<never>, changes],
  ]
  for (const [collection, commands] of batches) {
    if (commands.length === 0) continue
    await check()
    await bulk(collection, commands)
  }
}

function withoutId<T extends { _id: unknown }>({ _id, ...rest }: T): Omit<T, '_id'> {
  return rest
}
