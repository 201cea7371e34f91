/**
 * The structure of a document's text. The text itself is one plain string; blocks, marks and pages point into it
 * with UTF-16 offsets `[start, end)`, so that a chunk, a found word and the reader all speak of the same characters.
 * No HTML is kept: what a person sees is built from these parts.
 */
export type Block =
  | { readonly type: 'heading'; readonly level: 1 | 2 | 3 | 4 | 5 | 6; readonly start: number; readonly end: number }
  | { readonly type: 'paragraph'; readonly start: number; readonly end: number }
  | {
      readonly type: 'list-item'
      /** 0 for the outermost list. */
      readonly depth: number
      /** What stands before the item: a number for ordered lists, `null` for a bullet. */
      readonly ordinal: number | null
      /** For task lists; absent otherwise. */
      readonly checked?: boolean
      readonly start: number
      readonly end: number
    }
  | { readonly type: 'quote'; readonly depth: number; readonly start: number; readonly end: number }
  | { readonly type: 'code'; readonly language: string | null; readonly start: number; readonly end: number }
  | {
      readonly type: 'table-row'
      readonly isHeader: boolean
      /** `[start, end)` of each cell. */
      readonly cells: readonly (readonly [number, number])[]
      readonly start: number
      readonly end: number
    }
  /** A picture: `start` to `end` covers its alternative text, which may be empty. */
  | { readonly type: 'image'; readonly src: string; readonly alt: string; readonly start: number; readonly end: number }
  | { readonly type: 'rule'; readonly start: number; readonly end: number }

export type Mark =
  | { readonly type: 'strong' | 'emphasis' | 'code' | 'strike'; readonly start: number; readonly end: number }
  | { readonly type: 'link'; readonly href: string; readonly start: number; readonly end: number }
  /** A `[[link]]` to another item by its title. */
  | { readonly type: 'wiki-link'; readonly target: string; readonly start: number; readonly end: number }

/** Where a page of a paged document begins; pages count from 1. */
export interface PageStart {
  readonly page: number
  readonly start: number
}

/** The parts of a document's text, each list ordered by `start`. */
export interface Content {
  readonly blocks: readonly Block[]
  readonly marks: readonly Mark[]
  readonly pages: readonly PageStart[]
}

/** An outgoing link of a document. */
export interface Link {
  readonly kind: 'url' | 'wiki'
  /** The address, or the title that a `[[link]]` names. */
  readonly target: string
}
