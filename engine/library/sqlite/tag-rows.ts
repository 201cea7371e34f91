import type { DocumentId } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import type { Database } from '../../platform/database.ts'

/** Makes a document's file tags those of its file; the person's own tags and removals stay. */
export function addFileTags(database: Database, id: DocumentId, tags: readonly string[]): void {
  const wanted = new Map(tags.map((tag) => [foldWord(tag), tag]))
  database.run(
    "DELETE FROM tags WHERE document_id = ? AND origin = 'file' AND fold NOT IN (SELECT value FROM json_each(?))",
    id,
    JSON.stringify([...wanted.keys()]),
  )
  for (const [fold, tag] of wanted) {
    database.run(
      `INSERT INTO tags (document_id, fold, tag, origin) VALUES (?, ?, ?, 'file')
       ON CONFLICT (document_id, fold) DO UPDATE SET tag = excluded.tag WHERE origin = 'file'`,
      id,
      fold,
      tag,
    )
  }
}

/** Adds a tag of the person's; true when the document did not have it. */
export function addUserTag(database: Database, id: DocumentId, tag: string): boolean {
  return (
    database.run(
      `INSERT INTO tags (document_id, fold, tag, origin) VALUES (?, ?, ?, 'user')
       ON CONFLICT (document_id, fold) DO UPDATE SET is_removed = 0 WHERE is_removed = 1`,
      id,
      foldWord(tag),
      tag,
    ).changes > 0
  )
}

/** Takes a tag away; a file's tag is remembered as taken away. True when the document had it. */
export function removeTag(database: Database, id: DocumentId, tag: string): boolean {
  const fold = foldWord(tag)
  const marked = database.run(
    "UPDATE tags SET is_removed = 1 WHERE document_id = ? AND fold = ? AND origin = 'file' AND is_removed = 0",
    id,
    fold,
  )
  const deleted = database.run("DELETE FROM tags WHERE document_id = ? AND fold = ? AND origin = 'user'", id, fold)
  return marked.changes + deleted.changes > 0
}

/** Gives a document the person's tags of another, and what the person took away from its file tags. */
export function copyUserTags(database: Database, from: DocumentId, to: DocumentId): void {
  database.run(
    `INSERT INTO tags (document_id, fold, tag, origin, is_removed)
     SELECT ?, fold, tag, origin, is_removed FROM tags WHERE document_id = ? AND (origin = 'user' OR is_removed = 1)
     ON CONFLICT (document_id, fold) DO UPDATE SET
       is_removed = min(is_removed, excluded.is_removed),
       origin = CASE WHEN 'user' IN (origin, excluded.origin) THEN 'user' ELSE 'file' END`,
    to,
    from,
  )
}

export function tagsOf(database: Database, id: DocumentId): string[] {
  return database
    .all('SELECT tag FROM tags WHERE document_id = ? AND is_removed = 0 ORDER BY tag', id)
    .map((row) => String(row.tag))
}
