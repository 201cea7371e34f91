import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import type { FromInference, ToInference } from '../../../engine/embedding/onnx/protocol.ts'
import { codeFolders } from '../../../engine/processes/code-folders.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import type { ServiceName, ServiceProcess } from '../../../engine/processes/service.ts'
import { EngineProcess } from '../../harness/engine-process.ts'
import { modelsFolder, ownModels, sampleFolder } from '../../harness/engine.ts'

const recorder = fileURLToPath(new URL('connection-recorder.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'akin-test-network-'))
const record = join(folder, 'connections.txt')
const before = { ...process.env }
/** Whoever goes through a proxy comes here. */
let proxy: Server
let proxied: string[] = []
let address: string

beforeAll(async () => {
  proxy = createServer((request, response) => (proxied.push(`${request.method} ${request.url}`), response.end('here')))
  proxy.on(
    'connect',
    (request, socket) => (proxied.push(`CONNECT ${request.url}`), socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')),
  )
  proxy.on('connection', (socket) => proxied.push(`a connection from ${socket.remotePort}`))
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', () => done()))
  address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY']) process.env[name] = address
  process.env['NODE_USE_ENV_PROXY'] = '1'
  process.env['AKIN_TEST_CONNECTIONS'] = record
})

afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
  proxy.close()
  rmSync(folder, { recursive: true, force: true })
})

const services: ServiceProcess[] = []

afterEach(() => {
  for (const one of services.splice(0)) one.kill()
  delete process.env['NODE_OPTIONS']
  rmSync(record, { force: true })
  proxied = []
})

function recordConnections(): void {
  process.env['NODE_OPTIONS'] = `--import=${pathToFileURL(recorder).href}`
}

function connections(): string[] {
  const recorded = existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : []
  return [...recorded, ...proxied]
}

/** A service's process with its answers. */
function start(name: ServiceName): { service: ServiceProcess; next: (type: string) => Promise<unknown> } {
  const service = spawnWithNode(name)
  services.push(service)
  const answers: { type: string }[] = []
  let look = (): void => undefined
  service.onMessage((message) => (answers.push(message as { type: string }), look()))
  service.onExit((exit) => (answers.push({ type: 'exit', ...exit }), look()))
  const next = (type: string): Promise<unknown> =>
    new Promise((done, failed) => {
      look = () => {
        const found = answers.find((one) => one.type === type)
        if (found !== undefined) done(found)
        const end = answers.find((one) => one.type === 'exit')
        if (end !== undefined) failed(new Error(JSON.stringify(end)))
      }
      look()
    })
  return { service, next }
}

function load(folderOfModels: string): ToInference {
  return { type: 'load', id: 1, model: builtInModel, modelsFolder: folderOfModels, threads: 1 }
}

/** Imports, waits until all is read for meaning, and searches: the whole way of a text. */
async function useEngine(libraryFolder: string): Promise<string[]> {
  const engine = new EngineProcess(libraryFolder, { parserFolders: [...codeFolders(), dirname(recorder)] })
  try {
    await engine.opened
    await engine.importPaths(join(sampleFolder, '.'))
    await engine.importTexts({
      tide: 'The tide came in over the harbour wall. See https://example.org/ and ![](https://example.org/a.png)',
    })
    await engine.settled()
    const { hits } = await engine.ask('search.query', { text: 'water rising by the sea' })
    return hits.map(({ title }) => title)
  } finally {
    await engine.close()
  }
}

describe('the recorder of this test', () => {
  it('notices a process that reaches for the network, and so does the proxy', async () => {
    recordConnections()
    const engine = start('engine')
    engine.service.post({ type: 'reach', address: 'http://akin.invalid/' })
    expect(await engine.next('reached')).toMatchObject({ error: expect.any(String) as unknown })
    expect(connections().length).toBeGreaterThan(0)
    const reach = "fetch('http://akin.invalid/').catch(() => undefined)"
    await promisify(execFile)(process.execPath, ['-e', reach], { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 10_000 })
    expect(proxied).toContain('CONNECT akin.invalid:80')
  })
})

const reason = whyNoNamespace()
if (reason !== null) console.log(`Not run: no namespace without a network (${reason})`)

describe('an engine and its processes', () => {
  it('import, read for meaning and search without reaching for the network once', async () => {
    recordConnections()
    expect(await useEngine(join(folder, 'recorded'))).toContain('tide')
    expect(connections()).toEqual([])
  })

  it.skipIf(reason !== null)('do the same in a namespace that has no network', async () => {
    const script = join(folder, 'use-engine.ts')
    const harness = pathToFileURL(fileURLToPath(new URL('../../harness/engine-process.ts', import.meta.url))).href
    writeFileSync(
      script,
      `import { networkInterfaces } from 'node:os'
      import { EngineProcess } from ${JSON.stringify(harness)}
      const engine = new EngineProcess(${JSON.stringify(join(folder, 'closed'))})
      await engine.opened
      await engine.importTexts({ tide: 'The tide came in over the harbour wall', bread: 'Knead the dough and let it rest' })
      await engine.settled()
      const { hits } = await engine.ask('search.query', { text: 'water rising by the sea', mode: 'vector' })
      console.log(JSON.stringify({ networks: Object.keys(networkInterfaces()), first: hits[0]?.title }))
      await engine.close()
      process.exit(0)`,
    )
    const { stdout } = await promisify(execFile)('unshare', [
      '-rn',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      script,
    ])
    expect(JSON.parse(stdout)).toEqual({ networks: [], first: 'tide' })
  })
})

describe('the inference process', () => {
  it.each([
    ['before a model is loaded', []],
    ['with a model', [load(modelsFolder)]],
  ])('cannot fetch %s, and says so', async (_title, messages) => {
    recordConnections()
    const inference = start('inference')
    for (const message of messages) {
      inference.service.post(message)
      await inference.next('loaded')
    }
    inference.service.post({ type: 'reach', address: `${address}/model.onnx` })
    expect(await inference.next('reached')).toEqual({
      type: 'reached',
      error: 'AkinError not-allowed: The inference process has no network',
    })
    expect(connections()).toEqual([])
  })

  it.each([
    ['the weights', (own: string) => ownModels(own, { withWeights: false }), 'model-missing'],
    [
      'the tokenizer',
      (own: string) => (ownModels(own), rmSync(join(own, builtInModel.folder, 'tokenizer.json'))),
      'model-missing',
    ],
    ['everything', () => undefined, 'model-missing'],
  ])('says that %s is missing instead of fetching it', async (_title, prepare, code) => {
    recordConnections()
    const own = mkdtempSync(join(folder, 'models-'))
    prepare(own)
    const inference = start('inference')
    inference.service.post(load(own))
    const { error } = (await inference.next('error')) as Extract<FromInference, { type: 'error' }>
    expect(error.code).toBe(code)
    expect(connections()).toEqual([])
  })
})

/** `null` where a process can be given no network at all. */
function whyNoNamespace(): string | null {
  const tried = spawnSync('unshare', ['-rn', 'true'])
  if (tried.error !== undefined) return tried.error.message
  return tried.status === 0 ? null : String(tried.stderr).trim()
}
