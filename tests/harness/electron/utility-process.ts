import { fork as forkNode, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ForkOptions } from 'electron'
import { app } from './app.ts'
import { MessagePortMain, portEnd, type PortEnd } from './ports.ts'
import { runningUtilities, type ListedProcess } from './process-list.ts'
import type { FromUtility, ToUtility } from './utility-protocol.ts'

export function killAllUtilities(): void {
  for (const one of runningUtilities) one.kill()
}

/** Electron's utility process over `child_process.fork`: ports, events and pipes as Electron has them. */
class UtilityProcess extends EventEmitter implements ListedProcess {
  readonly serviceName: string
  readonly #child: ChildProcess
  readonly #ends = new Set<PortEnd>()
  #stderr: PassThrough | null = null
  #pid: number | undefined
  #isGone = false

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super()
    this.serviceName = options.serviceName ?? 'Node Utility Process'
    const [, , stderr = 'inherit'] = (options.stdio as ('pipe' | 'ignore' | 'inherit')[] | undefined) ?? []
    this.#child = forkNode(fileURLToPath(new URL('run-utility.ts', import.meta.url)), [modulePath, ...args], {
      serialization: 'advanced',
      execArgv: nodeFlags(options.execArgv ?? []),
      env: options.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'ignore', stderr, 'ipc'],
    })
    if (stderr === 'pipe') {
      this.#stderr = new PassThrough()
      this.#child.stderr!.pipe(this.#stderr)
    }
    runningUtilities.add(this)
    this.#child.once('spawn', () => {
      this.#pid = this.#child.pid
      this.emit('spawn')
    })
    this.#child.on('message', (message) => this.#take(message as FromUtility))
    this.#child.once('exit', (code, signal) => this.#end(code ?? constants.signals[signal!]))
  }

  get pid(): number | undefined {
    return this.#pid
  }

  get stdout(): null {
    return null
  }

  get stderr(): PassThrough | null {
    return this.#stderr
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    const data = structuredClone(message)
    if (transfer.some((one) => !(one instanceof MessagePortMain))) throw new TypeError('Invalid value for transfer')
    if (this.#isGone) return
    const moved = (transfer as MessagePortMain[]).map((port) => port.detach())
    for (const end of moved) {
      end.carrier = {
        deliver: (portId, portData) => this.#send({ type: 'port-message', portId, data: portData }),
        close: (portId) => this.#send({ type: 'port-close', portId }),
      }
      this.#ends.add(end)
    }
    this.#send({ type: 'message', data, portIds: moved.map(({ id }) => id) })
  }

  /** SIGTERM, as Electron does; nothing to end before it has started. */
  kill(): boolean {
    return this.#pid !== undefined && this.#child.kill('SIGTERM')
  }

  #send(message: ToUtility): void {
    // The process may be going: its exit follows
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  #take(message: FromUtility): void {
    switch (message.type) {
      case 'message':
        this.emit('message', message.data)
        return
      case 'port-message': {
        const { data, portId } = message
        portEnd(portId)?.peer.receive(data)
        return
      }
      case 'port-close':
        portEnd(message.portId)?.close()
    }
  }

  #end(code: number): void {
    this.#isGone = true
    this.#pid = undefined
    runningUtilities.delete(this)
    for (const end of this.#ends) end.close()
    const stderr = this.#stderr
    try {
      this.emit('exit', code)
      if (code !== 0) app.emit('child-process-gone', {}, this.#gone(code))
    } finally {
      stderr?.removeAllListeners()
      this.#stderr = null
    }
  }

  #gone(exitCode: number) {
    const reason = exitCode === 15 || exitCode === 9 ? 'killed' : exitCode > 127 ? 'crashed' : 'abnormal-exit'
    return { type: 'Utility', reason, exitCode, serviceName: 'node.mojom.NodeService', name: this.serviceName }
  }
}

/** The arguments are Chromium's in Electron: only what would reach V8 there reaches it here. */
function nodeFlags(execArgv: readonly string[]): string[] {
  const switchName = '--js-flags='
  return [
    '--disable-warning=ExperimentalWarning',
    ...execArgv.filter((one) => one.startsWith(switchName)).flatMap((one) => one.slice(switchName.length).split(' ')),
  ]
}

export const utilityProcess = {
  fork(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess {
    if (!app.isReady()) throw new TypeError('utilityProcess cannot be created before app is ready.')
    if (Array.isArray(options.stdio) && options.stdio[0] !== 'ignore')
      throw new Error('stdin value other than ignore is not supported.')
    return new UtilityProcess(modulePath, args, { env: process.env, ...options })
  },
}
