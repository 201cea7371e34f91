import type { ServiceExit, ServiceName, SpawnOptions } from '../engine/processes/service.ts'

/**
 * How the engine's process starts services. A utility process cannot fork utility processes, so it asks the main process
 * over `parentPort`; the service's messages then go over a port of its own, past the main process.
 */

/** What the engine's process tells the main process. */
export type ToMain =
  | { readonly type: 'spawn'; readonly id: number; readonly name: Exclude<ServiceName, 'engine'>; readonly options: SpawnOptions }
  | { readonly type: 'kill'; readonly id: number }
  /** Asks how much memory a service takes; answered by `memory` with the same number. */
  | { readonly type: 'measure'; readonly id: number; readonly question: number }

/** What comes back. */
export type FromMain =
  /** Carries the service's port; the service itself may still be starting. */
  | { readonly type: 'port'; readonly id: number }
  | { readonly type: 'spawned'; readonly id: number; readonly pid: number }
  | { readonly type: 'exited'; readonly id: number; readonly exit: ServiceExit }
  | { readonly type: 'memory'; readonly question: number; readonly bytes: number | null }

export function isFromMain(message: unknown): message is FromMain {
  const type = (message as { type?: unknown } | null)?.type
  return type === 'port' || type === 'spawned' || type === 'exited' || type === 'memory'
}
