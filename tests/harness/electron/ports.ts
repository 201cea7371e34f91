import { EventEmitter } from 'node:events'

/** What carries a port's messages to a process that owns the port. */
export interface PortCarrier {
  deliver(portId: number, data: unknown): void
  close(portId: number): void
}

/** One end of a channel, wherever it is held. */
export class PortEnd {
  readonly id: number
  peer!: PortEnd
  /** The process that it was sent to; without one the main process holds it. */
  carrier: PortCarrier | null = null
  holder: MessagePortMain | null = null
  isClosed = false

  constructor(id: number) {
    this.id = id
  }

  receive(data: unknown): void {
    if (this.isClosed) return
    if (this.carrier !== null) this.carrier.deliver(this.id, data)
    else this.holder?.receive(data)
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    const { peer } = this
    setImmediate(() => peer.peerClosed())
  }

  peerClosed(): void {
    if (this.isClosed) return
    this.isClosed = true
    if (this.carrier !== null) this.carrier.close(this.id)
    else this.holder?.emit('close')
  }
}

const ends = new Map<number, PortEnd>()
let lastId = 0

export function portEnd(id: number): PortEnd | undefined {
  return ends.get(id)
}

/** A port as the main process holds it. Its messages are clones, come later, and wait for `start`. */
export class MessagePortMain extends EventEmitter {
  #end: PortEnd | null
  readonly #waiting: unknown[] = []
  #isStarted = false

  constructor(end: PortEnd) {
    super()
    this.#end = end
    end.holder = this
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    const end = this.#end
    const data = structuredClone(message)
    // https://github.com/electron/electron/issues/34905
    if (transfer.some((one) => !(one instanceof MessagePortMain))) return
    if (transfer.length > 0) throw new Error('The stand-in sends ports to processes only')
    if (end === null || end.isClosed) return
    setImmediate(() => end.peer.receive(data))
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    setImmediate(() => {
      for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] })
    })
  }

  close(): void {
    this.#end?.close()
  }

  receive(data: unknown): void {
    if (this.#isStarted && this.#waiting.length === 0) this.emit('message', { data, ports: [] })
    else this.#waiting.push(data)
  }

  /** Gives the end away; this object is of no use afterwards. */
  detach(): PortEnd {
    const end = this.#end
    if (end === null || end.isClosed) throw new TypeError('Port at index 0 is already neutered')
    this.#end = null
    end.holder = null
    return end
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const [first, second] = [new PortEnd(++lastId), new PortEnd(++lastId)]
    first.peer = second
    second.peer = first
    for (const end of [first, second]) ends.set(end.id, end)
    this.port1 = new MessagePortMain(first)
    this.port2 = new MessagePortMain(second)
  }
}
