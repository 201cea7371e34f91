import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerHeaders } from '../../../electron/app-protocol.ts'
import { channels, requestNames } from '../../../electron/channels.ts'
import { contentSecurityPolicy } from '../../../electron/security.ts'
import type { RequestOutput } from '../../../shared/contract/requests.ts'
import { projectFolder, type DesktopApp } from '../../harness/electron/launch.ts'
import { askFromPage, eventually, useDesktop } from './run-desktop.ts'

const run = useDesktop()
let app: DesktopApp
let page: Page

const top = { url: 'app://akin/index.html', parent: null }

beforeAll(async () => {
  app = await run()
  page = await app.page()
  await eventually(
    () => app.control('state'),
    ({ windows }) => windows[0]?.isShown === true,
  )
})

describe('the running app', () => {
  it('asked for the sandbox and registered its scheme before Electron was ready', async () => {
    const { isSandboxEnabled, schemes } = await app.control('state')
    expect(isSandboxEnabled).toBe(true)
    expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  })

  it('has one window, with the preferences of the table and a session of its own', async () => {
    const { windows } = await app.control('state')
    expect(windows).toHaveLength(1)
    expect(windows[0]).toMatchObject({
      preferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        preload: join(projectFolder, 'out', 'preload', 'preload.cjs'),
      },
      partition: 'persist:akin',
      isSpellCheckerEnabled: false,
      rtcPolicy: 'disable_non_proxied_udp',
      smallest: { width: 720, height: 480 },
      isShown: true,
      title: 'Akin',
    })
  })

  it('answers the contract’s requests, each on a channel of its own, and the grants of a drop', async () => {
    const { channels: handled } = await app.control('state')
    expect(handled.toSorted()).toEqual([...requestNames, channels.grantFiles].toSorted())
  })

  it('knows its version and its parts, though it was bundled', async () => {
    const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string }
    const reply = await askFromPage(page, 'about.get', {})
    expect(reply).toMatchObject({ ok: true, value: { version } })
    const { parts } = (reply as { value: RequestOutput<'about.get'> }).value
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['onnxruntime-node', 'pdfjs-dist', 'zod']))
  })

  it('trusts no bad certificate', async () => {
    expect(await app.control('certificate')).toEqual({ isPrevented: true, isTrusted: false })
  })

  it('serves the window in its own session alone', async () => {
    expect(await app.control('load', 'app://akin/index.html')).toMatchObject({ status: 200, headers: answerHeaders })
    expect(await app.control('load', 'app://akin/index.html', { isDefaultSession: true })).toBeNull()
  })

  it.each([
    'app://akin/..%2fmain/electron.js',
    'app://akin/../main/electron.js',
    'app://akin/%2fetc%2fhosts',
    'app://akin/nothing',
  ])('has no file at %s', async (address) => {
    expect(await app.control('load', address)).toMatchObject({ status: 404, body: '' })
  })

  it.each(['https://example.org/', 'http://127.0.0.1:1/', 'ws://127.0.0.1:1/', 'file:///etc/hosts', 'app://other/'])(
    'loads nothing from %s',
    async (address) => {
      expect(await app.control('load', address)).toBeNull()
    },
  )

  it('grants no permission but the clipboard for writing, by request and by check', async () => {
    const asker = { url: 'app://akin/index.html', isMainFrame: true }
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'fullscreen', 'openExternal'])
      expect({ permission, ...(await app.control('permission', permission, asker)) }).toEqual({
        permission,
        check: false,
        request: false,
      })
    expect(await app.control('permission', 'clipboard-sanitized-write', asker)).toEqual({ check: true, request: true })
    expect(await app.control('device', 'usb')).toBe(false)
  })

  it('goes nowhere else, by any kind of navigation, and downloads nothing but its own', async () => {
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview'])
      expect({ event, goesOn: await app.control('navigation', event, 'https://example.org/') }).toEqual({ event, goesOn: false })
    expect(await app.control('navigation', 'will-navigate', 'app://akin/index.html')).toBe(true)
    expect(await app.control('download', 'https://example.org/a.zip')).toBe(false)
    expect(await app.control('download', 'blob:app://akin/1')).toBe(true)
  })
})

describe('frames', () => {
  const foreign: [string, typeof top | null][] = [
    ['that are gone', null],
    ['of other pages', { url: 'https://example.org/', parent: null }],
    ['of other hosts', { url: 'app://other/index.html', parent: null }],
    ['in the page', { url: 'app://akin/index.html', parent: top as never }],
  ]

  it.each(foreign)('%s are refused on every channel', async (_title, frame) => {
    for (const name of requestNames) {
      const answer = await app.control('invokeAs', frame, name, [{}, 'x'])
      expect({ name, answer }).toMatchObject({ name, answer: { result: { ok: false, error: { code: 'not-allowed' } } } })
    }
    expect(await app.control('invokeAs', frame, channels.grantFiles, [['/etc/hosts']])).toEqual({ result: [] })
  })

  it('of the window are answered, and bad input is refused on every channel', async () => {
    for (const name of requestNames) {
      const answer = await app.control('invokeAs', top, name, ['nonsense', 'x'])
      expect({ name, answer }).toMatchObject({ name, answer: { result: { ok: false, error: { code: 'bad-request' } } } })
    }
  })

  it('of one window have nothing from the grants of another', async () => {
    const file = join(projectFolder, 'package.json')
    const { result } = (await app.control('invokeAs', top, channels.grantFiles, [[file]])) as { result: { grant: string }[] }
    const sources = [{ type: 'grant', grant: result[0]!.grant }]
    expect(await app.control('invokeFromOther', top, 'documents.import', [{ sources }, 'x'])).toMatchObject({
      result: { ok: false, error: { code: 'not-allowed' } },
    })
  })
})

describe('the page', () => {
  it('is the built window under the policy, and breaks it nowhere', async () => {
    const response = await page.evaluate(async () => {
      const answer = await fetch('/index.html')
      return answer.headers.get('content-security-policy')
    })
    expect(response).toBe(contentSecurityPolicy)
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await app.control('violations')).toEqual([])
  })

  it('is watched for breaking the policy, and the policy holds', async () => {
    const isRun = await page.evaluate(`(() => {
      const script = document.createElement('script')
      // Trusted Types refuse the text itself
      try { script.textContent = 'globalThis.ran = true'; document.body.append(script) } catch {}
      return globalThis.ran === true
    })()`)
    expect(isRun).toBe(false)
    const violations = await eventually(
      () => app.control('violations'),
      (texts) => texts.length > 0,
    )
    expect(violations[0]).toMatch(/^(require-trusted-types-for|script-src)/)
  })

  it('sees the four functions of the bridge, frozen, and nothing of Electron or Node', async () => {
    const seen = await page.evaluate(() => {
      const scope = globalThis as unknown as Record<string, unknown>
      const bridge = scope['akin'] as object
      const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', 'global', '__dirname']
      return {
        functions: Object.keys(bridge).toSorted(),
        isFrozen: Object.isFrozen(bridge),
        isWritable: Object.getOwnPropertyDescriptor(scope, 'akin')?.writable,
        leaks: names.filter((name) => scope[name] !== undefined),
        text: Object.values(bridge).map(String).join('\n'),
      }
    })
    expect(seen.functions).toEqual(['cancel', 'grantFiles', 'onEvent', 'request'])
    expect(seen).toMatchObject({ isFrozen: true, isWritable: false, leaks: [] })
    expect(seen.text).not.toMatch(/ipcRenderer|akin:/)
  })

  it('is told of events as values, and never handed Electron’s own', async () => {
    const told = page.evaluate(`new Promise((done) => {
      const stop = akin.onEvent((...given) => { stop(); done(given) })
    })`)
    expect(await askFromPage(page, 'settings.set', { theme: 'dark' })).toMatchObject({ ok: true })
    expect(await told).toEqual([
      { event: expect.any(String) as unknown, payload: expect.anything() as unknown, number: expect.any(Number) as unknown },
    ])
  })

  it('cannot name channels: only requests of the contract pass', async () => {
    for (const name of [channels.grantFiles, channels.cancel, 'toString', '__proto__', ''])
      expect(await askFromPage(page, name, ['/etc/hosts'])).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
  })

  it('cannot name paths, nor make files that have one', async () => {
    const sources = [{ type: 'path', path: join(projectFolder, 'package.json') }]
    expect(await askFromPage(page, 'documents.import', { sources })).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
    const grants = await page.evaluate("akin.grantFiles([new File(['x'], '/etc/hosts')])")
    expect(grants).toEqual([])
  })

  it('gets a reply for what cannot be sent at all', async () => {
    const reply = await page.evaluate("akin.request('library.status', () => undefined, 'x')")
    expect(reply).toMatchObject({ ok: false })
  })

  it('stays where it is when it tries to leave', async () => {
    const before = page.url()
    await page.evaluate("location.href = 'https://example.org/'")
    await page.waitForTimeout(300)
    expect(page.url()).toBe(before)
    await page.evaluate("void open('https://example.org/')")
    await page.waitForTimeout(300)
    expect(
      page
        .context()
        .pages()
        .filter((one) => one.url().includes('example.org')),
    ).toEqual([])
    expect(await askFromPage(page, 'library.status', {})).toMatchObject({ ok: true })
  })

  it('puts text on the clipboard, and opens links outside', async () => {
    await page.evaluate("navigator.clipboard.writeText('tide')")
    expect(await app.control('clipboard')).toEqual(['tide'])
    expect(await askFromPage(page, 'host.link', { url: 'https://example.org/a' })).toEqual({ ok: true, value: {} })
    expect(await askFromPage(page, 'host.link', { url: 'file:///etc/hosts' })).toMatchObject({ ok: false })
    const asked = await app.control('asked')
    expect(asked.filter(({ what }) => what === 'shell.openExternal')).toEqual([
      { what: 'shell.openExternal', details: 'https://example.org/a' },
    ])
  })
})
