/**
 * Measures the SQLite store with many documents and prints a table; it asserts nothing.
 *
 *     node tests/integration/library/measure.ts [documents]
 */
import { cpus } from 'node:os'
import type { Filter } from '../../../shared/model/filter.ts'
import type { DocumentSort, LibraryStore } from '../../../engine/library/library-store.ts'
import { seededRandom, type Random } from '../../harness/random.ts'
import { imported, spaceNamed, vectorsOf } from './builders.ts'
import { openTempLibrary } from './temp-library.ts'

const vocabulary = Array.from({ length: 4_000 }, (_, i) => `word${i.toString(36)}`)
const authors = ['Ida Brandt', 'Jørgen Øst', 'Maria Nuñez', 'Li Wei', 'Ada Okafor', 'Tom Reed', null, null]
const languages = ['en', 'de', 'fr', 'pt-BR', 'ja', null]
const tags = Array.from({ length: 120 }, (_, i) => `tag ${i}`)
const labels = Array.from({ length: 60 }, (_, i) => `Folder ${i}`)

function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => vocabulary[Math.floor(random.next() ** 3 * vocabulary.length)]!).join(' ')
}

function documentNumber(random: Random, i: number) {
  const text = Array.from({ length: random.int(1, 5) }, () => sentence(random, random.int(60, 160))).join('\n\n')
  const day = new Date(Date.UTC(2015, 0, 1) + random.int(0, 4_000) * 86_400_000).toISOString()
  return imported(`${sentence(random, random.int(2, 7))} ${i}`, text, {
    kind: random.pick(['note', 'file', 'article', 'chat']),
    author: random.pick(authors),
    language: random.pick(languages),
    publishedAt: random.chance(0.7) ? day : null,
    tags: random.some(tags, random.int(0, 4)),
    source: { location: `/home/me/documents/folder ${i % 60}/item ${i}.md`, label: labels[i % 60]! },
    fingerprint: { sizeBytes: text.length, modifiedAtMs: i },
  })
}

async function fill(store: LibraryStore, count: number): Promise<void> {
  const random = seededRandom(1)
  const space = await store.vectors.openSpace(spaceNamed('bge-small-en-v1.5', 384))
  const started = performance.now()
  for (let i = 0; i < count; i += 200) {
    await store.documents.putImported(Array.from({ length: Math.min(200, count - i) }, (_, j) => documentNumber(random, i + j)))
  }
  report('import', `${Math.round(count / ((performance.now() - started) / 1000))} documents/s in batches of 200`)
  const began = performance.now()
  let embedded = 0
  for (let after = 0; ;) {
    const chunks = await store.vectors.pending(space.id, after, 256)
    if (chunks.length === 0) break
    const ids = chunks.map((chunk) => chunk.id)
    after = ids.at(-1)!
    // The last hundredth stays pending, as in a library that is almost read
    if (chunks[0]!.documentId > count * 0.99) break
    await store.vectors.put(space.id, ids, vectorsOf(ids, 384))
    embedded += ids.length
  }
  report('vectors', `${Math.round(embedded / ((performance.now() - began) / 1000))} chunks/s of ${embedded}`)
}

function report(what: string, result: string): void {
  console.log(`${what.padEnd(44)} ${result}`)
}

async function time(what: string, work: () => Promise<unknown>, rounds = 9): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  report(what, `p50 ${times[Math.floor(rounds / 2)]!.toFixed(1)} ms   worst ${times.at(-1)!.toFixed(1)} ms`)
}

async function measureReads(store: LibraryStore, count: number): Promise<void> {
  const random = seededRandom(2)
  const [space] = await store.vectors.spaces()
  const sorts: DocumentSort['by'][] = ['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status']
  for (const by of sorts) {
    for (const descending of [false, true]) {
      for (const offset of [0, Math.floor(count * 0.8)]) {
        await time(`list by ${by}${descending ? ' descending' : ''} at ${offset}`, () =>
          store.documents.list({ filter: {}, sort: { by, descending }, offset, limit: 100 }),
        )
      }
    }
  }
  const filters: [string, Filter][] = [
    ['nothing', {}],
    ['two kinds (50 %)', { kinds: ['note', 'file'] }],
    ['a tag', { tags: ['tag 7'] }],
    ['a source', { sources: ['folder 12'] }],
    ['an author', { authors: ['okafor'] }],
    ['a language', { languages: ['pt'] }],
    ['contains', { contains: 'worda wordb' }],
    ['dates', { after: '2018-01-01', before: '2019-01-01' }],
  ]
  for (const [name, filter] of filters) {
    await time(`list filtered by ${name}`, () =>
      store.documents.list({ filter, sort: { by: 'date', descending: true }, offset: 0, limit: 100 }),
    )
    await time(`count of ${name}`, () => store.documents.count(filter))
    await time(`facets of ${name}`, () => store.documents.facets(filter))
    await time(`select ${name}`, () => store.documents.select(filter))
  }
  await time('statusCounts', () => store.documents.statusCounts())
  const { chunkRanges } = await store.documents.select({})
  const last = chunkRanges.at(-1)!
  const some = Float64Array.from({ length: 300 }, () => random.int(1, last))
  await time('documentsOf 300 chunks', () => store.vectors.documentsOf(some))
  await time('pending 64 from the start', () => store.vectors.pending(space!.id, 0, 64))
  await time('pendingCount', () => store.vectors.pendingCount(space!.id))
  await time('count of vectors', () => store.vectors.count(space!.id))
  await time('summaries of 100', () =>
    store.documents.summaries(
      random.some(
        Array.from({ length: count }, (_, i) => i + 1),
        100,
      ),
    ),
  )
  await time('get one', () => store.documents.get(random.int(1, count)))
  await time('read 1,000 vectors', () => store.vectors.read(space!.id, 5_000, last, 1_000))
  await time('idsByTitle', () => store.documents.idsByTitle('no such title'))
  await time('star 1', () =>
    store.documents.update([random.int(1, count)], { isStarred: random.chance(0.5) }, new Date().toISOString()),
  )
  await time('sizes', () => store.sizes())
  await measureBulk(store)
}

async function measureBulk(store: LibraryStore): Promise<void> {
  const ids = await store.documents.ids({ filter: {}, sort: { by: 'title', descending: false }, limit: 10_000 })
  const at = new Date().toISOString()
  await time('tag 10,000', () => store.documents.update(ids, { addTags: ['new'] }, at), 1)
  await time('states of 10,000', () => store.documents.states(ids), 1)
  await time('select 10,000 ids', () => store.documents.select({ ids }), 3)
  await time('trash 10,000', () => store.documents.trash(ids, at), 1)
  await time('facets with a full trash', () => store.documents.facets({}), 3)
  await time('purge 10,000', () => store.documents.purge(ids), 1)
}

const count = Number(process.argv[2] ?? 50_000)
const library = await openTempLibrary()
console.log(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}, ${count} documents`)
try {
  await fill(library.store, count)
  await measureReads(library.store, count)
} finally {
  await library.cleanUp()
}
