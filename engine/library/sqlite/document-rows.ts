import type { Content } from '../../../shared/model/content.ts'
import type { DocumentId, DocumentSummary, Reason, Source } from '../../../shared/model/document.ts'
import { sha256 } from '../../platform/hash.ts'
import type { Fingerprint } from '../library-store.ts'
import type { Database, Row } from '../../platform/database.ts'
import { readJson, readJsonOr } from './json-column.ts'

/** Columns of a summary; `rowToSummary` reads them. Tags come as a JSON array. */
export const summaryColumns = `d.id, d.kind, d.title, d.author, d.published_at, d.imported_at, d.updated_at, d.language, d.is_starred,
  d.read_at, d.trashed_at, d.word_count, d.media_type, d.status, d.reason_code, d.reason_message, d.reason_advice,
  d.chunk_count, d.embedded_count, d.source_count, s.type AS s_type, s.location AS s_location, s.label AS s_label, s.url AS s_url,
  (SELECT json_group_array(t.tag) FROM tags AS t WHERE t.document_id = d.id AND t.is_removed = 0) AS tags`

/** Joins the first source of each document. */
export const summaryJoin = 'documents AS d JOIN sources AS s ON s.id = (SELECT min(id) FROM sources WHERE document_id = d.id)'

export function rowToSummary(row: Row): DocumentSummary {
  return {
    id: Number(row.id),
    kind: row.kind as DocumentSummary['kind'],
    title: String(row.title),
    source: {
      type: row.s_type as Source['type'],
      location: String(row.s_location),
      label: String(row.s_label),
      url: textOrNull(row.s_url),
    },
    otherSources: Math.max(0, Number(row.source_count) - 1),
    author: textOrNull(row.author),
    publishedAt: textOrNull(row.published_at),
    importedAt: String(row.imported_at),
    updatedAt: String(row.updated_at),
    language: textOrNull(row.language),
    tags: (readJson(row.tags) as string[]).toSorted(),
    isStarred: row.is_starred === 1,
    readAt: textOrNull(row.read_at),
    trashedAt: textOrNull(row.trashed_at),
    wordCount: Number(row.word_count),
    mediaType: String(row.media_type),
    status: row.status as DocumentSummary['status'],
    reason: reasonOf(row),
    chunkCount: Number(row.chunk_count),
    embeddedCount: Number(row.embedded_count),
  }
}

export function reasonOf(row: Row): Reason | null {
  if (row.reason_code === null) return null
  return { code: String(row.reason_code), message: String(row.reason_message), advice: textOrNull(row.reason_advice) }
}

export function sourceOf(row: Row): Source & { fingerprint: Fingerprint | null } {
  return {
    type: row.type as Source['type'],
    location: String(row.location),
    label: String(row.label),
    url: textOrNull(row.url),
    fingerprint: fingerprintOf(row),
  }
}

export function fingerprintOf(row: Row): Fingerprint | null {
  if (row.size_bytes === null || row.modified_at_ms === null) return null
  return { sizeBytes: Number(row.size_bytes), modifiedAtMs: Number(row.modified_at_ms) }
}

export function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

export interface StoredText {
  readonly text: string
  readonly content: Content
  /** It is not what was once stored. */
  readonly isDamaged: boolean
}

const noContent: Content = { blocks: [], marks: [], pages: [] }

/** Reads a document's text with its structure and checks its hash. Empty for a document that has none or does not exist. */
export function readText(database: Database, id: DocumentId): StoredText {
  const row = database.get(
    `SELECT d.has_text, t.text, t.text_hash, t.content FROM documents AS d LEFT JOIN texts AS t ON t.document_id = d.id WHERE d.id = ?`,
    id,
  )
  if (row === undefined || row.has_text !== 1) return { text: '', content: noContent, isDamaged: false }
  if (typeof row.text !== 'string') return { text: '', content: noContent, isDamaged: true }
  const content = readJsonOr<Content | null>(row.content, null)
  const isDamaged = content === null || sha256(row.text) !== row.text_hash
  return { text: row.text, content: content ?? noContent, isDamaged }
}
