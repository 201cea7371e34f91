import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelStore } from '../../../engine/models/model-store.ts'
import { HubServer, hubCommit, sha256Of } from '../../harness/hub-server.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { smallDisk, whyNoMounts } from '../library/mounts.ts'
import { bufferOf } from './make-model.ts'
import { download, entryOf, failure, fillHub, openStore, repository, weights, type DownloadRun } from './use-models.ts'

const newFolder = useTempFolders()
const content = bufferOf(repository[weights]!)
let hub: HubServer
let folder: string
let store: ModelStore

beforeEach(async () => {
  hub = await HubServer.start(newFolder())
  fillHub(hub)
  folder = newFolder()
  store = openStore(folder)
})
afterEach(() => hub.close())

const start = (entry = entryOf()): DownloadRun => download({ store, hubUrl: hub.url, entry })
const states = async (): Promise<string[]> => (await store.list()).map(({ id, state }) => `${id} ${state}`)

/** Pauses a download, as the queue does, once so many bytes are here. */
async function stopAfter(bytes: number, run: DownloadRun): Promise<void> {
  while ((run.progress.at(-1)?.completed ?? 0) < bytes) await new Promise((resolve) => setTimeout(resolve, 5))
  run.controller.abort(new Error('paused'))
  await expect(run.done).rejects.toThrow('paused')
}

/** The first byte that each request asked for, of those that were answered with bytes. */
function startsOf(path: string): number[] {
  const answered = hub.requests.filter((one) => one.path === path && one.sentBytes > 0)
  return answered.map(({ range }) => Number(/\d+/.exec(range ?? '0')![0]))
}

/** The model is whole, and the last request sent the rest and no more. */
async function expectRest(from: number): Promise<void> {
  expect(hub.requests.at(-1)!.sentBytes).toBe(content.length - from)
  await store.verify('tiny-q8')
}

describe('a download that goes well', () => {
  it('installs the model with its hashes, tells bytes with a total, and every host that it asked', async () => {
    hub.behave(weights, { redirect: 'other' })
    const run = start()
    await run.done
    const total = Object.values(repository).reduce<number>((sum, one) => sum + bufferOf(one).length, 0)
    expect(run.progress.at(-1)).toEqual({ completed: total, total })
    expect(new Set(run.sent.map(({ host }) => host))).toEqual(new Set([new URL(hub.url).host, new URL(hub.otherUrl).host]))
    const { spec, modelsFolder } = await store.open('tiny-q8')
    expect(spec).toMatchObject({
      name: 'tiny',
      folder: 'tiny-q8',
      weightsSha256: sha256Of(content),
      pooling: 'mean',
      normalised: true,
    })
    expect(spec.tokenizerSha256).toBe(sha256Of(bufferOf(repository['tokenizer.json']!)))
    expect(readFileSync(join(modelsFolder, 'tiny-q8', weights)).equals(content)).toBe(true)
    await store.verify('tiny-q8')
    expect(store.manifest('tiny-q8').origin).toMatchObject({ repository: 'makers/tiny', revision: hubCommit })
    expect(await states()).toEqual(['bge-small-en-v1.5 installed', 'tiny-q8 installed'])
    expect(store.incoming()).toEqual([])
  })

  it('sends neither cookies nor keys, and asks for the bytes as they are', async () => {
    hub.behave(weights, { redirect: 'other' })
    await start().done
    for (const { headers } of hub.requests) {
      expect(Object.keys(headers).toSorted()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent'])
      expect(headers['accept-encoding']).toBe('identity')
    }
  })

  it('asks nothing when the model is here already', async () => {
    await start().done
    const asked = hub.requests.length
    await start().done
    expect(hub.requests.length).toBe(asked)
  })

  it('records the hashes where none were known, and takes all files from one commit', async () => {
    const run = start(entryOf(false))
    await run.done
    const files = new Map(store.manifest('tiny-q8').files.map(({ path, sha256 }) => [path, sha256]))
    expect(files.get(weights)).toBe(sha256Of(content))
  })

  it('takes a file whose length the hub does not say', async () => {
    hub.behave(weights, { hasLength: false, hasHash: false, hasEtag: false })
    await start(entryOf(false)).done
    expect(store.isInstalled('tiny-q8')).toBe(true)
  })

  it('lets the preparation add files and change the spec, and keeps the model out when it fails', async () => {
    const refused = download({ store, hubUrl: hub.url, prepare: () => Promise.reject(new Error('it gives no vectors')) })
    await expect(refused.done).rejects.toThrow('it gives no vectors')
    expect(store.isInstalled('tiny-q8')).toBe(false)
    const asked = hub.requests.length
    const prepared = download({
      store,
      hubUrl: hub.url,
      prepare: (at, spec) => {
        writeFileSync(join(at, 'onnx/states.onnx'), 'opened')
        return Promise.resolve({ ...spec, weightsFile: 'onnx/states.onnx', weightsSha256: sha256Of(Buffer.from('opened')) })
      },
    })
    await prepared.done
    expect(hub.requests.length).toBe(asked)
    expect((await store.open('tiny-q8')).spec.weightsFile).toBe('onnx/states.onnx')
    expect(store.manifest('tiny-q8').files.map(({ path }) => path)).toContain('onnx/states.onnx')
  })
})

describe('a download that is interrupted', () => {
  it('goes on by range after a cut connection', async () => {
    hub.behave(weights, { redirect: 'other', cut: { afterBytes: 300_000, times: 2 } })
    await start().done
    const starts = startsOf(weights)
    expect(starts.length).toBe(3)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    // What the connection lost with its end is a little less than what was sent
    expect(starts[1]).toBeGreaterThan(100_000)
    expect(starts[2]).toBeGreaterThan(starts[1]! + 100_000)
    await expectRest(starts[2]!)
  })

  it('goes on by range when the hub falls silent', async () => {
    hub.behave(weights, { silence: { afterBytes: 250_000, times: 1 } })
    await start().done
    expect(startsOf(weights)[1]).toBe(250_000)
    await expectRest(startsOf(weights).at(-1)!)
  })

  it('says so when the hub keeps silent, and keeps what came', async () => {
    hub.behave(weights, { silence: { afterBytes: 0, times: 99 } })
    const error = await failure(start().done)
    expect(error.code).toBe('timeout')
    expect(error.message).toMatch(/stopped sending onnx\/model_quantized\.onnx/)
    expect(error.advice).toMatch(/goes on where it stopped/)
  })

  it('is listed as incomplete when it was stopped, and goes on with the next job', async () => {
    hub.behave(weights, { slow: { pieceBytes: 50_000, waitMs: 20 } })
    await stopAfter(300_000, start())
    const tiny = (await store.list()).find(({ id }) => id === 'tiny')!
    expect(tiny.state).toBe('incomplete')
    expect(tiny.receivedBytes).toBeGreaterThan(300_000)
    expect(tiny.reason!.message).toMatch(/^The download stopped after \d+ %$/)
    const before = hub.sentFor(weights)
    hub.behave(weights, {})
    const again = start()
    await again.done
    expect(again.progress[0]!.completed).toBeGreaterThan(300_000)
    expect(hub.requests.at(-1)!.range).toMatch(/^bytes=[3-9]\d{5}-$/)
    expect(hub.sentFor(weights) - before).toBeLessThan(content.length - 300_000 + 1)
    await store.verify('tiny-q8')
  })

  it('starts over when the file at the hub is another one by then, where no hash was known', async () => {
    const entry = entryOf(false)
    hub.behave(weights, { hasHash: false, slow: { pieceBytes: 50_000, waitMs: 20 } })
    await stopAfter(300_000, start(entry))
    const other = Buffer.from(content)
    other[other.length - 1_000] = other[other.length - 1_000]! ^ 1
    hub.put(weights, other)
    hub.behave(weights, { hasHash: false })
    await start(entry).done
    expect(readFileSync(join(store.modelsFolder, 'tiny-q8', weights)).equals(other)).toBe(true)
  })

  it('starts over when the hub knows no ranges', async () => {
    hub.behave(weights, { hasRanges: false, cut: { afterBytes: 400_000, times: 1 } })
    await start().done
    await store.verify('tiny-q8')
    expect(hub.sentFor(weights)).toBe(content.length + 400_000)
  })

  it('leaves nothing when it is given up', async () => {
    hub.behave(weights, { slow: { pieceBytes: 50_000, waitMs: 20 } })
    await stopAfter(100_000, start())
    expect(store.incoming()).toMatchObject([{ id: 'tiny-q8' }])
    store.discardIncoming('tiny-q8')
    expect(store.incoming()).toEqual([])
    expect(await states()).toEqual(['bge-small-en-v1.5 installed', 'tiny available'])
  })
})

describe('a hub that answers otherwise', () => {
  it('deletes a file with a wrong hash, says so, and fetches it anew the next time', async () => {
    hub.behave(weights, { isCorrupt: true })
    const error = await failure(start().done)
    expect(error.code).toBe('damaged-file')
    expect(error.message).toMatch(/is not that file: its check sum is wrong$/)
    expect(error.advice).toMatch(/^It was deleted/)
    expect(existsSync(join(store.stagingFolder('tiny-q8'), `${weights}.part`))).toBe(false)
    hub.behave(weights, {})
    await start().done
    await store.verify('tiny-q8')
  })

  it('deletes a file that has another hash than the hub itself names', async () => {
    hub.behave(weights, { isCorrupt: true })
    const error = await failure(start(entryOf(false)).done)
    expect(error.code).toBe('damaged-file')
  })

  it('refuses a file of another length before it is fetched', async () => {
    hub.put(weights, Buffer.concat([content, Buffer.from('more')]))
    const error = await failure(start().done)
    expect(error.code).toBe('damaged-file')
    expect(error.message).toMatch(/has another onnx\/model_quantized\.onnx than the one that belongs to this model/)
    expect(store.incoming()[0]!.bytes).toBeLessThan(10_000)
  })

  it.each([
    [404, 'not-found', /does not have onnx\/model_quantized\.onnx of makers\/tiny/, /import them from a folder or zip file/],
    [401, 'not-allowed', /gives makers\/tiny only to people who have signed in/, /accept its terms.*import them from a folder/],
    [403, 'not-allowed', /only to people who have signed in/, /accept its terms/],
  ])('says what %i means', async (status, code, message, advice) => {
    hub.behave(weights, { fail: { status, times: 99 } })
    const error = await failure(start().done)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.advice).toMatch(advice)
    expect(hub.requests.filter(({ path }) => path === weights).length).toBe(1)
  })

  it('waits as long as 429 asks, then goes on', async () => {
    hub.behave(weights, { fail: { status: 429, times: 1, retryAfter: '0' } })
    await start().done
    expect(store.isInstalled('tiny-q8')).toBe(true)
  })

  it('tells a person when 429 asks for a longer wait than a job should take', async () => {
    hub.behave(weights, { fail: { status: 429, times: 99, retryAfter: '3600' } })
    const error = await failure(start().done)
    expect(error.message).toMatch(/asks for a pause: there were too many downloads/)
    expect(error.details).toMatchObject({ retryAfterMs: 3_600_000 })
    expect(hub.requests.filter(({ path }) => path === weights).length).toBe(1)
  })

  it('tries again after 500, and says so when that does not pass', async () => {
    hub.behave(weights, { fail: { status: 500, times: 2 } })
    await start().done
    store.remove('tiny-q8')
    hub.behave(weights, { fail: { status: 503, times: 99 } })
    const error = await failure(start().done)
    expect(error.code).toBe('remote-failed')
    expect(error.message).toMatch(/answered 503 instead of onnx\/model_quantized\.onnx/)
  })

  it('does not follow redirects without end, nor to what is no web address', async () => {
    hub.behave(weights, { redirect: 'loop' })
    expect((await failure(start().done)).message).toMatch(/from one address to the next without end/)
    hub.behave(weights, { redirect: { to: 'file:///etc/passwd' } })
    const error = await failure(start().done)
    expect(error.code).toBe('blocked-address')
    expect(error.message).toMatch(/sends the download of onnx\/model_quantized\.onnx to file:/)
  })

  it('says at once that the hub is out of reach, and what to do without a network', async () => {
    const { url } = hub
    await hub.close()
    hub = await HubServer.start(newFolder())
    const run = download({ store, hubUrl: url })
    const error = await failure(run.done)
    expect(error.code).toBe('offline')
    expect(error.message).toBe(`The model hub cannot be reached: ${new URL(url).host}`)
    expect(error.advice).toMatch(/import them from a folder or zip file/)
    expect(run.sent.length).toBe(1)
  })

  it('refuses an address of a hub that cannot be one', async () => {
    for (const address of ['nowhere', 'ftp://hub', 'https://me:secret@hub', 'https://hub/?x=1']) {
      const error = await failure(download({ store, hubUrl: address }).done)
      expect(error.code).toBe('bad-request')
      expect(JSON.stringify(error)).not.toContain('secret')
    }
  })

  it('does not take a page for a model', async () => {
    hub.put(weights, Buffer.from('<!doctype html><title>Sign in to the network of this hotel</title>'))
    hub.behave(weights, { hasHash: false })
    const error = await failure(start(entryOf(false)).done)
    expect(error.code).toBe('damaged-file')
    expect(error.message).toMatch(/is not a whole ONNX file/)
    fillHub(hub)
    await start(entryOf(false)).done
    await store.verify('tiny-q8')
  })
})

const reason = whyNoMounts()
if (reason !== undefined) console.log(`Skipped: a download to a full disk, since ${reason}`)

describe.skipIf(reason !== undefined)('a disk without room', () => {
  it('says before the first byte how much is needed and how much there is', async () => {
    const disk = smallDisk(4)
    try {
      const error = await failure(download({ store: openStore(disk.folder), hubUrl: hub.url }).done)
      expect(error.code).toBe('disk-full')
      expect(error.message).toMatch(/^There is no room for tiny: it needs 17\.8 MB and [34]\.\d MB are free$/)
      expect(hub.requests).toEqual([])
    } finally {
      disk.remove()
    }
  })

  it('keeps what came when the disk fills up meanwhile, and goes on when there is room', async () => {
    const disk = smallDisk(24)
    try {
      const small = openStore(disk.folder)
      hub.behave(weights, { slow: { pieceBytes: 50_000, waitMs: 5 } })
      const run = download({ store: small, hubUrl: hub.url })
      while ((run.progress.at(-1)?.completed ?? 0) < 200_000) await new Promise((resolve) => setTimeout(resolve, 2))
      const filler = join(disk.folder, 'filler')
      const { bavail, bsize } = statfsSync(disk.folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 100_000))
      const error = await failure(run.done)
      expect(error.code).toBe('disk-full')
      expect(error.advice).toMatch(/what is here already is kept/)
      rmSync(filler)
      hub.behave(weights, {})
      await download({ store: small, hubUrl: hub.url }).done
      await small.verify('tiny-q8')
      expect(hub.requests.at(-1)!.range).toMatch(/^bytes=\d+-$/)
    } finally {
      disk.remove()
    }
  })
})
