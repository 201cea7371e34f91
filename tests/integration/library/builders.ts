import type { Source } from '../../../shared/model/document.ts'
import type { EmbeddingSpace } from '../../../shared/model/space.ts'
import { sha256 } from '../../../engine/platform/hash.ts'
import type { ChunkDraft, ImportedDocument, LibraryStore, UnreadableDocument } from '../../../engine/library/library-store.ts'

/** A library that a test has to itself. */
export interface OpenedLibrary {
  /** The store as it was last opened. */
  readonly store: LibraryStore
  /** Closes the store and opens the same library anew. */
  reopen(): Promise<LibraryStore>
  /** Closes the store and removes the library. */
  cleanUp(): Promise<void>
}

/** Makes an empty library. */
export type OpenLibrary = () => Promise<OpenedLibrary>

export const noon = '2026-03-01T12:00:00.000Z'
export const byDate = { by: 'date', descending: false } as const
export const byTitle = { by: 'title', descending: false } as const

type DocumentParts = Partial<Omit<ImportedDocument, 'source'>> & { readonly source?: Partial<Source> }

/**
 * A document as the parser would give it. Chunks are its paragraphs; the source is a path named after the title; the
 * content hash follows title and text, so that equal parts are equal content.
 */
export function imported(title: string, text: string, parts: DocumentParts = {}): ImportedDocument {
  const { source, ...rest } = parts
  return {
    kind: 'note',
    title,
    text,
    content: { blocks: [{ type: 'paragraph', start: 0, end: text.length }], marks: [], pages: [] },
    author: null,
    publishedAt: null,
    language: null,
    mediaType: 'text/markdown',
    tags: [],
    links: [],
    wordCount: text.split(/\s+/u).filter(Boolean).length,
    chunks: rest.chunks ?? paragraphs(text),
    fingerprint: null,
    contentHash: sha256(`${title}\n${text}`),
    ...rest,
    source: pathSource(`/notes/${title}.md`, source),
  }
}

export function pathSource(location: string, parts: Partial<Source> = {}): Source {
  return { type: 'path', location, label: 'notes', url: null, ...parts }
}

export function unreadable(
  title: string,
  parts: Partial<Omit<UnreadableDocument, 'source'>> & { readonly source?: Partial<Source> } = {},
): UnreadableDocument {
  const { source, ...rest } = parts
  return {
    kind: 'file',
    title,
    mediaType: 'application/pdf',
    status: 'failed',
    reason: { code: 'encrypted', message: 'The file is protected by a password', advice: 'Save a copy without one' },
    fingerprint: null,
    contentHash: null,
    ...rest,
    source: pathSource(`/notes/${title}.md`, source),
  }
}

/** One chunk for each paragraph of a text, as `[start, end)` without the blank line after it. */
export function paragraphs(text: string): ChunkDraft[] {
  const chunks: ChunkDraft[] = []
  let start = 0
  for (const paragraph of text.split('\n\n')) {
    const end = start + paragraph.length
    if (end > start) chunks.push({ start, end, tokenCount: 2 + Math.ceil((end - start) / 4), headings: [], page: null })
    start = end + 2
  }
  return chunks
}

export function spaceNamed(name: string, dimension = 4): Omit<EmbeddingSpace, 'id' | 'isDefault' | 'recipe'> {
  return { name, identity: `${name};mean;${dimension};normalised`, dimension, metric: 'inner-product' }
}

/** A vector that tells which chunk and space it is of. */
export function vectorOf(chunkId: number, dimension: number, salt = 0): Float32Array {
  return Float32Array.from({ length: dimension }, (_, i) => Math.fround(Math.sin(chunkId * 12.9898 + i * 78.233 + salt * 37.719)))
}

export function vectorsOf(chunkIds: readonly number[], dimension: number, salt = 0): Float32Array {
  const all = new Float32Array(chunkIds.length * dimension)
  for (const [index, id] of chunkIds.entries()) all.set(vectorOf(id, dimension, salt), index * dimension)
  return all
}

/** Stores documents and returns their ids in order. */
export async function put(store: LibraryStore, ...documents: ImportedDocument[]): Promise<number[]> {
  return (await store.documents.putImported(documents)).map((result) => result.documentId)
}

/** Stores one document and returns its id. */
export async function putOne(store: LibraryStore, title: string, text: string, parts: DocumentParts = {}): Promise<number> {
  const [id] = await put(store, imported(title, text, parts))
  return id!
}

/** Gives a vector to every chunk that waits for one in the space; returns their ids. */
export async function embedAll(store: LibraryStore, space: EmbeddingSpace, salt = 0): Promise<number[]> {
  const ids: number[] = []
  for (let after = 0; ;) {
    const chunks = await store.vectors.pending(space.id, after, 64)
    if (chunks.length === 0) return ids
    const batch = chunks.map((chunk) => chunk.id)
    await store.vectors.put(space.id, batch, vectorsOf(batch, space.dimension, salt))
    ids.push(...batch)
    after = batch.at(-1)!
  }
}

export async function chunkIds(store: LibraryStore, documentId: number): Promise<number[]> {
  return (await store.vectors.chunks(documentId)).map((chunk) => chunk.id)
}

export async function titles(store: LibraryStore, ids: readonly number[]): Promise<string[]> {
  return (await store.documents.summaries(ids)).map((summary) => summary.title)
}

/** The stored vectors as a plain map, for comparing. */
export function asMap({ chunkIds: ids, vectors }: { chunkIds: Float64Array; vectors: Float32Array }): Map<number, number[]> {
  const dimension = ids.length === 0 ? 0 : vectors.length / ids.length
  return new Map(Array.from(ids, (id, i) => [id, [...vectors.subarray(i * dimension, (i + 1) * dimension)]]))
}
