import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAppHandler } from '../../../electron/app-protocol.ts'
import { contentSecurityPolicy } from '../../../electron/security.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'

const makeFolder = useTempFolders()
let handler: (request: Request) => Promise<Response>
let outside: string

beforeEach(() => {
  const folder = makeFolder()
  const built = join(folder, 'renderer')
  mkdirSync(join(built, 'assets'), { recursive: true })
  writeFileSync(join(built, 'index.html'), '<!doctype html><title>Akin</title>')
  writeFileSync(join(built, 'assets', 'index-1.js'), 'export {}')
  writeFileSync(join(built, 'assets', 'a b.css'), 'p {}')
  writeFileSync(join(built, 'assets', 'index-1.js.map'), '{}')
  writeFileSync(join(built, 'notes.exe'), 'MZ')
  outside = join(folder, 'secret.json')
  writeFileSync(outside, '{"secret":true}')
  symlinkSync(outside, join(built, 'link.json'))
  handler = createAppHandler(built)
})

const ask = (address: string, method = 'GET'): Promise<Response> => handler(new Request(address, { method }))

describe('files of the window', () => {
  it.each([
    ['app://akin/', 'text/html; charset=utf-8', '<!doctype html><title>Akin</title>'],
    ['app://akin/index.html', 'text/html; charset=utf-8', '<!doctype html><title>Akin</title>'],
    ['app://akin/index.html?a=b', 'text/html; charset=utf-8', '<!doctype html><title>Akin</title>'],
    ['app://akin/assets/index-1.js', 'text/javascript; charset=utf-8', 'export {}'],
    ['app://akin/assets/a%20b.css', 'text/css; charset=utf-8', 'p {}'],
  ])('%s', async (address, mediaType, text) => {
    const response = await ask(address)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(mediaType)
    expect(await response.text()).toBe(text)
  })

  it('have no body when only their head is asked for', async () => {
    const response = await ask('app://akin/index.html', 'HEAD')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('what is not one of them', () => {
  it.each([
    'app://akin/../secret.json',
    'app://akin/..%2fsecret.json',
    'app://akin/..%2Fsecret.json',
    'app://akin/%2e%2e/secret.json',
    'app://akin/%2e%2e%2fsecret.json',
    'app://akin/assets/..%2f..%2fsecret.json',
    'app://akin/..%5csecret.json',
    'app://akin/..%252fsecret.json',
    'app://akin//secret.json',
    'app://akin/link.json',
    'app://akin/assets',
    'app://akin/assets/',
    'app://akin/assets/index-1.js.map',
    'app://akin/notes.exe',
    'app://akin/INDEX.html',
    'app://akin/index.html%00.js',
    'app://akin/index.html/',
    'app://akin/%',
    'app://akin/unknown.js',
    'app://other/index.html',
    'app://akin:81/index.html',
  ])('%s does not exist', async (address) => {
    const response = await ask(address)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
  })

  it('a path of this computer does not exist either', async () => {
    for (const path of [outside, `/${outside}`, encodeURIComponent(outside)])
      expect((await ask(`app://akin/${path}`)).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is refused', async (method) => {
    expect((await ask('app://akin/index.html', method)).status).toBe(405)
  })
})

describe('every answer', () => {
  it.each([
    ['app://akin/index.html', 'GET'],
    ['app://akin/assets/index-1.js', 'GET'],
    ['app://akin/unknown', 'GET'],
    ['app://akin/index.html', 'POST'],
  ])('to %s has the policy and its companions', async (address, method) => {
    const { headers } = await ask(address, method)
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-dns-prefetch-control': 'off',
      'x-frame-options': 'DENY',
    })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})
