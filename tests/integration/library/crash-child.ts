/**
 * Works on a library until it is killed, as fast as it can. Before each write it prints what is to become of which
 * source, and once the promise has resolved that it did, so that whoever killed it knows what must be there.
 *
 *     node crash-child.ts <folder> <seed>
 */
import { writeSync } from 'node:fs'
import { sha256 } from '../../../engine/platform/hash.ts'
import type { ImportedDocument, LibraryStore } from '../../../engine/library/library-store.ts'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { seededRandom, type Random } from '../../harness/random.ts'
import { imported, noon, pathSource } from './builders.ts'
import { crashSpace, vectorsBySalt, type Effect } from './crash-protocol.ts'

const random: Random = seededRandom(Number(process.argv[3]))
const store: LibraryStore = openSqliteLibrary({ folder: process.argv[2]! })
const space = await store.vectors.openSpace(crashSpace)

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** No paragraph is ever the same as another one: equal ones would keep their vectors from one version to the next. */
function randomText(): string {
  const length = random.pick([0, 20, 20, 2_000, 40_000, 400_000])
  const word = (): string => random.pick(['Fähre', '日本', '🙂', 'log', 'a\u0301', 'harbour', `${random.int(0, 1e9)}`])
  const unique = (): string => String(random.int(0, 1e15))
  const parts = [unique()]
  for (let size = 0; size < length; size += parts.at(-1)!.length + 1) parts.push(random.chance(0.02) ? `\n\n${unique()}` : word())
  return parts.join(' ')
}

async function locationOf(id: number): Promise<string> {
  return (await store.documents.sources(id))[0]!.location
}

async function someIds(count: number, isTrashed: boolean): Promise<number[]> {
  return random.some([...(await store.documents.select({ isTrashed })).documentIds], count)
}

/** Tells what is about to happen, does it, tells that it is done. */
async function write(effect: Effect, work: () => Promise<unknown>): Promise<void> {
  say({ begin: effect })
  const result = await work()
  say({ ack: await store.changes.last(), result })
}

async function importSome(): Promise<void> {
  const numbers = new Set(Array.from({ length: random.pick([1, 1, 1, 4, 25, 120]) }, () => random.int(1, 250)))
  const documents: ImportedDocument[] = [...numbers].map((n) => {
    const text = numbers.size > 25 ? `short ${random.int(0, 1e15)}` : randomText()
    return imported(`Item ${n}`, text, { source: pathSource(`/notes/${n}.md`) })
  })
  await write(
    {
      type: 'import',
      items: documents.map(({ source, text, chunks }) => ({
        location: source.location,
        hash: sha256(text),
        chunks: chunks.length,
      })),
    },
    async () => (await store.documents.putImported(documents)).map((result) => result.documentId),
  )
}

async function embedOne(): Promise<void> {
  const [id] = await someIds(1, false)
  if (id === undefined) return
  const chunks = (await store.vectors.chunks(id)).map((chunk) => chunk.id)
  const salt = random.int(1, 1e9)
  const location = await locationOf(id)
  await write({ type: 'forget', location }, () => store.vectors.forget([id]))
  await write({ type: 'embed', location, salt }, () => store.vectors.put(space.id, chunks, vectorsBySalt(chunks.length, salt)))
}

async function mark(): Promise<void> {
  const ids = await someIds(random.pick([1, 5, 100]), false)
  const tag = `tag ${random.int(1, 20)}`
  const isStarred = random.chance(0.5)
  const locations = await Promise.all(ids.map(locationOf))
  await write({ type: 'mark', locations, tag, isStarred }, () => store.documents.update(ids, { addTags: [tag], isStarred }, noon))
}

async function moveToTrash(isTrashed: boolean): Promise<void> {
  const ids = await someIds(random.pick([1, 3, 30]), !isTrashed)
  const locations = await Promise.all(ids.map(locationOf))
  await write({ type: 'trash', locations, isTrashed }, () =>
    isTrashed ? store.documents.trash(ids, noon) : store.documents.restore(ids),
  )
}

async function purge(): Promise<void> {
  const ids = await someIds(random.pick([1, 10, 40]), true)
  const locations = await Promise.all(ids.map(locationOf))
  await write({ type: 'purge', locations }, () => store.documents.purge(ids))
}

async function set(): Promise<void> {
  const value = random.int(0, 1e9)
  await write({ type: 'set', value }, () => store.settings.set('counter', value))
}

say({ ready: true })
for (;;) {
  await random.pick([
    importSome,
    importSome,
    importSome,
    embedOne,
    embedOne,
    mark,
    () => moveToTrash(true),
    () => moveToTrash(false),
    purge,
    set,
  ])()
}
