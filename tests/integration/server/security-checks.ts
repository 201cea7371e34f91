import { networkInterfaces } from 'node:os'
import { pause } from '../../harness/engine.ts'
import { exchange, exchangeText, openSocket, type Answer, type Exchange } from '../../harness/http-exchange.ts'
import { limits } from '../../../shared/contract/requests.ts'

/** A server under examination, and what lies behind it. */
export interface Target {
  readonly port: number
  /** The key that it made for itself. */
  readonly token: string
  /** An item whose original is a page with a script. */
  readonly original: { readonly id: number; readonly bytes: string }
  /** Parts of paths that no answer names but to the holder of the key. */
  readonly secrets: readonly string[]
  /** A request that ends in a bug of ours whose message names a path; absent where there is none. */
  readonly brokenRequest?: string
}

type Check = (target: Target) => Promise<string[]>

/** What every answer has, written out a second time: what is changed in the server has to be changed here as well. */
const wantedHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
}

const json = { 'content-type': 'application/json' }
const bytes = { 'content-type': 'application/octet-stream' }

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/** A request that is answered as it stands; the checks change one thing in it. */
function apiCall({ token }: Target): Exchange {
  return { method: 'POST', path: '/api/library.status', headers: { ...bearer(token), ...json }, body: '{}' }
}

/** One request of every kind, all of which a page of ours may send. */
function allowedCalls(target: Target): Exchange[] {
  const key = bearer(target.token)
  return [
    { path: '/' },
    apiCall(target),
    { method: 'POST', path: '/upload', headers: { ...key, ...bytes }, body: 'tide' },
    { path: `/original/${target.original.id}`, headers: key },
  ]
}

function ownSocket({ port, token }: Target): { 'origin': string; 'sec-websocket-protocol': string } {
  return { 'origin': `http://127.0.0.1:${port}`, 'sec-websocket-protocol': `akin.v1, akin.tok.${token}` }
}

function nameOf({ method = 'GET', path = '/' }: Exchange): string {
  return `${method} ${path}`
}

/** What differs from the status that is wanted. */
async function expectStatus({ port }: Target, status: number, call: Exchange, what = ''): Promise<string[]> {
  const answer = await exchange(port, call)
  return answer.status === status ? [] : [`${nameOf(call)} ${what}: ${answer.status} instead of ${status}`]
}

/** Sends every kind of request with headers added, and the request for a line. */
async function expectAll(target: Target, status: number, headers: Record<string, string>): Promise<string[]> {
  const what = `with ${JSON.stringify(headers)}`
  const found: string[] = []
  for (const call of allowedCalls(target))
    found.push(...(await expectStatus(target, status, { ...call, headers: { ...call.headers, ...headers } }, what)))
  const socket = await openSocket(target.port, { ...ownSocket(target), ...headers })
  socket.close()
  if (socket.refusal?.status !== (status === 200 ? undefined : status)) found.push(`a line ${what}: ${socket.refusal?.status}`)
  return found
}

async function all(parts: Promise<string[]>[]): Promise<string[]> {
  return (await Promise.all(parts)).flat()
}

/** The security table of the browser host, a check a row. Each gives what it has to complain of; an empty list is good. */
export const checks = {
  'answers its own page and nobody’s': (target) =>
    all([
      expectAll(target, 200, {}),
      expectAll(target, 200, { origin: `http://127.0.0.1:${target.port}` }),
      expectAll(target, 200, { host: `localhost:${target.port}`, origin: `http://localhost:${target.port}` }),
      ...['same-origin', 'none'].map((site) => expectAll(target, 200, { 'sec-fetch-site': site })),
    ]),

  'host': async (target) => {
    const { port } = target
    const rebound = ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `localhost.evil.example:${port}`]
    const near = ['127.0.0.1', 'localhost', `127.0.0.1:${port + 1}`, `127.0.0.1:0${port}`, `127.0.0.2:${port}`, `[::1]:${port}`]
    const odd = ['', ' ', `0:${port}`, `2130706433:${port}`, `user@127.0.0.1:${port}`, `127.0.0.1:${port}, evil.example`]
    const found: string[] = []
    for (const host of [...rebound, ...near, ...odd])
      found.push(...(await expectAll(target, 403, { host, origin: `http://${host.trim()}` })))
    // HTTP/1.0 knows no host
    const without = await exchangeText(port, 'GET / HTTP/1.0\r\n\r\n')
    if (without?.status !== 403) found.push(`GET / without a host: ${without?.status}`)
    return found
  },

  'origin': (target) => {
    const { port } = target
    const origins = [
      'null',
      'http://evil.example',
      `http://evil.example:${port}`,
      `https://127.0.0.1:${port}`,
      'http://127.0.0.1',
      `http://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}/`,
      'file://',
      '',
    ]
    return all(origins.map((origin) => expectAll(target, 403, { origin })))
  },

  'fetch site': (target) => {
    const leads = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const start = { path: '/', headers: leads }
    const other = (headers: Record<string, string>) => ({ ...start, headers: { ...leads, ...headers } })
    return all([
      ...['cross-site', 'same-site', 'unheard-of'].map((site) => expectAll(target, 403, { 'sec-fetch-site': site })),
      // A person is led to the start page by a link or by the file that `npm start` opens …
      expectStatus(target, 200, start, 'by a link'),
      expectStatus(target, 200, other({ 'sec-fetch-site': 'same-site', 'sec-fetch-user': '?1' }), 'by a link of a neighbour'),
      // … and to nothing else, nor in any other way
      ...['/index.html', '/?a', '/assets/app.js', '//', `/original/${target.original.id}`].map((path) =>
        expectStatus(target, 403, { ...start, path, headers: { ...leads, ...bearer(target.token) } }, 'by a link'),
      ),
      expectStatus(target, 403, { ...start, method: 'POST' }, 'by a form'),
      expectStatus(target, 403, { ...start, method: 'HEAD' }, 'by a link'),
      ...['iframe', 'frame', 'object', 'embed', 'script', 'empty', ''].map((dest) =>
        expectStatus(target, 403, other({ 'sec-fetch-dest': dest }), `as ${dest}`),
      ),
      ...['no-cors', 'cors', 'nested-navigate', 'websocket', ''].map((mode) =>
        expectStatus(target, 403, other({ 'sec-fetch-mode': mode }), `by ${mode}`),
      ),
      expectStatus(target, 403, other({ origin: 'null' }), 'by a link with an origin'),
      expectStatus(target, 403, other({ host: 'evil.example' }), 'by a link to another host'),
      openSocket(target.port, { ...ownSocket(target), ...leads }, '/').then(({ refusal }) =>
        refusal?.status === 403 ? [] : [`a line at the start page by a link: ${refusal?.status}`],
      ),
    ])
  },

  'token': async (target) => {
    const { token, port } = target
    const found: string[] = []
    if (Buffer.from(token, 'base64url').length < 32) found.push(`a key of ${token.length} letters`)
    const wrong = [
      {},
      ...[token.slice(0, -1), `${token}A`, token.toLowerCase(), 'x'.repeat(43)].map(bearer),
      ...[`Basic ${token}`, `bearer ${token}`, `Bearer  ${token}`, `Bearer ${token},${token}`, token, 'Bearer', 'Bearer '].map(
        (authorization) => ({ authorization }),
      ),
      { cookie: `token=${token}; akin.token=${token}; t=${token}` },
      { 'x-akin-token': token, 'sec-websocket-protocol': `akin.v1, akin.tok.${token}` },
      { 'proxy-authorization': `Bearer ${token}` },
    ]
    const guarded = allowedCalls(target).filter(({ path }) => path !== '/')
    for (const call of guarded) {
      const { authorization, ...rest } = call.headers as Record<string, string>
      for (const headers of wrong)
        found.push(...(await expectStatus(target, 401, { ...call, headers: { ...rest, ...headers } }, JSON.stringify(headers))))
      for (const name of ['t', 'tkn', 'token', 'access_token', 'key'])
        found.push(...(await expectStatus(target, 401, { ...call, path: `${call.path}?${name}=${token}`, headers: rest })))
      if (authorization === undefined) found.push('nothing was checked')
    }
    // Whether a request exists is not told without a key either
    found.push(...(await expectStatus(target, 401, { ...apiCall(target), path: '/api/no.such', headers: json })))
    const refused = await exchange(port, { ...apiCall(target), headers: json })
    if (refused.body.includes(token)) found.push('the refusal names the key')
    return found
  },

  'methods': (target) => {
    const key = bearer(target.token)
    const wrong: [path: string, methods: string[]][] = [
      ['/api/library.status', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
      ['/upload', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
      [`/original/${target.original.id}`, ['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']],
      ['/', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']],
    ]
    return all(
      wrong.flatMap(([path, methods]) =>
        methods.map((method) => expectStatus(target, 405, { method, path, headers: { ...key, ...json } })),
      ),
    )
  },

  'content types': (target) => {
    const key = bearer(target.token)
    const forms = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '', 'text/json']
    const sent = (path: string, type: string): Exchange => ({
      method: 'POST',
      path,
      headers: type === '' ? key : { ...key, 'content-type': type },
      body: '{}',
    })
    return all([
      ...[...forms, 'application/octet-stream', 'application/json2', 'text/plain; application/json'].map((type) =>
        expectStatus(target, 415, sent('/api/library.status', type), type),
      ),
      ...[...forms, 'application/json', 'text/html'].map((type) => expectStatus(target, 415, sent('/upload', type), type)),
      expectStatus(target, 200, sent('/api/library.status', 'Application/JSON; charset=utf-8'), 'with a charset'),
    ])
  },

  'paths': async (target) => {
    const { port } = target
    const climbs = [
      '../secret.html',
      '..%2fsecret.html',
      '%2e%2e/secret.html',
      '%2e%2e%2fsecret.html',
      '..%5csecret.html',
      '..\\secret.html',
      '..%252fsecret.html',
      '%c0%ae%c0%ae/secret.html',
      './/../secret.html',
      'assets/../../secret.html',
      '....//secret.html',

      '..;/secret.html',
      'secret.html',
      '%00',
      'index.html%00.png',
      'assets/',
      'assets',
      '.',
      '..',
      'INDEX.HTML',
      'index.html/',
      'etc/passwd',
      '/etc/passwd',
      '%2fetc%2fpasswd',
      'file:///etc/passwd',
      'proc/self/environ',
    ]
    const found: string[] = []
    for (const path of climbs) {
      const answer = await exchange(port, { path: `/${path}` })
      if (answer.status !== 404) found.push(`/${path}: ${answer.status}`)
    }
    // As no client sends it by itself
    for (const line of ['GET ../secret.html HTTP/1.1', `GET http://127.0.0.1:${port}/../secret.html HTTP/1.1`]) {
      const answer = await exchangeText(port, `${line}\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`)
      if (answer?.status === 200) found.push(`${line}: 200`)
    }
    for (const id of [
      '..%2f..%2fsecret.html',
      '../../secret.html',
      '1/../../secret.html',
      '%2fetc%2fpasswd',
      '',
      'x',
      '1e400',
      '-1',
    ]) {
      const answer = await exchange(port, { path: `/original/${id}`, headers: bearer(target.token) })
      if (answer.status !== 404 && answer.status !== 400) found.push(`/original/${id}: ${answer.status}`)
    }
    return found
  },

  'headers': async (target) => {
    const found: string[] = []
    for (const [what, { headers }] of await answersOfAllKinds(target)) {
      for (const [name, value] of Object.entries(wantedHeaders))
        if (headers[name] !== value) found.push(`${name} of ${what}: ${String(headers[name])}`)
    }
    return found
  },

  'nothing for other pages': async (target) => {
    const found: string[] = []
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    const answers = await answersOfAllKinds(target)
    for (const origin of ['http://evil.example', `http://127.0.0.1:${target.port}`])
      for (const path of ['/', '/api/library.status', '/upload'])
        answers.push([
          `a preflight of ${path}`,
          await exchange(target.port, { method: 'OPTIONS', path, headers: { ...preflight, origin } }),
        ])
    for (const [what, { headers }] of answers) {
      const names = Object.keys(headers).filter((name) =>
        /^(access-control-|timing-allow-origin|set-cookie|server|x-powered)/.test(name),
      )
      found.push(...names.map((name) => `${name} of ${what}`))
    }
    return found
  },

  'forwarded': (target) => {
    const { port } = target
    const forwarded = (host: string): Record<string, string> => ({
      'x-forwarded-host': host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
      'x-original-host': host,
      'x-http-method-override': 'POST',
      'forwarded': `for=127.0.0.1;host="${host}";proto=http`,
    })
    return all([
      // Neither let in nor kept out by it
      expectAll(target, 403, { ...forwarded(`127.0.0.1:${port}`), host: 'evil.example' }),
      expectAll(target, 403, { ...forwarded('evil.example'), origin: 'http://evil.example' }),
      expectAll(target, 200, forwarded('evil.example')),
    ])
  },

  'loopback only': async ({ port }) => {
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ address }) => address !== '127.0.0.1')
      .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address))
    const found: string[] = []
    for (const address of new Set([...others, '127.0.0.2', '::1', '::ffff:127.0.0.2'])) {
      const answer = await exchange(port, { address }).catch(() => null)
      if (answer !== null) found.push(`${address} answers`)
    }
    return found
  },

  'socket origin': async (target) => {
    const { origin: _, ...headers } = ownSocket(target)
    const socket = await openSocket(target.port, headers)
    socket.close()
    return socket.refusal?.status === 403 ? [] : ['a line without an origin is opened']
  },

  'socket key': async (target) => {
    const { port, token } = target
    const own = ownSocket(target)
    const found: string[] = []
    const wrong = [
      '',
      'akin.v1',
      `akin.tok.${token}`,
      `akin.v1, akin.tok.${token}A`,
      `akin.v1, ${token}`,
      `akin.v2, akin.tok.${token}`,
    ]
    for (const protocol of wrong) {
      const headers = protocol === '' ? { origin: own.origin } : { ...own, 'sec-websocket-protocol': protocol }
      for (const more of [{}, bearer(token), { cookie: `t=${token}` }]) {
        const socket = await openSocket(port, { ...headers, ...more })
        socket.close()
        if (socket.refusal?.status !== 401) found.push(`a line with “${protocol}”: ${socket.refusal?.status}`)
      }
    }
    return found
  },

  'socket protocol': async (target) => {
    // The key is offered first, and must not come back
    const headers = { ...ownSocket(target), 'sec-websocket-protocol': `akin.tok.${target.token}, akin.v1` }
    const socket = await openSocket(target.port, headers)
    socket.close()
    return socket.protocol === 'akin.v1' ? [] : [`the line speaks ${socket.protocol}`]
  },

  'socket path': async (target) => {
    const found: string[] = []
    for (const path of ['/', '/events/', '/events?x', '/api/library.status', '/upload']) {
      const socket = await openSocket(target.port, ownSocket(target), path)
      socket.close()
      if (socket.refusal?.status !== 403) found.push(`a line at ${path}: ${socket.refusal?.status}`)
    }
    return found
  },

  'socket payload': async (target) => {
    const socket = await openSocket(target.port, ownSocket(target))
    const isClosed = await socket.closesOn(1024 * 1024, 2_000)
    socket.close()
    return isClosed ? [] : ['a message of 1 MB is taken']
  },

  'originals': async (target) => {
    const { id, bytes: wanted } = target.original
    const { status, headers, body } = await exchange(target.port, { path: `/original/${id}`, headers: bearer(target.token) })
    const found: string[] = []
    if (status !== 200 || body !== wanted) found.push(`the original is not there: ${status}`)
    if (headers['content-type'] !== 'application/octet-stream') found.push(`an original as ${headers['content-type']}`)
    if (!/^attachment; filename\*=UTF-8''[A-Za-z0-9%._~!$&+^`|-]+$/.test(headers['content-disposition'] ?? ''))
      found.push(`an original with ${headers['content-disposition']}`)
    return found
  },

  'what a page may ask': async (target) => {
    const ask = async (name: string, input: unknown): Promise<string> => {
      const answer = await exchange(target.port, { ...apiCall(target), path: `/api/${name}`, body: JSON.stringify(input) })
      return (JSON.parse(answer.body) as { error?: { code: string } }).error?.code ?? 'answered'
    }
    const text = { type: 'text', externalId: 'a', title: 'a', text: 'a' }
    const sources = [
      { type: 'path', path: '/etc/hosts' },
      { type: 'grant', grant: 'g' },
      { type: ['path'], path: '/etc/hosts' },
    ]
    const calls: [string, unknown][] = [
      ...sources.flatMap((source): [string, unknown][] => [
        ['documents.import', { sources: [text, source] }],
        ['models.inspect', { source }],
        ['models.import', { source }],
      ]),
      ...['pick', 'open', 'reveal', 'link'].map((name): [string, unknown] => [
        `host.${name}`,
        { id: 1, kind: 'files', url: 'https://a.example' },
      ]),
    ]
    const found: string[] = []
    for (const [name, input] of calls) {
      const code = await ask(name, input)
      if (code !== 'not-allowed') found.push(`${name} ${JSON.stringify(input)}: ${code}`)
    }
    for (const name of ['toString', '__proto__', 'constructor', 'akin:cancel', 'library.status/', ''])
      found.push(...(await expectStatus(target, 404, { ...apiCall(target), path: `/api/${name}` })))
    return found
  },

  'errors': async (target) => {
    const found: string[] = []
    for (const [what, { status, body }] of await answersOfAllKinds(target)) {
      if (status < 400) continue
      const tells = [...target.secrets, '/node_modules', '.ts:', '.js:', 'at Object', 'node:', 'ENOENT', 'EACCES'].filter(
        (part) => body.includes(part),
      )
      found.push(...tells.map((part) => `${what} tells “${part}”: ${body}`))
    }
    return found
  },

  'refused lines that are gone': async (target) => {
    const request = `GET /events HTTP/1.1\r\nhost: evil\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
    for (let i = 0; i < 5; i++)
      await exchangeText(target.port, request, (socket) => setTimeout(() => socket.resetAndDestroy(), 1))
    for (let i = 0; i < 5; i++)
      await exchangeText(target.port, request, (socket) => socket.once('connect', () => socket.resetAndDestroy()))
    await pause(50)
    const answer = await exchange(target.port, {}).catch((error: unknown) => String(error))
    return typeof answer !== 'string' && answer.status === 200 ? [] : [`the server is gone: ${JSON.stringify(answer)}`]
  },
} as const satisfies Readonly<Record<string, Check>>

/** Checks that take seconds, and so are made where they are what is asked. */
export const slowChecks = {
  'body limit': async (target) => {
    const body = Buffer.alloc(limits.requestBytes + 1, ' ')
    return all([
      expectStatus(target, 413, { ...apiCall(target), body }),
      expectStatus(target, 413, {
        ...apiCall(target),
        headers: { ...bearer(target.token), ...json, 'transfer-encoding': 'chunked' },
        body,
      }),
    ])
  },

  'upload limit': async (target) => {
    const call = { method: 'POST', path: '/upload', headers: { ...bearer(target.token), ...bytes } }
    const answer = await exchange(target.port, { ...call, body: Buffer.alloc(limits.uploadBytes + 1) })
    const { error } = JSON.parse(answer.body) as { error?: { code: string } }
    return error?.code === 'file-too-large' ? [] : [`an upload of ${limits.uploadBytes + 1} bytes: ${answer.body}`]
  },

  'slow headers': async ({ port }) => {
    const startedAt = performance.now()
    const answer = await exchangeText(port, `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`, (socket) => {
      const drip = setInterval(() => socket.write('x-a: b\r\n'), 1_000)
      const giveUp = setTimeout(() => socket.destroy(), 18_000)
      socket.once('close', () => (clearInterval(drip), clearTimeout(giveUp)))
    })
    const seconds = Math.round((performance.now() - startedAt) / 1_000)
    return seconds <= 17 && (answer === null || answer.status === 408) ? [] : [`headers may take ${seconds} s: ${answer?.status}`]
  },
} as const satisfies Readonly<Record<string, Check>>

export type CheckName = keyof typeof checks | keyof typeof slowChecks

/** An answer of each kind that the server gives, with a name. */
async function answersOfAllKinds(target: Target): Promise<[string, Answer][]> {
  const { port, token, brokenRequest } = target
  const key = bearer(token)
  const api = apiCall(target)
  const calls: [string, Exchange][] = [
    ...allowedCalls(target).map((call): [string, Exchange] => [nameOf(call), call]),
    ['a file of the window', { path: '/assets/app.js' }],
    ['HEAD /', { method: 'HEAD' }],
    ['an unknown file', { path: '/nothing' }],
    ['a foreign host', { headers: { host: 'evil.example' } }],
    ['a foreign origin', { ...api, headers: { ...key, ...json, origin: 'http://evil.example' } }],
    ['a request without a key', { ...api, headers: json }],
    ['a wrong method', { path: '/api/library.status', headers: key }],
    ['a wrong type', { ...api, headers: key }],
    ['no JSON', { ...api, body: '{"a":' }],
    ['an unknown request', { ...api, path: '/api/no.such' }],
    ['a refused request', { ...api, path: '/api/host.open', body: '{"id":1}' }],
    ['no original', { path: '/original/999999', headers: key }],
    ['a nonsense original', { path: '/original/%2fetc', headers: key }],
    ...(brokenRequest === undefined ? [] : [['a bug', { ...api, path: `/api/${brokenRequest}` }] as [string, Exchange]]),
  ]
  const answers: [string, Answer][] = []
  for (const [what, call] of calls) answers.push([what, await exchange(port, call)])
  const texts: [string, string][] = [
    ['what is no request', 'nonsense\r\n\r\n'],
    ['headers without an end', `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx: ${'a'.repeat(64_000)}\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n'],
    [
      'two lengths',
      `POST /upload HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
    ],
  ]
  for (const [what, text] of texts) {
    const answer = await exchangeText(port, text)
    if (answer !== null) answers.push([what, answer])
  }
  for (const headers of [{}, { origin: `http://127.0.0.1:${port}` }]) {
    const { refusal } = await openSocket(port, headers)
    if (refusal !== null) answers.push([`a refused line (${refusal.status})`, refusal])
  }
  return answers
}
