import type { Document, DocumentId, DocumentStatus, DocumentSummary } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { DocumentSort, IndexableDocument, KnownSource, Selection, StatusCounts } from '../library-store.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { Source } from '../../../shared/model/document.ts'
import type { Database } from '../../platform/database.ts'
import { fingerprintOf, readText, rowToSummary, sourceOf, summaryColumns, summaryJoin } from './document-rows.ts'
import { conditionOf, isSlow, orderOf, walkConditionOf } from './filter-sql.ts'
import { readJson, readJsonOr } from './json-column.ts'

/** Up to so many documents are sorted for one page of a list. */
const mostSorted = 5_000

/** Reads documents. */
export class DocumentReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(id: DocumentId): Document | null {
    const row = this.#database.get(`SELECT ${summaryColumns}, d.page_count FROM ${summaryJoin} WHERE d.id = ?`, id)
    if (row === undefined) return null
    const stored = readText(this.#database, id)
    const summary = rowToSummary(row)
    const damage = stored.isDamaged ? damaged : summary.reason
    return {
      ...summary,
      reason: damage,
      text: stored.text,
      content: stored.content,
      sources: this.sources(id).map(({ type, location, label, url }) => ({ type, location, label, url })),
      wikiLinks: this.#wikiLinks(id),
      backlinks: this.#backlinks(id, summary.title),
      pageCount: Number(row.page_count),
    }
  }

  list(options: { filter: Filter; sort: DocumentSort; offset: number; limit: number }): {
    total: number
    rows: DocumentSummary[]
  } {
    if (!isSlow(options.filter)) {
      return { total: this.count(options.filter), rows: this.summaries(this.#page(options.filter, options)) }
    }
    const matching = this.#matching(options.filter)
    // A few are sorted; of many, the page is soon met in the order of the list
    const { isTrashed } = options.filter
    const filter =
      matching.length > mostSorted ? options.filter : { ids: matching, ...(isTrashed === undefined ? {} : { isTrashed }) }
    return { total: matching.length, rows: this.summaries(this.#page(filter, options)) }
  }

  ids({ filter, sort, limit }: { filter: Filter; sort: DocumentSort; limit: number }): DocumentId[] {
    return this.#page(filter, { sort, offset: 0, limit })
  }

  summaries(ids: readonly DocumentId[]): DocumentSummary[] {
    const rows = this.#database.all(
      `SELECT ${summaryColumns} FROM ${summaryJoin} WHERE d.id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    )
    const byId = new Map(rows.map((row) => [Number(row.id), rowToSummary(row)]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  texts(ids: readonly DocumentId[]): Map<DocumentId, string> {
    const rows = this.#database.all(
      'SELECT document_id, text FROM texts WHERE document_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    )
    return new Map(rows.map((row) => [Number(row.document_id), String(row.text)]))
  }

  count(filter: Filter): number {
    const { sql, values } = conditionOf(filter)
    return Number(this.#database.get(`SELECT count(*) AS n FROM documents AS d WHERE ${sql}`, ...values)?.n)
  }

  select(filter: Filter): Selection {
    const { sql, values } = walkConditionOf(filter)
    const rows = this.#database.lists(
      `SELECT d.id, d.first_chunk, d.last_chunk FROM documents AS d WHERE ${sql} ORDER BY d.id`,
      ...values,
    )
    const withChunks = rows.filter(([, first]) => first !== null).toSorted((a, b) => Number(a[1]) - Number(b[1]))
    const chunkRanges = new Float64Array(withChunks.length * 2)
    for (const [index, [, first, last]] of withChunks.entries()) chunkRanges.set([Number(first), Number(last)], index * 2)
    return { documentIds: Float64Array.from(rows, ([id]) => Number(id)), chunkRanges }
  }

  statusCounts(): StatusCounts {
    // Grouped in the order of the index that holds all of it
    const live = this.#database.all(
      `SELECT status, count(*) AS n, sum(chunk_count) AS chunks, sum(embedded_count) AS embedded, max(source_type = 'sample') AS has_sample
       FROM documents WHERE trashed_at IS NULL GROUP BY status`,
    )
    const trashed = this.#database.get('SELECT count(*) AS n FROM documents WHERE trashed_at IS NOT NULL')
    const sum = (key: string): number => live.reduce((total, row) => total + Number(row[key]), 0)
    const of = (status: DocumentStatus): number => Number(live.find((row) => row.status === status)?.n ?? 0)
    return {
      documents: sum('n'),
      indexed: of('indexed'),
      pending: of('pending'),
      failed: of('failed'),
      skipped: of('skipped'),
      trashed: Number(trashed?.n),
      chunks: sum('chunks'),
      embeddedChunks: sum('embedded'),
      hasSample: live.some((row) => row.has_sample === 1),
    }
  }

  sources(id: DocumentId): (Source & Pick<KnownSource, 'fingerprint' | 'contentHash'>)[] {
    return this.#database
      .all(
        'SELECT s.*, d.content_hash FROM sources AS s JOIN documents AS d ON d.id = s.document_id WHERE s.document_id = ? ORDER BY s.id',
        id,
      )
      .map((row) => ({ ...sourceOf(row), contentHash: row.content_hash === null ? null : String(row.content_hash) }))
  }

  knownSources(sources: readonly Pick<Source, 'type' | 'location'>[]): (KnownSource | null)[] {
    const sql = `SELECT s.document_id, s.size_bytes, s.modified_at_ms, d.content_hash, d.status, d.trashed_at, d.imported_at, d.updated_at
      FROM sources AS s JOIN documents AS d ON d.id = s.document_id WHERE s.type = ? AND s.location = ?`
    return sources.map(({ type, location }) => {
      const row = this.#database.get(sql, type, location)
      if (row === undefined) return null
      return {
        documentId: Number(row.document_id),
        contentHash: row.content_hash === null ? null : String(row.content_hash),
        fingerprint: fingerprintOf(row),
        status: row.status as KnownSource['status'],
        isTrashed: row.trashed_at !== null,
        importedAt: String(row.imported_at),
        updatedAt: String(row.updated_at),
      }
    })
  }

  findByContent(contentHash: string): DocumentId | null {
    const row = this.#database.get(
      'SELECT id FROM documents WHERE content_hash = ? AND has_text = 1 ORDER BY trashed_at IS NOT NULL, id LIMIT 1',
      contentHash,
    )
    return row === undefined ? null : Number(row.id)
  }

  indexable(afterId: DocumentId, limit: number): IndexableDocument[] {
    return this.#indexable('d.id > ? ORDER BY d.id LIMIT ?', afterId, limit)
  }

  indexableByIds(ids: readonly DocumentId[]): IndexableDocument[] {
    return this.#indexable('d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id', JSON.stringify(ids))
  }

  idsByTitle(title: string): DocumentId[] {
    const fold = foldWord(title)
    return this.#database
      .all(
        `SELECT id FROM documents WHERE title_fold = ?1 AND trashed_at IS NULL
         UNION SELECT s.document_id FROM sources AS s JOIN documents AS d ON d.id = s.document_id WHERE s.name_fold = ?1 AND d.trashed_at IS NULL ORDER BY 1`,
        fold,
      )
      .map((row) => Number(row.id))
  }

  /** In no order. */
  #matching(filter: Filter): DocumentId[] {
    const { sql, values } = conditionOf(filter)
    return this.#database.lists(`SELECT d.id FROM documents AS d WHERE ${sql}`, ...values).map(([id]) => Number(id))
  }

  /** Ids only, so that sorting touches narrow rows. */
  #page(filter: Filter, { sort, offset, limit }: { sort: DocumentSort; offset: number; limit: number }): DocumentId[] {
    const { sql, values } = conditionOf(filter)
    return this.#database
      .lists(`SELECT d.id FROM documents AS d WHERE ${sql} ORDER BY ${orderOf(sort)} LIMIT ? OFFSET ?`, ...values, limit, offset)
      .map(([id]) => Number(id))
  }

  #indexable(where: string, ...values: (string | number)[]): IndexableDocument[] {
    const rows = this.#database.all(
      `SELECT d.id, d.title, d.author, d.source_label, t.text, t.headings,
         (SELECT json_group_array(g.tag) FROM tags AS g WHERE g.document_id = d.id AND g.is_removed = 0) AS tags
       -- The plus keeps to the order of ids, where an index on the trash would be sorted anew for each page
       FROM documents AS d JOIN texts AS t ON t.document_id = d.id WHERE +d.trashed_at IS NULL AND d.has_text = 1 AND ${where}`,
      ...values,
    )
    return rows.map((row) => ({
      id: Number(row.id),
      title: String(row.title),
      text: String(row.text),
      headings: readJsonOr<string[]>(row.headings, []),
      tags: readJson(row.tags) as string[],
      author: row.author === null ? null : String(row.author),
      sourceLabel: String(row.source_label),
    }))
  }

  #wikiLinks(id: DocumentId): Document['wikiLinks'] {
    return this.#database
      .all("SELECT target FROM links WHERE document_id = ? AND kind = 'wiki' ORDER BY target", id)
      .map((row) => {
        const target = String(row.target)
        return { target, documentId: this.idsByTitle(target).find((other) => other !== id) ?? null }
      })
  }

  #backlinks(id: DocumentId, title: string): Document['backlinks'] {
    const rows = this.#database.all(
      `SELECT DISTINCT d.id, d.title, d.title_fold FROM links AS l JOIN documents AS d ON d.id = l.document_id
       WHERE l.kind = 'wiki' AND d.trashed_at IS NULL AND d.id <> ?1
         AND (l.target_fold = ?2 OR l.target_fold IN (SELECT name_fold FROM sources WHERE document_id = ?1)) ORDER BY d.title_fold, d.id LIMIT 200`,
      id,
      foldWord(title),
    )
    return rows.map((row) => ({ documentId: Number(row.id), title: String(row.title) }))
  }
}

const damaged = {
  code: 'library-damaged',
  message: 'The stored text is not what was once stored: the disk may be failing',
  advice: 'Read the item again from its original, and check the disk',
}
