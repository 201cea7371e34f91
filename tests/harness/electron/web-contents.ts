import { EventEmitter } from 'node:events'
import { app, preventable } from './app.ts'
import { ipcMain } from './ipc-main.ts'
import { ChromiumPage, type FromPage, type SenderFrame } from './page.ts'
import type { Session } from './session.ts'

/** A window's `webPreferences`, with the session of the stand-in. */
export interface Preferences {
  readonly session: Session
  readonly preload?: string
  readonly [setting: string]: unknown
}

/** Text that the page put on the clipboard, in order. */
export const clipboardTexts: string[] = []

/** Where pages broke their content-security policy. */
export const violations: string[] = []

let lastId = 0

/** What a window shows. Its page of Chromium is made when something is loaded, and anew after a crash. */
export class WebContents extends EventEmitter {
  readonly id = ++lastId
  readonly preferences: Preferences
  readonly session: Session
  readonly size: { width: number; height: number }
  rtcPolicy = 'default'
  readonly sent: unknown[] = []
  #windowOpenHandler: ((details: { url: string }) => { action: 'allow' | 'deny' }) | null = null
  #page: Promise<ChromiumPage> | undefined
  #address = ''
  #isCrashed = false
  #isDestroyed = false

  constructor(preferences: Preferences, size: { width: number; height: number }) {
    super()
    this.preferences = preferences
    this.session = preferences.session
    this.size = size
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  isCrashed(): boolean {
    return this.#isCrashed
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'allow' | 'deny' }): void {
    this.#windowOpenHandler = handler
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    this.rtcPolicy = policy
  }

  async loadURL(address: string): Promise<void> {
    this.#address = address
    this.#page ??= this.#open()
    const page = await this.#page
    await page.navigate(address)
    this.#loaded()
  }

  reload(): void {
    const wasCrashed = this.#isCrashed
    this.#isCrashed = false
    if (wasCrashed) void this.#replace()
    else
      void this.#page
        ?.then((page) => page.reload())
        .then(() => this.#loaded())
        .catch(() => undefined)
  }

  forcefullyCrashRenderer(): void {
    void this.#page?.then((page) => page.crash())
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed')
    const copied = structuredClone(args)
    this.sent.push({ channel, args: copied })
    void this.#page?.then((page) => page.tell({ type: 'event', channel, args: copied }))
  }

  async drop(paths: readonly string[], point: { x: number; y: number }): Promise<void> {
    await (await this.#page)?.drop(paths, point)
  }

  async useDarkColours(isDark: boolean): Promise<void> {
    await (await this.#page)?.useDarkColours(isDark)
  }

  async destroy(): Promise<void> {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    const page = await this.#page?.catch(() => undefined)
    await page?.close()
    this.emit('destroyed')
  }

  /** A message as it comes from a frame; also for tests that play a foreign one. */
  async receive(message: FromPage, senderFrame: SenderFrame | null): Promise<unknown> {
    const event = { sender: this, senderFrame, processId: 1, frameId: 1 }
    if (message.type === 'violation') return void violations.push(message.text)
    if (message.type === 'send') return void ipcMain.emit(message.channel, event, ...message.args)
    if (message.type === 'clipboard') return this.#writeClipboard(message.text, senderFrame)
    return ipcMain.invoke(event, message.channel, message.args)
  }

  #open(): Promise<ChromiumPage> {
    const { preload } = this.preferences
    return ChromiumPage.open(
      {
        preload,
        onMessage: (message, frame) => {
          void this.receive(message, frame).then(async (result) => {
            if ('id' in message) (await this.#page)?.tell({ type: 'reply', id: message.id, result })
          })
        },
        load: (request) => this.session.load(request),
        mayNavigate: (url, isMainFrame) => this.#mayNavigate(url, isMainFrame),
        onNavigation: (url) => {
          this.emit('did-start-navigation', preventable({ url, isMainFrame: true, isSameDocument: false }))
        },
        onCrash: () => this.#crashed(),
        onPopup: (url) => {
          if ((this.#windowOpenHandler?.({ url }).action ?? 'allow') === 'allow') app.emit('harness-popup', url)
        },
        onDownload: (url, filename) => this.session.startDownload(url, filename),
      },
      this.size,
    )
  }

  #loaded(): void {
    this.emit('ready-to-show')
    this.emit('did-finish-load')
  }

  /** The page was crashed for good; the address is loaded into a new one. */
  async #replace(): Promise<void> {
    const old = this.#page
    this.#page = this.#open()
    await (await old)?.close()
    await this.loadURL(this.#address)
  }

  #mayNavigate(url: string, isMainFrame: boolean): boolean {
    const frameEvent = preventable({ url, isMainFrame })
    this.emit('will-frame-navigate', frameEvent)
    const event = preventable({ url, isMainFrame })
    if (isMainFrame) this.emit('will-navigate', event)
    return !frameEvent.defaultPrevented && !event.defaultPrevented
  }

  #crashed(): void {
    this.#isCrashed = true
    const details = { reason: 'crashed', exitCode: 5 }
    this.emit('render-process-gone', {}, details)
    app.emit('render-process-gone', {}, this, details)
  }

  async #writeClipboard(text: string, frame: SenderFrame | null): Promise<boolean> {
    const asker = { url: frame?.url ?? 'about:blank', isMainFrame: frame?.parent === null }
    const isGranted = await this.session.isGranted('clipboard-sanitized-write', asker)
    if (isGranted) clipboardTexts.push(text)
    return isGranted
  }
}
