import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CDPSession, Page, Route } from 'playwright-core'
import { openChromium } from './chromium.ts'
import { pageScript } from './page-script.js'

/** Chromium knows no scheme of ours: the window's origin is a secure one that is always intercepted. */
const outsideOrigin = 'https://akin'
const insideOrigin = 'app://akin'

export const toOutside = (address: string): string => address.replace(insideOrigin, outsideOrigin)
export const toInside = (address: string): string => address.replace(outsideOrigin, insideOrigin)

/** The frame a message came from, as Electron's `WebFrameMain` shows it. */
export interface SenderFrame {
  readonly url: string
  readonly parent: SenderFrame | null
}

export type FromPage =
  | { readonly type: 'invoke'; readonly id: number; readonly channel: string; readonly args: unknown[] }
  | { readonly type: 'send'; readonly channel: string; readonly args: unknown[] }
  | { readonly type: 'clipboard'; readonly id: number; readonly text: string }
  /** The page broke its content-security policy; watched from the first moment of every document. */
  | { readonly type: 'violation'; readonly text: string }

export interface PageHandlers {
  readonly preload: string | undefined
  readonly onMessage: (message: FromPage, frame: SenderFrame) => void
  /** Answers a request for a file; `null` cancels it. */
  readonly load: (request: Request) => Promise<Response | null>
  /** Asked before the page itself goes elsewhere; false keeps it where it is. */
  readonly mayNavigate: (address: string, isMainFrame: boolean) => boolean
  readonly onNavigation: (address: string) => void
  readonly onCrash: () => void
  readonly onPopup: (address: string) => void
  readonly onDownload: (address: string, filename: string) => boolean
}

interface FrameFacts {
  readonly parentId: string | undefined
  readonly url: string
}

/** One page of Chromium, as the window of the app. */
export class ChromiumPage {
  readonly #page: Page
  readonly #session: CDPSession
  readonly #handlers: PageHandlers
  readonly #inbox: string
  readonly #frames = new Map<string, FrameFacts>()
  readonly #frameOfContext = new Map<number, string>()
  #expected: string | null = null
  #isClosed = false

  private constructor(page: Page, session: CDPSession, { handlers, inbox }: { handlers: PageHandlers; inbox: string }) {
    this.#page = page
    this.#session = session
    this.#handlers = handlers
    this.#inbox = inbox
  }

  static async open(handlers: PageHandlers, size: { width: number; height: number }): Promise<ChromiumPage> {
    const context = await openChromium()
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    const [binding, inbox] = [`b${randomUUID()}`, `i${randomUUID()}`]
    const opened = new ChromiumPage(page, session, { handlers, inbox })
    await opened.#watch(binding)
    await page.setViewportSize(size)
    await page.addInitScript({ content: scriptOf({ binding, inbox }, handlers.preload) })
    return opened
  }

  get url(): string {
    return toInside(this.#page.url())
  }

  /** Goes where the main process says; nobody is asked. */
  async navigate(address: string): Promise<void> {
    this.#expected = toOutside(address)
    await this.#page.goto(this.#expected)
  }

  async reload(): Promise<void> {
    this.#expected = this.#page.url()
    await this.#page.reload()
  }

  /** Tells the page something; what is no longer there hears nothing. */
  tell(message: object): void {
    const expression = `globalThis[${JSON.stringify(this.#inbox)}]?.(${JSON.stringify(message)})`
    this.#session.send('Runtime.evaluate', { expression }).catch(() => undefined)
  }

  async useDarkColours(isDark: boolean): Promise<void> {
    await this.#page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' })
  }

  /** Drops files of this computer on a point of the page, as a person does. */
  async drop(paths: readonly string[], { x, y }: { x: number; y: number }): Promise<void> {
    this.tell({ type: 'dropped', files: await Promise.all(paths.map((path) => factsOf(path))) })
    const data = { items: [], files: [...paths], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await this.#session.send('Input.dispatchDragEvent', { type, x, y, data })
  }

  crash(): void {
    this.#session.send('Page.crash').catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#page.close().catch(() => undefined)
  }

  async #watch(binding: string): Promise<void> {
    const session = this.#session
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = context.auxData as { frameId: string }
      this.#frameOfContext.set(context.id, frameId)
    })
    session.on('Page.frameNavigated', ({ frame }) => this.#frames.set(frame.id, { parentId: frame.parentId, url: frame.url }))
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== binding) return
      const frame = this.#senderFrame(this.#frameOfContext.get(executionContextId))
      if (frame !== null) this.#handlers.onMessage(JSON.parse(payload) as FromPage, frame)
    })
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    await session.send('Runtime.addBinding', { name: binding })
    await this.#page.route('**/*', (route) => this.#answer(route))
    this.#page.on('crash', () => this.#handlers.onCrash())
    this.#page.on('popup', (popup) => {
      this.#handlers.onPopup(toInside(popup.url()))
      void popup.close()
    })
    this.#page.on('download', (download) => {
      const goesOn = this.#handlers.onDownload(toInside(download.url()), download.suggestedFilename())
      if (!goesOn) void download.cancel()
    })
  }

  #senderFrame(id: string | undefined): SenderFrame | null {
    const facts = id === undefined ? undefined : this.#frames.get(id)
    if (facts === undefined) return null
    return { url: toInside(facts.url), parent: facts.parentId === undefined ? null : this.#senderFrame(facts.parentId) }
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request()
    const address = toInside(request.url())
    if (request.isNavigationRequest()) {
      const isMainFrame = request.frame() === this.#page.mainFrame()
      const isExpected = isMainFrame && request.url() === this.#expected
      if (isExpected) this.#expected = null
      // Chromium stays where it is when a navigation is aborted, as a page does whose navigation was prevented
      else if (!this.#handlers.mayNavigate(address, isMainFrame)) return route.abort('aborted')
      if (isMainFrame) this.#handlers.onNavigation(address)
    }
    const response = await this.#handlers.load(new Request(address, { method: request.method() }))
    if (this.#isClosed) return
    if (response === null) return route.abort('blockedbyclient')
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }
}

/** A preload script is read anew for each window, as Electron does; a missing one leaves the page without it. */
function scriptOf(config: { binding: string; inbox: string }, preload: string | undefined): string {
  const source = preload === undefined ? '' : readFileSync(preload, 'utf8')
  return `(${pageScript.toString()})(${JSON.stringify(config)}, function (require, module, exports, process) {\n${source}\n})`
}

async function factsOf(path: string) {
  const info = await stat(path)
  return { path, name: basename(path), size: info.size, lastModified: Math.floor(info.mtimeMs), isFolder: info.isDirectory() }
}
