import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { startBrowserHost, type BrowserHost } from '../../bench/browser-host.ts'
import { findChromium } from '../../scripts/setup-steps.mjs'

/** The built browser host on a library of its own, and a real Chromium to look at it. */
export interface BrowserApp {
  readonly host: BrowserHost
  /** A folder for the person's files. */
  readonly folder: string
  /** Opens a page; what breaks the content-security policy, fails or is logged as an error goes to `errors`. */
  open(options?: BrowserContextOptions): Promise<Page>
  readonly errors: string[]
  close(): Promise<void>
}

/** Without them, a Chromium in a closed network asks for its services many times a second. */
const quietChromium = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchBrowserApp(libraryFolder?: string): Promise<BrowserApp> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('There is no Chromium on this machine: npm run setup installs one')
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'akin-browser-')))
  const host = await startBrowserHost(libraryFolder ?? join(folder, 'library'))
  const browser: Browser = await chromium.launch({ executablePath, args: quietChromium })
  const errors: string[] = []
  return {
    host,
    folder,
    errors,
    open: async (options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      await context.addInitScript(
        "document.addEventListener('securitypolicyviolation', (event) => console.error(`violates ${event.violatedDirective}: ${event.blockedURI}`))",
      )
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(host.address)
      return page
    },
    close: async () => {
      await browser.close()
      await host.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Lets real files and folders go over the window, as from the system's file manager. */
export async function dropFiles(page: Page, paths: readonly string[], { x, y } = { x: 640, y: 400 }): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data })
  await session.detach()
}
