import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type BrowserContext } from 'playwright-core'
import { app } from './app.ts'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The Chromium that plays the window: `AKIN_CHROMIUM`, else where systems put it; `null` when there is none. */
export function findChromium(): string | null {
  const named = process.env['AKIN_CHROMIUM']
  return [named, ...usualPlaces].find((path) => path !== undefined && existsSync(path)) ?? null
}

let opened: Promise<BrowserContext> | undefined

/** One Chromium for a main process, with a profile in `userData` and a port for the test's own connection. */
export function openChromium(): Promise<BrowserContext> {
  opened ??= launch()
  return opened
}

async function launch(): Promise<BrowserContext> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('There is no Chromium: install it, or name it with AKIN_CHROMIUM')
  return chromium.launchPersistentContext(profileFolder(), {
    executablePath,
    headless: true,
    args: [...flags, '--remote-debugging-port=0'],
    acceptDownloads: true,
  })
}

/** Chromium writes the port for other connections into its profile. */
export function profileFolder(): string {
  return join(app.getPath('userData'), 'chromium')
}

export async function closeChromium(): Promise<void> {
  const context = await opened?.catch(() => undefined)
  await context?.close()
}
