import type { DocumentId } from '../../../shared/model/document.ts'
import type { DocumentChanges, DocumentState } from '../library-store.ts'
import type { ChangeLog } from './change-log.ts'
import { ChunkWriter } from './chunk-writer.ts'
import type { Database } from '../../platform/database.ts'
import { textOrNull } from './document-rows.ts'
import { addUserTag, copyUserTags, removeTag, tagsOf } from './tag-rows.ts'

/** What the person does to documents: tags, stars, read marks, the trash. Runs inside a transaction of the caller. */
export class DocumentMarks {
  readonly #database: Database
  readonly #log: ChangeLog
  readonly #chunks: ChunkWriter

  constructor(database: Database, log: ChangeLog) {
    this.#database = database
    this.#log = log
    this.#chunks = new ChunkWriter(database)
  }

  states(ids: readonly DocumentId[]): DocumentState[] {
    return ids.flatMap((id) => {
      const row = this.#database.get('SELECT is_starred, read_at, trashed_at FROM documents WHERE id = ?', id)
      if (row === undefined) return []
      return {
        id,
        tags: tagsOf(this.#database, id),
        isStarred: row.is_starred === 1,
        readAt: textOrNull(row.read_at),
        trashedAt: textOrNull(row.trashed_at),
      }
    })
  }

  update(ids: readonly DocumentId[], changes: DocumentChanges, at: string): DocumentId[] {
    return ids.filter((id) => this.#exists(id) && this.#updateOne(id, changes, at))
  }

  trash(ids: readonly DocumentId[], at: string): DocumentId[] {
    return ids.filter((id) => {
      const isChanged =
        this.#database.run('UPDATE documents SET trashed_at = ? WHERE id = ? AND trashed_at IS NULL', at, id).changes > 0
      if (isChanged) this.#log.append('removed', id, this.#chunks.rangeOf(id))
      return isChanged
    })
  }

  restore(ids: readonly DocumentId[]): DocumentId[] {
    return ids.filter((id) => {
      const isChanged =
        this.#database.run('UPDATE documents SET trashed_at = NULL WHERE id = ? AND trashed_at IS NOT NULL', id).changes > 0
      if (isChanged) this.#logReturn(id)
      return isChanged
    })
  }

  putStates(states: readonly DocumentState[]): DocumentId[] {
    return states.filter((state) => this.#exists(state.id)).map((state) => this.#putState(state))
  }

  purge(ids: readonly DocumentId[]): { removed: DocumentId[]; orphanedContent: string[] } {
    const removed: DocumentId[] = []
    const hashes = new Set<string>()
    for (const id of ids) {
      const row = this.#database.get('SELECT content_hash FROM documents WHERE id = ? AND trashed_at IS NOT NULL', id)
      if (row === undefined) continue
      if (row.content_hash !== null) hashes.add(String(row.content_hash))
      this.#log.append('removed', id, this.#chunks.rangeOf(id))
      this.#chunks.removeVectors(id)
      this.#database.run('DELETE FROM documents WHERE id = ?', id)
      removed.push(id)
    }
    const isOrphaned = (hash: string): boolean =>
      this.#database.get('SELECT 1 AS x FROM documents WHERE content_hash = ? LIMIT 1', hash) === undefined
    return { removed, orphanedContent: [...hashes].filter(isOrphaned) }
  }

  #updateOne(id: DocumentId, changes: DocumentChanges, at: string): boolean {
    let isIndexed = false
    for (const tag of changes.addTags ?? []) isIndexed = addUserTag(this.#database, id, tag) || isIndexed
    for (const tag of changes.removeTags ?? []) isIndexed = removeTag(this.#database, id, tag) || isIndexed
    let isChanged = isIndexed
    if (changes.isStarred !== undefined) {
      const starred = changes.isStarred ? 1 : 0
      isChanged =
        this.#database.run('UPDATE documents SET is_starred = ? WHERE id = ? AND is_starred <> ?', starred, id, starred).changes >
          0 || isChanged
    }
    if (changes.isRead !== undefined) {
      const sql = changes.isRead
        ? 'UPDATE documents SET read_at = ? WHERE id = ? AND read_at IS NULL'
        : 'UPDATE documents SET read_at = NULL WHERE ?1 IS NOT NULL AND id = ?2 AND read_at IS NOT NULL'
      isChanged = this.#database.run(sql, at, id).changes > 0 || isChanged
    }
    // Every write has its number, though only tags are in the indexes
    if (isChanged) this.#log.append('document', id)
    return isChanged
  }

  #putState({ id, tags, isStarred, readAt, trashedAt }: DocumentState): DocumentId {
    const now = tagsOf(this.#database, id)
    for (const tag of now.filter((one) => !tags.includes(one))) removeTag(this.#database, id, tag)
    for (const tag of tags.filter((one) => !now.includes(one))) addUserTag(this.#database, id, tag)
    this.#database.run(
      'UPDATE documents SET is_starred = ?, read_at = ?, trashed_at = ? WHERE id = ?',
      isStarred ? 1 : 0,
      readAt,
      trashedAt,
      id,
    )
    if (trashedAt === null) this.#logReturn(id)
    else this.#log.append('removed', id, this.#chunks.rangeOf(id))
    return id
  }

  #logReturn(id: DocumentId): void {
    this.#log.append('document', id)
    const range = this.#chunks.rangeOf(id)
    if (range !== null) this.#log.append('vectors', id, range)
  }

  #exists(id: DocumentId): boolean {
    return this.#database.get('SELECT 1 AS x FROM documents WHERE id = ?', id) !== undefined
  }
}

/** Gives a document what the person made of another: tags, star, read mark and hidden kin. */
export function copyMarks(database: Database, from: DocumentId, to: DocumentId): void {
  copyUserTags(database, from, to)
  database.run(
    `UPDATE documents AS d SET is_starred = max(d.is_starred, o.is_starred), read_at = coalesce(d.read_at, o.read_at)
     FROM (SELECT is_starred, read_at FROM documents WHERE id = ?) AS o WHERE d.id = ?`,
    from,
    to,
  )
  database.run(
    `INSERT INTO not_kin (low_id, high_id) SELECT min(other, ?2), max(other, ?2)
     FROM (SELECT high_id AS other FROM not_kin WHERE low_id = ?1 UNION SELECT low_id FROM not_kin WHERE high_id = ?1)
     WHERE other <> ?2 ON CONFLICT DO NOTHING`,
    from,
    to,
  )
}
