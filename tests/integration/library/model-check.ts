import { expect } from 'vitest'
import type { Filter } from '../../../shared/model/filter.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { DocumentSort, LibraryStore } from '../../../engine/library/library-store.ts'
import type { Random } from '../../harness/random.ts'
import { asMap } from './builders.ts'
import { tagsOf, type LibraryModel, type ModelDocument } from './library-model.ts'

/** Compares everything that the store tells with what the model has. */
export async function expectSame(store: LibraryStore, model: LibraryModel, random: Random): Promise<void> {
  await expectDocuments(store, model)
  await expectVectors(store, model)
  await expectLists(store, model, random)
}

async function expectDocuments(store: LibraryStore, model: LibraryModel): Promise<void> {
  const { documents } = store
  const ids = model.ids()
  const listed = await Promise.all([documents.select({}), documents.select({ isTrashed: true })])
  expect(listed.flatMap(({ documentIds }) => [...documentIds]).toSorted((a, b) => a - b)).toEqual(ids)
  expect(await documents.verifyTexts(ids)).toEqual([])
  const states = new Map((await documents.states(ids)).map((state) => [state.id, state]))
  for (const document of model.documents) {
    const { id, imported } = document
    const stored = (await documents.get(id))!
    if (document.importedAt === '') document.importedAt = stored.importedAt
    expect(stored).toMatchObject({
      ...expectedFields(model, document),
      text: imported?.text ?? '',
      content: imported?.content ?? {},
    })
    expect(states.get(id)).toMatchObject({
      isStarred: document.isStarred,
      readAt: document.readAt,
      trashedAt: document.trashedAt,
    })
    expect(states.get(id)!.tags.toSorted()).toEqual(tagsOf(document))
    const { contentHash } = (imported ?? document.unreadable)!
    expect(await documents.sources(id)).toEqual(
      document.sources.map(({ source, fingerprint }) => ({ ...source, fingerprint, contentHash })),
    )
    const kin = model.hidden.flatMap((pair) => (pair.includes(document) ? [pair.find((one) => one !== document)!.id] : []))
    expect(await documents.hiddenKin(id)).toEqual(kin.toSorted((a, b) => a - b))
  }
}

function expectedFields(model: LibraryModel, document: ModelDocument): object {
  const { id, imported, sources, isStarred, readAt, trashedAt, importedAt } = document
  const given = (imported ?? document.unreadable)!
  return {
    id,
    kind: given.kind,
    title: given.title,
    mediaType: given.mediaType,
    author: imported?.author ?? null,
    publishedAt: imported?.publishedAt ?? null,
    language: imported?.language ?? null,
    wordCount: imported?.wordCount ?? 0,
    chunkCount: document.chunks.length,
    source: sources[0]!.source,
    otherSources: sources.length - 1,
    tags: tagsOf(document),
    isStarred,
    readAt,
    trashedAt,
    importedAt,
    ...model.status(document),
  }
}

async function expectVectors(store: LibraryStore, model: LibraryModel): Promise<void> {
  const chunks = [...model.documents].flatMap((document) => document.chunks.map((chunk) => ({ chunk, document })))
  chunks.sort((a, b) => a.chunk.id - b.chunk.id)
  const all = chunks.map(({ chunk }) => chunk.id)
  expect(await store.vectors.chunksByIds(all)).toMatchObject(
    chunks.map(({ chunk: { id, start, end }, document }) => ({ id, start, end, documentId: document.id })),
  )
  for (const [spaceId, expected] of model.vectors) {
    const inSight = new Map([...expected].filter(([id]) => model.chunk(id)!.document.trashedAt === null))
    const read = asMap(await store.vectors.read(spaceId, 0, Number.MAX_SAFE_INTEGER, 1_000_000))
    expect([...read]).toEqual([...inSight].toSorted((a, b) => a[0] - b[0]))
    expect(asMap(await store.vectors.readByIds(spaceId, all))).toEqual(expected)
    expect(await store.vectors.count(spaceId)).toBe(expected.size)
    const pending = chunks.filter(
      ({ chunk, document }) =>
        document.trashedAt === null && (chunk.tries.get(spaceId)?.failure ?? null) === null && !expected.has(chunk.id),
    )
    expect(await store.vectors.pendingCount(spaceId)).toBe(pending.length)
    expect((await store.vectors.pending(spaceId, 0, 1_000_000)).map(({ id, text, crashes }) => ({ id, text, crashes }))).toEqual(
      pending.map(({ chunk: { id, embedded, tries } }) => ({ id, text: embedded, crashes: tries.get(spaceId)?.crashes ?? 0 })),
    )
  }
}

async function expectLists(store: LibraryStore, model: LibraryModel, random: Random): Promise<void> {
  for (let i = 0; i < 6; i++) {
    const filter = i === 0 ? {} : randomFilter(model, random)
    const matching = [...model.documents].filter((document) => matches(model, document, filter))
    const sort: DocumentSort = { by: random.pick(sortFields), descending: random.chance(0.5) }
    const expected = sorted(model, matching, sort)
    const offset = random.int(0, matching.length)
    const { total, rows } = await store.documents.list({ filter, sort, offset, limit: 10 })
    expect({ filter, sort, total, ids: rows.map((row) => row.id) }).toEqual({
      filter,
      sort,
      total: expected.length,
      ids: expected.slice(offset, offset + 10),
    })
    const { documentIds } = await store.documents.select(filter)
    expect({ filter, ids: [...documentIds] }).toEqual({ filter, ids: expected.toSorted((a, b) => a - b) })
    expect({ filter, facets: comparable(await store.documents.facets(filter)) }).toEqual({
      filter,
      facets: facetsOf(model, filter),
    })
  }
  const counts = await store.documents.statusCounts()
  const live = [...model.documents].filter((document) => document.trashedAt === null)
  const status = (name: string): number => live.filter((document) => model.status(document).status === name).length
  expect(counts).toMatchObject({
    documents: live.length,
    indexed: status('indexed'),
    pending: status('pending'),
    failed: status('failed'),
    skipped: status('skipped'),
    trashed: model.documents.size - live.length,
    chunks: live.reduce((sum, document) => sum + document.chunks.length, 0),
  })
}

const sortFields: DocumentSort['by'][] = ['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status']

function sortKey(model: LibraryModel, document: ModelDocument, by: DocumentSort['by']): string | number | null {
  const { imported, sources } = document
  const given = (imported ?? document.unreadable)!
  const author = imported?.author ?? null
  const keys: Record<DocumentSort['by'], string | number | null> = {
    title: foldWord(given.title),
    kind: given.kind,
    source: foldWord(sources[0]!.source.label),
    author: author === null ? null : foldWord(author),
    date: imported?.publishedAt ?? document.importedAt,
    language: imported?.language ?? null,
    length: imported?.wordCount ?? 0,
    status: model.status(document).status,
  }
  return keys[by]
}

function sorted(model: LibraryModel, documents: readonly ModelDocument[], { by, descending }: DocumentSort): number[] {
  const direction = descending ? -1 : 1
  const keyed = documents.map((document) => ({ id: document.id, key: sortKey(model, document, by) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || (a.id - b.id) * direction
    if (a.key !== b.key) return (a.key < b.key ? -1 : 1) * direction
    return (a.id - b.id) * direction
  })
  return keyed.map(({ id }) => id)
}

function randomFilter(model: LibraryModel, random: Random): Filter {
  const documents = [...model.documents]
  const sources = documents.flatMap((document) => document.sources.map(({ source }) => source))
  const some = <T>(values: readonly (T | null | undefined)[]): T[] =>
    random.some(
      [...new Set(values)].filter((value) => value !== null && value !== undefined),
      random.int(1, 2),
    ) as T[]
  const tags = documents.flatMap(tagsOf)
  const authors = documents.map((document) => document.imported?.author)
  const languages = documents.map((document) => document.imported?.language)
  const locations = [...sources.map(({ location }) => location), ...sources.map(({ label }) => label)]
  const parts: Filter[] = [
    { kinds: some(['note', 'file', 'article', 'chat'] as const) },
    { exceptKinds: some(['note', 'file', 'article', 'chat'] as const) },
    { tags: some(tags) },
    { exceptTags: some(tags) },
    { authors: some(authors) },
    { exceptAuthors: some(authors) },
    { languages: some([...languages, 'pt']) },
    { exceptLanguages: some([...languages, 'pt']) },
    { sources: some(locations) },
    { exceptSources: some(locations) },
    { statuses: some(['indexed', 'pending', 'failed', 'skipped'] as const) },
    { isStarred: random.chance(0.5) },
    { isUnread: random.chance(0.5) },
    { isTrashed: random.chance(0.5) },
    { after: random.pick(['2023-06-01', '2024-02-10']) },
    { before: random.pick(['2024-02-10', '2024-02-11', '2026-01-01']) },
    { contains: random.pick(['a', 'item 1', 'É', 'ida', '%', 'tag']) },
    { ids: random.some([...model.ids(), 999_999], 12) },
  ]
  return Object.assign({}, ...random.some(parts, random.int(1, 3))) as Filter
}

type Without = 'kinds' | 'statuses' | 'tags' | 'languages' | 'sources' | 'authors' | 'isStarred' | 'isUnread' | 'isTrashed'

function matches(model: LibraryModel, document: ModelDocument, filter: Filter, without?: Without): boolean {
  const f: Filter = without === undefined ? filter : { ...filter, [without]: undefined }
  const { imported } = document
  const given = (imported ?? document.unreadable)!
  const author = imported?.author ?? null
  const language = imported?.language ?? null
  const tags = tagsOf(document).map(foldWord)
  const places = document.sources.map(({ source }) => foldWord(`${source.label}\n${source.location}\n${source.url ?? ''}`))
  const date = imported?.publishedAt ?? document.importedAt
  const any = <T>(list: readonly T[] | undefined, test: (value: T) => boolean): boolean =>
    list === undefined || list.length === 0 || list.some(test)
  const none = <T>(list: readonly T[] | undefined, test: (value: T) => boolean): boolean => list === undefined || !list.some(test)
  const hasTag = (tag: string): boolean => tags.includes(foldWord(tag))
  const isFrom = (place: string): boolean => places.some((one) => one.includes(foldWord(place)))
  const isBy = (name: string): boolean => author !== null && foldWord(author).includes(foldWord(name))
  const isIn = (code: string): boolean =>
    language !== null &&
    (language.toLowerCase() === code.toLowerCase() || language.toLowerCase().startsWith(`${code.toLowerCase()}-`))
  const words = foldWord(f.contains ?? '')
    .split(/\s+/u)
    .filter(Boolean)
  const isTrashed = document.trashedAt !== null
  return (
    (without === 'isTrashed' || isTrashed === (f.isTrashed ?? false)) &&
    any(f.kinds, (kind) => kind === given.kind) &&
    none(f.exceptKinds, (kind) => kind === given.kind) &&
    any(f.tags, hasTag) &&
    none(f.exceptTags, hasTag) &&
    any(f.sources, isFrom) &&
    none(f.exceptSources, isFrom) &&
    any(f.authors, isBy) &&
    none(f.exceptAuthors, isBy) &&
    any(f.languages, isIn) &&
    none(f.exceptLanguages, isIn) &&
    any(f.statuses, (status) => status === model.status(document).status) &&
    (f.after === undefined || date >= f.after) &&
    (f.before === undefined || date < f.before) &&
    (f.isStarred === undefined || f.isStarred === document.isStarred) &&
    (f.isUnread === undefined || f.isUnread === (document.readAt === null)) &&
    (f.ids === undefined || f.ids.includes(document.id)) &&
    words.every((word) => [foldWord(given.title), foldWord(author ?? ''), ...tags].some((text) => text.includes(word)))
  )
}

/** Counts by folded value, since either spelling may stand for both. */
type CountsByFold = Record<string, number>

function comparable(facets: Awaited<ReturnType<LibraryStore['documents']['facets']>>): Record<string, CountsByFold | number> {
  const byFold = (values: readonly { value: string; count: number }[]): CountsByFold =>
    Object.fromEntries(values.map(({ value, count }) => [foldWord(value), count]))
  const { total, starred, unread, trashed, kinds, statuses, tags, languages, sources, authors } = facets
  return {
    total,
    starred,
    unread,
    trashed,
    kinds: byFold(kinds),
    statuses: byFold(statuses),
    tags: byFold(tags),
    languages: byFold(languages),
    sources: byFold(sources),
    authors: byFold(authors),
  }
}

function facetsOf(model: LibraryModel, filter: Filter): Record<string, CountsByFold | number> {
  const within = (without?: Without): ModelDocument[] =>
    [...model.documents].filter((document) => matches(model, document, filter, without))
  const count = (without: Without, values: (document: ModelDocument) => readonly (string | null | undefined)[]): CountsByFold => {
    const counts: CountsByFold = {}
    for (const value of within(without).flatMap(values)) {
      if (value !== null && value !== undefined && value !== '') counts[foldWord(value)] = (counts[foldWord(value)] ?? 0) + 1
    }
    return counts
  }
  return {
    total: within().length,
    starred: within('isStarred').filter((document) => document.isStarred).length,
    unread: within('isUnread').filter((document) => document.readAt === null).length,
    trashed: within('isTrashed').filter((document) => document.trashedAt !== null).length,
    kinds: count('kinds', (document) => [(document.imported ?? document.unreadable)!.kind]),
    statuses: count('statuses', (document) => [model.status(document).status]),
    tags: count('tags', tagsOf),
    languages: count('languages', (document) => [document.imported?.language]),
    sources: count('sources', (document) => [document.sources[0]!.source.label]),
    authors: count('authors', (document) => [document.imported?.author]),
  }
}
