import type { MessagePortMain, ParentPort } from 'electron'
import { createInbox } from '../engine/processes/service-port.ts'
import type { ServiceExit, ServiceProcess, SpawnOptions, SpawnService } from '../engine/processes/service.ts'
import { isFromMain, type FromMain, type ToMain } from './spawn-protocol.ts'

type ServedName = Extract<ToMain, { type: 'spawn' }>['name']

/**
 * Starts services from within the engine's utility process, through the main process.
 *
 * @param parentPort this process's line to the main process; other messages on it are left alone
 */
export function spawnThroughMain(parentPort: ParentPort): SpawnService {
  const services = new Map<number, RemoteService>()
  const questions = new Map<number, (bytes: number | null) => void>()
  const port = parentPort
  const tell = (message: ToMain): void => port.postMessage(message)
  let lastId = 0
  let lastQuestion = 0

  const measure = (id: number): Promise<number | null> =>
    new Promise((resolve) => {
      const question = ++lastQuestion
      questions.set(question, resolve)
      tell({ type: 'measure', id, question })
    })

  const take = (message: FromMain, servicePort: MessagePortMain | undefined): void => {
    switch (message.type) {
      case 'port':
        if (servicePort !== undefined) services.get(message.id)?.connect(servicePort)
        return
      case 'spawned':
        services.get(message.id)?.started(message.pid)
        return
      case 'exited':
        services.get(message.id)?.ended(message.exit)
        services.delete(message.id)
        return
      case 'memory':
        questions.get(message.question)?.(message.bytes)
        questions.delete(message.question)
    }
  }

  port.on('message', ({ data, ports }: { data: unknown; ports: MessagePortMain[] }) => {
    if (isFromMain(data)) take(data, ports[0])
  })

  return (name, options = {}) => {
    const id = ++lastId
    const service = new RemoteService({ kill: () => tell({ type: 'kill', id }), measure: () => measure(id) })
    services.set(id, service)
    tell({ type: 'spawn', id, name: servedName(name), options: plainOptions(options) })
    return service
  }
}

function servedName(name: Parameters<SpawnService>[0]): ServedName {
  if (name === 'engine') throw new Error('The engine is started by the main process')
  return name
}

/**
 * Electron has no `--permission` for utility processes, so a parser is not kept from reading files: it is bounded by the
 * limits of time and memory alone, and it is handed bytes, never paths.
 */
function plainOptions({ heapLimitMb, env }: SpawnOptions): SpawnOptions {
  return { ...(heapLimitMb === undefined ? {} : { heapLimitMb }), ...(env === undefined ? {} : { env: { ...env } }) }
}

interface RemoteControl {
  readonly kill: () => void
  readonly measure: () => Promise<number | null>
}

/** A service that the main process started for this one. */
class RemoteService implements ServiceProcess {
  readonly #control: RemoteControl
  readonly #inbox = createInbox()
  readonly #waiting: unknown[] = []
  #port: MessagePortMain | undefined
  #pid: number | undefined
  #exit: ServiceExit | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  constructor(control: RemoteControl) {
    this.#control = control
  }

  get pid(): number | undefined {
    return this.#exit === undefined ? this.#pid : undefined
  }

  post(message: unknown): void {
    const port = this.#port
    if (this.#exit !== undefined) return
    if (port === undefined) this.#waiting.push(message)
    // Copied, not transferred: Electron loses messages whose transfer list holds an ArrayBuffer
    else port.postMessage(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#inbox.listen(listener)
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
    if (this.#exit !== undefined) listener(this.#exit)
  }

  kill(): void {
    this.#control.kill()
  }

  residentBytes(): Promise<number | null> {
    return this.#exit === undefined ? this.#control.measure() : Promise.resolve(null)
  }

  connect(port: MessagePortMain): void {
    this.#port = port
    port.on('message', ({ data }) => this.#inbox.deliver(data))
    port.start()
    for (const message of this.#waiting.splice(0)) port.postMessage(message)
  }

  started(pid: number): void {
    this.#pid = pid
  }

  ended(exit: ServiceExit): void {
    this.#exit = exit
    this.#port?.close()
    this.#onExit?.(exit)
  }
}
