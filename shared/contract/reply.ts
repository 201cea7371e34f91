import type { WireError } from '../errors.ts'

/** What comes back for a request. Expected failures are values: nothing is thrown across a process border. */
export type Reply<T = unknown> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError }
