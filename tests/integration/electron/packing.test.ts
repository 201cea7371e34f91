import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FuseState, getCurrentFuseWire, FuseV1Options } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { projectFolder } from '../../harness/electron/launch.ts'

/** What of the packing keeps the desktop app closed, without packing it; package.test.ts looks at a whole package. */
let folder: string
let afterPack: (context: object) => Promise<void>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'akin-test-packing-'))
  const script = pathToFileURL(join(projectFolder, 'scripts', 'after-pack.mjs')).href
  ;({ afterPack } = (await import(script)) as { afterPack: typeof afterPack })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A file with nothing of Electron but its fuses, in the given state. */
function makeBinary(fuses: string): string {
  const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuses.length]), Buffer.from(fuses)])
  const file = join(folder, 'akin')
  writeFileSync(file, Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]))
  return file
}

function pack(): Promise<void> {
  const packager = { appInfo: { productFilename: 'Akin' }, executableName: 'akin' }
  return afterPack({ appOutDir: folder, electronPlatformName: 'linux', packager })
}

describe('the fuses of a packed app', () => {
  const wanted: [keyof typeof FuseV1Options, boolean][] = [
    ['RunAsNode', false],
    ['EnableCookieEncryption', true],
    ['EnableNodeOptionsEnvironmentVariable', false],
    ['EnableNodeCliInspectArguments', false],
    ['EnableEmbeddedAsarIntegrityValidation', true],
    ['OnlyLoadAppFromAsar', true],
    ['LoadBrowserProcessSpecificV8Snapshot', false],
    ['GrantFileProtocolExtraPrivileges', false],
    ['WasmTrapHandlers', true],
  ]

  // Whatever Electron's own state is
  it.each(['0', '1'])('are as the table says when all were %s before', async (state) => {
    const file = makeBinary(state.repeat(wanted.length))
    await pack()
    const wire = await getCurrentFuseWire(file)
    expect(wanted.map(([name]) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE])).toEqual(wanted)
  })

  it('are all known: a new one stops the packing until somebody has decided', async () => {
    makeBinary('0'.repeat(wanted.length + 1))
    await expect(pack()).rejects.toThrow(/fuse/i)
  })
})

describe('the settings of electron-builder', () => {
  const settings = parse(readFileSync(join(projectFolder, 'electron-builder.yml'), 'utf8')) as Record<string, unknown>

  it('flip the fuses, and keep the app in an archive', () => {
    expect(settings).toMatchObject({ afterPack: './scripts/after-pack.mjs', asar: true })
  })

  it('start no package without the sandbox', () => {
    expect(settings).toMatchObject({ toolsets: { appimage: '1.0.3' }, linux: { executableArgs: [] } })
    expect(JSON.stringify(settings)).not.toContain('no-sandbox')
  })

  it('look for no updates by themselves, and harden macOS', () => {
    expect(settings).toMatchObject({ publish: null, mac: { hardenedRuntime: true } })
  })

  it('pack no code of other hosts: no server and no terminal command', () => {
    const packed = (settings['files'] as string[]).filter((one) => one.startsWith('out/main/'))
    expect(packed.filter((one) => /server|cli/.test(one))).toEqual([])
    expect(packed).toContain('out/main/electron.js')
  })
})
