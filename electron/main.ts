import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, protocol } from 'electron'
import { AkinError } from '../shared/errors.ts'
import { Desktop } from './desktop.ts'
import { openMainLog } from './main-log.ts'
import { findPlaces } from './places.ts'
import { privilegedSchemes, secureApp } from './security.ts'

/**
 * The desktop host. What must be set before Electron is ready is set here at once, without waiting for anything;
 * everything else begins with `ready`.
 */
protocol.registerSchemesAsPrivileged(privilegedSchemes)
secureApp(app)
app.setName('Akin')
if (process.platform === 'win32') app.setAppUserModelId('app.akin.desktop')
if (!app.commandLine.hasSwitch('user-data-dir')) useOwnFolder()

// One Akin for each person: a second start brings the window of the first to the front
if (app.requestSingleInstanceLock()) run()
else app.quit()

/** The same in a package and in development, whatever the package is called. */
function useOwnFolder(): void {
  const folder = join(app.getPath('appData'), 'Akin')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  app.setPath('userData', folder)
}

function run(): void {
  const log = openMainLog(join(app.getPath('userData'), 'logs'))
  process.on('uncaughtExceptionMonitor', (error) => log('uncaught', error))
  let desktop: Desktop | undefined
  let closing: Promise<void> | undefined
  let isWantedAgain = false

  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    // The engine ends its services itself, again and again, and has a log of its own; and in the end it is ended
    if (name === 'Akin parser' || name === 'Akin inference' || closing !== undefined) return
    log('process gone', { type, reason, exitCode, name })
  })
  app.on('second-instance', () => {
    // Asked for while the engine still ends: the library is free when it has ended, and not before
    if (closing !== undefined) isWantedAgain = true
    else desktop?.show()
  })
  app.on('activate', () => {
    if (closing === undefined) desktop?.show()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', (event) => {
    if (desktop === undefined) return
    event.preventDefault()
    closing ??= desktop
      .close()
      .catch((error: unknown) => log('not closed in order', error))
      .finally(() => {
        // In an AppImage the running file lies in a mount that ends with this process
        const { APPIMAGE: appImage } = process.env
        if (isWantedAgain) app.relaunch(appImage === undefined ? {} : { execPath: appImage })
        app.exit(0)
      })
  })

  app
    .whenReady()
    .then(() => {
      const places = findPlaces({
        appPath: app.getAppPath(),
        resourcesPath: app.isPackaged ? process.resourcesPath : undefined,
        argv: process.argv.slice(1),
        cwd: process.cwd(),
      })
      desktop = new Desktop(places, log)
      return desktop.start()
    })
    .catch((error: unknown) => {
      log('not started', error)
      const known = error instanceof AkinError ? error : undefined
      dialog.showErrorBox('Akin could not start', [known?.message, known?.advice].filter(Boolean).join('. ') || String(error))
      app.exit(1)
    })
}
