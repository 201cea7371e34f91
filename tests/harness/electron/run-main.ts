import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { app } from './app.ts'
import { closeChromium } from './chromium.ts'
import { listenToTest } from './control.ts'
import { killAllUtilities } from './utility-process.ts'
import { BrowserWindow, closeAllWindows } from './window.ts'

/**
 * Starts a main process: `run-main.ts <entry> …`. Electron is ready once the entry has been imported and has run its
 * first turn, and never before.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('module-main.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})

app.shutdown = {
  closeWindows: closeAllWindows,
  endAll: async () => {
    for (const window of BrowserWindow.getAllWindows()) await window.destroy()
    killAllUtilities()
    await closeChromium()
  },
}
listenToTest()
Object.assign(process, { type: 'browser', resourcesPath: process.env['AKIN_HARNESS_RESOURCES'] })

const [, , entry] = process.argv
process.argv.splice(1, 2, process.env['AKIN_HARNESS_APP']!)
await import(pathToFileURL(entry!).href)
setImmediate(() => app.markReady())
