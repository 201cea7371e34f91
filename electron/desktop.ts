import { join } from 'node:path'
import { app, dialog, ipcMain, Menu, safeStorage, session, shell, type OpenDialogOptions } from 'electron'
import type { EventMessage, EventPayload } from '../shared/contract/events.ts'
import type { ImportSource, RequestOutput } from '../shared/contract/requests.ts'
import { AkinError } from '../shared/errors.ts'
import { createAppHandler } from './app-protocol.ts'
import { EngineLink } from './engine-link.ts'
import { Grants } from './grants.ts'
import { SafeStorageKeyVault } from './key-vault.ts'
import type { MainLog } from './main-log.ts'
import { menuTemplate } from './menu.ts'
import { NamedCopies } from './open-original.ts'
import type { Places } from './places.ts'
import { WindowRequests } from './requests.ts'
import { appScheme, partition, secureSession } from './security.ts'
import { spawnWithUtilityProcess } from './utility-spawn.ts'
import { MainWindow } from './window.ts'

type Pick = 'files' | 'folder'

const pickOptions: Readonly<Record<Pick, OpenDialogOptions>> = {
  files: { title: 'Choose files', buttonLabel: 'Add', properties: ['openFile', 'multiSelections'] },
  folder: { title: 'Choose a folder', buttonLabel: 'Add', properties: ['openDirectory', 'multiSelections'] },
}

/** The running app: one engine, one window, and what goes between them. Made once Electron is ready. */
export class Desktop {
  readonly #places: Places
  readonly #log: MainLog
  readonly #engine: EngineLink
  readonly #copies: NamedCopies
  readonly #requests: WindowRequests
  #window: MainWindow | undefined

  constructor(places: Places, log: MainLog) {
    this.#places = places
    this.#log = log
    const { libraryFolder, modelsFolder, sampleFolder, codeFolder } = places
    this.#engine = new EngineLink({
      config: { folder: libraryFolder, modelsFolder, sampleFolder, keys: 'host' },
      keys: new SafeStorageKeyVault({
        safeStorage,
        path: join(app.getPath('userData'), 'keys.json'),
        platform: process.platform,
      }),
      spawn: spawnWithUtilityProcess(codeFolder),
    })
    this.#copies = new NamedCopies(join(app.getPath('temp'), `akin-originals-${process.pid}`))
    this.#requests = new WindowRequests({
      engine: this.#engine,
      grants: new Grants(),
      copies: this.#copies,
      shell,
      choose: (_windowId, what) => this.#choose(what),
      onBug: (error) => log('bug', error),
    })
  }

  /** The window opens at once and waits for the library by itself; what it asks meanwhile is answered when it is open. */
  async start(): Promise<void> {
    const ours = session.fromPartition(partition)
    secureSession(ours)
    ours.protocol.handle(appScheme, createAppHandler(this.#places.windowFolder))
    this.#requests.listen(ipcMain)
    this.#engine.onEvent((message) => this.#forward(message))
    Menu.setApplicationMenu(Menu.buildFromTemplate(this.#menu()))
    this.show()
    await this.#openLibrary()
  }

  /** Brings the window to the front, or opens it. */
  show(): void {
    if (this.#window !== undefined) return this.#window.focus()
    this.#window = new MainWindow({
      session: session.fromPartition(partition),
      preload: this.#places.preload,
      icon: this.#places.icon,
      stateFile: join(app.getPath('userData'), 'window.json'),
      hasDevTools: !app.isPackaged,
      log: this.#log,
      onPageLost: (id) => this.#requests.forget(id),
      onClosed: () => (this.#window = undefined),
    })
    void this.#window.load()
  }

  /** Lets the engine end in order. */
  async close(): Promise<void> {
    await this.#engine.close()
    await this.#copies.clear().catch((error: unknown) => this.#log('copies not removed', error))
  }

  /** Asks until the library is open or the person gives up. */
  async #openLibrary(): Promise<void> {
    for (;;) {
      try {
        await this.#engine.start()
        return await this.#followTheme()
      } catch (error) {
        this.#log('library not opened', error instanceof AkinError ? { code: error.code } : error)
        if (!(await this.#offerRetry(error))) return app.quit()
      }
    }
  }

  async #offerRetry(error: unknown): Promise<boolean> {
    const known = error instanceof AkinError ? error : undefined
    const options = {
      type: 'error',
      title: 'Akin',
      message: known?.message ?? 'Akin could not open the library',
      detail: [known?.advice, `Library: ${this.#places.libraryFolder}`].filter(Boolean).join('\n\n'),
      buttons: ['Try again', 'Quit'],
      defaultId: 0,
      cancelId: 1,
    } as const
    const { response } = await dialog.showMessageBox({ ...options, buttons: [...options.buttons] })
    return response === 0
  }

  async #followTheme(): Promise<void> {
    const reply = await this.#engine.request('settings.get', {})
    if (reply.ok) this.#window?.useTheme((reply.value as RequestOutput<'settings.get'>).theme)
  }

  #forward({ event, payload }: EventMessage): void {
    if (event === 'settings.changed') this.#window?.useTheme((payload as EventPayload<'settings.changed'>).theme)
    this.#window?.send(event, payload)
  }

  async #choose(what: Pick): Promise<readonly string[]> {
    const parent = this.#window?.browserWindow
    const { canceled, filePaths } = await (parent === undefined
      ? dialog.showOpenDialog(pickOptions[what])
      : dialog.showOpenDialog(parent, pickOptions[what]))
    return canceled ? [] : filePaths
  }

  #menu(): ReturnType<typeof menuTemplate> {
    const add = (what: Pick) => (): void => {
      this.#import(what).catch((error: unknown) => this.#log('bug', error))
    }
    return menuTemplate({
      platform: process.platform,
      hasDevTools: !app.isPackaged,
      addFiles: add('files'),
      addFolder: add('folder'),
      showLibraryFolder: () => void shell.openPath(this.#places.libraryFolder),
    })
  }

  /** From the menu; the window sees the job by its events. */
  async #import(what: Pick): Promise<void> {
    const sources = (await this.#choose(what)).map((path): ImportSource => ({ type: 'path', path }))
    if (sources.length === 0) return
    const reply = await this.#engine.request('documents.import', { sources })
    if (reply.ok) return
    const { message, advice } = reply.error
    this.#window?.send('engine.notice', { level: 'error', message, detail: advice ?? null })
  }
}
