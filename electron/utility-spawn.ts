import { join } from 'node:path'
import { app, MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron'
import { createInbox } from '../engine/processes/service-port.ts'
import type { ServiceExit, ServiceName, ServiceProcess, SpawnOptions, SpawnService } from '../engine/processes/service.ts'
import type { FromMain, ToMain } from './spawn-protocol.ts'
import { UtilityService } from './utility-service.ts'

/** The bundles that services start from. The engine has one of its own, for it asks the main process for the others. */
const entries: Readonly<Record<ServiceName, string>> = {
  engine: 'electron-engine.js',
  inference: 'inference.js',
  parser: 'parser.js',
}

/**
 * Starts the engine as a utility process, and for it the services it asks for. Only once the app is ready.
 *
 * @param folder the bundles of the main process
 */
export function spawnWithUtilityProcess(folder: string): SpawnService {
  return (name, options = {}) => new EngineProcess(folder, name, options)
}

function fork(folder: string, name: ServiceName, { heapLimitMb, env }: SpawnOptions): UtilityProcess {
  return utilityProcess.fork(join(folder, entries[name]), [], {
    serviceName: `Akin ${name}`,
    // The arguments are Chromium's: V8 is told through its switch
    execArgv: heapLimitMb === undefined ? [] : [`--js-flags=--max-old-space-size=${heapLimitMb}`],
    env: { ...process.env, OMP_WAIT_POLICY: 'passive', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** The engine's process as its host sees it. What it started ends with it: Electron itself would leave it running. */
class EngineProcess implements ServiceProcess {
  readonly #service: UtilityService
  readonly #port: MessagePortMain
  readonly #inbox = createInbox()
  #exit: ServiceExit | undefined
  #onExit: ((exit: ServiceExit) => void) | undefined

  constructor(folder: string, name: ServiceName, options: SpawnOptions) {
    const { port1, port2 } = new MessageChannelMain()
    this.#port = port1
    const child = fork(folder, name, options)
    const served = new ServedProcesses(folder, child)
    child.on('message', (message: ToMain) => served.take(message))
    this.#service = new UtilityService(child, {
      onExit: (exit) => {
        served.killAll()
        this.#end(exit)
      },
    })
    port1.on('message', ({ data }) => this.#inbox.deliver(data))
    port1.start()
    child.postMessage({ type: 'connect' }, [port2])
  }

  get pid(): number | undefined {
    return this.#service.pid
  }

  post(message: unknown): void {
    const port = this.#port
    if (this.#exit === undefined) port.postMessage(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#inbox.listen(listener)
  }

  onExit(listener: (exit: ServiceExit) => void): void {
    this.#onExit = listener
    if (this.#exit !== undefined) listener(this.#exit)
  }

  kill(): void {
    this.#service.kill()
  }

  async residentBytes(): Promise<number | null> {
    return residentBytesOf(this.#service.pid)
  }

  #end(exit: ServiceExit): void {
    this.#exit = exit
    this.#port.close()
    this.#onExit?.(exit)
  }
}

/** The services of one engine's process. */
class ServedProcesses {
  readonly #folder: string
  readonly #engine: UtilityProcess
  readonly #services = new Map<number, UtilityService>()

  constructor(folder: string, engine: UtilityProcess) {
    this.#folder = folder
    this.#engine = engine
  }

  take(message: ToMain): void {
    switch (message.type) {
      case 'spawn':
        this.#spawn(message)
        return
      case 'kill':
        this.#services.get(message.id)?.kill()
        return
      case 'measure':
        this.#tell({
          type: 'memory',
          question: message.question,
          bytes: residentBytesOf(this.#services.get(message.id)?.pid),
        })
    }
  }

  killAll(): void {
    for (const service of this.#services.values()) service.kill()
  }

  #spawn({ id, name, options }: Extract<ToMain, { type: 'spawn' }>): void {
    const { port1, port2 } = new MessageChannelMain()
    const child = fork(this.#folder, name, options)
    const service = new UtilityService(child, {
      onSpawn: (pid) => this.#tell({ type: 'spawned', id, pid }),
      onExit: (exit) => {
        this.#services.delete(id)
        this.#tell({ type: 'exited', id, exit })
      },
    })
    this.#services.set(id, service)
    child.postMessage({ type: 'connect' }, [port1])
    this.#tell({ type: 'port', id }, port2)
  }

  #tell(message: FromMain, port?: MessagePortMain): void {
    this.#engine.postMessage(message, port === undefined ? [] : [port])
  }
}

/** As Electron counts it: one way for every system, and none that starts a program to ask. */
function residentBytesOf(pid: number | undefined): number | null {
  if (pid === undefined) return null
  const metric = app.getAppMetrics().find((one) => one.pid === pid)
  return metric === undefined ? null : metric.memory.workingSetSize * 1_024
}
