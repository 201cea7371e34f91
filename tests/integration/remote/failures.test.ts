import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownNetworkLookup } from '../../../engine/embedding/remote/base-url.ts'
import {
  answers,
  cutsConnection,
  fails,
  hangsUp,
  hasNoModel,
  redirectsTo,
  says,
  sendsWithoutEnd,
  useOpenAiServers,
  waitsFor,
  type Behaviour,
  type OpenAiServer,
} from '../../harness/openai-server.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { errorOf, localAt, openAiAt, quickRules, useEmbedders, wordsOf, type MakeOptions } from './make-embedder.ts'

const startServer = useOpenAiServers()
const make = useEmbedders()
const makeFolder = useTempFolders()
const others: Server[] = []
let server: OpenAiServer

beforeEach(async () => {
  server = await startServer()
})

afterEach(() => {
  for (const one of others.splice(0)) one.close()
})

const key = 'sk-test-AbCdEfGhIjKlMnOpQrSt'
const withKey = { key: () => Promise.resolve(key) }

/** Rules with one try and a short time for it. */
const impatient = {
  ...quickRules,
  passages: { ...quickRules.passages, timeoutMs: 1_000, retry: { ...quickRules.passages.retry, tries: 1 } },
}

interface Case {
  readonly title: string
  readonly does: Behaviour
  readonly code: string
  readonly says: RegExp
  readonly advises: RegExp
  readonly tries: number
  readonly options?: MakeOptions
}

const cases: readonly Case[] = [
  {
    title: 'a wrong key',
    does: fails('invalidKey'),
    code: 'key-rejected',
    says: /does not accept the key/,
    advises: /Copy the key/,
    tries: 1,
    options: withKey,
  },
  {
    title: 'no key where one is needed',
    does: fails('invalidKey'),
    code: 'key-missing',
    says: /asks for a key/,
    advises: /type it in/,
    tries: 1,
  },
  {
    title: 'a model that the account may not use',
    does: fails('forbidden'),
    code: 'remote-refused',
    says: /does not let this account use text-embedding-3-small/,
    advises: /another model/,
    tries: 1,
    options: withKey,
  },
  {
    title: 'a model that is not there',
    does: hasNoModel,
    code: 'remote-model-missing',
    says: /has no model “text-embedding-3-small”/,
    advises: /ollama pull text-embedding-3-small/,
    tries: 1,
  },
  {
    title: 'a model that is not there, as Ollama says it',
    does: says(404, { error: 'model "x" not found, try pulling it first' }),
    code: 'remote-model-missing',
    says: /has no model/,
    advises: /Load it there/,
    tries: 1,
  },
  {
    title: 'a model that is not there, as vLLM says it',
    does: says(404, { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 }),
    code: 'remote-model-missing',
    says: /has no model/,
    advises: /check its name/,
    tries: 1,
  },
  {
    title: 'an address without /v1',
    does: says(404, '404 page not found'),
    code: 'remote-failed',
    says: /nothing for embeddings/,
    advises: /ends with \/v1/,
    tries: 1,
  },
  {
    title: 'an address of another program',
    does: says(404, { detail: 'Not Found' }),
    code: 'remote-failed',
    says: /nothing for embeddings/,
    advises: /\/v1/,
    tries: 1,
  },
  {
    title: 'a used-up quota',
    does: fails('quota'),
    code: 'quota-exhausted',
    says: /nothing left to spend/,
    advises: /billing/,
    tries: 1,
    options: withKey,
  },
  {
    title: 'a rate limit that stays',
    does: fails('rateLimit', { 'retry-after-ms': '1' }),
    code: 'rate-limited',
    says: /no more requests/,
    advises: /what has been read so far is kept/,
    tries: 4,
  },
  {
    title: 'a rate limit that asks for more patience than there is',
    does: fails('rateLimit', { 'retry-after': '3600' }),
    code: 'rate-limited',
    says: /no more requests/,
    advises: /few minutes/,
    tries: 1,
  },
  {
    title: 'a fault of the service that stays',
    does: says(500, { error: { message: 'boom' } }),
    code: 'remote-failed',
    says: /a fault of its own \(status 500\)/,
    advises: /try again/,
    tries: 5,
  },
  {
    title: 'a fault that the service says is lasting',
    does: says(503, '', { 'x-should-retry': 'false' }),
    code: 'remote-failed',
    says: /status 503/,
    advises: /try again/,
    tries: 1,
  },
  {
    title: 'a gateway that waited in vain',
    does: says(504, '<html>gateway time-out</html>'),
    code: 'timeout',
    says: /did not answer in time/,
    advises: /later/,
    tries: 4,
  },
  {
    title: 'a web page',
    does: says(200, '<!doctype html><title>Sign in</title>'),
    code: 'remote-failed',
    says: /a web page instead of vectors/,
    advises: /sign in to the network/,
    tries: 1,
  },
  {
    title: 'something unreadable',
    does: says(200, '{"object":"list","data":['),
    code: 'remote-failed',
    says: /cannot be read/,
    advises: /check the address/,
    tries: 4,
  },
  {
    title: 'JSON that holds no vectors',
    does: says(200, { choices: [] }),
    code: 'remote-failed',
    says: /not with vectors/,
    advises: /one for embeddings/,
    tries: 1,
  },
  {
    title: 'an endless answer',
    does: sendsWithoutEnd,
    code: 'remote-failed',
    says: /far more than the vectors asked for/,
    advises: /the service you mean/,
    tries: 1,
  },
  {
    title: 'a connection that is cut within the answer',
    does: cutsConnection,
    code: 'remote-failed',
    says: /broke off/,
    advises: /Try again/,
    tries: 4,
  },
  {
    title: 'a connection that is cut before the answer',
    does: hangsUp,
    code: 'remote-failed',
    says: /broke off/,
    advises: /Try again/,
    tries: 4,
  },
  {
    title: 'no answer at all',
    does: waitsFor(new Promise(() => undefined)),
    code: 'timeout',
    says: /did not answer in time/,
    advises: /later/,
    tries: 1,
    options: { rules: impatient },
  },
  {
    title: 'dimensions that the model does not take',
    does: says(400, {
      object: 'error',
      message: 'dimensions is currently not supported',
      type: 'BadRequestError',
      param: null,
      code: 400,
    }),
    code: 'remote-refused',
    says: /does not give vectors of 512 numbers/,
    advises: /Leave the dimensions out/,
    tries: 2,
  },
]

describe('in words that a person understands:', () => {
  it.each(cases)('$title', async ({ does, code, says: words, advises, tries, options }) => {
    server.always(does)
    const dimensions = code === 'remote-refused' && tries === 2 ? 512 : null
    const { embedder } = make(openAiAt(server.baseUrl, { dimensions }), options)
    const error = await errorOf(embedder.embedPassage('The ferry leaves at ten'))
    expect(error).toMatchObject({ code, message: expect.stringMatching(words), advice: expect.stringMatching(advises) })
    expect(error.message).toContain(code === 'remote-failed' && /nothing for/.test(error.message) ? server.baseUrl : server.host)
    expect(error.message).toMatch(/^\S.*[^.]$/)
    expect(server.received).toHaveLength(tries)
  })

  it('nothing that listens there', async () => {
    const { baseUrl } = server
    await server.stop()
    const error = await errorOf(make(localAt(baseUrl)).embedder.embedPassage('a'))
    expect(error).toMatchObject({
      code: 'offline',
      message: expect.stringContaining('Nothing answers at'),
      advice: expect.stringContaining('Start the server'),
      retryable: true,
    })
    server = await startServer()
  })

  it('a name that does not exist', async () => {
    const error = await errorOf(make(localAt('https://nowhere.invalid/v1')).embedder.embedPassage('a'))
    expect(error).toMatchObject({ code: 'offline', message: expect.stringContaining('nowhere.invalid') })
  })

  it('https where there is none', async () => {
    const error = await errorOf(make(localAt(server.baseUrl.replace('http:', 'https:'))).embedder.embedPassage('a'))
    expect(error).toMatchObject({ code: 'tls-failed', message: expect.stringContaining('No safe connection') })
  })

  it('a certificate that nobody vouches for', async () => {
    const pair = selfSigned(makeFolder())
    if (pair === null) return console.log('Not run: there is no openssl to make a certificate')
    const secure = createTlsServer(pair, (_request, response) => response.end('{}'))
    others.push(secure)
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const { port } = secure.address() as AddressInfo
    const { embedder, sent } = make(localAt(`https://127.0.0.1:${port}/v1`), withKey)
    expect(await errorOf(embedder.embedPassage('a'))).toMatchObject({ code: 'tls-failed', retryable: true })
    expect(sent).toEqual([])
  })

  it('a server of another kind', async () => {
    const other = createTcpServer((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n'))).listen(
      0,
      '127.0.0.1',
    )
    others.push(other)
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const error = await errorOf(make(localAt(`http://127.0.0.1:${port}/v1`)).embedder.embedPassage('a'))
    expect(error).toMatchObject({ code: 'remote-failed', message: expect.stringContaining('is no web service') })
  })
})

/** A certificate of its own and its key, in PEM. */
function selfSigned(folder: string): { key: string; cert: string } | null {
  const [keyFile, certFile] = [join(folder, 'k.pem'), join(folder, 'c.pem')]
  const subject = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=127.0.0.1',
  ]
  const made = spawnSync('openssl', ['req', ...subject, '-keyout', keyFile, '-out', certFile])
  return made.status === 0 ? { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') } : null
}

describe('what passes', () => {
  it.each<[string, Behaviour]>([
    ['a fault of the service', says(500, '')],
    ['a service that is being restarted', says(502, '<html>bad gateway</html>')],
    ['a service that is busy', says(503, '', { 'retry-after': '0' })],
    ['a rate limit', fails('rateLimit', { 'retry-after-ms': '3' })],
    [
      'a rate limit with a time in its headers',
      fails('rateLimit', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '4ms' }),
    ],
    ['a conflict', says(409, { error: { message: 'locked' } })],
    ['a request that took too long to arrive', says(408, '')],
    ['a connection that is cut within the answer', cutsConnection],
    ['a connection that is cut before the answer', hangsUp],
  ])('is tried again: %s', async (_title, does) => {
    server.next(does, does)
    const { embedder } = make(openAiAt(server.baseUrl))
    expect(await embedder.embedPassage('a')).toHaveLength(1_536)
    expect(server.received).toHaveLength(3)
    expect(embedder.state).toBe('ready')
  })

  it('is waited for as long as the service asks', async () => {
    const at: number[] = []
    const noted =
      (then: Behaviour): Behaviour =>
      (request, response, one) => {
        at.push(performance.now())
        return then(request, response, one)
      }
    server.next(noted(fails('rateLimit', { 'retry-after': '0.3' })), noted(answers()))
    await make(openAiAt(server.baseUrl)).embedder.embedPassage('a')
    // Timers may come a moment early
    expect(at[1]! - at[0]!).toBeGreaterThan(290)
  })

  it('keeps other passages from asking meanwhile, and no query', async () => {
    server.next(fails('rateLimit', { 'retry-after': '2' }))
    const { embedder } = make(openAiAt(server.baseUrl), {
      limits: { inputs: 1 },
      rules: { ...quickRules, passages: { ...quickRules.passages, requests: 1 } },
    })
    const passages = [embedder.embedPassage('first'), embedder.embedPassage('second')]
    while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    await embedder.embedQuery('query')
    await Promise.all(passages)
    expect(server.texts).toEqual(['first', 'query', 'first', 'second'])
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with status %i is not followed: neither key nor text go on', async (status) => {
    const other = await startServer()
    server.always(redirectsTo(`${other.baseUrl}/embeddings`, status))
    const error = await errorOf(make(openAiAt(server.baseUrl), withKey).embedder.embedPassage('private words'))
    expect(error).toMatchObject({ code: 'remote-failed', message: expect.stringContaining('leads on to another address') })
    expect(other.connections).toBe(0)
    expect(server.received).toHaveLength(1)
  })

  it('within the same server is not followed either', async () => {
    server.always(redirectsTo('/v2/embeddings'))
    expect(await errorOf(make(openAiAt(server.baseUrl)).embedder.embedPassage('a'))).toMatchObject({ code: 'remote-failed' })
    expect(server.received).toHaveLength(1)
  })
})

describe('an address that is not encrypted', () => {
  const lookUp = (name: string): Promise<unknown> =>
    new Promise((resolve) => ownNetworkLookup(name, {}, (error, address) => resolve(error ?? address)))

  it('is taken within the own network', async () => {
    expect(await lookUp('127.0.0.1')).toBe('127.0.0.1')
    expect(await lookUp('192.168.7.7')).toBe('192.168.7.7')
    const { port } = server
    expect(await make(localAt(`http://localhost:${port}/v1`)).embedder.embedPassage('a')).toHaveLength(8)
  })

  it('is refused where its name leads to the internet', async () => {
    expect(await lookUp('8.8.8.8')).toMatchObject({ code: 'blocked-address' })
    expect(await lookUp('2606:4700::1111')).toMatchObject({ code: 'blocked-address' })
  })
})

describe('a key that the server sends back', () => {
  it.each<[string, unknown]>([
    [
      'in its message',
      {
        error: {
          message: `Incorrect API key provided: ${key}. Authorization: Bearer ${key}`,
          type: 'x',
          code: 'invalid_api_key',
        },
      },
    ],
    ['shortened', { error: { message: `Incorrect API key provided: ${key.slice(0, 15)}...`, code: null } }],
    ['as its code and type', { error: { message: 'no', code: key, type: key } }],
    ['in a page', `<html>${key}</html>`],
    ['in an error of FastAPI', { detail: `bad ${key}` }],
    ['as base64', { error: Buffer.from(`Bearer ${key}`).toString('base64') }],
  ])('is in no error: %s', async (_title, body) => {
    for (const status of [200, 400, 401, 403, 404, 418, 429, 500]) {
      server.always(says(status, body, { 'x-echo': key, 'location': `https://x.example/?${key}` }))
      const { embedder } = make(openAiAt(server.baseUrl), withKey)
      const words = wordsOf(await errorOf(embedder.embedPassage('a')))
      for (let at = 0; at + 8 <= key.length; at++) expect(words).not.toContain(key.slice(at, at + 8))
    }
  })
})
