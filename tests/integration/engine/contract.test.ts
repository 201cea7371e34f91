import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { events, isEventName } from '../../../shared/contract/events.ts'
import { limits, requests, type RequestName } from '../../../shared/contract/requests.ts'
import { errorCodes } from '../../../shared/errors.ts'
import { useEngines, type TestEngine } from '../../harness/engine.ts'

const { open } = useEngines()
const names = Object.keys(requests) as RequestName[]
const engineNames = names.filter((name) => requests[name].by === 'engine')

/** What no request takes. */
const malformed: readonly unknown[] = [undefined, null, 7, 'text', [], { nonsense: () => 1 }, { ids: 'all', id: -1, text: 7 }]

describe('the table of requests', () => {
  it.each(names)('%s has a name of area and verb, a schema for what goes in and one for what comes back', (name) => {
    expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/)
    const { input, output, by } = requests[name]
    expect(input).toBeInstanceOf(z.ZodType)
    expect(output).toBeInstanceOf(z.ZodType)
    // The host's requests, and only they, say so in their names
    expect(by).toBe(name.startsWith('host.') ? 'host' : 'engine')
    expect(input.safeParse(undefined).success).toBe(false)
  })

  it.each(Object.keys(events))('the event %s has a name of area and noun, and a schema', (name) => {
    expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/)
    expect(isEventName(name)).toBe(true)
    expect(events[name as keyof typeof events]).toBeInstanceOf(z.ZodType)
  })
})

describe('an engine that is asked by the table', () => {
  let engine: TestEngine
  beforeEach(async () => {
    engine = await open({ embeds: false })
  })

  it('knows every request that is the engine’s, and none that is the host’s', async () => {
    for (const name of names) {
      const error = await engine.refusal(name, undefined)
      expect([name, error.code]).toEqual([name, engineNames.includes(name) ? 'bad-request' : 'unknown-request'])
    }
  })

  it.each(['', 'search', 'search.everything', 'toString', '__proto__', 'constructor', 'x'.repeat(10_000)])(
    'refuses a request that there is not: %s',
    async (name) => {
      const error = await engine.refusal(name, {})
      expect(error).toMatchObject({ code: 'unknown-request', retryable: false })
      expect(error.message.length).toBeLessThan(200)
    },
  )

  it('refuses what is malformed with the request and the field, whatever is asked for', async () => {
    for (const name of engineNames) {
      for (const input of malformed) {
        const { success } = requests[name].input.safeParse(input)
        const reply = success ? null : await engine.refusal(name, input)
        expect([name, reply?.code ?? 'bad-request']).toEqual([name, 'bad-request'])
        expect(reply?.message ?? name).toContain(name)
      }
    }
    expect(await engine.refusal('documents.get', { id: 'seven' })).toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('documents.get was asked for in a wrong way: id: ') as string,
      details: { request: 'documents.get', field: 'id' },
    })
    expect(await engine.refusal('documents.import', { sources: [{ type: 'path', path: '' }] })).toMatchObject({
      code: 'bad-request',
      details: { request: 'documents.import', field: 'sources.0.path' },
    })
  })

  it.each([
    [
      'documents.import',
      { sources: Array.from({ length: limits.importSources + 1 }, () => ({ type: 'path', path: '/x' })) },
      '5000',
    ],
    [
      'documents.import',
      { sources: [{ type: 'text', externalId: 'x', title: 'x', text: 'x'.repeat(limits.inlineTextLength + 1) }] },
      '10000000',
    ],
    ['documents.trash', { ids: Array.from({ length: limits.idsPerRequest + 1 }, (_, i) => i + 1) }, '10000'],
    ['documents.list', { limit: limits.rowsPerPage + 1 }, '500'],
    ['search.query', { text: 'x', limit: limits.hitsPerPage + 1 }, '100'],
    ['search.query', { text: 'x'.repeat(limits.queryLength + 1) }, '1000000'],
  ] as const)('refuses more than the limit, and names it: %s', async (name, input, limit) => {
    const error = await engine.refusal(name, input)
    expect(error.code).toBe('bad-request')
    expect(error.message).toMatch(new RegExp(`\\b${limit}\\b`))
  })

  it('answers as the table says, and each refusal has a code of the list', async () => {
    await engine.importTexts({ Ferry: 'The ferry crosses the bay', Fennel: 'Fennel is sown in May' })
    const id = await engine.idOf('Ferry')
    const good: readonly (readonly [RequestName, unknown])[] = [
      ['library.status', {}],
      ['library.facets', {}],
      ['library.disk', {}],
      ['documents.list', {}],
      ['documents.ids', {}],
      ['documents.get', { id }],
      ['documents.update', { ids: [id], addTags: ['trip'], isStarred: true }],
      ['library.undo', { undoId: 1 }],
      ['documents.trash', { ids: [id] }],
      ['documents.restore', { ids: [id] }],
      ['documents.reindex', { ids: [id] }],
      ['search.query', { text: 'ferry "', mode: 'keyword' }],
      ['search.passages', { text: 'ferry', documentId: id, mode: 'keyword' }],
      ['search.sentences', { text: '', passages: [{ documentId: id, start: 0, end: 5 }] }],
      ['search.suggest', { text: 'tag:', caret: 4 }],
      ['search.save', { name: 'Ferries', query: 'ferry', mode: 'hybrid' }],
      ['search.saved', {}],
      ['search.unsave', { id: 1 }],
      ['similar.find', { to: { documentId: id } }],
      ['similar.hide', { documentId: id, otherId: id + 1 }],
      ['similar.unhide', { documentId: id }],
      ['jobs.list', {}],
      ['jobs.get', { id: 1 }],
      ['jobs.clear', {}],
      ['index.rebuild', {}],
      ['settings.get', {}],
      ['settings.set', {}],
      ['about.get', {}],
      ['sample.remove', {}],
      ['documents.purge', { ids: [id] }],
    ]
    for (const [name, input] of good) {
      const reply = await engine.engine.request(name, input)
      expect([name, reply.ok ? 'answered' : reply.error.message]).toEqual([name, 'answered'])
      const checked = requests[name].output.safeParse(reply.ok ? reply.value : undefined)
      expect([name, checked.error?.issues ?? []]).toEqual([name, []])
      // It crosses borders of processes, as JSON too
      expect(JSON.parse(JSON.stringify(reply))).toEqual(reply)
    }
    const refused: readonly (readonly [RequestName, unknown, string])[] = [
      ['library.undo', { undoId: 999 }, 'not-found'],
      ['documents.get', { id: 999 }, 'not-found'],
      ['documents.original', { id: 999 }, 'not-found'],
      ['documents.import', { sources: [{ type: 'grant', grant: 'x' }] }, 'not-allowed'],
      ['documents.import', { sources: [{ type: 'upload', uploadId: '0'.repeat(64), name: 'x' }] }, 'not-found'],
      ['search.unsave', { id: 999 }, 'not-found'],
      ['jobs.get', { id: 999 }, 'not-found'],
      ['jobs.pause', { id: 999 }, 'not-found'],
      ['jobs.resume', { id: 999 }, 'not-found'],
      ['jobs.cancel', { id: 999 }, 'not-found'],
      ['jobs.retry', { id: 999 }, 'not-found'],
      ['images.load', { documentId: 999, src: 'https://example.org/x.png' }, 'not-found'],
    ]
    for (const [name, input, code] of refused) {
      const error = await engine.refusal(name, input)
      expect([name, error.code]).toEqual([name, code])
      expect(errorCodes).toContain(error.code)
      // A sentence without a period
      expect(error.message).toMatch(/^\p{Lu}.*[^.]$/u)
    }
  })

  it('tells events as the table says, numbered without a gap', async () => {
    await engine.importTexts({ Ferry: 'The ferry crosses the bay' })
    await engine.ask('settings.set', {})
    expect(engine.events.length).toBeGreaterThan(2)
    for (const { event, payload } of engine.events)
      expect([event, events[event].safeParse(payload).error?.issues ?? []]).toEqual([event, []])
    const numbers = engine.events.map(({ number }) => number)
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
  })
})
