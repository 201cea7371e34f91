import { EventEmitter } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { FromUtility, ToUtility } from './utility-protocol.ts'

/** Starts a utility process: `run-utility.ts <entry> …`. Makes `process.parentPort`, then imports the entry. */

const send = (message: FromUtility): void => void process.send!(message, () => undefined)
const ports = new Map<number, UtilityPort>()

class UtilityPort extends EventEmitter {
  readonly #id: number
  readonly #waiting: unknown[] = []
  #isStarted = false

  constructor(id: number) {
    super()
    this.#id = id
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    // Nothing but ports may be transferred, and a utility process has none to give: the message is lost
    if (transfer.length === 0) send({ type: 'port-message', portId: this.#id, data: structuredClone(message) })
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    setImmediate(() => {
      for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] })
    })
  }

  close(): void {
    send({ type: 'port-close', portId: this.#id })
  }

  receive(data: unknown): void {
    if (this.#isStarted && this.#waiting.length === 0) this.emit('message', { data, ports: [] })
    else this.#waiting.push(data)
  }
}

/** Waits with its messages until somebody listens. */
class ParentPort extends EventEmitter {
  readonly #waiting: { data: unknown; ports: UtilityPort[] }[] = []

  constructor() {
    super()
    this.on('newListener', (name) => {
      if (name === 'message' && this.listenerCount('message') === 0) setImmediate(() => this.#deliver())
    })
  }

  postMessage(message: unknown): void {
    send({ type: 'message', data: structuredClone(message) })
  }

  receive(event: { data: unknown; ports: UtilityPort[] }): void {
    this.#waiting.push(event)
    if (this.listenerCount('message') > 0) this.#deliver()
  }

  #deliver(): void {
    for (const event of this.#waiting.splice(0)) this.emit('message', event)
  }
}

const parentPort = new ParentPort()
Object.assign(process, { parentPort, type: 'utility', resourcesPath: process.env['AKIN_HARNESS_RESOURCES'] })

process.on('message', (message: ToUtility) => {
  switch (message.type) {
    case 'message': {
      const moved = message.portIds.map((id) => {
        const port = new UtilityPort(id)
        ports.set(id, port)
        return port
      })
      parentPort.receive({ data: message.data, ports: moved })
      return
    }
    case 'port-message':
      ports.get(message.portId)?.receive(message.data)
      return
    case 'port-close':
      ports.get(message.portId)?.emit('close')
  }
})
// A utility process ends with its main process
process.on('disconnect', () => process.exit(0))
// Electron warns where Node would end the process
process.on('unhandledRejection', (reason) => process.stderr.write(`UnhandledPromiseRejectionWarning: ${String(reason)}\n`))

const [, , entry] = process.argv
process.argv.splice(1, 1)
await import(pathToFileURL(entry!).href)
