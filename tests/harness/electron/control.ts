import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { app } from './app.ts'
import { openChromium, profileFolder } from './chromium.ts'
import { answerMessage, answerOpen, asked, Menu, nativeTheme } from './dialogs.ts'
import { ipcMain } from './ipc-main.ts'
import type { FromPage, SenderFrame } from './page.ts'
import { utilityMetrics } from './process-list.ts'
import { protocol, session } from './session.ts'
import { clipboardTexts, violations, type WebContents } from './web-contents.ts'
import { BrowserWindow } from './window.ts'

/** What a test may ask and tell a running main process; `launch.ts` is its other end. */
const commands = {
  /** Where Playwright connects to the window. */
  async endpoint() {
    await openChromium()
    const [port] = readFileSync(join(profileFolder(), 'DevToolsActivePort'), 'utf8').split('\n')
    return `http://127.0.0.1:${port}`
  },
  /** The next dialog of that kind is answered so. */
  answerOpen,
  answerMessage,
  /** What the system was asked for since the start. */
  asked: () => asked,
  clipboard: () => clipboardTexts,
  violations: () => violations,
  /** Everything about security and windows that Electron would know of this app. */
  state: () => ({
    isSandboxEnabled: app.isSandboxEnabled,
    schemes: protocol.registered,
    channels: ipcMain.channels,
    menu: Menu.current?.template.map(({ label, role }) => label ?? role) ?? null,
    themeSource: nativeTheme.themeSource,
    userData: app.getPath('userData'),
    listeners: Object.fromEntries(
      ['certificate-error', 'select-client-certificate'].map((name) => [name, app.listenerCount(name)]),
    ),
    windows: BrowserWindow.getAllWindows().map((window) => describeWindow(window)),
  }),
  processes: () => utilityMetrics(),
  kill: (pid: number, signal: NodeJS.Signals = 'SIGKILL') => process.kill(pid, signal),
  emitApp: (event: string, ...args: unknown[]) => app.emit(event, {}, ...args),
  /** The answer of the app to a bad certificate. */
  async certificate() {
    let isPrevented = false
    const isTrusted = await new Promise((resolve) =>
      app.emit(
        'certificate-error',
        { preventDefault: () => (isPrevented = true) },
        {},
        'https://akin.example/',
        'net::ERR_CERT',
        {},
        resolve,
      ),
    )
    return { isPrevented, isTrusted }
  },
  clickMenu: (label: string) => Menu.click(label),
  setBounds: (bounds: Electron.Rectangle) => firstWindow().setBounds(bounds),
  closeWindow: () => firstWindow().close(),
  crashPage: () => firstContents().forcefullyCrashRenderer(),
  drop: (paths: string[], point: { x: number; y: number }) => firstContents().drop(paths, point),
  quit: () => app.quit(),
  /** Quits, and is wanted again before the app has done what it does on `will-quit`. */
  quitAndStartAgain: () => {
    app.once('will-quit', () => app.emit('second-instance', {}, [], '', undefined))
    app.quit()
  },
  /** A message from a frame of the test's making: none at all, a foreign page, a frame in the page. */
  invokeAs: (frame: SenderFrame | null, channel: string, args: unknown[]) =>
    firstContents().receive({ type: 'invoke', id: 0, channel, args } satisfies FromPage, frame),
  /** The same from another window's contents. */
  async invokeFromOther(frame: SenderFrame | null, channel: string, args: unknown[]) {
    const event = { sender: { id: 999 }, senderFrame: frame }
    return ipcMain.invoke(event, channel, args)
  },
  /** What the session says to a permission, by both of its handlers. */
  async permission(permission: string, asker: { url: string; isMainFrame: boolean }) {
    const ours = firstContents().session
    return { check: ours.isChecked(permission, asker), request: await ours.isRequested(permission, asker) }
  },
  device: (type: string) => firstContents().session.isDeviceGranted(type),
  /** What the window's session, or the default one, answers to an address. */
  async load(address: string, { method = 'GET', isDefaultSession = false } = {}) {
    const target = isDefaultSession ? session.defaultSession : firstContents().session
    const response = await target.load(new Request(address, { method }))
    if (response === null) return null
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  },
  /** Whether a navigation, window, guest or download goes on. */
  navigation: (event: string, url: string) => {
    let isPrevented = false
    firstContents().emit(event, { url, isMainFrame: true, preventDefault: () => (isPrevented = true) })
    return !isPrevented
  },
  download: (url: string) => firstContents().session.startDownload(url, 'file'),
}

export type Commands = typeof commands

function describeWindow(window: BrowserWindow) {
  const { session: ours, ...preferences } = window.webContents.preferences
  return {
    contentsId: window.webContents.id,
    preferences,
    partition: ours.partition,
    isSpellCheckerEnabled: window.webContents.session.isSpellCheckerEnabled,
    rtcPolicy: window.webContents.rtcPolicy,
    bounds: window.getBounds(),
    smallest: { width: window.options.minWidth, height: window.options.minHeight },
    isShown: window.isShown,
    isMaximized: window.isMaximized(),
    background: window.background,
    title: window.options.title,
    focusCount: window.focusCount,
    events: window.webContents.sent,
  }
}

function firstWindow(): BrowserWindow {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) throw new Error('There is no window')
  return window
}

function firstContents(): WebContents {
  return firstWindow().webContents
}

/** Answers the test that started this process. */
export function listenToTest(): void {
  process.on('message', ({ id, name, args }: { id: number; name: keyof Commands; args: unknown[] }) => {
    const command = commands[name] as (...all: unknown[]) => unknown
    Promise.resolve()
      .then(() => command(...args))
      .then((value) => process.send!({ id, value: value === undefined ? null : JSON.parse(JSON.stringify(value)) }))
      .catch((error: unknown) => process.send!({ id, error: String(error) }))
  })
  process.on('disconnect', () => process.exit(1))
}
