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
import type { ChangeLog } from './change-log.ts'
import type { Database } from '../../platform/database.ts'
import { DocumentMarks } from './document-marks.ts'
import { DocumentReader } from './document-reader.ts'
import { readText } from './document-rows.ts'
import { DocumentWriter } from './document-writer.ts'
import { facetsOf } from './facets.ts'

/** Documents in SQLite: reading, importing and marking joined behind the port, each write in one transaction. */
export class SqliteDocuments implements DocumentStore {
  readonly #database: Database
  readonly #log: ChangeLog
  readonly #reader: DocumentReader
  readonly #writer: DocumentWriter
  readonly #marks: DocumentMarks

  constructor(database: Database, log: ChangeLog) {
    this.#database = database
    this.#log = log
    this.#reader = new DocumentReader(database)
    this.#writer = new DocumentWriter(database, log)
    this.#marks = new DocumentMarks(database, log)
  }

  async putImported(documents: readonly ImportedDocument[], options: PutImportedOptions = {}): Promise<ImportResult[]> {
    const put = { at: now(), isForced: options.isForced ?? false, restoresTrashed: options.restoresTrashed ?? false }
    return this.#log.commit(() => documents.map((document) => this.#writer.put(document, put)))
  }

  async putUnreadable(documents: readonly UnreadableDocument[]): Promise<ImportResult[]> {
    const at = now()
    return this.#log.commit(() => documents.map((document) => this.#writer.putUnreadable(document, at)))
  }

  async addSource(documentId: DocumentId, source: Source, fingerprint: Fingerprint | null): Promise<ImportOutcome> {
    return this.#log.commit(() => this.#writer.addSource(documentId, source, fingerprint, now()))
  }

  async knownSources(sources: readonly Pick<Source, 'type' | 'location'>[]): Promise<(KnownSource | null)[]> {
    return this.#reader.knownSources(sources)
  }

  async findByContent(contentHash: string): Promise<DocumentId | null> {
    return this.#reader.findByContent(contentHash)
  }

  async get(id: DocumentId): Promise<Document | null> {
    return this.#reader.get(id)
  }

  async list(options: {
    filter: Filter
    sort: DocumentSort
    offset: number
    limit: number
  }): Promise<{ total: number; rows: DocumentSummary[] }> {
    return this.#reader.list(options)
  }

  async ids(options: { filter: Filter; sort: DocumentSort; limit: number }): Promise<DocumentId[]> {
    return this.#reader.ids(options)
  }

  async summaries(ids: readonly DocumentId[]): Promise<DocumentSummary[]> {
    return this.#reader.summaries(ids)
  }

  async texts(ids: readonly DocumentId[]): Promise<Map<DocumentId, string>> {
    return this.#reader.texts(ids)
  }

  async count(filter: Filter): Promise<number> {
    return this.#reader.count(filter)
  }

  async facets(filter: Filter): Promise<Facets> {
    return facetsOf(this.#database, filter)
  }

  async select(filter: Filter): Promise<Selection> {
    return this.#reader.select(filter)
  }

  async statusCounts(): Promise<StatusCounts> {
    return this.#reader.statusCounts()
  }

  async sources(id: DocumentId): Promise<(Source & { fingerprint: Fingerprint | null; contentHash: string | null })[]> {
    return this.#reader.sources(id)
  }

  async idsByTitle(title: string): Promise<DocumentId[]> {
    return this.#reader.idsByTitle(title)
  }

  async idsBySourceType(type: Source['type']): Promise<DocumentId[]> {
    const sql = `SELECT d.id FROM documents AS d WHERE EXISTS (SELECT 1 FROM sources WHERE document_id = d.id AND type = ?1)
      AND NOT EXISTS (SELECT 1 FROM sources WHERE document_id = d.id AND type <> ?1) ORDER BY d.id`
    return this.#database.all(sql, type).map((row) => Number(row.id))
  }

  async states(ids: readonly DocumentId[]): Promise<DocumentState[]> {
    return this.#marks.states(ids)
  }

  async update(ids: readonly DocumentId[], changes: DocumentChanges, at: string): Promise<DocumentId[]> {
    return this.#log.commit(() => this.#marks.update(ids, changes, at))
  }

  async trash(ids: readonly DocumentId[], at: string): Promise<DocumentId[]> {
    return this.#log.commit(() => this.#marks.trash(ids, at))
  }

  async restore(ids: readonly DocumentId[]): Promise<DocumentId[]> {
    return this.#log.commit(() => this.#marks.restore(ids))
  }

  async putStates(states: readonly DocumentState[]): Promise<DocumentId[]> {
    return this.#log.commit(() => this.#marks.putStates(states))
  }

  async purge(ids: readonly DocumentId[]): Promise<{ removed: DocumentId[]; orphanedContent: string[] }> {
    return this.#log.commit(() => this.#marks.purge(ids))
  }

  async trashedBefore(at: string): Promise<DocumentId[]> {
    return this.#database.all('SELECT id FROM documents WHERE trashed_at < ? ORDER BY id', at).map((row) => Number(row.id))
  }

  async indexable(afterId: DocumentId, limit: number): Promise<IndexableDocument[]> {
    return this.#reader.indexable(afterId, limit)
  }

  async indexableByIds(ids: readonly DocumentId[]): Promise<IndexableDocument[]> {
    return this.#reader.indexableByIds(ids)
  }

  async hideKin(documentId: DocumentId, otherId: DocumentId): Promise<boolean> {
    if (documentId === otherId) return false
    const [low, high] = [Math.min(documentId, otherId), Math.max(documentId, otherId)]
    const sql = `INSERT INTO not_kin (low_id, high_id) SELECT ?1, ?2
      WHERE EXISTS (SELECT 1 FROM documents WHERE id = ?1) AND EXISTS (SELECT 1 FROM documents WHERE id = ?2) ON CONFLICT DO NOTHING`
    return this.#database.transaction(() => this.#database.run(sql, low, high).changes > 0)
  }

  async unhideKin(documentId: DocumentId, otherId?: DocumentId): Promise<number> {
    const sql =
      otherId === undefined
        ? 'DELETE FROM not_kin WHERE low_id = ?1 OR high_id = ?1'
        : 'DELETE FROM not_kin WHERE low_id = min(?1, ?2) AND high_id = max(?1, ?2)'
    const values = otherId === undefined ? [documentId] : [documentId, otherId]
    return this.#database.transaction(() => this.#database.run(sql, ...values).changes)
  }

  async hiddenKin(documentId: DocumentId): Promise<DocumentId[]> {
    return this.#database
      .all(
        'SELECT high_id AS id FROM not_kin WHERE low_id = ?1 UNION SELECT low_id FROM not_kin WHERE high_id = ?1 ORDER BY 1',
        documentId,
      )
      .map((row) => Number(row.id))
  }

  async verifyTexts(ids: readonly DocumentId[]): Promise<DocumentId[]> {
    return ids.filter((id) => readText(this.#database, id).isDamaged)
  }
}

function now(): string {
  return new Date().toISOString()
}
