import type { Content, Link } from '../../shared/model/content.ts'
import type { DocumentKind } from '../../shared/model/document.ts'
import type { ChunkDraft } from '../library/library-store.ts'

/** What a format's reader makes of a file's bytes: text with structure, and what the file says of itself. */
export interface ParsedDocument {
  readonly title: string
  readonly text: string
  readonly content: Content
  readonly kind: DocumentKind
  readonly mediaType: string
  readonly author: string | null
  /** ISO 8601, a day or an instant. */
  readonly publishedAt: string | null
  /** As the file says it; detected from the text when it says nothing. BCP 47. */
  readonly language: string | null
  readonly tags: readonly string[]
  readonly links: readonly Link[]
  /** The original's address on the web, where the file names one. */
  readonly url: string | null
  readonly siteName: string | null
  /** Other titles by which links name it; absent where the format knows none. */
  readonly aliases?: readonly string[]
}

/** A parsed document with its chunks, as it leaves the parser process. */
export interface ParsedAndChunked extends ParsedDocument {
  readonly wordCount: number
  readonly chunks: readonly ChunkDraft[]
}

/** What goes into the parser process for one file. */
export interface ParseInput {
  readonly bytes: Uint8Array
  /** File name with its extension; decides the format together with the first bytes. */
  readonly name: string
  /** Given for texts made by the caller; it goes before the name, which says nothing then. */
  readonly mediaType?: string
  /** Given by the caller, it goes before what the file or its name says. */
  readonly title?: string
  /** For a PDF that asks for one; used once, not kept. */
  readonly password?: string
}
