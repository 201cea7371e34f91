import { BrowserWindow, dialog, nativeTheme, screen, type Session, type WebContents } from 'electron'
import type { EventMessage, EventName, EventPayload } from '../shared/contract/events.ts'
import { channels } from './channels.ts'
import type { MainLog } from './main-log.ts'
import { appAddress, pagePreferences } from './security.ts'
import { placeWindow, readWindowState, smallestWindow, writeWindowState, type WindowState } from './window-state.ts'

/** `--surface-window` of the window's own colours: what is seen until the page has painted. */
const backgrounds = { light: '#f3f2ee', dark: '#151514' } as const

/** A page that breaks down more often than this within a minute is not opened again by itself. */
const mostReloads = 3
const reloadWindowMs = 60_000

const rememberAfterMs = 500

export interface MainWindowOptions {
  readonly session: Session
  readonly preload: string
  /** For Linux, where the program's file has none. */
  readonly icon: string
  /** Keeps bounds and theme from one start to the next. */
  readonly stateFile: string
  readonly hasDevTools: boolean
  readonly log: MainLog
  /** The page is gone, or begins anew: what it asked for and was given is void. */
  readonly onPageLost: (contentsId: number) => void
  readonly onClosed: () => void
}

/** Akin's one window: opens where it was, survives a broken page, takes events to it. */
export class MainWindow {
  readonly #options: MainWindowOptions
  readonly #window: BrowserWindow
  readonly #reloads: number[] = []
  #state: WindowState
  #number = 0
  #notice: string | null = null
  #isReady = false
  #rememberTimer: NodeJS.Timeout | undefined

  constructor(options: MainWindowOptions) {
    this.#options = options
    this.#state = readWindowState(options.stateFile)
    nativeTheme.themeSource = this.#state.theme
    this.#window = new BrowserWindow({
      ...placeWindow(this.#state.bounds, workAreas()),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      title: 'Akin',
      show: false,
      backgroundColor: backgroundNow(),
      ...(process.platform === 'linux' ? { icon: options.icon } : {}),
      autoHideMenuBar: true,
      webPreferences: {
        ...pagePreferences,
        session: options.session,
        preload: options.preload,
        devTools: options.hasDevTools,
      },
    })
    this.#watchWindow()
    this.#watchPage(this.#window.webContents)
  }

  get contentsId(): number {
    return this.#window.webContents.id
  }

  get browserWindow(): BrowserWindow {
    return this.#window
  }

  /** Resolves when the page is there; a page that cannot be loaded is written down and shown as it is. */
  async load(): Promise<void> {
    try {
      await this.#window.loadURL(appAddress)
    } catch (error) {
      if (this.#window.isDestroyed()) return
      this.#options.log('page not loaded', error)
      this.#isReady = true
      this.#window.show()
    }
  }

  /** Before the first frame is there it does nothing: the window comes to the front by itself. */
  focus(): void {
    if (!this.#isReady) return
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
  }

  /** Takes an event to the page, under the window's own number, which grows by one. */
  send<N extends EventName>(event: N, payload: EventPayload<N>): void {
    if (this.#window.isDestroyed()) return
    const { webContents } = this.#window
    if (webContents.isDestroyed() || webContents.isCrashed()) return
    webContents.send(channels.event, { event, payload, number: ++this.#number } satisfies EventMessage)
  }

  /** The theme of the settings: menus and dialogs of the system follow it, and so does the next start. */
  useTheme(theme: WindowState['theme']): void {
    if (theme === this.#state.theme) return
    nativeTheme.themeSource = theme
    this.#state = { ...this.#state, theme }
    this.#remember()
  }

  #watchWindow(): void {
    const window = this.#window
    window.once('ready-to-show', () => {
      this.#isReady = true
      if (this.#state.isMaximized) window.maximize()
      window.show()
    })
    const later = (): void => {
      clearTimeout(this.#rememberTimer)
      this.#rememberTimer = setTimeout(() => this.#remember(), rememberAfterMs)
    }
    window.on('resize', later)
    window.on('move', later)
    window.on('close', () => this.#remember())
    const recolour = (): void => window.setBackgroundColor(backgroundNow())
    nativeTheme.on('updated', recolour)
    window.once('closed', () => {
      clearTimeout(this.#rememberTimer)
      nativeTheme.off('updated', recolour)
      this.#options.onClosed()
    })
  }

  #watchPage(contents: WebContents): void {
    const { log, onPageLost } = this.#options
    const { id } = contents
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) onPageLost(id)
    })
    contents.once('destroyed', () => onPageLost(id))
    contents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason === 'clean-exit') return
      log('page gone', { reason, exitCode })
      onPageLost(id)
      this.#openAgain()
    })
    contents.on('did-finish-load', () => this.#tellNotice())
    contents.on('unresponsive', () => void this.#offerReload())
  }

  #openAgain(): void {
    const now = Date.now()
    this.#reloads.push(now)
    if (this.#reloads.filter((at) => now - at < reloadWindowMs).length > mostReloads) {
      dialog.showErrorBox('Akin’s window stopped working', 'Close Akin and open it anew. Nothing that was stored is lost.')
      return
    }
    this.#notice = 'The window stopped working and was opened again. Nothing that was stored is lost'
    // Not from within the event: the old process is still being cleared away
    setImmediate(() => {
      if (!this.#window.isDestroyed()) this.#window.webContents.reload()
    })
  }

  #tellNotice(): void {
    if (this.#notice === null) return
    this.send('engine.notice', { level: 'warning', message: this.#notice, detail: null })
    this.#notice = null
  }

  async #offerReload(): Promise<void> {
    this.#options.log('page does not respond')
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'warning',
      message: 'Akin’s window does not respond',
      detail: 'You can wait, or open the window anew. Nothing that was stored is lost.',
      buttons: ['Wait', 'Open anew'],
      defaultId: 0,
      cancelId: 0,
    })
    if (response !== 1 || this.#window.isDestroyed()) return
    // A page that hangs does not reload by itself; its process has to go first
    this.#window.webContents.forcefullyCrashRenderer()
  }

  #remember(): void {
    const window = this.#window
    if (window.isDestroyed()) return
    const isSpecial = window.isMaximized() || window.isFullScreen() || window.isMinimized()
    this.#state = {
      ...this.#state,
      bounds: isSpecial ? window.getNormalBounds() : window.getBounds(),
      isMaximized: window.isMaximized(),
    }
    try {
      writeWindowState(this.#options.stateFile, this.#state)
    } catch (error) {
      // The window opens in its usual place next time
      this.#options.log('window state not kept', error)
    }
  }
}

function backgroundNow(): string {
  return nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light
}

/** The primary screen first. */
function workAreas(): Electron.Rectangle[] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id)
  return [primary, ...others].map(({ workArea }) => workArea)
}
