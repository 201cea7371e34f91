import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behindServer } from './behind-server.ts'
import type { Change, ChangedServer } from './changed-servers.ts'
import { checks, slowChecks, type CheckName, type Target } from './security-checks.ts'

interface Mutation extends Change {
  /** The checks that complain, and no others. */
  readonly noticedBy: readonly CheckName[]
}

const security = 'security.ts'
const server = 'http-server.ts'

function change(setting: string, file: string, [from, to]: readonly [string, string], ...noticedBy: CheckName[]): Mutation {
  return { setting, file, from, to, noticedBy }
}

const headers = [
  'content-security-policy',
  'x-content-type-options',
  'cross-origin-resource-policy',
  'cross-origin-opener-policy',
  'referrer-policy',
  'cache-control',
  'x-frame-options',
].map((name) => change(`the header ${name}`, security, [`  '${name}':`, "  'x-nothing':"], 'headers'))

const directives = [
  "default-src 'none'; ",
  "script-src 'self'; ",
  "style-src 'self'; ",
  "img-src 'self' data: blob:; ",
  "font-src 'self'; ",
  "connect-src 'self'; ",
  "base-uri 'none'; ",
  "form-action 'none'; ",
  "frame-ancestors 'none'; ",
  "require-trusted-types-for 'script'; ",
  "; trusted-types 'none'",
].map((directive) => change(`the policy’s ${directive.trim()}`, security, [directive, ''], 'headers'))

const mutations: Mutation[] = [
  ...headers,
  ...directives,
  change(
    'no CORS headers',
    security,
    ["'x-frame-options':", "'access-control-allow-origin': '*', 'x-frame-options':"],
    'nothing for other pages',
  ),
  change('no cookies', security, ["'x-frame-options':", "'set-cookie': 't=1', 'x-frame-options':"], 'nothing for other pages'),
  change('the exact host', security, ['!hosts.includes(host)', 'false'], 'host', 'fetch site', 'forwarded'),
  change(
    'the port of the host',
    security,
    ['!hosts.includes(host)', "!hosts.some((one) => host.startsWith(one.split(':')[0]! + ':'))"],
    'host',
  ),
  change(
    'forwarded hosts are not believed',
    security,
    [
      'const { host, origin,',
      "const host = (request.headers['x-forwarded-host'] as string | undefined) ?? request.headers.host; const { origin,",
    ],
    'forwarded',
  ),
  change('the origin', security, ['origin !== `http://${host}`', 'false'], 'origin', 'fetch site', 'forwarded'),
  change(
    'the scheme and port of the origin',
    security,
    ['origin !== `http://${host}`', "!origin.includes('127.0.0.1') && !origin.includes('localhost')"],
    'origin',
  ),
  change('the origin of a line', server, ['needsOrigin: true', 'needsOrigin: false'], 'socket origin'),
  change(
    'Sec-Fetch-Site',
    security,
    ["site !== undefined && site !== 'same-origin'", "site === 'x' && site !== 'same-origin'"],
    'fetch site',
  ),
  change(
    'neighbours are strangers',
    security,
    ["site !== 'none' &&", "site !== 'none' && site !== 'same-site' &&"],
    'fetch site',
  ),
  change('the way to the start page', security, [' && !leadsToStart(request)', ''], 'fetch site'),
  change('only GET leads to the start page', security, ["method === 'GET' && ", ''], 'fetch site'),
  change('a link leads to the start page alone', security, ["url === '/' && ", ''], 'fetch site'),
  change('a link is a navigation', security, ["headers['sec-fetch-mode'] === 'navigate' && ", ''], 'fetch site'),
  change('a link opens a tab, not a frame', security, [" && headers['sec-fetch-dest'] === 'document'", ''], 'fetch site'),
  change('the length of the key', security, ['randomBytes(32)', 'randomBytes(16)'], 'token'),
  change(
    'the key is compared',
    security,
    ['timingSafeEqual(this.#digest, digestOf(given))', 'given.length > 0'],
    'token',
    'socket key',
  ),
  change('the key of requests', server, ['!this.#access.token.matches(bearerOf(request))', 'false'], 'token'),
  change(
    'a key in an address is none',
    server,
    ['matches(bearerOf(request))', "matches(bearerOf(request) ?? request.url!.split('=')[1])"],
    'token',
  ),
  change(
    'a cookie is no key',
    server,
    ['matches(bearerOf(request))', "matches(bearerOf(request) ?? /t=([^;]+)/.exec(request.headers.cookie ?? '')?.[1])"],
    'token',
  ),
  change('the key of lines', server, ['|| !token.matches(protocolTokenOf(request))', ''], 'socket key'),
  change('the version of lines', security, ["if (!offered.includes('akin.v1')) return undefined", ''], 'socket key'),
  change('the key does not come back', server, [", handleProtocols: () => 'akin.v1'", ''], 'socket protocol'),
  change('lines have one address', server, ["&& request.url === '/events'", ''], 'socket path', 'fetch site'),
  change('the size of messages', server, ['maxPayload: 64 * 1024', 'maxPayload: 64 * 1024 * 1024'], 'socket payload'),
  change('methods of requests', server, ['if (request.method !== method)', 'if (false)'], 'methods'),
  change('methods of files', server, ["request.method !== 'GET' && request.method !== 'HEAD'", 'false'], 'methods'),
  change('JSON only', server, ["mediaTypeOf(request) !== 'application/json'", 'false'], 'content types'),
  change('bytes only', server, ["mediaTypeOf(request) !== 'application/octet-stream'", 'false'], 'content types'),
  change('the size of requests', 'bodies.ts', ['length > limits.requestBytes', 'false'], 'body limit'),
  change('the size of uploads', server, ['maxBytes: limits.uploadBytes', 'maxBytes: Infinity'], 'upload limit'),
  change('the time for headers', server, ['server.headersTimeout = 10_000', ''], 'slow headers'),
  change(
    'files from a list',
    server,
    [
      'this.#access.files.get(path)',
      "(() => { try { return { mediaType: 'text/html', bytes: process.getBuiltinModule('fs').readFileSync(`${this.#options.windowFolder}/${decodeURIComponent(path === '/' ? '/index.html' : path)}`) } } catch { return undefined } })()",
    ],
    'paths',
  ),
  change(
    'originals have no type',
    server,
    [
      "'content-type': 'application/octet-stream',\n      'content-length': info",
      "'content-type': 'text/html',\n      'content-length': info",
    ],
    'originals',
  ),
  change('originals are saved, not shown', server, ['`attachment; filename', '`inline; filename'], 'originals'),
  change('names of originals are encoded', server, ["replaceAll(/['()*]/g, code)", "replaceAll('~', '~')"], 'originals'),
  change('127.0.0.1 only', server, ["server.listen(port, '127.0.0.1'", "server.listen(port, '0.0.0.0'"], 'loopback only'),
  change('bugs are not told', server, ['error: wordless }', 'error: toWireError(error) }'], 'errors'),
  change('headers for what has no host', server, ['requireHostHeader: false, ', ''], 'headers'),
  change('headers for what is no request', server, ["server.on('clientError'", "server.on('nothing'"], 'headers'),
  change('headers of refused lines', server, ['{ ...securityHeaders, ', '{ '], 'headers'),
  change('a page names no paths', 'host-requests.ts', ['if (namesPaths(input))', 'if (false)'], 'what a page may ask'),
  change('a page names no models', 'host-requests.ts', ['[source, ...', '[...'], 'what a page may ask'),
  change('a page has no grants', 'host-requests.ts', ["['path', 'grant']", "['path']"], 'what a page may ask'),
  change('a page has nothing of the host', 'host-requests.ts', ["name.startsWith('host.')", 'false'], 'what a page may ask'),
  change('only requests of the contract', server, ['if (!isRequestName(name))', 'if (false)'], 'what a page may ask'),
]

const quickChecks = Object.keys(checks) as CheckName[]

/** What changes a header alone changes no status, which most checks look at. */
const headerChecks = ['headers', 'nothing for other pages', 'originals', 'errors'] as const satisfies CheckName[]

function isHeader(setting: string): boolean {
  return [...headers, ...directives].some((one) => one.setting === setting)
}

/** Takes the process with it, and so is alone in one. */
const fatal = change(
  'refused lines that are gone',
  server,
  ["socket.on('error', () => socket.destroy())", ''],
  'refused lines that are gone',
)

const folder = mkdtempSync(join(tmpdir(), 'akin-test-server-'))
const { target } = behindServer(folder)
const children: ChildProcess[] = []
let servers: ChangedServer[] = []

function startChanged(changes: readonly Change[]): Promise<ChangedServer[]> {
  const child = fork(fileURLToPath(new URL('changed-servers.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  children.push(child)
  child.send({ changes, folder })
  return new Promise((done, failed) => {
    child.once('message', (message) => done(message as ChangedServer[]))
    child.once('exit', (code) => failed(new Error(`The process of the servers ended with ${code}`)))
  })
}

async function complaints(examined: Target, names: readonly CheckName[]): Promise<Partial<Record<CheckName, string[]>>> {
  const found: Partial<Record<CheckName, string[]>> = {}
  for (const name of names) {
    const violations = await { ...checks, ...slowChecks }[name](examined)
    if (violations.length > 0) found[name] = violations
  }
  return found
}

beforeAll(async () => {
  servers = await startChanged(mutations)
})

afterAll(() => {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
})

describe.concurrent('a server without', () => {
  it.each(mutations)('$setting is noticed by $noticedBy and by nothing else', async ({ setting, noticedBy }) => {
    const { port, token, problem } = servers.find((one) => one.setting === setting)!
    expect(problem).toBeUndefined()
    const names = isHeader(setting) ? headerChecks : [...quickChecks, ...noticedBy.filter((name) => name in slowChecks)]
    const found = await complaints({ ...target, port, token }, names)
    // With the first words of each complaint, for whoever has to find out about others
    expect(Object.entries(found).map(([name, [first]]) => ({ name, first }))).toEqual(
      Object.keys(found).map((name) => ({ name: noticedBy.find((one) => one === name), first: expect.any(String) as unknown })),
    )
    expect(Object.keys(found).toSorted()).toEqual([...noticedBy].toSorted())
  })

  it('an ear for errors of refused lines is noticed, for it is gone', async () => {
    const [{ port, token } = { port: 0, token: '' }] = await startChanged([fatal])
    expect(Object.keys(await complaints({ ...target, port, token }, fatal.noticedBy))).toEqual(fatal.noticedBy)
  })
})
