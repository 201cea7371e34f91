import { sha256 } from '../../../../engine/platform/hash.ts'
import type { LibraryStore } from '../../../../engine/library/library-store.ts'
import { asMap, embedAll, imported, noon, pathSource, put, spaceNamed, vectorsOf } from '../builders.ts'
import { Follower, stateOf } from '../follower.ts'

const text = (name: string, paragraphs: number): string =>
  Array.from({ length: paragraphs }, (_, i) => `${name} ${i}`).join('\n\n')

/** What stands in the library before each write. */
export async function fill(store: LibraryStore): Promise<void> {
  const one = await store.vectors.openSpace(spaceNamed('one'))
  const two = await store.vectors.openSpace(spaceNamed('two', 2))
  const a = imported('A', text('a', 4), { tags: ['x'], links: [{ kind: 'wiki', target: 'B' }] })
  const [idA, idB, , idD] = await put(
    store,
    a,
    imported('B', text('b', 3)),
    { ...a, source: pathSource('/copy.md') },
    imported('D', text('d', 2)),
    imported('E', text('e', 2)),
  )
  await embedAll(store, one)
  await embedAll(store, two, 1)
  await put(store, imported('F', text('f', 3)))
  await store.documents.update([idA!], { addTags: ['mine'], isStarred: true }, noon)
  await store.documents.hideKin(idA!, idB!)
  await store.documents.trash([idB!, idD!], noon)
}

const idOf = async (store: LibraryStore, title: string): Promise<number> => {
  const known = await store.documents.knownSources([imported(title, '').source])
  return known[0]!.documentId
}

/** Each kind of write, with all that it may touch. */
export const writes: Readonly<Record<string, (store: LibraryStore) => Promise<unknown>>> = {
  'import of new, changed and moved items': (store) =>
    store.documents.putImported([
      imported('New', text('new', 5), { tags: ['y'] }),
      imported('A', text('a', 3)),
      { ...imported('E', text('e', 2)), source: imported('F', '').source },
      imported('E', `${text('e', 2)}\n\nmore`, { tags: ['z'] }),
    ]),
  'import of a hundred items at once': (store) =>
    store.documents.putImported(
      Array.from({ length: 100 }, (_, i) => imported(`Many ${i}`, text(`many ${i}`, 2), { tags: [`t${i}`], author: 'Ida' })),
    ),
  'update of marks': async (store) =>
    store.documents.update([await idOf(store, 'A'), await idOf(store, 'E')], { addTags: ['new'], isRead: true }, noon),
  'purge': async (store) => store.documents.purge([await idOf(store, 'B'), await idOf(store, 'D')]),
  'embedding': async (store) => {
    const [space] = await store.vectors.spaces()
    const ids = (await store.vectors.pending(space!.id, 0, 100)).map(({ id }) => id)
    await store.vectors.put(space!.id, ids, vectorsOf(ids, space!.dimension, 7))
  },
  'change of the default space': async (store) => store.vectors.setDefaultSpace((await store.vectors.spaces())[1]!.id),
  'learnt transform': async (store) =>
    store.vectors.setTransform((await store.vectors.spaces())[0]!.id, new Uint8Array(100_000).fill(7)),
}

/** Everything that the store tells, without the ids of chunks and the time, which a second attempt does not repeat. */
export async function snapshotOf(store: LibraryStore): Promise<unknown> {
  const ids = [
    ...(await store.documents.select({})).documentIds,
    ...(await store.documents.select({ isTrashed: true })).documentIds,
  ]
  const spaces = await store.vectors.spaces()
  const documents: unknown[] = []
  for (const id of ids.toSorted((a, b) => a - b)) {
    const { importedAt: _i, updatedAt: _u, ...document } = (await store.documents.get(id))!
    const chunks = await store.vectors.chunks(id)
    const vectors: unknown[] = []
    for (const space of spaces) {
      const stored = asMap(
        await store.vectors.readByIds(
          space.id,
          chunks.map((chunk) => chunk.id),
        ),
      )
      vectors.push(chunks.map((chunk) => stored.has(chunk.id)))
    }
    documents.push({
      ...document,
      vectors,
      chunks: chunks.map(({ id: _id, ...chunk }) => chunk),
      hidden: await store.documents.hiddenKin(id),
      sources: await store.documents.sources(id),
    })
  }
  const transforms = await Promise.all(spaces.map(async ({ id }) => sha256((await store.vectors.transform(id)) ?? '')))
  return {
    documents,
    spaces,
    transforms,
    status: await store.documents.statusCounts(),
    facets: await store.documents.facets({}),
    pending: await Promise.all(spaces.map(({ id }) => store.vectors.pendingCount(id))),
    damaged: await store.documents.verifyTexts(ids),
    sequence: await store.changes.last(),
  }
}

/** True when an index that follows the changes holds what one holds that is built from nothing. */
export async function followersAgree(store: LibraryStore): Promise<{ followed: unknown; built: unknown }> {
  const follower = new Follower()
  await follower.catchUp(store)
  return { followed: follower.state(), built: await stateOf(store) }
}
