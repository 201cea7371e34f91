import type { ServiceExit, ServiceName, ServiceProcess, SpawnService } from './service.ts'

/** Starts services like `spawn`, and tells of each one that ended though nobody killed it. */
export function watchCrashes(spawn: SpawnService, onCrash: (name: ServiceName, exit: ServiceExit) => void): SpawnService {
  return (name, options) => new WatchedProcess(spawn(name, options), (exit) => onCrash(name, exit))
}

class WatchedProcess implements ServiceProcess {
  readonly #process: ServiceProcess
  #isKilled = false
  #exit: ServiceExit | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  constructor(process: ServiceProcess, onCrash: (exit: ServiceExit) => void) {
    this.#process = process
    process.onExit((exit) => {
      this.#exit = exit
      if (!this.#isKilled) onCrash(exit)
      this.#onExit?.(exit)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  post(message: unknown): void {
    this.#process.post(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#process.onMessage(listener)
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
    if (this.#exit !== undefined) listener(this.#exit)
  }

  kill(): void {
    this.#isKilled = true
    this.#process.kill()
  }

  residentBytes(): Promise<number | null> {
    return this.#process.residentBytes()
  }
}
