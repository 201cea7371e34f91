/**
 * What Electron puts into a page before its own code runs: the preload script with its `require('electron')`. The text of
 * this function is evaluated in the page, at the beginning of every document; it sees nothing of this module.
 */
export function pageScript(config, preload) {
  const call = globalThis[config.binding]
  delete globalThis[config.binding]
  // The preload script runs in the top frame alone
  if (call === undefined || window !== window.top) return

  const waiting = new Map()
  const listeners = new Map()
  let dropped = []
  let lastId = 0

  const send = (message) => call(JSON.stringify(message))
  const ask = (message) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      send({ ...message, id })
    })

  const inbox = (message) => {
    if (message.type === 'reply') {
      const { resolve, reject } = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) reject(new Error(message.error))
      else resolve(message.result)
    }
    if (message.type === 'event')
      for (const listener of listeners.get(message.channel) ?? []) listener({ sender: ipcRenderer }, ...message.args)
    if (message.type === 'dropped') dropped = message.files
  }
  Object.defineProperty(globalThis, config.inbox, { value: inbox, enumerable: false })

  const clone = (args) => {
    try {
      return structuredClone(args)
    } catch {
      throw new Error('An object could not be cloned.')
    }
  }
  const ipcRenderer = {
    async invoke(channel, ...args) {
      const reply = await ask({ type: 'invoke', channel, args: clone(args) })
      if ('error' in reply) throw new Error(`Error invoking remote method '${channel}': ${reply.error}`)
      return reply.result
    },
    send: (channel, ...args) => send({ type: 'send', channel, args: clone(args) }),
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    removeListener(channel, listener) {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((one) => one !== listener),
      )
      return ipcRenderer
    },
  }

  const isHostObject = (value) => value instanceof Blob || value instanceof Element
  const copy = (value, depth = 0) => {
    if (depth > 1000) throw new TypeError('Electron contextBridge recursion depth exceeded.')
    if (typeof value === 'symbol') return undefined
    if (typeof value === 'function') return proxy(value)
    if (typeof value !== 'object' || value === null || isHostObject(value)) return value
    if (value instanceof Promise)
      return new Promise((resolve, reject) => {
        value.then(
          (result) => resolve(copy(result)),
          (error) => reject(copy(error)),
        )
      })
    if (value instanceof Error) return new Error(value.message)
    if (Array.isArray(value)) return value.map((one) => copy(one, depth + 1))
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value)) && isCloneable(value)) return structuredClone(value)
    return Object.fromEntries(Object.keys(value).map((key) => [key, copy(value[key], depth + 1)]))
  }
  const isCloneable = (value) =>
    ArrayBuffer.isView(value) || ['Date', 'Map', 'Set', 'RegExp', 'ArrayBuffer'].includes(value.constructor?.name)
  const proxy =
    (target) =>
    (...args) => {
      try {
        return copy(target(...args.map((one) => copy(one))))
      } catch (error) {
        throw copy(error)
      }
    }
  const freeze = (value) => {
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
      Object.freeze(value)
      for (const key of Object.keys(value)) freeze(value[key])
    }
    return value
  }
  const contextBridge = {
    exposeInMainWorld(key, api) {
      if (key in globalThis) throw new Error('Cannot bind an API on top of an existing property on the window object')
      Object.defineProperty(globalThis, key, { value: freeze(copy(api)), enumerable: true })
    },
  }

  const webUtils = {
    /** The path of a file that came with a drop; each is told once. Files made by the page have none. */
    getPathForFile(file) {
      if (!(file instanceof File)) throw new TypeError('getPathForFile needs a File')
      const exact = dropped.findIndex(
        (one) => one.name === file.name && one.size === file.size && Math.abs(one.lastModified - file.lastModified) < 2,
      )
      const index = exact >= 0 ? exact : dropped.findIndex((one) => one.isFolder && one.name === file.name)
      return index < 0 ? '' : dropped.splice(index, 1)[0].path
    },
  }

  const electron = { contextBridge, ipcRenderer, webUtils }
  const requireInSandbox = (name) => {
    if (name === 'electron') return electron
    throw new Error(`module not found: ${name}`)
  }
  const sandboxedProcess = { type: 'renderer', sandboxed: true, contextIsolated: true, isMainFrame: true, env: {} }

  if (navigator.clipboard !== undefined) {
    navigator.clipboard.writeText = async (text) => {
      if (!(await ask({ type: 'clipboard', text })))
        throw new DOMException("Failed to execute 'writeText' on 'Clipboard': Write permission denied.", 'NotAllowedError')
    }
  }

  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
    send({ type: 'violation', text: `${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}` }),
  )

  preload(requireInSandbox, { exports: {} }, {}, sandboxedProcess)
}
