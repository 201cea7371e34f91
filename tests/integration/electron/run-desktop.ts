import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll } from 'vitest'
import type { AkinBridge } from '../../../shared/contract/bridge.ts'
import type { Reply } from '../../../shared/contract/reply.ts'
import { launchDesktop, type DesktopApp, type LaunchOptions } from '../../harness/electron/launch.ts'

/** Registers the clean-up; the returned function starts the built app with an empty folder of its own. */
export function useDesktop(): (options?: Partial<LaunchOptions>) => Promise<DesktopApp> {
  const folders: string[] = []
  const apps: DesktopApp[] = []
  afterAll(async () => {
    for (const app of apps) await app.quit()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
  return async (options = {}) => {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'akin-desktop-'))
    if (options.folder === undefined) folders.push(folder)
    const app = await launchDesktop({ ...options, folder })
    apps.push(app)
    return app
  }
}

/** Runs in the page: `window.akin` as its own code sees it. */
declare const akin: AkinBridge

/** Asks as the page does, over the real preload script. */
export function askFromPage(page: Page, name: string, input: unknown): Promise<Reply> {
  return page.evaluate(([request, given]) => akin.request(request as string, given, `t${Math.random()}`), [name, input])
}

/** Asks again until the answer is as wanted; for what a process in the background does. */
export async function eventually<T>(ask: () => Promise<T>, isWanted: (value: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const until = Date.now() + timeoutMs
  for (;;) {
    const value = await ask()
    if (isWanted(value)) return value
    if (Date.now() > until) throw new Error(`It did not come to this: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
