import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from '../../../engine/library/folder-lock.ts'
import type { DesktopApp } from '../../harness/electron/launch.ts'
import { askFromPage, eventually, useDesktop } from './run-desktop.ts'

const run = useDesktop()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'akin-desktop-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const library = (): string => join(folder, 'data', 'akin', 'library')

/** A process that has ended may wait to be cleared away by the system. */
function isRunning(pid: number): boolean {
  const status = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z'
  return !/\) [ZX]/.test(status)
}

/** Started, and the library open. */
async function ready(options: Parameters<typeof run>[0] = {}): Promise<DesktopApp> {
  const app = await run({ folder, ...options })
  const page = await app.page()
  await eventually(
    () => askFromPage(page, 'library.status', {}),
    ({ ok }) => ok,
  )
  return app
}

describe('quitting', () => {
  it('closes the engine in order, and the library opens again as it was', async () => {
    const app = await ready()
    const text = { type: 'text', externalId: 'a', title: 'Ferry', text: 'The ferry leaves at ten', mediaType: 'text/plain' }
    await askFromPage(await app.page(), 'documents.import', { sources: [text] })
    await eventually(
      async () => askFromPage(await app.page(), 'documents.list', {}),
      (reply) => reply.ok && (reply.value as { total: number }).total === 1,
    )
    const processes = await app.control('processes')
    expect(await app.quit()).toEqual({ code: 0, relaunches: [] })
    expect(readFileSync(join(library(), 'logs', 'akin.log'), 'utf8')).toMatch(/library closed/)
    expect(existsSync(join(library(), 'engine.json'))).toBe(false)
    await eventually(
      async () => processes.filter(({ pid }) => isRunning(pid)),
      (running) => running.length === 0,
    )

    const again = await ready()
    const reply = await askFromPage(await again.page(), 'documents.list', {})
    expect(reply).toMatchObject({ ok: true, value: { total: 1, rows: [{ title: 'Ferry' }] } })
    await again.quit()
  })

  it('follows the last window', async () => {
    const app = await ready()
    await app.control('closeWindow')
    expect((await app.exited).code).toBe(0)
    expect(existsSync(join(library(), 'engine.json'))).toBe(false)
  })

  it('starts anew when Akin is wanted again while its engine still ends', async () => {
    const app = await ready()
    await app.control('quitAndStartAgain')
    expect((await app.exited).relaunches).toHaveLength(1)
  })
})

describe('a second start', () => {
  it('brings the window of the first to the front, and ends', async () => {
    const app = await ready()
    const second = await run({ folder })
    expect((await second.exited).code).toBe(0)
    const { windows } = await eventually(
      () => app.control('state'),
      (state) => state.windows[0]?.focusCount === 1,
    )
    expect(windows).toHaveLength(1)
    await app.quit()
  })
})

describe('a library that cannot be opened', () => {
  it('is told with what to do, and tried again until it can', async () => {
    const unlock = await lockedLibrary()
    const app = await run({ folder })
    await app.control('answerMessage', 1)
    const asked = await eventually(
      () => app.control('asked'),
      (all) => all.length > 0,
    )
    expect(asked[0]).toMatchObject({ what: 'dialog.message', details: { buttons: ['Try again', 'Quit'] } })
    expect(JSON.stringify(asked[0])).toContain(library())
    expect((await app.exited).code).toBe(0)
    unlock()
  })

  it('is opened by “Try again” once it is free', async () => {
    const unlock = await lockedLibrary()
    const app = await run({ folder, messages: Array.from({ length: 200 }, () => 0) })
    await eventually(
      () => app.control('asked'),
      (all) => all.length > 0,
    )
    unlock()
    const page = await app.page()
    expect(await askFromPage(page, 'library.status', {})).toMatchObject({ ok: true })
    await app.quit()
  })

  /** Held as another Akin holds it. */
  async function lockedLibrary(): Promise<() => void> {
    const app = await ready()
    await app.quit()
    return lockFolder(library())
  }
})

describe('arguments and what is remembered', () => {
  it('opens the library that --library names', async () => {
    const other = join(folder, 'other library')
    const app = await ready({ args: ['--library', other, '--some-switch-of-chromium'] })
    const reply = await askFromPage(await app.page(), 'about.get', {})
    expect(reply).toMatchObject({ ok: true, value: { folder: other } })
    expect(existsSync(join(other, 'engine.json'))).toBe(true)
    await app.quit()
  })

  it('opens the window where it was, in the colour it had', async () => {
    const app = await ready()
    await askFromPage(await app.page(), 'settings.set', { theme: 'dark' })
    await eventually(
      () => app.control('state'),
      ({ themeSource, windows }) => themeSource === 'dark' && windows[0]?.background === '#151514',
    )
    const bounds = { x: 40, y: 50, width: 1_000, height: 700 }
    await app.control('setBounds', bounds)
    await app.quit()
    const again = await run({ folder })
    await again.page()
    const { windows, themeSource } = await again.control('state')
    expect(windows[0]).toMatchObject({ bounds, background: '#151514' })
    expect(themeSource).toBe('dark')
    await again.quit()
  })

  it('opens as the first time when what was remembered is damaged', async () => {
    const app = await ready()
    const { userData } = await app.control('state')
    await app.quit()
    writeFileSync(join(userData, 'window.json'), '{"bounds": {"x": "here"')
    const again = await ready()
    expect((await again.control('state')).windows[0]).toMatchObject({ bounds: { width: 1_280, height: 820 } })
    await again.quit()
  })
})

describe('the menu', () => {
  it('adds what was chosen in its dialog, and tells the window when that fails', async () => {
    const app = await ready()
    const file = join(folder, 'ferry.md')
    writeFileSync(file, '# Ferry\n\nThe ferry leaves at ten.')
    await app.control('answerOpen', [file])
    await app.control('clickMenu', 'Choose Files…')
    const page = await app.page()
    const reply = await eventually(
      () => askFromPage(page, 'documents.list', {}),
      ({ ok, ...rest }) => ok && (rest as { value: { total: number } }).value.total === 1,
    )
    expect(reply).toMatchObject({ value: { rows: [{ title: 'Ferry', source: { location: file } }] } })
    await app.control('answerOpen', [join(folder, 'gone')])
    await app.control('clickMenu', 'Add a Folder…')
    await page.getByText('There is no file or folder').first().waitFor()
    await app.quit()
  })
})
