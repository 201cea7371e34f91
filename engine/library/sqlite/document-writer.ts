import type { DocumentId } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import { embeddedText } from '../embedded-text.ts'
import { sha256 } from '../../platform/hash.ts'
import type { Fingerprint, ImportedDocument, ImportResult, PutImportedOptions, UnreadableDocument } from '../library-store.ts'
import type { Source } from '../../../shared/model/document.ts'
import type { ChangeLog } from './change-log.ts'
import type { Database } from '../../platform/database.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { addFileTags } from './tag-rows.ts'

export type PutOptions = Required<PutImportedOptions> & { readonly at: string }

interface Owner {
  readonly id: DocumentId
  readonly contentHash: string | null
  readonly hasText: boolean
  readonly isTrashed: boolean
  readonly sourceCount: number
}

/** Writes imported documents. Every method runs inside a transaction of the caller. */
export class DocumentWriter {
  readonly #database: Database
  readonly #log: ChangeLog
  readonly #chunks: ChunkWriter

  constructor(database: Database, log: ChangeLog) {
    this.#database = database
    this.#log = log
    this.#chunks = new ChunkWriter(database)
  }

  put(document: ImportedDocument, options: PutOptions): ImportResult {
    const owner = this.#ownerOf(document.source)
    const twin = this.#withContent(document.contentHash)
    if (owner === undefined) return twin === undefined ? this.#add(document, options) : this.#join(twin, document, options)
    if (owner.hasText && owner.contentHash === document.contentHash && !options.isForced)
      return this.#keep(owner, document, options)
    if (twin !== undefined && twin.id !== owner.id) return this.#move(owner, twin, document, options)
    if (owner.sourceCount > 1 && owner.contentHash !== document.contentHash) return this.#split(owner, document, options)
    this.#replace(owner.id, document, options)
    this.#settleTrash(owner, options)
    return { documentId: owner.id, outcome: 'updated' }
  }

  putUnreadable(document: UnreadableDocument, at: string): ImportResult {
    const owner = this.#ownerOf(document.source)
    if (owner?.hasText === true) return { documentId: owner.id, outcome: 'unchanged' }
    if (owner !== undefined) {
      this.#setUnreadable(owner.id, document, at)
      return { documentId: owner.id, outcome: 'updated' }
    }
    const id = this.#insertRow(document, at)
    this.#setUnreadable(id, document, at)
    this.addSource(id, document.source, document.fingerprint)
    return { documentId: id, outcome: 'added' }
  }

  /** Adds or renews a source of a document; true when it is new. */
  addSource(id: DocumentId, source: Source, fingerprint: Fingerprint | null): boolean {
    const { changes } = this.#database.run(
      `INSERT INTO sources (document_id, type, location, label, url, fold, name_fold, size_bytes, modified_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (type, location) DO NOTHING`,
      id,
      source.type,
      source.location,
      source.label,
      source.url,
      foldWord(`${source.label}\n${source.location}\n${source.url ?? ''}`),
      foldWord(stemOfName(source.location)),
      fingerprint?.sizeBytes ?? null,
      fingerprint?.modifiedAtMs ?? null,
    )
    if (changes === 0) this.#renewSource(id, source, fingerprint)
    this.refreshSource(id)
    return changes > 0
  }

  /** Repeats the first source in the document's row, for lists. */
  refreshSource(id: DocumentId): void {
    this.#database.run(
      `UPDATE documents SET
         source_count = (SELECT count(*) FROM sources WHERE document_id = documents.id),
         (source_type, source_label) = (SELECT type, label FROM sources WHERE document_id = documents.id ORDER BY id LIMIT 1)
       WHERE id = ?1 AND EXISTS (SELECT 1 FROM sources WHERE document_id = ?1)`,
      id,
    )
    const label = this.#database.get('SELECT source_label FROM documents WHERE id = ?', id)?.source_label
    if (label !== undefined) this.#database.run('UPDATE documents SET source_fold = ? WHERE id = ?', foldWord(String(label)), id)
  }

  #renewSource(id: DocumentId, source: Source, fingerprint: Fingerprint | null): void {
    this.#database.run(
      'UPDATE sources SET document_id = ?, label = ?, url = ?, fold = ?, size_bytes = ?, modified_at_ms = ? WHERE type = ? AND location = ?',
      id,
      source.label,
      source.url,
      foldWord(`${source.label}\n${source.location}\n${source.url ?? ''}`),
      fingerprint?.sizeBytes ?? null,
      fingerprint?.modifiedAtMs ?? null,
      source.type,
      source.location,
    )
  }

  #ownerOf(source: Source): Owner | undefined {
    return this.#owner(
      'JOIN sources AS s ON s.document_id = d.id WHERE s.type = ? AND s.location = ?',
      source.type,
      source.location,
    )
  }

  #withContent(contentHash: string): Owner | undefined {
    return this.#owner('WHERE d.content_hash = ? AND d.has_text = 1 ORDER BY d.trashed_at IS NOT NULL, d.id LIMIT 1', contentHash)
  }

  #owner(where: string, ...values: string[]): Owner | undefined {
    const row = this.#database.get(
      `SELECT d.id, d.content_hash, d.has_text, d.trashed_at, d.source_count FROM documents AS d ${where}`,
      ...values,
    )
    if (row === undefined) return undefined
    return {
      id: Number(row.id),
      contentHash: row.content_hash === null ? null : String(row.content_hash),
      hasText: row.has_text === 1,
      isTrashed: row.trashed_at !== null,
      sourceCount: Number(row.source_count),
    }
  }

  #add(document: ImportedDocument, options: PutOptions): ImportResult {
    const id = this.#insertRow(document, options.at)
    this.addSource(id, document.source, document.fingerprint)
    this.#replace(id, document, options)
    return { documentId: id, outcome: 'added' }
  }

  /** New source, known content: one document with one more source. */
  #join(twin: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    this.addSource(twin.id, document.source, document.fingerprint)
    if (options.isForced) this.#replace(twin.id, document, options)
    this.#log.append('document', twin.id)
    const isBack = this.#settleTrash(twin, options)
    return { documentId: twin.id, outcome: isBack ? 'added' : 'unchanged' }
  }

  #keep(owner: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    this.#renewSource(owner.id, document.source, document.fingerprint)
    const isBack = this.#settleTrash(owner, options)
    return { documentId: owner.id, outcome: isBack ? 'updated' : 'unchanged' }
  }

  /** The source now has the content of another document: it goes there, and takes along what the person made. */
  #move(owner: Owner, twin: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    this.addSource(twin.id, document.source, document.fingerprint)
    this.#copyMarks(owner.id, twin.id)
    if (owner.sourceCount > 1) this.refreshSource(owner.id)
    else this.#remove(owner.id)
    if (options.isForced) this.#replace(twin.id, document, options)
    this.#log.append('document', twin.id)
    this.#settleTrash(twin, options)
    return { documentId: twin.id, outcome: 'updated' }
  }

  /** One of several sources changed: it gets a document of its own, with the person's marks. */
  #split(owner: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    const id = this.#insertRow(document, options.at)
    this.addSource(id, document.source, document.fingerprint)
    this.refreshSource(owner.id)
    this.#copyMarks(owner.id, id)
    this.#replace(id, document, options)
    return { documentId: id, outcome: 'updated' }
  }

  #copyMarks(from: DocumentId, to: DocumentId): void {
    this.#database.run(
      `INSERT INTO tags (document_id, fold, tag, origin, is_removed)
       SELECT ?, fold, tag, origin, is_removed FROM tags WHERE document_id = ? AND (origin = 'user' OR is_removed = 1)
       ON CONFLICT (document_id, fold) DO UPDATE SET is_removed = min(is_removed, excluded.is_removed)`,
      to,
      from,
    )
    this.#database.run(
      `UPDATE documents SET is_starred = max(is_starred, o.is_starred), read_at = coalesce(documents.read_at, o.read_at)
       FROM (SELECT is_starred, read_at FROM documents WHERE id = ?) AS o WHERE documents.id = ?`,
      from,
      to,
    )
  }

  #remove(id: DocumentId): void {
    this.#log.append('removed', id, this.#chunks.rangeOf(id))
    this.#chunks.removeVectors(id)
    this.#database.run('DELETE FROM documents WHERE id = ?', id)
  }

  /** A document that was in the trash comes back if that is wanted; otherwise it stays out of the indexes. */
  #settleTrash({ id, isTrashed }: Owner, { restoresTrashed, at }: PutOptions): boolean {
    if (!isTrashed || !restoresTrashed) return false
    this.#database.run('UPDATE documents SET trashed_at = NULL, updated_at = ? WHERE id = ?', at, id)
    this.#log.append('document', id)
    const range = this.#chunks.rangeOf(id)
    if (range !== null) this.#log.append('vectors', id, range)
    return true
  }

  #insertRow(document: ImportedDocument | UnreadableDocument, at: string): DocumentId {
    return this.#database.run(
      `INSERT INTO documents (kind, title, title_fold, imported_at, updated_at, sort_date, media_type, status, source_type, source_label, source_fold)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`,
      document.kind,
      document.title,
      foldWord(document.title),
      at,
      at,
      at,
      document.mediaType,
      document.source.type,
      document.source.label,
      foldWord(document.source.label),
    ).lastId
  }

  #setUnreadable(id: DocumentId, document: UnreadableDocument, at: string): void {
    this.#database.run(
      `UPDATE documents SET title = ?, title_fold = ?, media_type = ?, kind = ?, status = ?, reason_code = ?, reason_message = ?, reason_advice = ?,
         content_hash = ?, updated_at = ? WHERE id = ?`,
      document.title,
      foldWord(document.title),
      document.mediaType,
      document.kind,
      document.status,
      document.reason.code,
      document.reason.message,
      document.reason.advice,
      document.contentHash,
      at,
      id,
    )
    this.#log.append('document', id)
  }

  /** Gives a document its text, chunks, links and file tags anew; chunks whose text stays keep their vectors. */
  #replace(id: DocumentId, document: ImportedDocument, { at }: PutOptions): void {
    const old = this.#chunks.rangeOf(id)
    if (old !== null) this.#log.append('removed', id, old)
    this.#updateRow(id, document, at)
    this.#writeText(id, document)
    this.#writeLinks(id, document)
    addFileTags(this.#database, id, document.tags)
    const range = this.#chunks.replace(
      id,
      document.chunks.map((chunk, ordinal) => ({
        ...chunk,
        embedHash: sha256(embeddedText(document.title, document.text, { ...chunk, ordinal })),
      })),
    )
    this.addSource(id, document.source, document.fingerprint)
    this.#log.append('document', id)
    // Only a text that stood there before can have left vectors behind
    if (range !== null && old !== null) this.#log.append('vectors', id, range)
  }

  #updateRow(id: DocumentId, document: ImportedDocument, at: string): void {
    this.#database.run(
      `UPDATE documents SET kind = ?, title = ?, title_fold = ?, author = ?, author_fold = ?, published_at = ?, updated_at = ?,
         sort_date = coalesce(?, imported_at), language = ?, word_count = ?, media_type = ?, content_hash = ?, has_text = 1,
         page_count = ?, reason_code = NULL, reason_message = NULL, reason_advice = NULL WHERE id = ?`,
      document.kind,
      document.title,
      foldWord(document.title),
      document.author,
      document.author === null ? null : foldWord(document.author),
      document.publishedAt,
      at,
      document.publishedAt,
      document.language,
      document.wordCount,
      document.mediaType,
      document.contentHash,
      document.content.pages.length,
      id,
    )
  }

  #writeText(id: DocumentId, { text, content }: ImportedDocument): void {
    const headings = content.blocks.filter((block) => block.type === 'heading').map(({ start, end }) => text.slice(start, end))
    this.#database.run(
      `INSERT INTO texts (document_id, text, text_hash, content, headings) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (document_id) DO UPDATE SET text = excluded.text, text_hash = excluded.text_hash, content = excluded.content, headings = excluded.headings`,
      id,
      text,
      sha256(text),
      JSON.stringify(content),
      JSON.stringify(headings),
    )
  }

  #writeLinks(id: DocumentId, { links }: ImportedDocument): void {
    this.#database.run('DELETE FROM links WHERE document_id = ?', id)
    for (const link of links) {
      this.#database.run(
        'INSERT INTO links (document_id, kind, target, target_fold) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        id,
        link.kind,
        link.target,
        foldWord(link.target),
      )
    }
  }
}

/** `notes/Ferry log.md` → `Ferry log`. */
function stemOfName(location: string): string {
  const name = location.split(/[\\/]/).at(-1) ?? location
  return name.replace(/\.[^.]{1,10}$/, '')
}
