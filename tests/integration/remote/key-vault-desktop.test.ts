import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectFolder } from '../../harness/electron/launch.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()
const name = 'https://api.openai.com'
const key = 'sk-desktop-0123456789abcdefghij'
const running: ChildProcess[] = []
let folder: string
let path: string

beforeEach(() => {
  folder = makeFolder()
  path = join(folder, 'config', 'Akin', 'keys.json')
  mkdirSync(join(folder, 'data'))
})

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

interface Reply {
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string; readonly stack: string }
}

/** Starts a main process under Electron's stand-in; what it wrote is looked at as well. */
async function start(keyring = 'gnome_libsecret'): Promise<(step: object) => Promise<Reply>> {
  const child = fork(
    join(projectFolder, 'tests', 'harness', 'electron', 'run-main.ts'),
    [fileURLToPath(new URL('key-vault-main.ts', import.meta.url)), path],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        ...process.env,
        AKIN_HARNESS_APP: projectFolder,
        AKIN_HARNESS_KEYRING: keyring,
        XDG_CONFIG_HOME: join(folder, 'config'),
        XDG_DATA_HOME: join(folder, 'data'),
      },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    },
  )
  running.push(child)
  child.stderr!.on('data', (text: Buffer) => writeFileSync(join(folder, 'output.log'), text, { flag: 'a' }))
  const lines = createInterface({ input: child.stdout! })
  return async (step) => {
    child.stdin!.write(`${JSON.stringify(step)}\n`)
    return JSON.parse(((await once(lines, 'line')) as [string])[0]) as Reply
  }
}

/** Every file that was written but the keyring itself, which the system has elsewhere. */
function everything(): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

describe('keys on the desktop', () => {
  it('are encrypted with a secret of the system, and read after a restart', async () => {
    const ask = await start()
    expect(await ask({ do: 'describe' })).toEqual({ value: { kind: 'system', description: expect.stringContaining('keyring') } })
    expect(await ask({ do: 'get', name })).toEqual({ value: null })
    await ask({ do: 'set', name, value: `${key}\n` })
    const again = await start()
    expect(await again({ do: 'get', name })).toEqual({ value: key })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(everything()).not.toContain(key)
    expect(everything()).not.toContain(Buffer.from(key).toString('base64').slice(0, 20))
    await again({ do: 'remove', name })
    expect(await again({ do: 'get', name })).toEqual({ value: null })
  })

  it('are told to be readable where the system has no keyring', async () => {
    const ask = await start('basic_text')
    const { value } = await ask({ do: 'describe' })
    expect(value).toEqual({ kind: 'file', description: expect.stringMatching(/this account alone may read.*no keyring/) })
    await ask({ do: 'set', name, value: key })
    expect(await ask({ do: 'get', name })).toEqual({ value: key })
  })

  it('are not taken where the keyring is locked, and what was kept stays', async () => {
    await (
      await start()
    )({ do: 'set', name, value: key })
    const ask = await start('locked')
    expect(await ask({ do: 'describe' })).toMatchObject({ value: { kind: 'none' } })
    expect(await ask({ do: 'get', name })).toMatchObject({ error: { code: 'key-store-failed' } })
    expect(await ask({ do: 'set', name, value: 'sk-other-0123456789' })).toMatchObject({ error: { code: 'key-store-failed' } })
    expect(await (await start())({ do: 'get', name })).toEqual({ value: key })
  })

  it('are encrypted anew when the system has a new secret', async () => {
    await (
      await start('basic_text')
    )({ do: 'set', name, value: key })
    const before = readFileSync(path, 'utf8')
    expect(await (await start('rotated'))({ do: 'get', name })).toEqual({ value: key })
    expect(readFileSync(path, 'utf8')).not.toBe(before)
    expect(await (await start())({ do: 'get', name })).toEqual({ value: key })
  })

  it('that another account or computer kept are told as lost, without a part of them', async () => {
    await (
      await start()
    )({ do: 'set', name, value: key })
    rmSync(join(folder, 'data', 'harness-keyring'))
    const { error } = await (await start())({ do: 'get', name })
    expect(error).toMatchObject({ code: 'key-store-failed' })
    expect(JSON.stringify(error)).not.toContain(key.slice(0, 12))
  })

  it('are mended when others could read the file', async () => {
    const ask = await start()
    await ask({ do: 'set', name, value: key })
    chmodSync(path, 0o644)
    await ask({ do: 'get', name })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})
