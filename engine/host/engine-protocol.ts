import type { EventMessage } from '../../shared/contract/events.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import type { WireError } from '../../shared/errors.ts'

/** What the engine is opened with; the same for every host, so that it can cross a process border. */
export interface EngineConfig {
  readonly folder: string
  readonly modelsFolder: string
  readonly sampleFolder: string
  readonly parserFolders?: readonly string[]
  /** Where keys for services are kept: in a file of this account, or by the host, which is asked for each. */
  readonly keys?: { readonly file: string } | 'host'
}

/** The engine asks its host for a key. */
export type KeyQuestion = { readonly type: 'key'; readonly id: number } & (
  | { readonly action: 'describe' }
  | { readonly action: 'get' | 'remove'; readonly name: string }
  | { readonly action: 'set'; readonly name: string; readonly value: string }
)

export interface KeyAnswer {
  readonly type: 'key'
  readonly id: number
  readonly value?: unknown
  readonly error?: WireError
}

/** What a host tells the engine's process. */
export type ToEngine =
  | { readonly type: 'open'; readonly config: EngineConfig }
  | { readonly type: 'request'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | KeyAnswer
  | { readonly type: 'close' }

/** What comes back. */
export type FromEngine =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly error: WireError }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly type: 'event'; readonly message: EventMessage }
  | KeyQuestion
  | { readonly type: 'closed' }
