import type { Document, DocumentId, DocumentSummary, Source } from '../../../shared/model/document.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { Facets } from '../../../shared/model/library.ts'
import type {
  DocumentChanges,
  DocumentSort,
  DocumentState,
  DocumentStore,
  Fingerprint,
  ImportedDocument,
  ImportOutcome,
  ImportResult,
  IndexableDocument,
  KnownSource,
  PutImportedOptions,
  Selection,
  StatusCounts,
  UnreadableDocument,
} from '../library-store.ts'
import type { Bodies } from './bodies.ts'
import {
  hidePair,
  purgeDocuments,
  putStates,
  restoreDocuments,
  stateOf,
  trashDocuments,
  unhidePairs,
  updateDocuments,
} from './document-marks.ts'
import { DocumentReader, isThere } from './document-reader.ts'
import { DocumentWriter } from './document-writer.ts'
import { facetsOf } from './facets.ts'
import type { MongoChanges } from './mongo-changes.ts'
import { findByIds, type MongoConnection } from './mongo-connection.ts'

/** Documents in MongoDB: reading, importing and marking joined behind the port, each write as a whole. */
export class MongoDocuments implements DocumentStore {
  readonly #connection: MongoConnection
  readonly #changes: MongoChanges
  readonly #reader: DocumentReader

  constructor(connection: MongoConnection, changes: MongoChanges, bodies: Bodies) {
    this.#connection = connection
    this.#changes = changes
    this.#reader = new DocumentReader(connection, bodies)
  }

  async putImported(documents: readonly ImportedDocument[], options: PutImportedOptions = {}): Promise<ImportResult[]> {
    const put = { at: now(), isForced: options.isForced ?? false, restoresTrashed: options.restoresTrashed ?? false }
    if (documents.length === 0) return this.#connection.run(async () => [])
    return this.#changes.commit(async (unit) => {
      const sources = documents.map(({ source }) => source)
      const writer = await DocumentWriter.prepare(
        unit,
        sources,
        documents.map(({ contentHash }) => contentHash),
      )
      const results: ImportResult[] = []
      for (const document of documents) results.push(await writer.put(document, put))
      return results
    })
  }

  async putUnreadable(documents: readonly UnreadableDocument[]): Promise<ImportResult[]> {
    const at = now()
    if (documents.length === 0) return this.#connection.run(async () => [])
    return this.#changes.commit(async (unit) => {
      const writer = await DocumentWriter.prepare(
        unit,
        documents.map(({ source }) => source),
        [],
      )
      return documents.map((document) => writer.putUnreadable(document, at))
    })
  }

  async addSource(documentId: DocumentId, source: Source, fingerprint: Fingerprint | null): Promise<ImportOutcome> {
    return this.#changes.commit(async (unit) => {
      await unit.load([documentId])
      const writer = await DocumentWriter.prepare(unit, [source], [])
      return writer.addSource(documentId, { source, fingerprint }, now())
    })
  }

  async knownSources(sources: readonly Pick<Source, 'type' | 'location'>[]): Promise<(KnownSource | null)[]> {
    return this.#connection.read(() => this.#reader.knownSources(sources))
  }

  async findByContent(contentHash: string): Promise<DocumentId | null> {
    return this.#connection.read(() => this.#reader.findByContent(contentHash))
  }

  async get(id: DocumentId): Promise<Document | null> {
    return this.#connection.read(() => this.#reader.get(id))
  }

  async list(options: {
    filter: Filter
    sort: DocumentSort
    offset: number
    limit: number
  }): Promise<{ total: number; rows: DocumentSummary[] }> {
    return this.#connection.read(() => this.#reader.list(options))
  }

  async ids(options: { filter: Filter; sort: DocumentSort; limit: number }): Promise<DocumentId[]> {
    return this.#connection.read(() => this.#reader.ids(options))
  }

  async summaries(ids: readonly DocumentId[]): Promise<DocumentSummary[]> {
    return this.#connection.read(() => this.#reader.summaries(ids))
  }

  async texts(ids: readonly DocumentId[]): Promise<Map<DocumentId, string>> {
    return this.#connection.read(() => this.#reader.texts(ids))
  }

  async count(filter: Filter): Promise<number> {
    return this.#connection.read(() => this.#reader.count(filter))
  }

  async facets(filter: Filter): Promise<Facets> {
    return this.#connection.read(() => facetsOf(this.#connection, filter))
  }

  async select(filter: Filter): Promise<Selection> {
    return this.#connection.read(() => this.#reader.select(filter))
  }

  async statusCounts(): Promise<StatusCounts> {
    return this.#connection.read(() => this.#reader.statusCounts())
  }

  async sources(id: DocumentId): Promise<(Source & { fingerprint: Fingerprint | null; contentHash: string | null })[]> {
    return this.#connection.read(() => this.#reader.sources(id))
  }

  async idsByTitle(title: string): Promise<DocumentId[]> {
    return this.#connection.read(() => this.#reader.idsByTitle(title))
  }

  async idsBySourceType(type: Source['type']): Promise<DocumentId[]> {
    return this.#connection.read(() => this.#reader.idsBySourceType(type))
  }

  async states(ids: readonly DocumentId[]): Promise<DocumentState[]> {
    return this.#connection.read(async () => {
      const records = (await findByIds(this.#connection.documents, ids)).filter(isThere)
      const states = new Map(records.map((record) => [record._id, stateOf(record)]))
      return ids.flatMap((id) => states.get(id) ?? [])
    })
  }

  async update(ids: readonly DocumentId[], changes: DocumentChanges, at: string): Promise<DocumentId[]> {
    return this.#changes.commit((unit) => updateDocuments(unit, ids, { changes, at }))
  }

  async trash(ids: readonly DocumentId[], at: string): Promise<DocumentId[]> {
    return this.#changes.commit((unit) => trashDocuments(unit, ids, at))
  }

  async restore(ids: readonly DocumentId[]): Promise<DocumentId[]> {
    return this.#changes.commit((unit) => restoreDocuments(unit, ids))
  }

  async putStates(states: readonly DocumentState[]): Promise<DocumentId[]> {
    return this.#changes.commit((unit) => putStates(unit, states))
  }

  async purge(ids: readonly DocumentId[]): Promise<{ removed: DocumentId[]; orphanedContent: string[] }> {
    return this.#changes.commit((unit) => purgeDocuments(unit, ids))
  }

  async trashedBefore(at: string): Promise<DocumentId[]> {
    return this.#connection.read(() => this.#reader.trashedBefore(at))
  }

  async indexable(afterId: DocumentId, limit: number): Promise<IndexableDocument[]> {
    return this.#connection.read(() => this.#reader.indexable(afterId, limit))
  }

  async indexableByIds(ids: readonly DocumentId[]): Promise<IndexableDocument[]> {
    return this.#connection.read(() => this.#reader.indexableByIds(ids))
  }

  async hideKin(documentId: DocumentId, otherId: DocumentId): Promise<boolean> {
    return this.#changes.commit(async (unit) => {
      await unit.load([documentId, otherId])
      return hidePair(unit, documentId, otherId)
    })
  }

  async unhideKin(documentId: DocumentId, otherId?: DocumentId): Promise<number> {
    return this.#changes.commit((unit) => unhidePairs(unit, documentId, otherId))
  }

  async hiddenKin(documentId: DocumentId): Promise<DocumentId[]> {
    return this.#connection.read(async () => {
      const [record] = await findByIds(this.#connection.documents, [documentId], { notKin: 1 })
      return [...(record?.notKin ?? [])]
    })
  }

  async verifyTexts(ids: readonly DocumentId[]): Promise<DocumentId[]> {
    return this.#connection.read(() => this.#reader.verifyTexts(ids))
  }
}

function now(): string {
  return new Date().toISOString()
}
