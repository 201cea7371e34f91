import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron'
import { app, preventable } from './app.ts'
import { nativeTheme } from './dialogs.ts'
import { WebContents, type Preferences } from './web-contents.ts'

const windows = new Set<BrowserWindow>()

export class BrowserWindow extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions
  readonly #contents: WebContents
  #bounds: Rectangle
  #background: string | undefined
  #isMaximized = false
  #isMinimized = false
  #isVisible: boolean
  #isDestroyed = false
  focusCount = 0

  constructor(options: BrowserWindowConstructorOptions) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const { x = 0, y = 0, width = 800, height = 600, show = true, backgroundColor } = options
    this.options = options
    this.#bounds = { x, y, width, height }
    this.#background = backgroundColor
    this.#isVisible = show
    this.#contents = new WebContents(options.webPreferences as unknown as Preferences, { width, height })
    windows.add(this)
    app.emit('web-contents-created', {}, this.#contents)
    app.emit('browser-window-created', {}, this)
    this.#contents.once('ready-to-show', () => this.emit('ready-to-show'))
    nativeTheme.on('updated', this.#followTheme)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }

  get webContents(): WebContents {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed')
    return this.#contents
  }

  get isShown(): boolean {
    return this.#isVisible
  }

  get background(): string | undefined {
    return this.#background
  }

  loadURL(address: string): Promise<void> {
    this.#followTheme()
    return this.webContents.loadURL(address)
  }

  show(): void {
    this.#isVisible = true
  }

  focus(): void {
    this.focusCount++
  }

  restore(): void {
    this.#isMinimized = false
  }

  minimize(): void {
    this.#isMinimized = true
  }

  maximize(): void {
    this.#isMaximized = true
  }

  isMinimized(): boolean {
    return this.#isMinimized
  }

  isMaximized(): boolean {
    return this.#isMaximized
  }

  isFullScreen(): boolean {
    return false
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  getBounds(): Rectangle {
    return { ...this.#bounds }
  }

  getNormalBounds(): Rectangle {
    return { ...this.#bounds }
  }

  /** As if a person had moved it. */
  setBounds(bounds: Rectangle): void {
    this.#bounds = { ...bounds }
    this.emit('resize')
    this.emit('move')
  }

  setBackgroundColor(colour: string): void {
    this.#background = colour
  }

  close(): void {
    void this.closeOrStay()
  }

  /** False when a listener kept it open. */
  async closeOrStay(): Promise<boolean> {
    if (this.#isDestroyed) return true
    const event = preventable({})
    this.emit('close', event)
    if (event.defaultPrevented) return false
    await this.destroy()
    return true
  }

  async destroy(): Promise<void> {
    if (this.#isDestroyed) return
    nativeTheme.off('updated', this.#followTheme)
    await this.#contents.destroy()
    this.#isDestroyed = true
    windows.delete(this)
    this.emit('closed')
    if (windows.size === 0 && !isQuitting) app.emit('window-all-closed')
  }

  readonly #followTheme = (): void => void this.#contents.useDarkColours(nativeTheme.shouldUseDarkColors)
}

let isQuitting = false

/** For `app.quit`: false when a window stays open. */
export async function closeAllWindows(): Promise<boolean> {
  isQuitting = true
  for (const window of windows) {
    if (await window.closeOrStay()) continue
    isQuitting = false
    return false
  }
  return true
}
