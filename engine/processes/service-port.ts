import type { ServicePort } from './service.ts'

/** A MessagePort as Electron's main process hands it to a utility process. */
interface TransferredPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  start(): void
}

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: TransferredPort[] }) => void): void
}

/**
 * This process's line to whoever uses the service. In Node it is the IPC channel, and the process ends when the
 * parent is gone. In Electron's utility process it is the MessagePort that comes with the first message, since the
 * one who uses the service is not the main process that started it; what is posted before is kept.
 */
export function servicePort(): ServicePort {
  const parentPort = (process as { parentPort?: ParentPort }).parentPort
  return parentPort === undefined ? ipcPort() : transferredPort(parentPort)
}

function ipcPort(): ServicePort {
  const inbox = createInbox()
  process.on('message', inbox.deliver)
  process.on('disconnect', () => process.exit(0))
  return {
    post: (message) => {
      process.send?.(message)
    },
    onMessage: inbox.listen,
  }
}

function transferredPort(parentPort: ParentPort): ServicePort {
  // Node ends a process on a rejection that nobody handles; a utility process warns, and would go on half alive
  process.on('unhandledRejection', (reason) => {
    throw reason
  })
  const inbox = createInbox()
  const waiting: unknown[] = []
  let port: TransferredPort | undefined
  parentPort.on('message', ({ ports }) => {
    if (port !== undefined || ports[0] === undefined) return
    port = ports[0]
    port.on('message', ({ data }) => inbox.deliver(data))
    port.start()
    for (const message of waiting.splice(0)) port.postMessage(message)
  })
  return {
    post: (message) => (port === undefined ? void waiting.push(message) : port.postMessage(message)),
    onMessage: inbox.listen,
  }
}

/** Keeps messages until somebody listens. */
export function createInbox(): { deliver: (message: unknown) => void; listen: (listener: (message: unknown) => void) => void } {
  const waiting: unknown[] = []
  let listener: ((message: unknown) => void) | undefined
  return {
    deliver: (message) => (listener === undefined ? void waiting.push(message) : listener(message)),
    listen: (next) => {
      listener = next
      for (const message of waiting.splice(0)) next(message)
    },
  }
}
