import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OriginalStore } from '../../../engine/host/originals.ts'
import { startServer, type AkinServer } from '../../../server/http-server.ts'
import { openTestEngine, pause, until, type TestEngine } from '../../harness/engine.ts'
import { exchange, exchangeText, openSocket } from '../../harness/http-exchange.ts'
import { activePage, behindServer, makeWindow } from './behind-server.ts'
import { checks, slowChecks, type Target } from './security-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'akin-test-server-'))
const library = join(folder, 'library')
const incoming = join(library, 'originals', 'incoming')
let engine: TestEngine
let server: AkinServer
let target: Target

beforeAll(async () => {
  engine = await openTestEngine({ folder: library })
  const originals = new OriginalStore(library)
  server = await startServer({
    engine: engine.engine,
    keepUpload: (content, limit) => originals.add(content, limit),
    windowFolder: makeWindow(folder),
    port: 0,
  })
  const token = server.address.split('#t=')[1]!
  target = { port: server.port, token, original: { id: 0, bytes: activePage.bytes }, secrets: [folder] }
  target = { ...target, original: { id: await importUpload(activePage.bytes, 'evil “tide”.html'), bytes: activePage.bytes } }
})

afterAll(async () => {
  await server.close()
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

function key(): { authorization: string } {
  return { authorization: `Bearer ${target.token}` }
}

async function upload(body: string): Promise<string> {
  const headers = { ...key(), 'content-type': 'application/octet-stream' }
  const answer = await exchange(target.port, { method: 'POST', path: '/upload', headers, body })
  return (JSON.parse(answer.body) as { value: { uploadId: string } }).value.uploadId
}

/** Uploads a page and imports it, as the window does. */
async function importUpload(body: string, name: string): Promise<number> {
  const sources = [{ type: 'upload', uploadId: await upload(body), name }]
  const headers = { ...key(), 'content-type': 'application/json' }
  await exchange(target.port, { method: 'POST', path: '/api/documents.import', headers, body: JSON.stringify({ sources }) })
  return until('the upload is in the library', async () => {
    const { rows } = await engine.ask('documents.list', { limit: 10 })
    return rows[0]?.id
  })
}

describe('the browser host', () => {
  it.each(Object.keys(checks) as (keyof typeof checks)[])('has nothing to complain of: %s', async (name) => {
    expect(await checks[name](target)).toEqual([])
  })

  it.concurrent.each(Object.keys(slowChecks) as (keyof typeof slowChecks)[])('has nothing to complain of: %s', async (name) => {
    expect(await slowChecks[name](target)).toEqual([])
  })

  it('tells a bug in no words of its own, and the host hears of it', async () => {
    const bugs: unknown[] = []
    const behind = behindServer(folder)
    const broken = async (): Promise<never> => {
      throw new Error(`EACCES: permission denied, open '${folder}/originals'`)
    }
    const other = await startServer({ ...behind.options, keepUpload: broken, onBug: (error) => bugs.push(error) })
    const token = other.address.split('#t=')[1]!
    const examined = { ...behind.target, port: other.port, token }
    try {
      expect(await checks.errors(examined)).toEqual([])
      const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/octet-stream' }
      const answer = await exchange(other.port, { method: 'POST', path: '/upload', headers, body: 'tide' })
      expect(answer).toMatchObject({ status: 500, body: expect.not.stringContaining(folder) as unknown })
      expect(bugs.map(String)).toEqual(
        expect.arrayContaining([expect.stringContaining('EACCES'), expect.stringContaining('ENOENT')]),
      )
    } finally {
      await other.close()
    }
  })

  it('makes another key at each start', async () => {
    const other = await startServer(behindServer(folder).options)
    await other.close()
    expect(other.address.split('#t=')[1]).not.toBe(target.token)
  })
})

describe('an upload', () => {
  const head = (length: number): string =>
    `POST /upload HTTP/1.1\r\nhost: 127.0.0.1:${target.port}\r\nauthorization: Bearer ${target.token}\r\n` +
    `content-type: application/octet-stream\r\ncontent-length: ${length}\r\n\r\n`

  function files(): string[] {
    return readdirSync(join(library, 'originals'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted()
  }

  it.each([
    ['ended', 'end'],
    ['reset', 'resetAndDestroy'],
  ] as const)('that is cut half way (%s) leaves nothing', async (_title, how) => {
    const before = files()
    await exchangeText(target.port, head(1_000_000) + 'a'.repeat(300_000), (socket) => {
      void until('it arrives', () => (readdirSync(incoming).length > 0 ? true : undefined)).then(() => socket[how]())
    })
    await until('its part is gone', () => (readdirSync(incoming).length === 0 ? true : undefined))
    expect(files()).toEqual(before)
    expect(await exchange(target.port, {})).toMatchObject({ status: 200 })
  })

  it('without a key is not even begun', async () => {
    const before = files()
    const answer = await exchangeText(
      target.port,
      head(10).replace(/authorization.*\r\n/, 'connection: close\r\n') + 'a'.repeat(10),
    )
    expect(answer?.status).toBe(401)
    expect(files()).toEqual(before)
  })

  it('that is too large is answered though it is still being sent, leaves nothing, and the connection goes on', async () => {
    const before = files()
    const length = 110 * 1024 * 1024
    const again = `GET /assets/app.js HTTP/1.1\r\nhost: 127.0.0.1:${target.port}\r\nconnection: close\r\n\r\n`
    const answer = await exchangeText(target.port, head(length), (socket) => {
      for (let sent = 0; sent < length; sent += 1024 * 1024) socket.write(Buffer.alloc(1024 * 1024))
      socket.write(again)
    })
    expect(answer?.body).toMatch(/"code":"file-too-large"[^]*HTTP\/1\.1 200 OK[^]*export/)
    expect(files()).toEqual(before)
  })

  it('is kept once, whoever sends it, by its bytes', async () => {
    const [first, second] = await Promise.all([upload('the tide'), upload('the tide')])
    expect(first).toBe(second)
    expect(files().filter((name) => name === first)).toHaveLength(1)
    expect(readdirSync(incoming)).toEqual([])
  })
})

describe('an answer', () => {
  it('that nobody waits for any more is given up', async () => {
    const signals: AbortSignal[] = []
    const behind = behindServer(folder)
    const slow = await startServer({
      ...behind.options,
      engine: {
        ...behind.options.engine,
        request: (_name, _input, { signal }) => (signals.push(signal), new Promise(() => undefined)),
      },
    })
    const headers = `authorization: Bearer ${slow.address.split('#t=')[1]}\r\ncontent-type: application/json\r\ncontent-length: 2`
    await exchangeText(
      slow.port,
      `POST /api/search.query HTTP/1.1\r\nhost: 127.0.0.1:${slow.port}\r\n${headers}\r\n\r\n{}`,
      (socket) => {
        void until('it is asked', () => signals[0]).then(() => socket.destroy())
      },
    )
    await until('it is told', () => (signals[0]?.aborted === true ? true : undefined))
    expect(signals).toHaveLength(1)
    await slow.close()
  })
})

describe('a line', () => {
  it('brings events to whoever has the key, and ends with the server', async () => {
    const behind = behindServer(folder)
    const listeners = new Set<unknown>()
    const other = await startServer({
      ...behind.options,
      engine: { ...behind.options.engine, onEvent: (listener) => (listeners.add(listener), () => listeners.delete(listener)) },
    })
    const token = other.address.split('#t=')[1]!
    const socket = await openSocket(other.port, {
      'origin': `http://127.0.0.1:${other.port}`,
      'sec-websocket-protocol': `akin.v1, akin.tok.${token}`,
    })
    expect(socket).toMatchObject({ refusal: null, protocol: 'akin.v1' })
    expect(listeners.size).toBe(1)
    await other.close()
    await pause(50)
    expect(listeners.size).toBe(0)
  })
})
