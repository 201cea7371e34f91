import { beforeEach, describe, expect, it } from 'vitest'
import { channels, isRequestChannel, requestNames } from '../../../electron/channels.ts'
import type { Grants } from '../../../electron/grants.ts'
import type { NamedCopies } from '../../../electron/open-original.ts'
import { WindowRequests, type WindowEvent } from '../../../electron/requests.ts'
import type { Reply } from '../../../shared/contract/reply.ts'
import { requests, type RequestName } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'

const ours: WindowEvent = { sender: { id: 1 }, senderFrame: { url: 'app://akin/index.html#/search', parent: null } }

/** What reached the engine. */
let asked: { name: string; input: unknown; signal: AbortSignal }[] = []
let bugs: unknown[] = []
let reply: (name: string) => Promise<Reply> = async () => ({ ok: true, value: {} })

function makeRequests(): WindowRequests {
  const grants = {
    give: async (windowId: number, paths: readonly string[]) =>
      paths.map((path) => ({ grant: `${windowId}:${path}`, name: path })),
    pathOf: (windowId: number, grant: string) => {
      if (!grant.startsWith(`${windowId}:`)) throw new AkinError('not-allowed', 'This window was not given the file')
      return grant.slice(grant.indexOf(':') + 1)
    },
    forget: () => undefined,
  }
  return new WindowRequests({
    engine: {
      request: (name, input, { signal }) => {
        asked.push({ name, input, signal })
        return reply(name)
      },
    },
    grants: grants as unknown as Grants,
    copies: { pathOf: async ({ path }: { path: string }) => path } as unknown as NamedCopies,
    shell: { openExternal: async () => undefined, openPath: async () => '', showItemInFolder: () => undefined },
    choose: async () => ['/chosen'],
    onBug: (error) => bugs.push(error),
  })
}

beforeEach(() => {
  asked = []
  bugs = []
  reply = async () => ({ ok: true, value: {} })
})

/** Input that no request takes. */
const nonsense = ['nonsense', 7, null, [], { sources: 'x', to: 1, ids: {}, id: -1, text: 1, unheardOf: true }]

describe('channels', () => {
  it('are the requests of the contract, no more and no less', () => {
    expect([...requestNames].toSorted()).toEqual(Object.keys(requests).toSorted())
  })

  it('are one for each request, and those of grants and cancelling', () => {
    const handled: string[] = []
    const listened: string[] = []
    makeRequests().listen({
      handle: (channel: string) => void handled.push(channel),
      on: (channel: string) => void listened.push(channel),
    } as never)
    expect(handled.toSorted()).toEqual([...Object.keys(requests), channels.grantFiles].toSorted())
    expect(listened).toEqual([channels.cancel])
  })

  it.each(['toString', '__proto__', 'constructor', channels.grantFiles, channels.cancel, '', 7, null, undefined])(
    'do not include %s',
    (name) => {
      expect(isRequestChannel(name)).toBe(false)
    },
  )
})

describe('who is answered', () => {
  const strangers: [string, WindowEvent['senderFrame']][] = [
    ['a frame that is gone', null],
    ['a frame in the page', { url: 'app://akin/index.html', parent: { url: 'app://akin/' } as never }],
    ['a page of the web', { url: 'https://example.org/', parent: null }],
    ['a page on this computer', { url: 'file:///index.html', parent: null }],
    ['another host of the scheme', { url: 'app://other/index.html', parent: null }],
    ['the first page of a new window', { url: 'about:blank', parent: null }],
    ['a page without an address', { url: '', parent: null }],
  ]

  it.each(strangers)('not %s, for any request', async (_title, senderFrame) => {
    const window = makeRequests()
    for (const name of requestNames) {
      const answer = await window.answer({ sender: { id: 1 }, senderFrame }, name, { input: {}, requestId: 'a' })
      expect({ name, ...answer }).toMatchObject({ name, ok: false, error: { code: 'not-allowed' } })
    }
    expect(await window.grantFiles({ sender: { id: 1 }, senderFrame }, ['/etc/hosts'])).toEqual([])
    expect(asked).toEqual([])
  })

  it('the top frame of the window', async () => {
    expect(await makeRequests().answer(ours, 'library.status', { input: {}, requestId: 'a' })).toEqual({ ok: true, value: {} })
  })
})

describe('every request', () => {
  it.each(requestNames)('%s refuses bad input before anybody sees it', async (name) => {
    const window = makeRequests()
    for (const input of nonsense) {
      const answer = await window.answer(ours, name, { input, requestId: 'a' })
      const isFit = requests[name].input.safeParse(input).success
      expect({ input, code: answer.ok ? null : answer.error.code }).toEqual({ input, code: isFit ? null : 'bad-request' })
    }
    for (const { input } of asked) expect(requests[name].input.safeParse(input).success).toBe(true)
    expect(bugs).toEqual([])
  })

  it.each([undefined, null, 7, '', 'x'.repeat(65), {}])('needs an id: %j is none', async (requestId) => {
    expect(await makeRequests().answer(ours, 'library.status', { input: {}, requestId })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    })
  })

  it('goes to the engine with its defaults and without what the contract does not know', async () => {
    await makeRequests().answer(ours, 'search.query', { input: { text: 'tide', extra: 'x' }, requestId: 'a' })
    expect(asked[0]).toMatchObject({ name: 'search.query', input: { text: 'tide', mode: 'hybrid', limit: 20 } })
    expect(asked[0]!.input).not.toHaveProperty('extra')
  })

  it('gets a reply even where the engine throws, and the bug is told', async () => {
    reply = () => Promise.reject(new TypeError('broken'))
    expect(await makeRequests().answer(ours, 'jobs.list', { input: {}, requestId: 'a' })).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    })
    expect(bugs).toHaveLength(1)
  })

  it('that is the host’s is answered here, and its output is checked', async () => {
    expect(await makeRequests().answer(ours, 'host.describe', { input: {}, requestId: 'a' })).toEqual({
      ok: true,
      value: { host: 'desktop', platform: process.platform, canPick: true, canOpen: true, canShowInFolder: true },
    })
    reply = async () => ({ ok: true, value: { path: 7 } })
    expect(await makeRequests().answer(ours, 'host.reveal', { input: { documentId: 1 }, requestId: 'a' })).toMatchObject({
      ok: false,
    })
  })
})

describe('cancelling', () => {
  it('reaches the request of the same window, and no other', async () => {
    reply = () => new Promise(() => undefined)
    const window = makeRequests()
    void window.answer(ours, 'search.query', { input: { text: 'a' }, requestId: 'one' })
    window.cancel({ ...ours, sender: { id: 2 } }, 'one')
    window.cancel({ ...ours, senderFrame: null }, 'one')
    window.cancel(ours, 'other')
    window.cancel(ours, { toString: () => 'one' })
    expect(asked[0]!.signal.aborted).toBe(false)
    window.cancel(ours, 'one')
    expect(asked[0]!.signal.aborted).toBe(true)
  })

  it('comes by itself when the window is gone', () => {
    reply = () => new Promise(() => undefined)
    const window = makeRequests()
    const other = { ...ours, sender: { id: 11 } }
    void window.answer(ours, 'jobs.list', { input: {}, requestId: 'one' })
    void window.answer(other, 'jobs.list', { input: {}, requestId: 'one' })
    window.forget(1)
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })

  it('does not let a second request use the id of one that runs', async () => {
    reply = () => new Promise(() => undefined)
    const window = makeRequests()
    void window.answer(ours, 'jobs.list', { input: {}, requestId: 'one' })
    expect(await window.answer(ours, 'jobs.list', { input: {}, requestId: 'one' })).toMatchObject({ ok: false })
    expect(asked).toHaveLength(1)
  })
})

describe('importing', () => {
  async function importing(sources: unknown[], event = ours): Promise<Reply> {
    return makeRequests().answer(event, 'documents.import' satisfies RequestName, { input: { sources }, requestId: 'a' })
  }

  it('puts the path in the place of a grant', async () => {
    const text = { type: 'text', externalId: 'a', title: 'A', text: 'tide', mediaType: 'text/plain' }
    await importing([{ type: 'grant', grant: '1:/home/notes' }, text])
    expect(asked[0]!.input).toEqual({ sources: [{ type: 'path', path: '/home/notes' }, text] })
  })

  it.each([
    ['a path', [{ type: 'path', path: '/etc/hosts' }]],
    [
      'a path behind a grant',
      [
        { type: 'grant', grant: '1:/home' },
        { type: 'path', path: '/etc/hosts' },
      ],
    ],
    ['a grant of another window', [{ type: 'grant', grant: '2:/home' }]],
    ['a grant that was never given', [{ type: 'grant', grant: 'made-up' }]],
  ])('refuses %s as a whole', async (_title, sources) => {
    expect(await importing(sources)).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
    expect(asked).toEqual([])
  })

  it('gives grants for the paths of a drop, and none for anything else', async () => {
    const window = makeRequests()
    expect(await window.grantFiles(ours, ['/a', '/b'])).toEqual([
      { grant: '1:/a', name: '/a' },
      { grant: '1:/b', name: '/b' },
    ])
    for (const paths of ['/a', [7], [''], [null], null, undefined, { 0: '/a' }])
      expect(await window.grantFiles(ours, paths)).toEqual([])
  })

  it('gives grants for what was chosen in the dialog', async () => {
    expect(await makeRequests().answer(ours, 'host.pick', { input: { what: 'files' }, requestId: 'a' })).toEqual({
      ok: true,
      value: { grants: [{ grant: '1:/chosen', name: '/chosen' }] },
    })
  })
})
