import type { WireError } from '../../shared/errors.ts'
import type { ParsedAndChunked, ParseInput } from './parse-result.ts'

/** What the parser process is told. `start` comes first; one `parse` at a time. */
export type ToParser =
  | { readonly type: 'start'; readonly modelFolder: string }
  | { readonly type: 'parse'; readonly id: number; readonly input: ParseInput }

/** What it answers. `residentBytes` tells whether the process is still worth keeping. */
export type FromParser =
  | { readonly type: 'ready' }
  | { readonly type: 'parsed'; readonly id: number; readonly document: ParsedAndChunked; readonly residentBytes: number }
  | { readonly type: 'failed'; readonly id: number; readonly error: WireError; readonly residentBytes: number }
