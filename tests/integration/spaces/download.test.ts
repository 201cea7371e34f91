import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CatalogueEntry } from '../../../engine/models/catalogue-entry.ts'
import { until, useEngines, type TestEngine } from '../../harness/engine.ts'
import { HubServer, sha256Of } from '../../harness/hub-server.ts'
import { hasModels, inState, miniLm } from './use-spaces.ts'

/** The catalogue offers one model, which a hub on this computer has. */
const offered = vi.hoisted(() => ({ catalogue: [] as unknown[] }))
vi.mock('../../../engine/models/catalogue.ts', () => offered)

const { open } = useEngines()
const weights = 'model.onnx'
const modelId = 'minilm-q8'
let hub: HubServer

function entry(): CatalogueEntry {
  const fileOf = (path: string) => {
    const content = readFileSync(join(miniLm, path))
    return { path, bytes: content.length, sha256: sha256Of(content), verified: true }
  }
  return {
    id: 'minilm',
    name: 'MiniLM',
    repository: 'makers/minilm',
    revision: 'main',
    files: [fileOf('config.json'), fileOf('tokenizer.json')],
    variants: [{ id: 'q8', label: '8 bit', dtype: 'q8', weightsFile: weights, files: [fileOf(weights)] }],
    dimension: 384,
    languages: ['en'],
    maxTokens: 256,
    licence: { name: 'Apache-2.0', url: null, isOpen: true, note: null },
    pooling: 'mean',
    isNormalised: true,
    isCausal: false,
    queryPrefix: '',
    passagePrefix: '',
    quality: null,
    verified: true,
    unverified: [],
  }
}

describe.runIf(hasModels)('a model of the catalogue, through the engine', () => {
  beforeEach(async () => {
    offered.catalogue = [entry()]
    hub = await HubServer.start(miniLm)
  })
  afterEach(() => hub.close())

  async function openWithHub(folder?: string): Promise<TestEngine> {
    const engine = await open(folder === undefined ? {} : { folder })
    await engine.ask('settings.set', { hub: hub.url })
    return engine
  }

  async function start(engine: TestEngine): Promise<number> {
    return (await engine.ask('models.download', { catalogueId: 'minilm', variant: 'q8' })).jobId
  }

  async function stateOf(engine: TestEngine): Promise<{ id: string; state: string; receivedBytes: number }[]> {
    const { models } = await engine.ask('models.list', {})
    return models
      .filter(({ origin }) => origin === 'catalogue')
      .map(({ id, state, receivedBytes }) => ({ id, state, receivedBytes }))
  }

  it('is listed without asking anybody, downloaded with progress when that is asked for, told, and used', async () => {
    const engine = await openWithHub()
    expect(await stateOf(engine)).toEqual([{ id: 'minilm', state: 'available', receivedBytes: 0 }])
    await engine.importTexts({ Ferry: 'The ferry crosses the bay twice a day' })
    await engine.settled()
    await engine.ask('spaces.list', {})
    expect(hub.requests).toHaveLength(0)
    expect((await engine.ask('library.status', {})).sent).toEqual([])
    const jobId = await start(engine)
    expect(await engine.job(jobId)).toMatchObject({ state: 'done', unit: 'bytes' })
    const steps = engine.progressOf(jobId).map(({ completed, total }) => ({ completed, total }))
    expect(steps.length).toBeGreaterThan(2)
    expect(steps.map(({ completed }) => completed)).toEqual(steps.map(({ completed }) => completed).toSorted((a, b) => a - b))
    expect(steps.at(-1)!.completed).toBe(steps.at(-1)!.total)
    expect(await stateOf(engine)).toMatchObject([{ id: modelId, state: 'installed' }])
    expect(engine.told('models.changed').length).toBeGreaterThan(0)
    const { sent } = await engine.ask('library.status', {})
    expect(sent).toMatchObject([{ what: 'A model was asked for', to: new URL(hub.url).host }])
    const space = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await inState(engine, space.id)
    const { hits } = await engine.ask('search.query', { text: 'boats', mode: 'vector', spaceId: space.id })
    expect(hits[0]!.title).toBe('Ferry')
  })

  it('asked for twice is downloaded once', async () => {
    hub.behave(weights, { slow: { pieceBytes: 256 * 1024, waitMs: 20 } })
    const engine = await openWithHub()
    const first = await start(engine)
    expect(await start(engine)).toBe(first)
    await engine.job(first)
    expect(hub.requests.filter(({ path }) => path === weights)).toHaveLength(1)
  })

  it('that is cancelled leaves nothing behind', async () => {
    hub.behave(weights, { slow: { pieceBytes: 256 * 1024, waitMs: 20 } })
    const engine = await openWithHub()
    const jobId = await start(engine)
    await until('some of it is there', () => (hub.sentFor(weights) > 2_000_000 ? true : undefined))
    await engine.ask('jobs.cancel', { id: jobId })
    expect((await engine.job(jobId)).state).toBe('cancelled')
    await until('it is gone', async () => ((await stateOf(engine))[0]!.state === 'available' ? true : undefined))
    expect(hub.sentFor(weights)).toBeLessThan(20_000_000)
  })

  it('that was interrupted by the end of Akin goes on where it was', async () => {
    hub.behave(weights, { slow: { pieceBytes: 256 * 1024, waitMs: 20 } })
    const before = await openWithHub()
    const jobId = await start(before)
    await until('some of it is there', () => (hub.sentFor(weights) > 4_000_000 ? true : undefined))
    await before.close()
    const sentBefore = hub.sentFor(weights)
    hub.behave(weights, {})
    const after = await open({ folder: before.folder })
    expect((await after.job(jobId)).state).toBe('done')
    const ranges = hub.requests.filter(({ path }) => path === weights).map(({ range }) => range)
    expect(ranges).toHaveLength(2)
    const resumedAt = Number(/^bytes=(\d+)-$/.exec(ranges[1]!)![1])
    expect(resumedAt).toBeGreaterThan(1_000_000)
    expect(resumedAt).toBeLessThanOrEqual(sentBefore)
    expect(await stateOf(after)).toMatchObject([{ id: modelId, state: 'installed' }])
  })

  it('with other bytes than were pinned is not installed, in words', async () => {
    hub.behave(weights, { isCorrupt: true, hasHash: false })
    const engine = await openWithHub()
    const job = await engine.job(await start(engine))
    expect(job.state).not.toBe('done')
    expect(job.error!.message).toMatch(/model\.onnx/)
    expect(job.error!.advice).not.toBeNull()
    expect((await stateOf(engine)).some(({ state }) => state === 'installed')).toBe(false)
    expect((await engine.refusal('spaces.add', { recipe: { type: 'local', modelId } })).code).toBe('model-missing')
  })

  it('from a hub out of reach is told at once, with the way out, and goes on when it is there', async () => {
    const engine = await open()
    await engine.ask('settings.set', { hub: 'http://127.0.0.1:9' })
    const startedAt = performance.now()
    const jobId = await start(engine)
    const job = await engine.job(jobId)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(job).toMatchObject({ state: 'paused', error: { code: 'offline' } })
    expect(job.error!.message).toContain('cannot be reached')
    expect(job.error!.advice).toMatch(/import them from a folder or zip file/)
    await engine.ask('settings.set', { hub: hub.url })
    expect(await start(engine)).toBe(jobId)
    expect((await engine.job(jobId, 'done', 'failed')).state).toBe('done')
  })
})
