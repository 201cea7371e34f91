import { beforeEach, describe, expect, it } from 'vitest'
import { loadTokenMeter } from '../../../engine/embedding/remote/token-meter.ts'
import { measureDimension } from '../../../engine/embedding/remote/measure-dimension.ts'
import { AkinError } from '../../../shared/errors.ts'
import { until } from '../../harness/engine.ts'
import {
  answers,
  fails,
  knowsNoBase64,
  recordedFile,
  refusesText,
  says,
  useOpenAiServers,
  vectorOf,
  waitsFor,
  type OpenAiServer,
} from '../../harness/openai-server.ts'
import { codesOf, errorOf, localAt, openAiAt, useEmbedders } from './make-embedder.ts'

const startServer = useOpenAiServers()
const make = useEmbedders()
let server: OpenAiServer

beforeEach(async () => {
  server = await startServer()
})

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0)
}

const texts = (count: number, prefix = 'passage'): string[] => Array.from({ length: count }, (_, at) => `${prefix} ${at}`)

describe('a request', () => {
  it('asks OpenAI for base64 with the key, and brings the vectors', async () => {
    const key = 'sk-test-0123456789'
    server.key = key
    const { embedder } = make(openAiAt(server.baseUrl), { key: () => Promise.resolve(key) })
    const vector = await embedder.embedPassage('The ferry leaves at ten')
    expect(vector).toHaveLength(1_536)
    expect(cosine(vector, vectorOf('The ferry leaves at ten', 1_536))).toBeCloseTo(1, 5)
    expect(server.received).toHaveLength(1)
    expect(server.received[0]).toMatchObject({ path: '/v1/embeddings', headers: { authorization: `Bearer ${key}` } })
    expect(server.received[0]!.body).toEqual({
      model: 'text-embedding-3-small',
      input: ['The ferry leaves at ten'],
      encoding_format: 'base64',
    })
  })

  it('asks for the dimensions of the space', async () => {
    const { embedder } = make(openAiAt(server.baseUrl, { model: 'text-embedding-3-large', dimensions: 256 }))
    expect(await embedder.embedPassage('a')).toHaveLength(256)
    expect(server.received[0]!.body.dimensions).toBe(256)
  })

  it('has no authorization when there is no key', async () => {
    const { embedder } = make(localAt(server.baseUrl))
    await embedder.embedPassage('a')
    expect(server.received[0]!.headers).not.toHaveProperty('authorization')
  })

  it('has the prefix of queries or passages', async () => {
    const { embedder } = make(localAt(server.baseUrl, { queryPrefix: 'query: ', passagePrefix: 'passage: ' }))
    const { vector, computeMs } = await embedder.embedQuery('tea')
    await embedder.embedPassage('tea')
    await embedder.embedText('tea')
    expect(server.texts).toEqual(['query: tea', 'passage: tea', 'passage: tea'])
    expect(cosine(vector, vectorOf('query: tea', 8))).toBeCloseTo(1, 5)
    expect(computeMs).toBeGreaterThan(0)
  })
})

describe('passages that are asked for one by one', () => {
  it('go together, and each gets its own vector', async () => {
    const { embedder } = make(openAiAt(server.baseUrl))
    const all = texts(24)
    const vectors = await Promise.all(all.map((text) => embedder.embedPassage(text)))
    expect(server.sizes).toEqual([24])
    for (const [at, vector] of vectors.entries()) expect(cosine(vector, vectorOf(all[at]!, 1_536))).toBeCloseTo(1, 5)
  })

  it('go in requests that are not too large to lose, of which the embedder says how many passages fill them', async () => {
    const { embedder } = make(openAiAt(server.baseUrl))
    await Promise.all(texts(300).map((text) => embedder.embedPassage(text)))
    expect(server.sizes).toEqual([128, 128, 44])
    expect(embedder.passagesAhead).toBe(256)
  })

  it('go in requests of as many as are allowed, and two at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.always(waitsFor(promise))
    const { embedder } = make(localAt(server.baseUrl), { limits: { inputs: 10 } })
    const asked = texts(35).map((text) => embedder.embedPassage(text))
    await until('two requests are there', () => (server.received.length === 2 ? true : undefined))
    await new Promise((done) => setTimeout(done, 50))
    expect(server.received).toHaveLength(2)
    resolve()
    expect(new Set(await codesOf(asked))).toEqual(new Set(['ok']))
    expect(server.sizes).toEqual([10, 10, 10, 5])
    expect(server.texts).toEqual(texts(35))
  })

  it('stay below 300,000 tokens a request', async () => {
    const meter = await loadTokenMeter('cl100k')
    const long = meter.fit('word '.repeat(9_000), 8_192).text
    const { embedder, sent, cuts } = make(openAiAt(server.baseUrl))
    const asked = Array.from({ length: 75 }, () => embedder.embedPassage(long))
    expect(new Set(await codesOf(asked))).toEqual(new Set(['ok']))
    expect(server.sizes).toEqual([36, 36, 3])
    expect(sent.map(({ tokens }) => tokens)).toEqual([294_912, 294_912, 24_576])
    expect(cuts).toEqual([])
  })

  it('are cut when they are too long, which is told', async () => {
    const { embedder, cuts } = make(openAiAt(server.baseUrl, { model: 'text-embedding-ada-002' }))
    expect(await embedder.embedPassage('word '.repeat(9_000))).toHaveLength(1_536)
    const meter = await loadTokenMeter('cl100k')
    expect(meter.count(server.texts[0]!)).toBe(8_191)
    expect(cuts).toEqual([8_191])
    expect(embedder.usage.cutInputs).toBe(1)
  })

  it('are never sent when they are empty', async () => {
    const { embedder } = make(openAiAt(server.baseUrl, { passagePrefix: 'passage: ' }))
    expect(await codesOf([embedder.embedPassage(''), embedder.embedPassage(' \n'), embedder.embedQuery('')])).toEqual([
      'embedding-failed',
      'embedding-failed',
      'embedding-failed',
    ])
    expect(server.connections).toBe(0)
  })

  it('are overtaken by queries', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.next(waitsFor(promise), waitsFor(promise))
    const { embedder } = make(localAt(server.baseUrl), { limits: { inputs: 5 } })
    const asked = texts(40).map((text) => embedder.embedPassage(text))
    await until('both requests for passages wait', () => (server.received.length === 2 ? true : undefined))
    await embedder.embedQuery('now')
    expect(server.texts.at(-1)).toBe('now')
    resolve()
    await Promise.all(asked)
    expect(server.texts).toHaveLength(41)
  })
})

describe('an answer', () => {
  it.each<[string, Parameters<typeof answers>[0]]>([
    ['in another order', { isShuffled: true }],
    ['of floats, though base64 was asked for', { ignoresEncoding: true }],
  ])('%s is put right', async (_title, options) => {
    server.always(answers(options))
    const { embedder } = make(localAt(server.baseUrl))
    const all = texts(7)
    const vectors = await Promise.all(all.map((text) => embedder.embedPassage(text)))
    for (const [at, vector] of vectors.entries()) expect(cosine(vector, vectorOf(all[at]!, 8))).toBeCloseTo(1, 5)
  })

  it('comes without base64 from a server that knows none, which is remembered', async () => {
    server.always(knowsNoBase64)
    const { embedder } = make(localAt(server.baseUrl))
    await embedder.embedPassage('one')
    await embedder.embedPassage('two')
    expect(server.received.map(({ body }) => body.encoding_format ?? 'none')).toEqual(['base64', 'none', 'none'])
  })

  it('with other dimensions fails all of it, and nothing that waits is sent', async () => {
    server.always(answers({ dimension: 6 }))
    const { embedder, states } = make(localAt(server.baseUrl), { limits: { inputs: 4 } })
    const codes = await codesOf(texts(20).map((text) => embedder.embedPassage(text)))
    expect(new Set(codes)).toEqual(new Set(['dimension-mismatch']))
    expect(server.received.length).toBeLessThanOrEqual(2)
    expect(states.at(-1)).toBe('failed: dimension-mismatch')
  })

  it('without a direction for one text fails that text alone', async () => {
    server.always(
      answers({
        ignoresEncoding: true,
        change: (body) => {
          body.data[1]!['embedding'] = [0, 0, 0, 0, 0, 0, 0, 0]
          return body
        },
      }),
    )
    const { embedder } = make(localAt(server.baseUrl))
    expect(await codesOf(texts(3).map((text) => embedder.embedPassage(text)))).toEqual(['ok', 'embedding-failed', 'ok'])
  })

  it.each(['embeddings-float.json', 'embeddings-base64-batch.json'])('as it was recorded is read: %s', async (file) => {
    const recorded = recordedFile(file) as { data: unknown[] } | null
    if (recorded === null) return console.log(`Not run: ${file} is not there (AKIN_SHARED names another place)`)
    server.always(says(200, recorded))
    const probe = openAiAt(server.baseUrl, { dimension: 8, service: 'compatible' })
    const { data } = recorded
    const options = { model: { ...probe, dimension: null }, key: () => Promise.resolve(null), isAllowed: () => true }
    const dimension = data.length === 1 ? await measureDimension(options) : widthOf(data[0])
    const { embedder } = make({ ...probe, dimension })
    const vectors = await Promise.all(texts(data.length).map((text) => embedder.embedPassage(text)))
    for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5)
  })
})

function widthOf(entry: unknown): number {
  return Buffer.from((entry as { embedding: string }).embedding, 'base64').length / 4
}

describe('a text that the service does not take', () => {
  it('fails alone, and those asked for with it do not', async () => {
    server.always(refusesText('poison'))
    const { embedder } = make(localAt(server.baseUrl))
    const all = [...texts(10), 'poison', ...texts(10, 'later')]
    const codes = await codesOf(all.map((text) => embedder.embedPassage(text)))
    expect(codes.filter((code) => code === 'embedding-failed')).toHaveLength(1)
    expect(codes[10]).toBe('embedding-failed')
    expect(codes.filter((code) => code === 'ok')).toHaveLength(20)
  })

  it('fails alone where the service has a fault at it, as some servers have at long texts', async () => {
    server.always(refusesText('poison', 500))
    const { embedder } = make(localAt(server.baseUrl))
    const all = [...texts(10), 'poison', ...texts(10, 'later')]
    const codes = await codesOf(all.map((text) => embedder.embedPassage(text)))
    expect(codes.map((code, at) => (code === 'ok' ? null : [at, code])).filter(Boolean)).toEqual([[10, 'embedding-failed']])
  })

  it('fails with what the service said of it', async () => {
    server.always(refusesText('poison'))
    const { embedder, states } = make(openAiAt(server.baseUrl))
    const error = await errorOf(embedder.embedPassage('poison'))
    expect(error).toMatchObject({
      code: 'embedding-failed',
      message: expect.stringContaining('longer than text-embedding-3-small'),
    })
    expect(error.details).toMatchObject({ said: expect.stringContaining('context length') })
    expect(states).not.toContain('failed: remote-refused')
  })

  it('is told from a service that takes none, after few requests', async () => {
    server.always(fails('emptyInput'))
    const { embedder } = make(openAiAt(server.baseUrl))
    const codes = await codesOf(texts(30).map((text) => embedder.embedPassage(text)))
    expect(new Set(codes)).toEqual(new Set(['remote-refused']))
    expect(server.received).toHaveLength(2)
    expect(server.texts.at(-1)).toBe('Akin')
  })
})

describe('what was read before a failure', () => {
  it('is kept, passage by passage', async () => {
    server.next(answers(), fails('quota'))
    const { embedder } = make(localAt(server.baseUrl), { limits: { inputs: 5 }, rules: oneAtATime() })
    const codes = await codesOf(texts(15).map((text) => embedder.embedPassage(text)))
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('ok'))
    expect(codes.slice(5)).toEqual(Array(10).fill('quota-exhausted'))
    expect(server.received).toHaveLength(2)
  })
})

describe('a service that fails while the text it refused is looked for', () => {
  it('gets no more texts', async () => {
    server.next(answers(), fails('tooLong'), fails('quota'))
    const { embedder } = make(localAt(server.baseUrl), { rules: oneAtATime() })
    await embedder.embedPassage('first')
    const codes = await codesOf(texts(8).map((text) => embedder.embedPassage(text)))
    expect(codes).toEqual(Array(8).fill('quota-exhausted'))
    expect(server.sizes).toEqual([1, 8, 4])
  })

  it('is given its time when it only asks for patience', async () => {
    server.next(answers(), fails('tooLong'), fails('rateLimit'), fails('rateLimit'), fails('rateLimit'))
    const { embedder } = make(localAt(server.baseUrl), { rules: oneAtATime() })
    await embedder.embedPassage('first')
    expect(await codesOf(texts(8).map((text) => embedder.embedPassage(text)))).toEqual(Array(8).fill('ok'))
  })
})

function oneAtATime() {
  const retry = { tries: 4, baseMs: 2, maxMs: 10, patienceMs: 60_000 }
  const lane = { requests: 1, gatherMs: 5, timeoutMs: 60_000, retry }
  return { connectTimeoutMs: 10_000, passages: lane, queries: { ...lane, gatherMs: 0 } }
}

describe('without a yes', () => {
  it('nothing leaves, not even a connection', async () => {
    const { embedder, sent } = make(openAiAt(server.baseUrl), { isAllowed: () => false })
    const refused = await codesOf([embedder.embedPassage('a'), embedder.embedQuery('b'), embedder.embedText('c')])
    expect(refused).toEqual(['not-allowed', 'not-allowed', 'not-allowed'])
    await embedder.warmUp()
    const { dimension: _, ...model } = openAiAt(server.baseUrl)
    const measured = measureDimension({
      model: { ...model, dimension: null },
      key: () => Promise.resolve('k'),
      isAllowed: () => false,
    })
    expect(await errorOf(measured)).toMatchObject({ code: 'not-allowed' })
    expect(server.connections).toBe(0)
    expect(sent).toEqual([])
  })

  it('nothing more leaves when it is taken back, also between two tries', async () => {
    let isAllowed = true
    server.always((request, response, one) => {
      isAllowed = false
      return says(500, { error: { message: 'busy' } })(request, response, one)
    })
    const { embedder } = make(localAt(server.baseUrl), { isAllowed: () => isAllowed })
    expect(await errorOf(embedder.embedPassage('a'))).toMatchObject({ code: 'not-allowed' })
    expect(server.received).toHaveLength(1)
  })

  it('nothing leaves when it is taken back while the connection is made', async () => {
    let asked = 0
    const { embedder } = make(localAt(server.baseUrl), { isAllowed: () => ++asked === 1 })
    expect(await errorOf(embedder.embedPassage('a'))).toMatchObject({ code: 'not-allowed' })
    expect(server.received).toEqual([])
  })
})

describe('what was sent', () => {
  it('is told before it leaves, with each try', async () => {
    const order: string[] = []
    server.always((request, response, one) => {
      order.push('received')
      return answers()(request, response, one)
    })
    server.next(says(503, ''))
    const { embedder } = make(openAiAt(server.baseUrl), {
      onSent: async (sent) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        order.push(`told ${sent.host} ${sent.model} ${sent.inputs} ${sent.tokens}`)
      },
    })
    await Promise.all([embedder.embedPassage('hello world'), embedder.embedPassage('tiktoken is great!')])
    const told = `told ${server.host} text-embedding-3-small 2 8`
    expect(order).toEqual([told, told, 'received'])
    expect(embedder.usage).toEqual({ requests: 2, inputs: 4, tokens: 16, cutInputs: 0 })
  })

  it('is nothing when there was no connection', async () => {
    await server.stop()
    const { embedder, sent } = make(localAt(`http://127.0.0.1:${(await startServer()).port}/v1`))
    await embedder.embedPassage('a')
    expect(sent).toHaveLength(1)
    const closed = await startServer()
    const { baseUrl } = closed
    await closed.stop()
    const other = make(localAt(baseUrl))
    expect(await errorOf(other.embedder.embedPassage('a'))).toMatchObject({ code: 'offline' })
    expect(other.sent).toEqual([])
    server = await startServer()
  })

  it('is nothing when it cannot be recorded: the text stays here', async () => {
    const { embedder } = make(localAt(server.baseUrl), {
      onSent: () => Promise.reject(new AkinError('disk-full', 'The disk is full')),
    })
    expect(await errorOf(embedder.embedPassage('a'))).toMatchObject({ code: 'disk-full' })
    expect(server.received).toEqual([])
  })
})

describe('a passage that nobody waits for any more', () => {
  it('is not sent when it still waits', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.always(waitsFor(promise))
    const { embedder } = make(localAt(server.baseUrl), { rules: oneAtATime(), limits: { inputs: 1 } })
    const controller = new AbortController()
    const first = embedder.embedPassage('first')
    const second = embedder.embedPassage('second', controller.signal)
    await until('the first is on its way', () => (server.received.length === 1 ? true : undefined))
    controller.abort(new AkinError('cancelled', 'The job was stopped'))
    expect(await errorOf(second)).toMatchObject({ code: 'cancelled', message: 'The job was stopped' })
    resolve()
    await first
    await embedder.embedPassage('third')
    expect(server.texts).toEqual(['first', 'third'])
  })

  it('ends its request when it is the last one of it', async () => {
    server.always(waitsFor(new Promise(() => undefined)))
    const { embedder } = make(localAt(server.baseUrl))
    const controllers = [new AbortController(), new AbortController()]
    const asked = controllers.map(({ signal }, at) => embedder.embedPassage(`text ${at}`, signal))
    await until('the request is there', () => (server.received.length === 1 ? true : undefined))
    controllers[0]!.abort()
    expect(await errorOf(asked[0]!)).toMatchObject({ code: 'cancelled' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(server.gone).toBe(0)
    controllers[1]!.abort()
    expect(await errorOf(asked[1]!)).toMatchObject({ code: 'cancelled' })
    await until('the connection is closed', () => (server.gone === 1 ? true : undefined))
  })

  it('is not asked for when it was cancelled before', async () => {
    const { embedder } = make(localAt(server.baseUrl))
    expect(await errorOf(embedder.embedQuery('a', AbortSignal.abort()))).toMatchObject({ code: 'cancelled' })
    expect(server.connections).toBe(0)
  })

  it('does not go on waiting between two tries', async () => {
    server.always(fails('rateLimit', { 'retry-after': '20' }))
    const { embedder } = make(localAt(server.baseUrl))
    const controller = new AbortController()
    const asked = embedder.embedPassage('a', controller.signal)
    await until('it was refused once', () => (server.received.length === 1 ? true : undefined))
    controller.abort()
    expect(await errorOf(asked)).toMatchObject({ code: 'cancelled' })
  })
})

describe('the state', () => {
  it('is ready after an answer, failed after a failure, and ready again', async () => {
    server.next(fails('quota'))
    const { embedder, states } = make(localAt(server.baseUrl))
    expect(embedder.state).toBe('idle')
    await errorOf(embedder.embedQuery('a'))
    expect(embedder.state).toBe('failed')
    await embedder.embedQuery('a')
    await embedder.embedQuery('a')
    expect(states).toEqual(['failed: quota-exhausted', 'ready'])
  })

  it('of a closed embedder is told to all who wait and all who come', async () => {
    server.always(waitsFor(new Promise(() => undefined)))
    const { embedder } = make(localAt(server.baseUrl), { limits: { inputs: 1 } })
    const codes = codesOf(texts(5).map((text) => embedder.embedPassage(text)))
    await until('requests are under way', () => (server.received.length === 2 ? true : undefined))
    await embedder.close()
    expect(await codes).toEqual(Array(5).fill('unavailable'))
    expect(await codesOf([embedder.embedQuery('b'), embedder.warmUp()])).toEqual(['unavailable', 'unavailable'])
    await until('their connections are closed', () => (server.gone === 2 ? true : undefined))
  })
})

describe('the length of vectors', () => {
  it('is measured with a text that holds nothing of the person’s', async () => {
    server.always(knowsNoBase64)
    const { dimension: _, ...model } = localAt(server.baseUrl)
    const options = { model: { ...model, dimension: null }, key: () => Promise.resolve(null), isAllowed: () => true }
    expect(await measureDimension(options)).toBe(8)
    expect(new Set(server.texts)).toEqual(new Set(['Akin']))
  })
})
