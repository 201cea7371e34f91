import type { DocumentId, Source } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { Database } from '../../platform/database.ts'
import type { Fingerprint } from '../library-store.ts'

export interface PutSourceResult {
  readonly isNew: boolean
  /** What lists and indexes show of the source is not what it was. */
  readonly isShownAnew: boolean
}

/** Gives a source to a document, or renews it; a source has one document only, so another one loses it. */
export function putSource(database: Database, id: DocumentId, source: Source, fingerprint: Fingerprint | null): PutSourceResult {
  const before = database.get(
    'SELECT document_id, label, url FROM sources WHERE type = ? AND location = ?',
    source.type,
    source.location,
  )
  if (before === undefined) insertSource(database, id, source, fingerprint)
  else updateSource(database, id, source, fingerprint)
  refreshSource(database, id)
  if (before !== undefined && before.document_id !== id) refreshSource(database, Number(before.document_id))
  return { isNew: before === undefined, isShownAnew: before?.label !== source.label || before.url !== source.url }
}

function insertSource(database: Database, id: DocumentId, source: Source, fingerprint: Fingerprint | null): void {
  database.run(
    `INSERT INTO sources (document_id, type, location, label, url, fold, name_fold, size_bytes, modified_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    source.type,
    source.location,
    source.label,
    source.url,
    foldOf(source),
    foldWord(stemOfName(source.location)),
    fingerprint?.sizeBytes ?? null,
    fingerprint?.modifiedAtMs ?? null,
  )
}

function updateSource(database: Database, id: DocumentId, source: Source, fingerprint: Fingerprint | null): void {
  database.run(
    `UPDATE sources SET document_id = ?, label = ?, url = ?, fold = ?, size_bytes = ?, modified_at_ms = ?
     WHERE type = ? AND location = ?`,
    id,
    source.label,
    source.url,
    foldOf(source),
    fingerprint?.sizeBytes ?? null,
    fingerprint?.modifiedAtMs ?? null,
    source.type,
    source.location,
  )
}

/** Repeats the first source in the document's row, for lists. Nothing happens when there is no source left. */
function refreshSource(database: Database, id: DocumentId): void {
  const first = database.get('SELECT type, label FROM sources WHERE document_id = ? ORDER BY id LIMIT 1', id)
  if (first === undefined) return
  database.run(
    `UPDATE documents SET source_type = ?, source_label = ?, source_fold = ?,
       source_count = (SELECT count(*) FROM sources WHERE document_id = ?4) WHERE id = ?4`,
    first.type!,
    first.label!,
    foldWord(String(first.label)),
    id,
  )
}

/** What `source:` looks in. */
function foldOf({ label, location, url }: Source): string {
  return foldWord(`${label}\n${location}\n${url ?? ''}`)
}

/** `notes/Ferry log.md` → `Ferry log`. */
function stemOfName(location: string): string {
  const name = location.split(/[\\/]/).at(-1) ?? location
  return name.replace(/\.[^.]{1,10}$/, '')
}
