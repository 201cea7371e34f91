import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { extractAll, listPackage } from '@electron/asar'
import { FuseState, getCurrentFuseWire, FuseV1Options } from '@electron/fuses'
import { build, Platform } from 'electron-builder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestOutput } from '../../../shared/contract/requests.ts'
import { projectFolder } from '../../harness/electron/launch.ts'
import { column, makePdf } from '../importing/make-pdf.ts'
import { askFromPage, eventually, useDesktop } from './run-desktop.ts'

const run = useDesktop()
let folder: string
let resources: string
let files: string[]

/** Stands in for Electron's files: a program with nothing in it but its fuses, all unset. */
function makeElectron(): string {
  const dist = join(folder, 'electron')
  mkdirSync(join(dist, 'resources'), { recursive: true })
  const wire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('0'.repeat(9))])
  writeFileSync(join(dist, 'electron'), Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]))
  chmodSync(join(dist, 'electron'), 0o755)
  writeFileSync(join(dist, 'version'), '45.4.1')
  return dist
}

function bytesBelow(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
}

const isWanted = process.platform === 'linux' && process.env['AKIN_CHECK_PACKAGE'] === '1'
if (!isWanted) console.log('The desktop package is not checked here: npm test -- package does it, on Linux')

describe.runIf(isWanted)('the package for Linux', () => {
  beforeAll(async () => {
    rmSync(join(projectFolder, 'out', 'native'), { recursive: true, force: true })
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'akin-package-')))
    await build({
      targets: Platform.LINUX.createTarget('dir'),
      projectDir: projectFolder,
      config: { extends: './electron-builder.yml', electronDist: makeElectron(), directories: { output: join(folder, 'dist') } },
    })
    resources = join(folder, 'dist', 'linux-unpacked', 'resources')
    files = listPackage(join(resources, 'app.asar'), { isPack: false }).map((file) => file.replaceAll('\\', '/'))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds the main process, its services, the preload script and the window', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/out/main/electron.js',
        '/out/main/electron-engine.js',
        '/out/main/inference.js',
        '/out/main/parser.js',
        '/out/preload/preload.cjs',
        '/out/renderer/index.html',
        '/node_modules/zod/package.json',
        '/node_modules/onnxruntime-node/package.json',
      ]),
    )
  })

  it('holds no other host, no source, no test and no map', () => {
    const others = files.filter((file) => !/^\/(out|node_modules|package\.json)/.test(file))
    expect(others).toEqual([])
    expect(files.filter((file) => /^\/out\/main\/(server|cli|engine)\.js$/.test(file))).toEqual([])
    expect(files.filter((file) => /\.(map|ts|mts|cts)$/.test(file))).toEqual([])
  })

  it.each(['onnxruntime-web', 'sharp', '@img/', '@napi-rs', 'electron/', 'playwright', 'vitest', 'typescript'])(
    'leaves out %s',
    (name) => {
      expect(files.filter((file) => file.startsWith(`/node_modules/${name}`))).toEqual([])
    },
  )

  it('holds ONNX Runtime for this system alone, outside of the archive', () => {
    const binaries = files.filter((file) => /napi-v6\/.*\.(node|so|dll|dylib)/.test(file))
    expect(binaries.length).toBeGreaterThan(1)
    expect(binaries.filter((file) => !file.includes(`/napi-v6/linux/${process.arch}/`))).toEqual([])
    for (const file of binaries) expect(statSync(join(resources, 'app.asar.unpacked', file)).size).toBeGreaterThan(1_000)
  })

  it('has the model, the sample library and the addon with its libraries beside the archive', () => {
    for (const path of [
      'models/bge-small-en-v1.5/tokenizer.json',
      'sample/library',
      'icons/512x512.png',
      'native/akin_native.node',
      'native/libopenblas.so.0',
      'native/libgomp.so.1',
      'native/libgfortran.so.5',
      'native/libquadmath.so.0',
    ])
      expect({ path, isThere: existsSync(join(resources, path)) }).toEqual({ path, isThere: true })
    expect(readdirSync(join(resources, 'native', 'licences')).length).toBeGreaterThanOrEqual(4)
    expect(files.filter((file) => file.endsWith('.onnx'))).toEqual([])
  })

  it('has every fuse set as the table says', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'dist', 'linux-unpacked', 'akin'))
    const states = Object.fromEntries(
      Object.entries(FuseV1Options)
        .filter(([, index]) => typeof index === 'number')
        .map(([name, index]) => [name, wire[index as FuseV1Options] === FuseState.ENABLE]),
    )
    expect(states).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    })
  })

  it('has a size that can be told', () => {
    const megabytes = Math.round(bytesBelow(resources) / 1e6)
    console.log(`The package without Electron: ${megabytes} MB`)
    expect(megabytes).toBeLessThan(200)
  })

  it('runs with nothing but what is in it: reads, embeds and finds', async () => {
    const appFolder = join(folder, 'app')
    extractAll(join(resources, 'app.asar'), appFolder)
    cpSync(join(resources, 'app.asar.unpacked'), appFolder, { recursive: true })
    const app = await run({ packaged: { appFolder, resourcesFolder: resources }, env: { NODE_PATH: '' } })
    const page = await app.page()
    await askFromPage(page, 'sample.add', {})
    // What loads the most: pdf.js with its fonts, and the reader of web pages
    const texts = [join(folder, 'tide.pdf'), join(folder, 'tide.html')]
    writeFileSync(texts[0]!, makePdf([column(['The tide came in over the wall of the harbour', 'and stood there until noon.'])]))
    writeFileSync(texts[1]!, '<title>Ebb</title><article><p>The tide went out again, and took the boats along.</p></article>')
    await app.control('answerOpen', texts)
    await app.control('clickMenu', 'Choose Files…')
    const status = await eventually(
      () => askFromPage(page, 'library.status', {}),
      (reply) => reply.ok && (reply.value as RequestOutput<'library.status'>).indexed === 68,
      90_000,
    )
    expect(status).toMatchObject({ value: { failed: 0, skipped: 0, inference: 'ready' } })
    const engine = (await app.control('processes')).find(({ name }) => name === 'Akin engine')!
    const mapped = readFileSync(`/proc/${engine.pid}/maps`, 'utf8').match(/\/\S*lib(openblas|gomp|gfortran|quadmath)\S*/g) ?? []
    expect([...new Set(mapped)].map((path) => dirname(path))).toEqual(Array.from({ length: 4 }, () => join(resources, 'native')))
    const { windows } = await app.control('state')
    expect(windows[0]?.preferences).toMatchObject({ devTools: false, preload: join(appFolder, 'out/preload/preload.cjs') })
    await app.quit()
  })
})
