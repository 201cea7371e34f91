import type { FromInference, ToInference } from '../../../engine/embedding/onnx/protocol.ts'
import type { ServiceExit, ServiceProcess, SpawnService } from '../../../engine/processes/service.ts'
import { toWireError, type AkinError } from '../../../shared/errors.ts'

/** An inference process that answers when the test says so. */
export class FakeInference implements ServiceProcess {
  readonly pid = 1
  readonly received: ToInference[] = []
  isKilled = false
  /** What is done with each message; answers loading by default, and nothing else. */
  react: (message: ToInference, self: FakeInference) => void = (message, self) => {
    if (message.type === 'load') self.answer({ type: 'loaded', id: message.id, loadMs: 1 })
  }
  #onMessage: ((message: unknown) => void) | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  post(message: unknown): void {
    const request = message as ToInference
    this.received.push(request)
    queueMicrotask(() => this.react(request, this))
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
  }

  kill(): void {
    if (this.isKilled) return
    this.isKilled = true
    queueMicrotask(() => this.die())
  }

  die(signal = 'SIGKILL'): void {
    this.isKilled = true
    const listener = this.#onExit
    this.#onExit = undefined
    listener?.({ code: null, signal, lastWords: 'oh no' })
  }

  async residentBytes(): Promise<number | null> {
    return null
  }

  answer(message: FromInference): void {
    if (!this.isKilled) this.#onMessage?.(message)
  }

  fail(id: number, error: AkinError): void {
    this.answer({ type: 'error', id, error: toWireError(error) })
  }

  /** Texts that were asked for and not answered yet, in order. */
  get asked(): Extract<ToInference, { type: 'embed' }>[] {
    return this.received.filter((message) => message.type === 'embed')
  }
}

/** Starts fake processes; `prepare` sets each one up, told which one it is, from 0. */
export function fakeSpawn(prepare: (process: FakeInference, number: number) => void = () => undefined): {
  spawn: SpawnService
  processes: FakeInference[]
} {
  const processes: FakeInference[] = []
  return {
    processes,
    spawn: () => {
      const process = new FakeInference()
      prepare(process, processes.length)
      processes.push(process)
      return process
    },
  }
}
