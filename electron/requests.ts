import type { IpcMain, WebFrameMain } from 'electron'
import { z } from 'zod'
import { answer, parseInput } from '../engine/contract-table.ts'
import type { Grant } from '../shared/contract/bridge.ts'
import type { Reply } from '../shared/contract/reply.ts'
import { requests, type RequestName } from '../shared/contract/requests.ts'
import { AkinError, toWireError } from '../shared/errors.ts'
import { channels, requestNames } from './channels.ts'
import type { Grants } from './grants.ts'
import { hostHandlers, type HostRequestsOptions } from './host-requests.ts'
import { isAppAddress } from './security.ts'

/** What matters of an event of `ipcMain`. */
export interface WindowEvent {
  readonly sender: { readonly id: number }
  /** `null` when the frame is gone or showed another page when the message came. */
  readonly senderFrame: Pick<WebFrameMain, 'parent' | 'url'> | null
}

export interface RequestsOptions extends Omit<HostRequestsOptions, 'ask'> {
  readonly engine: { request(name: string, input: unknown, options: { signal: AbortSignal }): Promise<Reply> }
  /** Told of errors that are not AkinErrors, with their stack. */
  readonly onBug: (error: unknown) => void
}

const RequestId = z.string().min(1).max(64)
const DroppedPaths = z.array(z.string().min(1).max(32_768)).max(50_000)

/** Only the window's own page, in its top frame, is answered. */
export function isFromWindow({ senderFrame }: WindowEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isAppAddress(senderFrame.url)
}

/**
 * Answers the window: every request of the contract on a channel of its own, whoever it is for. Nothing is thrown across
 * the border; what comes in is checked here, what goes out by whoever answers (`answer` in the engine's process for the
 * engine's requests, here for the host's).
 */
export class WindowRequests {
  readonly #options: RequestsOptions
  readonly #running = new Map<string, AbortController>()

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  listen(ipcMain: Pick<IpcMain, 'handle' | 'on'>): void {
    for (const name of requestNames) {
      ipcMain.handle(name, (event, input: unknown, requestId: unknown) => this.answer(event, name, { input, requestId }))
    }
    ipcMain.handle(channels.grantFiles, (event, paths: unknown) => this.grantFiles(event, paths))
    ipcMain.on(channels.cancel, (event, requestId: unknown) => this.cancel(event, requestId))
  }

  async answer(
    event: WindowEvent,
    name: RequestName,
    { input, requestId }: { input: unknown; requestId: unknown },
  ): Promise<Reply> {
    if (!isFromWindow(event)) return refused(new AkinError('not-allowed', 'Only Akin’s own window is answered'))
    if (!RequestId.safeParse(requestId).success) return refused(new AkinError('bad-request', 'A request needs an id'))
    const key = keyOf(event, requestId as string)
    if (this.#running.has(key)) return refused(new AkinError('bad-request', 'A request with this id is running'))
    const controller = new AbortController()
    this.#running.set(key, controller)
    try {
      return await this.#route(event.sender.id, name, { input, signal: controller.signal })
    } catch (error) {
      if (!(error instanceof AkinError)) this.#options.onBug(error)
      return refused(error)
    } finally {
      this.#running.delete(key)
    }
  }

  /** The grants of a drop; empty for whoever may not ask. */
  async grantFiles(event: WindowEvent, paths: unknown): Promise<readonly Grant[]> {
    const parsed = DroppedPaths.safeParse(paths)
    if (!isFromWindow(event) || !parsed.success) return []
    return this.#options.grants.give(event.sender.id, parsed.data)
  }

  cancel(event: WindowEvent, requestId: unknown): void {
    if (!isFromWindow(event) || typeof requestId !== 'string') return
    this.#running.get(keyOf(event, requestId))?.abort()
  }

  /** Gives up what a window asked for, and takes its grants back: it is gone, or its page begins anew. */
  forget(windowId: number): void {
    this.#options.grants.forget(windowId)
    for (const [key, controller] of this.#running) if (key.startsWith(`${windowId} `)) controller.abort()
  }

  #route(windowId: number, name: RequestName, { input, signal }: { input: unknown; signal: AbortSignal }): Promise<Reply> {
    const { engine, onBug } = this.#options
    if (requests[name].by === 'host') {
      const ask = (asked: RequestName, question: unknown): Promise<Reply> => engine.request(asked, question, { signal })
      return answer(hostHandlers({ ...this.#options, ask }, windowId), { name, input }, { signal, onBug })
    }
    const parsed = parseInput(name, input)
    return engine.request(name, withPaths(parsed, this.#options.grants, windowId), { signal })
  }
}

type AnySource = { readonly type: string; readonly grant?: string }

/**
 * Puts paths in the place of grants, in whatever request has sources. A path that the window names itself is refused,
 * whatever it is.
 */
function withPaths(parsed: unknown, grants: Grants, windowId: number): unknown {
  const withPath = (source: AnySource): unknown => {
    if (source.type === 'path') throw new AkinError('not-allowed', 'The window may not name paths of this computer')
    return source.type === 'grant' ? { type: 'path', path: grants.pathOf(windowId, String(source.grant)) } : source
  }
  const { source, sources } = parsed as { source?: AnySource; sources?: readonly AnySource[] }
  return {
    ...(parsed as object),
    ...(source === undefined ? {} : { source: withPath(source) }),
    ...(sources === undefined ? {} : { sources: sources.map(withPath) }),
  }
}

function keyOf({ sender }: WindowEvent, requestId: string): string {
  return `${sender.id} ${requestId}`
}

function refused(error: unknown): Reply {
  return { ok: false, error: toWireError(error) }
}
