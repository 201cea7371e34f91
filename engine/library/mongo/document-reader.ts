import type { Document, DocumentId, DocumentStatus, DocumentSummary, Source } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import { sha256 } from '../../platform/hash.ts'
import type { DocumentSort, IndexableDocument, KnownSource, Selection, StatusCounts } from '../library-store.ts'
import type { Bodies, Body } from './bodies.ts'
import { compareBy, orderOf, queriesOf } from './filter-query.ts'
import { findByIds, pagesOf, type MongoConnection } from './mongo-connection.ts'
import { sourceKey, sourceOf, summaryFields, summaryOf, visibleTags, type DocumentRecord, type SummaryRecord } from './records.ts'

/** The largest limit that servers take. */
const mostRows = 2_147_483_647
const mostBacklinks = 200
/** So many texts are read at a time for an index. */
const indexablePage = 200

const emptyBody: Body = { text: '', content: { blocks: [], marks: [], pages: [] }, headings: [] }

interface PageOptions {
  readonly sort: DocumentSort
  readonly offset: number
  readonly limit: number
}

/** Reads documents. */
export class DocumentReader {
  readonly #connection: MongoConnection
  readonly #bodies: Bodies

  constructor(connection: MongoConnection, bodies: Bodies) {
    this.#connection = connection
    this.#bodies = bodies
  }

  async get(id: DocumentId): Promise<Document | null> {
    const record = await this.#record(id)
    if (record === null) return null
    const [stored, wikiLinks, backlinks] = await Promise.all([
      this.#body(record),
      this.#wikiLinks(record),
      this.#backlinks(record),
    ])
    const { current, body, isDamaged } = stored
    return {
      ...summaryOf(current),
      reason: isDamaged ? damaged : current.reason,
      text: body.text,
      content: body.content,
      sources: current.sources.map(sourceOf),
      wikiLinks,
      backlinks,
      pageCount: current.pageCount,
    }
  }

  async list({ filter, ...options }: { filter: Filter } & PageOptions): Promise<{ total: number; rows: DocumentSummary[] }> {
    const queries = queriesOf(filter)
    if (queries.length > 1) {
      const ids = await this.#sortedIds(filter, options.sort)
      const page = ids.slice(options.offset, options.offset + options.limit)
      return { total: ids.length, rows: await this.summaries(page) }
    }
    const [total, rows] = await Promise.all([this.count(filter), this.#page<SummaryRecord>(filter, options, summaryFields)])
    return { total, rows: rows.map(summaryOf) }
  }

  async ids({ filter, sort, limit }: { filter: Filter; sort: DocumentSort; limit: number }): Promise<DocumentId[]> {
    if (queriesOf(filter).length > 1) return (await this.#sortedIds(filter, sort)).slice(0, limit)
    return (await this.#page<SummaryRecord>(filter, { sort, offset: 0, limit }, { _id: 1 })).map(({ _id }) => _id)
  }

  async summaries(ids: readonly DocumentId[]): Promise<DocumentSummary[]> {
    const records = await findByIds(this.#connection.documents, ids, summaryFields)
    const byId = new Map(records.filter(isThere).map((record) => [record._id, summaryOf(record)]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  async texts(ids: readonly DocumentId[]): Promise<Map<DocumentId, string>> {
    const texts = new Map<DocumentId, string>()
    let missing = [...new Set(ids)]
    // A text that was replaced in between is asked for once more
    for (let attempt = 0; attempt < 3 && missing.length > 0; attempt++) {
      const records = await findByIds(this.#connection.documents, missing, { body: 1 })
      const withText = records.flatMap(({ _id, body }) => (isGiven(body) ? [{ id: _id, body }] : []))
      const found = await this.#bodies.texts(withText.map(({ body }) => body))
      missing = []
      for (const { id, body } of withText) {
        const text = found.get(body.key)
        if (text === undefined) missing.push(id)
        else texts.set(id, text)
      }
    }
    return new Map(ids.flatMap((id) => (texts.has(id) ? [[id, texts.get(id)!]] : [])))
  }

  async count(filter: Filter): Promise<number> {
    const counts = await Promise.all(queriesOf(filter).map((query) => this.#connection.documents.countDocuments(query)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async select(filter: Filter): Promise<Selection> {
    const rows: Pick<DocumentRecord, '_id' | 'firstChunk' | 'lastChunk'>[] = []
    const projection = { firstChunk: 1, lastChunk: 1 }
    for (const query of queriesOf(filter)) {
      rows.push(...(await this.#connection.documents.find(query, { projection }).toArray()))
    }
    rows.sort((a, b) => a._id - b._id)
    const ranges = rows.flatMap(({ firstChunk, lastChunk }) =>
      firstChunk === null || lastChunk === null ? [] : [[firstChunk, lastChunk] as const],
    )
    ranges.sort((a, b) => a[0] - b[0])
    return { documentIds: Float64Array.from(rows, ({ _id }) => _id), chunkRanges: Float64Array.from(ranges.flat()) }
  }

  async statusCounts(): Promise<StatusCounts> {
    const { documents } = this.#connection
    const [live, trashed, sample] = await Promise.all([
      documents
        .aggregate<{ _id: DocumentStatus; n: number; chunks: number; embedded: number }>([
          { $match: { isTrashed: false } },
          {
            $group: { _id: '$status', n: { $sum: 1 }, chunks: { $sum: '$chunkCount' }, embedded: { $sum: '$embeddedCount' } },
          },
        ])
        .toArray(),
      documents.countDocuments({ isTrashed: true }),
      documents.findOne({ isTrashed: false, sourceType: 'sample' }, { projection: { _id: 1 } }),
    ])
    const sum = (key: 'n' | 'chunks' | 'embedded'): number => live.reduce((total, row) => total + row[key], 0)
    const of = (status: DocumentStatus): number => live.find(({ _id }) => _id === status)?.n ?? 0
    return {
      documents: sum('n'),
      indexed: of('indexed'),
      pending: of('pending'),
      failed: of('failed'),
      skipped: of('skipped'),
      trashed,
      chunks: sum('chunks'),
      embeddedChunks: sum('embedded'),
      hasSample: sample !== null,
    }
  }

  async sources(id: DocumentId): Promise<(Source & Pick<KnownSource, 'fingerprint' | 'contentHash'>)[]> {
    const record = await this.#record(id, { kind: 1, sources: 1, contentHash: 1 })
    if (record === null) return []
    return record.sources.map((source) => ({
      ...sourceOf(source),
      fingerprint: source.fingerprint,
      contentHash: record.contentHash,
    }))
  }

  async knownSources(sources: readonly Pick<Source, 'type' | 'location'>[]): Promise<(KnownSource | null)[]> {
    const keys = sources.map(sourceKey)
    const known = new Map<string, KnownSource>()
    const projection = { contentHash: 1, status: 1, trashedAt: 1, importedAt: 1, updatedAt: 1, sources: 1 }
    for (const page of pagesOf([...new Set(keys)])) {
      for (const record of await this.#connection.documents.find({ sourceKeys: { $in: page } }, { projection }).toArray()) {
        for (const source of record.sources) known.set(sourceKey(source), knownOf(record, source))
      }
    }
    return keys.map((key) => known.get(key) ?? null)
  }

  async findByContent(contentHash: string): Promise<DocumentId | null> {
    const record = await this.#connection.documents.findOne(
      { contentHash, hasText: true },
      { sort: { isTrashed: 1, _id: 1 }, projection: { _id: 1 } },
    )
    return record?._id ?? null
  }

  async indexable(afterId: DocumentId, limit: number): Promise<IndexableDocument[]> {
    const found: IndexableDocument[] = []
    let after = afterId
    while (found.length < limit) {
      const size = Math.min(limit - found.length, indexablePage)
      const query = { _id: { $gt: after }, isTrashed: false, hasText: true }
      const records = await this.#connection.documents.find(query).sort({ _id: 1 }).limit(size).toArray()
      found.push(...(await this.#indexable(records)))
      if (records.length < size) break
      after = records.at(-1)!._id
    }
    return found
  }

  async indexableByIds(ids: readonly DocumentId[]): Promise<IndexableDocument[]> {
    const records = await findByIds(this.#connection.documents, ids)
    const inSight = records
      .filter((record) => isThere(record) && !record.isTrashed && record.hasText)
      .toSorted((a, b) => a._id - b._id)
    const found: IndexableDocument[] = []
    for (const page of pagesOf(inSight, indexablePage)) found.push(...(await this.#indexable(page)))
    return found
  }

  async idsByTitle(title: string): Promise<DocumentId[]> {
    const fold = foldWord(title)
    return this.#ids({ isTrashed: false, $or: [{ titleFold: fold }, { nameFolds: fold }] })
  }

  async idsBySourceType(type: Source['type']): Promise<DocumentId[]> {
    return this.#ids({ onlySourceType: type })
  }

  async trashedBefore(at: string): Promise<DocumentId[]> {
    return this.#ids({ isTrashed: true, trashedAt: { $lt: at } })
  }

  async verifyTexts(ids: readonly DocumentId[]): Promise<DocumentId[]> {
    const isDamaged = new Set<DocumentId>()
    for (const id of new Set(ids)) {
      const record = await this.#record(id)
      if (record !== null && (await this.#body(record)).isDamaged) isDamaged.add(id)
    }
    return ids.filter((id) => isDamaged.has(id))
  }

  async #record(id: DocumentId, projection?: object): Promise<DocumentRecord | null> {
    const record = await this.#connection.documents.findOne({ _id: id }, projection === undefined ? {} : { projection })
    return record === null || !isThere(record) ? null : record
  }

  /** The text of a document with its newest record: it may have been replaced since the record was read. */
  async #body(record: DocumentRecord): Promise<{ current: DocumentRecord; body: Body; isDamaged: boolean }> {
    let current = record
    for (let attempt = 0; ; attempt++) {
      if (current.body === null) return { current, body: emptyBody, isDamaged: false }
      const stored = await this.#bodies.get(current.body)
      if (stored !== null)
        return { current, body: stored, isDamaged: !stored.isWhole || sha256(stored.text) !== current.body.hash }
      const newest = await this.#record(current._id)
      if (newest === null || newest.body?.key === current.body.key || attempt === 3)
        return { current, body: emptyBody, isDamaged: newest !== null }
      current = newest
    }
  }

  async #ids(query: object): Promise<DocumentId[]> {
    const records = await this.#connection.documents.find(query, { projection: { _id: 1 } }).toArray()
    return records.map(({ _id }) => _id).toSorted((a, b) => a - b)
  }

  async #page<T extends object>(filter: Filter, { sort, offset, limit }: PageOptions, projection: object): Promise<T[]> {
    const [query] = queriesOf(filter)
    if (query === undefined || limit <= 0) return []
    return this.#connection.documents
      .find(query)
      .project<T>(projection)
      .sort(orderOf(sort))
      .skip(offset)
      .limit(Math.min(limit, mostRows))
      .toArray()
  }

  /** For filters that take several queries: sorted here. */
  async #sortedIds(filter: Filter, sort: DocumentSort): Promise<DocumentId[]> {
    const order = orderOf(sort)
    const rows: DocumentRecord[] = []
    for (const query of queriesOf(filter)) {
      rows.push(
        ...(await this.#connection.documents
          .find(query)
          .project<DocumentRecord>(Object.fromEntries(order.map(([field]) => [field, 1])))
          .toArray()),
      )
    }
    return rows.toSorted(compareBy(order)).map(({ _id }) => _id)
  }

  async #indexable(records: readonly DocumentRecord[]): Promise<IndexableDocument[]> {
    const found: IndexableDocument[] = []
    for (const record of records) {
      const { current, body } = await this.#body(record)
      found.push({
        id: current._id,
        title: current.title,
        text: body.text,
        headings: body.headings,
        tags: visibleTags(current.tags),
        author: current.author,
        sourceLabel: current.sourceLabel,
      })
    }
    return found
  }

  async #wikiLinks({ _id, wikiLinks }: DocumentRecord): Promise<Document['wikiLinks']> {
    if (wikiLinks.length === 0) return []
    const owners = new Map<string, DocumentId>()
    const note = (fold: string, id: DocumentId): void => {
      if (id !== _id && id < (owners.get(fold) ?? Infinity)) owners.set(fold, id)
    }
    for (const folds of pagesOf([...new Set(wikiLinks.map(foldWord))])) {
      const query = { isTrashed: false, $or: [{ titleFold: { $in: folds } }, { nameFolds: { $in: folds } }] }
      const records = await this.#connection.documents.find(query, { projection: { titleFold: 1, nameFolds: 1 } }).toArray()
      for (const record of records) for (const fold of [record.titleFold, ...record.nameFolds]) note(fold, record._id)
    }
    return wikiLinks.map((target) => ({ target, documentId: owners.get(foldWord(target)) ?? null }))
  }

  async #backlinks({ _id, titleFold, nameFolds }: DocumentRecord): Promise<Document['backlinks']> {
    const names = [titleFold, ...nameFolds].slice(0, 500)
    const records = await this.#connection.documents
      .find({ isTrashed: false, wikiFolds: { $in: names } }, { projection: { title: 1 } })
      .sort({ titleFold: 1, _id: 1 })
      .limit(mostBacklinks + 1)
      .toArray()
    return records
      .filter((record) => record._id !== _id)
      .slice(0, mostBacklinks)
      .map((record) => ({ documentId: record._id, title: record.title }))
  }
}

/** False for what is left of a removed document. */
export function isThere(record: Partial<DocumentRecord>): boolean {
  return record.kind !== undefined
}

/** What is left of a removed document has no such field at all. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

function knownOf(record: DocumentRecord, source: DocumentRecord['sources'][number]): KnownSource {
  return {
    documentId: record._id,
    contentHash: record.contentHash,
    fingerprint: source.fingerprint,
    status: record.status,
    isTrashed: record.trashedAt !== null,
    importedAt: record.importedAt,
    updatedAt: record.updatedAt,
  }
}

const damaged = {
  code: 'library-damaged',
  message: 'The stored text is not what was once stored: the disk may be failing',
  advice: 'Read the item again from its original, and check the disk',
}
