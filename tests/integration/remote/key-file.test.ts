import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileKeyVault } from '../../../engine/keys/file-key-vault.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()
const name = 'https://api.openai.com'
const key = 'sk-test-0123456789abcdefghij'
let folder: string
let path: string
let vault: FileKeyVault

const modeOf = (file: string): number => statSync(file).mode & 0o777
const failure = (part: string): unknown =>
  expect.objectContaining({ code: 'key-store-failed', message: expect.stringContaining(part) })

beforeEach(() => {
  folder = makeFolder()
  path = join(folder, 'private', 'keys.json')
  vault = new FileKeyVault(path)
})

describe('keys in a file', () => {
  it('are there after a restart, by name, until they are removed', async () => {
    await vault.set(name, ` ${key}\n`)
    await vault.set('http://localhost:1234', 'lm-studio')
    const again = new FileKeyVault(path)
    expect(await again.get(name)).toBe(key)
    expect(await again.get('http://localhost:1234')).toBe('lm-studio')
    expect(await again.get('https://other.example')).toBeNull()
    await again.remove(name)
    await again.remove('https://never.example')
    expect(await vault.get(name)).toBeNull()
    expect(await vault.get('http://localhost:1234')).toBe('lm-studio')
  })

  it('leave no file behind when the last one is removed', async () => {
    await vault.set(name, key)
    writeFileSync(`${path}.tmp`, key)
    await vault.remove(name)
    expect(readdirSync(join(folder, 'private'))).toEqual([])
  })

  it('make no file by being asked for', async () => {
    expect(await vault.get(name)).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['', '__proto__', 'a b', 'x'.repeat(301)])('are not kept under the name %j', async (wrong) => {
    await expect(vault.set(wrong, key)).rejects.toMatchObject({ code: 'bad-request' })
  })

  it('are replaced as a whole: what a crash left beside the file is gone', async () => {
    await vault.set(name, key)
    writeFileSync(`${path}.tmp`, '{"version":1,"keys":{"half')
    await vault.set(name, 'sk-another-0123456789')
    expect(readdirSync(join(folder, 'private'))).toEqual(['keys.json'])
    expect(await vault.get(name)).toBe('sk-another-0123456789')
  })

  it('are told to lie in a file that is not encrypted', async () => {
    expect(await vault.describe()).toEqual({ kind: 'file', description: expect.stringContaining(path) })
  })
})

describe.skipIf(process.platform === 'win32')('others', () => {
  it('cannot read the file or its folder', async () => {
    await vault.set(name, key)
    expect(modeOf(path)).toBe(0o600)
    expect(modeOf(join(folder, 'private'))).toBe(0o700)
  })

  it('cannot read it any longer when they could', async () => {
    await vault.set(name, key)
    chmodSync(path, 0o644)
    expect(await vault.get(name)).toBe(key)
    expect(modeOf(path)).toBe(0o600)
    chmodSync(path, 0o666)
    await vault.set('https://b.example', 'key-b-123456')
    expect(modeOf(path)).toBe(0o600)
  })

  it('cannot put a link in its place', async () => {
    const elsewhere = join(folder, 'elsewhere.json')
    writeFileSync(elsewhere, JSON.stringify({ version: 1, keys: { [name]: 'theirs' } }))
    mkdirSync(join(folder, 'private'), { mode: 0o700 })
    symlinkSync(elsewhere, path)
    await expect(vault.get(name)).rejects.toEqual(failure('is a link'))
    await expect(vault.set(name, key)).rejects.toEqual(failure('is a link'))
    await expect(vault.remove(name)).rejects.toEqual(failure('is a link'))
    expect(readFileSync(elsewhere, 'utf8')).not.toContain(key)
  })

  it('cannot lead what is written beside it elsewhere', async () => {
    const elsewhere = join(folder, 'elsewhere.txt')
    writeFileSync(elsewhere, 'mine')
    mkdirSync(join(folder, 'private'), { mode: 0o700 })
    symlinkSync(elsewhere, `${path}.tmp`)
    await vault.set(name, key)
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine')
    expect(await vault.get(name)).toBe(key)
  })

  it('cannot hold it up with something that is no file', async () => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    await expect(vault.get(name)).rejects.toEqual(failure('is not the file'))
    await expect(vault.set(name, key)).rejects.toEqual(failure('is not the file'))
  })

  it('cannot write in its folder', async () => {
    await vault.set(name, key)
    chmodSync(join(folder, 'private'), 0o777)
    await expect(vault.get(name)).rejects.toEqual(failure('Everybody may write'))
    await expect(vault.set(name, key)).rejects.toEqual(failure('Everybody may write'))
  })

  it.skipIf(process.getuid?.() !== 0)('cannot give one of their own (needs root)', async () => {
    await vault.set(name, key)
    chownSync(path, 65_534, 65_534)
    await expect(vault.get(name)).rejects.toEqual(failure('another account'))
    await expect(vault.set(name, key)).rejects.toEqual(failure('another account'))
    chownSync(path, 0, 0)
    chownSync(join(folder, 'private'), 65_534, 65_534)
    await expect(vault.get(name)).rejects.toEqual(failure('another account'))
  })
})

describe('a damaged file', () => {
  it.each([
    ['cut off', `{"version":1,"keys":{"${name}":"${key}`],
    ['of another version', `{"version":9,"keys":{"${name}":"${key}"}}`],
    ['empty', ''],
    ['enormous', ' '.repeat(1024 * 1024 + 1)],
  ])('%s is told without its content, and not overwritten', async (_title, content) => {
    mkdirSync(join(folder, 'private'), { mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
    const error = (await vault.get(name).catch((thrown: unknown) => thrown)) as Error
    expect(error).toMatchObject({ code: 'key-store-failed' })
    expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toContain(key.slice(0, 12))
    await expect(vault.set(name, key)).rejects.toMatchObject({ code: 'key-store-failed' })
    expect(readFileSync(path, 'utf8')).toBe(content)
  })
})
