import type { EngineConfig, FromEngine, ToEngine } from '../../engine/host/engine-protocol.ts'
import { answerKey } from '../../engine/host/key-link.ts'
import { noKeys } from '../../engine/keys/key-vault.ts'
import { codeFolders } from '../../engine/processes/code-folders.ts'
import { spawnWithNode } from '../../engine/processes/node-spawn.ts'
import type { ServiceExit, ServiceProcess } from '../../engine/processes/service.ts'
import type { EventMessage } from '../../shared/contract/events.ts'
import type { Reply } from '../../shared/contract/reply.ts'
import { AkinError, fromWireError } from '../../shared/errors.ts'
import { ContractClient, modelsFolder, sampleFolder } from './engine.ts'

/** An engine in a process of its own, as every host has it, that can be killed without a warning. */
export class EngineProcess extends ContractClient {
  readonly folder: string
  readonly events: EventMessage[] = []
  /** Resolves when the library is open. @throws what the engine refused with, or that it died */
  readonly opened: Promise<void>
  readonly exited: Promise<ServiceExit>
  readonly #service: ServiceProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #closed = Promise.withResolvers<void>()
  #nextId = 1

  constructor(folder: string, config: Partial<EngineConfig> = {}) {
    super({ request: (name, input) => this.#request(name, input) })
    this.folder = folder
    const opened = Promise.withResolvers<void>()
    const exited = Promise.withResolvers<ServiceExit>()
    this.opened = opened.promise
    this.exited = exited.promise
    this.opened.catch(() => undefined)
    this.#service = spawnWithNode('engine')
    this.#service.onMessage((message) => this.#take(message as FromEngine, opened))
    this.#service.onExit((exit) => {
      opened.reject(new Error(`the engine ended: ${exit.code} ${exit.signal} ${exit.lastWords}`))
      for (const done of this.#waiting.values()) done(gone)
      this.#waiting.clear()
      exited.resolve(exit)
    })
    this.#post({
      type: 'open',
      config: { folder, modelsFolder, sampleFolder, parserFolders: codeFolders(), ...config },
    })
  }

  get pid(): number | undefined {
    return this.#service.pid
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#service.kill()
    await this.exited
  }

  /** Lets the engine end in order. */
  async close(): Promise<void> {
    this.#post({ type: 'close' })
    await Promise.race([this.#closed.promise, this.exited])
    await this.kill()
  }

  #request(name: string, input: unknown): Promise<Reply> {
    const id = this.#nextId++
    return new Promise((done) => {
      this.#waiting.set(id, done)
      this.#post({ type: 'request', id, name, input })
    })
  }

  #take(message: FromEngine, opened: PromiseWithResolvers<void>): void {
    switch (message.type) {
      case 'opened':
        return opened.resolve()
      case 'refused':
        return opened.reject(fromWireError(message.error))
      case 'event':
        return void this.events.push(message.message)
      case 'closed':
        return this.#closed.resolve()
      case 'reply':
        this.#waiting.get(message.id)?.(message.reply)
        this.#waiting.delete(message.id)
        return
      case 'key':
        void answerKey(noKeys, message).then((answer) => this.#post(answer))
    }
  }

  #post(message: ToEngine): void {
    this.#service.post(message)
  }
}

const gone = {
  ok: false,
  error: { code: 'unavailable', message: 'the engine was killed', retryable: true },
} as const satisfies Reply

/** True for the error of a request that an engine took to its grave. */
export function isGone(error: unknown): boolean {
  return error instanceof AkinError && error.message === gone.error.message
}
