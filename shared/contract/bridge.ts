import type { EventMessage } from './events.ts'
import type { Reply } from './reply.ts'

/** What the desktop host hands out for a dropped or chosen path: the window names paths by grants only. */
export interface Grant {
  readonly grant: string
  /** Name of the file or folder, for the person to read. */
  readonly name: string
}

/**
 * What the preload script puts on `window.akin`. Nothing else reaches the window: no channel names, no `ipcRenderer`.
 * `File` is the DOM's; this folder compiles without it, so the hosts narrow it.
 */
export interface AkinBridge<File = unknown> {
  /** Never rejects: what goes wrong is in the reply. `requestId` is the caller's own, for `cancel`. */
  request(name: string, input: unknown, requestId: string): Promise<Reply>
  /** The reply of a cancelled request may still come; it is `cancelled` or is ignored. */
  cancel(requestId: string): void
  /** Returns the function that ends the listening. */
  onEvent(listener: (message: EventMessage) => void): () => void
  /** Files and folders of a drop, in their order; those without a path on this computer are left out. */
  grantFiles(files: readonly File[]): Promise<readonly Grant[]>
}
