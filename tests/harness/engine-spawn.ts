import { spawnWithNode } from '../../engine/processes/node-spawn.ts'
import type { ServiceExit, ServiceName, ServiceProcess, SpawnService } from '../../engine/processes/service.ts'

/** A real process of ours, with what a test wants to see and do. */
export class WatchedService implements ServiceProcess {
  readonly name: ServiceName
  readonly posted: unknown[] = []
  isGone = false
  readonly #process: ServiceProcess
  readonly #hooks: SpawnHooks

  constructor(name: ServiceName, process: ServiceProcess, hooks: SpawnHooks) {
    this.name = name
    this.#process = process
    this.#hooks = hooks
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  post(message: unknown): void {
    this.posted.push(message)
    this.#hooks.onPosted?.(message, this)
    this.#process.post(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#process.onMessage((message) => {
      if (this.#hooks.onMessage?.(message, this) !== 'lost') listener(message)
    })
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#process.onExit((exit) => {
      this.isGone = true
      listener(exit)
    })
  }

  kill(): void {
    this.#process.kill()
  }

  residentBytes(): Promise<number | null> {
    return this.#process.residentBytes()
  }

  /** Kills it from outside, as the system does when memory runs out: nobody here is told before. */
  killFromOutside(): void {
    if (this.#process.pid !== undefined && !this.isGone) process.kill(this.#process.pid, 'SIGKILL')
  }
}

export interface SpawnHooks {
  readonly onPosted?: (message: unknown, service: WatchedService) => void
  /** A message may be lost on its way, as it is when the process dies with it. */
  readonly onMessage?: (message: unknown, service: WatchedService) => 'lost' | void
}

/** Starts real processes and remembers them. */
export function watchedSpawn(hooks: SpawnHooks = {}): { spawn: SpawnService; started: WatchedService[] } {
  const started: WatchedService[] = []
  return {
    started,
    spawn: (name, options) => {
      const service = new WatchedService(name, spawnWithNode(name, options), hooks)
      started.push(service)
      return service
    },
  }
}
