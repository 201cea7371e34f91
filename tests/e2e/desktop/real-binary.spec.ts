import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron, expect, test, type ElectronApplication } from '@playwright/test'
import { addSample, bringIn, lookAtActivity, markAndUndo, searchAndRead, type Desk } from '../journey.ts'

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/** Electron's program, where it is installed. Importing the package would try to download it. */
function findBinary(): string | null {
  const folder = join(project, 'node_modules', 'electron')
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' } as Record<string, string>
  const name = names[process.platform] ?? 'electron'
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  const pathFile = join(folder, 'path.txt')
  const path =
    given === undefined ? (existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8')) : null) : join(given, name)
  return path !== null && existsSync(path) ? path : null
}

const binary = findBinary()
const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
const reason =
  binary === null
    ? 'Electron’s binary is not installed (npx install-electron)'
    : hasDisplay
      ? null
      : 'there is no display (run it with xvfb-run -a)'

// Said once, by the process that lists the tests
if (reason !== null && process.env['TEST_WORKER_INDEX'] === undefined)
  console.log(`NOT RUN: the desktop app in the real Electron, since ${reason}`)

test.describe.configure({ mode: 'serial' })
test.describe('the desktop app in the real Electron', () => {
  test.skip(reason !== null, `not run, since ${reason ?? ''}`)

  let folder: string
  let app: ElectronApplication
  let desk: Desk

  test.beforeAll(async () => {
    if (binary === null) return
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'akin-desktop-')))
    app = await electron.launch({
      executablePath: binary,
      args: [project, '--library', join(folder, 'library'), `--user-data-dir=${join(folder, 'profile')}`],
      cwd: project,
    })
    const page = await app.firstWindow()
    const session = await page.context().newCDPSession(page)
    desk = {
      page,
      folder,
      choose: (paths) =>
        app.evaluate(({ dialog }, filePaths) => {
          dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths })
        }, paths),
      drop: async (files) => {
        const data = { items: [], files, dragOperationsMask: 1 }
        for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
          await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data })
      },
    }
  })

  test.afterAll(async () => {
    if (binary === null) return
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('has a sandboxed, isolated page without Node at the address of the app', async () => {
    expect(desk.page.url()).toMatch(/^app:\/\/akin\/index\.html/)
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      return (window!.webContents as unknown as { getLastWebPreferences: () => object }).getLastWebPreferences()
    })
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true })
    const leaks = await desk.page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window))
    expect(leaks).toEqual([])
  })

  test('starts empty and takes the sample library', () => addSample(desk))
  test('finds an item by meaning and shows its kin', () => searchAndRead(desk))
  test('stars, tags, trashes and takes it back', () => markAndUndo(desk))
  test('brings in files by the dialog and by a drop', () => bringIn(desk))
  test('tells what was done', () => lookAtActivity(desk))

  test('puts text on the clipboard, and reads nothing from it', async () => {
    const { page } = desk
    await page.bringToFront()
    await page.evaluate(() => navigator.clipboard.writeText('tide'))
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('tide')
    await expect(page.evaluate(() => navigator.clipboard.readText())).rejects.toThrow(/denied|NotAllowed/)
  })

  test('heals when its engine is killed', async () => {
    const pidOfEngine = () =>
      app.evaluate(({ app: own }) => own.getAppMetrics().find(({ name }) => name === 'Akin engine')?.pid ?? null)
    const before = await pidOfEngine()
    process.kill(before!, 'SIGKILL')
    await expect.poll(pidOfEngine, { timeout: 30_000 }).not.toBe(before)
    await expect(desk.page.getByRole('link', { name: '69 searchable' })).toBeVisible({ timeout: 30_000 })
  })
})
