import { EventEmitter } from 'node:events'
import type { CustomScheme } from 'electron'
import { app, preventable } from './app.ts'

type PermissionRequestHandler = (
  contents: unknown,
  permission: string,
  callback: (isGranted: boolean) => void,
  details: object,
) => void
type PermissionCheckHandler = (contents: unknown, permission: string, origin: string, details: object) => boolean
type BeforeRequest = (details: { url: string }, callback: (response: { cancel?: boolean }) => void) => void
type SchemeHandler = (request: Request) => Response | Promise<Response>

export const protocol = {
  registered: [] as CustomScheme[],
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    if (protocol.registered.length > 0) throw new Error('protocol.registerSchemesAsPrivileged should be called only once')
    protocol.registered = schemes
  },
}

/** A session: who may what, and where its requests go. Without handlers it allows everything, as Electron does. */
export class Session extends EventEmitter {
  readonly partition: string
  isSpellCheckerEnabled = true
  #permissionRequest: PermissionRequestHandler | null = null
  #permissionCheck: PermissionCheckHandler | null = null
  #devicePermission: ((details: object) => boolean) | null = null
  #beforeRequest: BeforeRequest | null = null
  readonly #schemes = new Map<string, SchemeHandler>()

  readonly protocol = {
    handle: (scheme: string, handler: SchemeHandler): void => {
      if (this.#schemes.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
      this.#schemes.set(scheme, handler)
    },
  }

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest | null): void => void (this.#beforeRequest = listener),
  }

  constructor(partition: string) {
    super()
    this.partition = partition
  }

  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.#permissionRequest = handler
  }

  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.#permissionCheck = handler
  }

  setDevicePermissionHandler(handler: ((details: object) => boolean) | null): void {
    this.#devicePermission = handler
  }

  setSpellCheckerEnabled(isEnabled: boolean): void {
    this.isSpellCheckerEnabled = isEnabled
  }

  /** What a page hears that asks for a permission: first the check, then the request when the check says no. */
  async isGranted(permission: string, { url, isMainFrame }: { url: string; isMainFrame: boolean }): Promise<boolean> {
    return this.isChecked(permission, { url, isMainFrame }) || (await this.isRequested(permission, { url, isMainFrame }))
  }

  isChecked(permission: string, { url, isMainFrame }: { url: string; isMainFrame: boolean }): boolean {
    const { protocol: scheme, host } = new URL(url)
    return this.#permissionCheck?.({}, permission, `${scheme}//${host}/`, { isMainFrame, requestingUrl: url }) ?? true
  }

  isRequested(permission: string, { url, isMainFrame }: { url: string; isMainFrame: boolean }): Promise<boolean> {
    const handler = this.#permissionRequest
    if (handler === null) return Promise.resolve(true)
    return new Promise((resolve) => handler({}, permission, resolve, { isMainFrame, requestingUrl: url }))
  }

  isDeviceGranted(deviceType: string): boolean {
    return this.#devicePermission?.({ deviceType, origin: 'app://akin', device: {} }) ?? true
  }

  /** Asks what the session does with a request; `null` when it is cancelled or nobody answers its scheme. */
  async load(request: Request): Promise<Response | null> {
    const listener = this.#beforeRequest
    const isCancelled =
      listener !== null &&
      (await new Promise<boolean>((resolve) => listener({ url: request.url }, ({ cancel }) => resolve(cancel === true))))
    if (isCancelled) return null
    const handler = this.#schemes.get(new URL(request.url).protocol.slice(0, -1))
    return handler === undefined ? null : handler(request)
  }

  /** Whether a download goes on. */
  startDownload(url: string, filename: string): boolean {
    const event = preventable({})
    this.emit('will-download', event, { getURL: () => url, getFilename: () => filename })
    return !event.defaultPrevented
  }
}

const sessions = new Map<string, Session>()

export const session = {
  fromPartition(partition: string): Session {
    if (!app.isReady()) throw new Error('Session can only be received when app is ready')
    const known = sessions.get(partition) ?? new Session(partition)
    sessions.set(partition, known)
    return known
  },
  get defaultSession(): Session {
    return session.fromPartition('')
  },
}
