import type { ParsedDocument, ParseInput } from '../parse-result.ts'

/** A file on its way to a reader. */
export interface FormatInput extends ParseInput {
  /** Of the name, lower case, without the dot; empty when it has none. */
  readonly extension: string
}

/**
 * One kind of file that can be read. A new format is one file that exports one of these, and its line in `registry.ts`.
 * `read` loads what it needs when it is called, so that a process that reads notes never loads the PDF library.
 */
export interface Format {
  /** What a person calls it: "PDF". */
  readonly name: string
  /** Lower case, without the dot. */
  readonly extensions: readonly string[]
  readonly mediaTypes: readonly string[]
  /** Whether the bytes have to be readable as text; others are refused before `read`. */
  readonly isText: boolean
  /** True when the first bytes can be nothing else, whatever the name says. */
  readonly recognises?: (head: Uint8Array) => boolean
  /**
   * @throws AkinError `no-text`, `encrypted`, `damaged-file`, `text-too-large`
   */
  readonly read: (input: FormatInput) => Promise<ParsedDocument>
}

/** The extension of a file name, lower case, without the dot. */
export function extensionOf(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  const dot = base.lastIndexOf('.')
  return dot <= 0 ? '' : base.slice(dot + 1).toLowerCase()
}
