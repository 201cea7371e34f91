import { AkinError } from '../../../shared/errors.ts'
import type { DocumentId, Source } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { Database } from '../../platform/database.ts'
import { sha256 } from '../../platform/hash.ts'
import { embeddedText } from '../embedded-text.ts'
import type {
  Fingerprint,
  ImportedDocument,
  ImportOutcome,
  ImportResult,
  PutImportedOptions,
  UnreadableDocument,
} from '../library-store.ts'
import type { ChangeLog } from './change-log.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { copyMarks } from './document-marks.ts'
import { putSource } from './source-rows.ts'
import { addFileTags } from './tag-rows.ts'

export type PutOptions = Required<PutImportedOptions> & { readonly at: string }

/** A document as far as an import must know it. */
interface Owner {
  readonly id: DocumentId
  readonly contentHash: string | null
  readonly hasText: boolean
  readonly trashedAt: string | null
  readonly sourceCount: number
}

/**
 * Writes imported documents. No two documents with a text have the same content. Every method runs inside a
 * transaction of the caller.
 */
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
    const isSame = owner.contentHash === document.contentHash
    if (owner.hasText && isSame && !options.isForced) return this.#keep(owner, document, options)
    if (twin !== undefined && twin.id !== owner.id) return this.#move(owner, twin, document, options)
    if (owner.sourceCount > 1 && !isSame) return this.#split(owner, document, options)
    putSource(this.#database, owner.id, document.source, document.fingerprint)
    this.#replace(owner.id, document, options)
    this.#settleTrash(owner, options)
    return { documentId: owner.id, outcome: 'updated' }
  }

  putUnreadable(document: UnreadableDocument, at: string): ImportResult {
    const owner = this.#ownerOf(document.source)
    if (owner?.hasText === true) return { documentId: owner.id, outcome: 'unchanged' }
    const id = owner?.id ?? this.#insertRow(document, at)
    this.#setUnreadable(id, document, at)
    putSource(this.#database, id, document.source, document.fingerprint)
    this.#log.append('document', id)
    return { documentId: id, outcome: owner === undefined ? 'added' : 'updated' }
  }

  /** Gives a source to the document whose content it has. */
  addSource(id: DocumentId, source: Source, fingerprint: Fingerprint | null, at: string): ImportOutcome {
    const target = this.#owner('WHERE d.id = ?', id)
    if (target === undefined) throw new AkinError('not-found', `There is no item ${id}`)
    const owner = this.#ownerOf(source)
    if (owner !== undefined && owner.id !== id) {
      this.#moveSource(owner, target, { source, fingerprint, at })
      return 'updated'
    }
    const { isShownAnew } = putSource(this.#database, id, source, fingerprint)
    if (isShownAnew) this.#log.append('document', id)
    return 'unchanged'
  }

  #ownerOf(source: Source): Owner | undefined {
    return this.#owner(
      'JOIN sources AS s ON s.document_id = d.id WHERE s.type = ? AND s.location = ?',
      source.type,
      source.location,
    )
  }

  #withContent(contentHash: string): Owner | undefined {
    return this.#owner('WHERE d.content_hash = ? AND d.has_text = 1 ORDER BY d.id LIMIT 1', contentHash)
  }

  #owner(where: string, ...values: (string | number)[]): Owner | undefined {
    const row = this.#database.get(
      `SELECT d.id, d.content_hash, d.has_text, d.trashed_at, d.source_count FROM documents AS d ${where}`,
      ...values,
    )
    if (row === undefined) return undefined
    return {
      id: Number(row.id),
      contentHash: row.content_hash === null ? null : String(row.content_hash),
      hasText: row.has_text === 1,
      trashedAt: row.trashed_at === null ? null : String(row.trashed_at),
      sourceCount: Number(row.source_count),
    }
  }

  #add(document: ImportedDocument, options: PutOptions): ImportResult {
    const id = this.#insertRow(document, options.at)
    putSource(this.#database, id, document.source, document.fingerprint)
    this.#replace(id, document, options)
    return { documentId: id, outcome: 'added' }
  }

  /** New source, known content: one document with one more source. */
  #join(twin: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    putSource(this.#database, twin.id, document.source, document.fingerprint)
    if (options.isForced) this.#replace(twin.id, document, options)
    this.#log.append('document', twin.id)
    const isBack = this.#settleTrash(twin, options)
    return { documentId: twin.id, outcome: isBack ? 'added' : 'unchanged' }
  }

  #keep(owner: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    const { isShownAnew } = putSource(this.#database, owner.id, document.source, document.fingerprint)
    if (isShownAnew) this.#log.append('document', owner.id)
    const isBack = this.#settleTrash(owner, options)
    return { documentId: owner.id, outcome: isBack ? 'updated' : 'unchanged' }
  }

  #move(owner: Owner, twin: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    const { source, fingerprint } = document
    this.#moveSource(owner, twin, { source, fingerprint, at: options.at })
    if (options.isForced) this.#replace(twin.id, document, options)
    this.#settleTrash(twin, options)
    return { documentId: twin.id, outcome: 'updated' }
  }

  /**
   * The source now has the content of another document: it goes there, and takes along what the person made. An item
   * in sight never vanishes that way: a document in the trash that it becomes is taken out.
   */
  #moveSource(
    owner: Owner,
    target: Owner,
    { source, fingerprint, at }: { source: Source; fingerprint: Fingerprint | null; at: string },
  ): void {
    putSource(this.#database, target.id, source, fingerprint)
    copyMarks(this.#database, owner.id, target.id)
    if (owner.sourceCount > 1) this.#log.append('document', owner.id)
    else this.#remove(owner.id)
    this.#log.append('document', target.id)
    if (owner.trashedAt === null) this.#settleTrash(target, { restoresTrashed: true, at })
  }

  /** One of several sources changed: it gets a document of its own, with the person's marks. */
  #split(owner: Owner, document: ImportedDocument, options: PutOptions): ImportResult {
    const id = this.#insertRow(document, options.at)
    putSource(this.#database, id, document.source, document.fingerprint)
    copyMarks(this.#database, owner.id, id)
    this.#replace(id, document, options)
    if (!options.restoresTrashed) this.#database.run('UPDATE documents SET trashed_at = ? WHERE id = ?', owner.trashedAt, id)
    // It shows another source now
    this.#log.append('document', owner.id)
    return { documentId: id, outcome: 'updated' }
  }

  #remove(id: DocumentId): void {
    this.#log.append('removed', id, this.#chunks.rangeOf(id))
    this.#chunks.removeVectors(id)
    this.#database.run('DELETE FROM documents WHERE id = ?', id)
  }

  /** A document that was in the trash comes back if that is wanted; otherwise it stays out of the indexes. */
  #settleTrash({ id, trashedAt }: Owner, { restoresTrashed, at }: Pick<PutOptions, 'restoresTrashed' | 'at'>): boolean {
    if (trashedAt === null || !restoresTrashed) return false
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
