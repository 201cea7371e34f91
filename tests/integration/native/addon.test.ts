import { execFile } from 'node:child_process'
import { appendFileSync, cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { addonCandidates } from '../../../native/addon.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const run = promisify(execFile)
const newFolder = useTempFolders()
const root = join(import.meta.dirname, '..', '..', '..')

describe('finding the addon', () => {
  it('takes the path that the environment names and no other', () => {
    expect(addonCandidates({ AKIN_NATIVE_PATH: '/opt/akin.node' }, '/resources', '/app/native')).toEqual(['/opt/akin.node'])
  })

  it('looks into a packaged app first, then beside the sources and above a bundle', () => {
    const candidates = addonCandidates({}, '/app/resources', '/app/out/main')
    expect(candidates[0]).toBe(join('/app/resources', 'native', 'akin_native.node'))
    expect(candidates).toContain(join('/app', 'native', 'build', 'akin_native.node'))
    expect(addonCandidates({}, undefined, '/app/native')).toContain(join('/app', 'native', 'build', 'akin_native.node'))
  })
})

describe('an addon that cannot be loaded', () => {
  async function codeWith(path: string): Promise<unknown> {
    const script = `
      import { nativeInfo } from ${JSON.stringify(join(root, 'native', 'faiss.ts'))}
      try { nativeInfo() } catch ({ code, advice }) { console.log(JSON.stringify({ code, advice })) }`
    const options = { env: { ...process.env, AKIN_NATIVE_PATH: path } }
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], options)
    return JSON.parse(stdout) as unknown
  }

  it('is missing, and how to build it is said', async () => {
    const expected = { code: 'native-missing', advice: 'Run npm run build:native' }
    expect(await codeWith(join(newFolder(), 'none.node'))).toEqual(expected)
  })

  it('is missing when the file is something else', async () => {
    const path = join(newFolder(), 'akin_native.node')
    writeFileSync(path, 'not a library')
    expect(await codeWith(path)).toMatchObject({ code: 'native-missing' })
  })
})

describe('building the addon', () => {
  /** The parts of the repository that the build needs, to be changed at will. */
  function copyOfSources(): string {
    const folder = newFolder()
    cpSync(join(root, 'native', 'src'), join(folder, 'native', 'src'), { recursive: true })
    cpSync(join(root, 'scripts', 'build-native.mjs'), join(folder, 'scripts', 'build-native.mjs'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return folder
  }

  async function build(folder: string, environment: Record<string, string> = {}): Promise<{ output: string; isBuilt: boolean }> {
    const options = { env: { ...process.env, ...environment } }
    return run(process.execPath, [join(folder, 'scripts', 'build-native.mjs')], options).then(
      ({ stdout }) => ({ output: stdout, isBuilt: true }),
      (error: { stderr: string }) => ({ output: error.stderr, isBuilt: false }),
    )
  }

  it('is done once, and again only when something changed', async () => {
    const folder = copyOfSources()
    const first = await build(folder)
    expect(first.output).toContain('Native addon: built in')
    expect((await build(folder)).output).toBe('Native addon: up to date\n')
    appendFileSync(join(folder, 'native', 'src', 'error.cc'), '\nthis is no C++\n')
    const broken = await build(folder)
    expect(broken.isBuilt).toBe(false)
    expect(broken.output).toContain('Compiling error failed. The compiler said:')
    expect(broken.output).toContain('this is no C++')
  })

  it('says what to install when there is no compiler', async () => {
    const { output, isBuilt } = await build(copyOfSources(), { CXX: 'no-such-compiler' })
    expect(isBuilt).toBe(false)
    expect(output).toContain('There is no C++ compiler')
    expect(output).toMatch(/apt-get install build-essential|brew install|C\+\+17 compiler/)
  })
})
