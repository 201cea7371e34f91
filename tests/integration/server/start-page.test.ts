import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../../../scripts/setup-steps.mjs'
import { startServer, type AkinServer } from '../../../server/http-server.ts'
import { behindServer } from './behind-server.ts'

const executablePath = findChromium()
if (executablePath === null) console.log('Not run: there is no Chromium on this machine (npm run setup installs one)')

const folder = mkdtempSync(join(tmpdir(), 'akin-test-start-'))

/** What real browsers send, which no list of headers can say. */
describe.skipIf(executablePath === null)('a browser', () => {
  let server: AkinServer
  let browser: Browser

  beforeAll(async () => {
    server = await startServer(behindServer(folder).options)
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
    })
  })

  afterAll(async () => {
    await browser.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function pageAt(address: string): Promise<Page> {
    const page = await browser.newPage()
    await page.goto(address)
    return page
  }

  /** Another server on this computer, whose one page has a body of its own. */
  async function neighbour(body: string): Promise<{ address: string; close: () => void }> {
    const other = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><body>${body}`),
    )
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', () => done()))
    const { port } = other.address() as AddressInfo
    return { address: `http://localhost:${port}/`, close: () => other.close() }
  }

  it('is led to the window by the file that npm start opens, key and all, and may load it again', async () => {
    const file = join(folder, 'akin.html')
    writeFileSync(file, `<!doctype html><script>location.replace(${JSON.stringify(server.address)})</script>`)
    const page = await pageAt(pathToFileURL(file).href)
    await page.waitForURL(/^http:/)
    expect(page.url()).toBe(server.address)
    expect(await page.title()).toBe('Akin')
    await page.reload()
    expect(await page.title()).toBe('Akin')
    await page.close()
  })

  it('follows a link of another page to the window, which that page cannot reach', async () => {
    const other = await neighbour(`<a href="${server.address}" target="_blank" rel="opener">Akin</a>`)
    const page = await pageAt(other.address)
    const [opened] = await Promise.all([page.context().waitForEvent('page'), page.click('a')])
    await opened.waitForLoadState()
    expect(await opened.title()).toBe('Akin')
    expect(await opened.evaluate('window.opener')).toBeNull()
    await page.context().close()
    other.close()
  })

  it('gets nothing of Akin into another page: no frame, no script, no request, no line', async () => {
    const { port } = server
    const other = await neighbour(`<iframe src="http://127.0.0.1:${port}/"></iframe>`)
    const page = await pageAt(other.address)
    const seen = await page.evaluate(`(async (akin) => {
      const line = new WebSocket(akin.replace('http', 'ws') + 'events', ['akin.v1'])
      const lineEnd = new Promise((done) => (line.onopen = line.onerror = ({ type }) => done(type)))
      const script = document.createElement('script')
      const scriptEnd = new Promise((done) => (script.onload = script.onerror = ({ type }) => done(type)))
      script.src = akin + 'assets/app.js'
      document.body.append(script)
      const fetched = (init) => fetch(akin + 'api/library.status', init).then(({ type }) => type, () => 'error')
      const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
      return { read: await fetched({}), posted: await fetched(json), script: await scriptEnd, line: await lineEnd }
    })('http://127.0.0.1:${port}/')`)
    expect(seen).toEqual({ read: 'error', posted: 'error', script: 'error', line: 'error' })
    const frame = page.frames().find((one) => one !== page.mainFrame())
    expect(await frame?.title().catch(() => '')).not.toBe('Akin')
    await page.context().close()
    other.close()
  })
})
