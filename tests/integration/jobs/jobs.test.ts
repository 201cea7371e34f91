import { afterAll, describe, expect, it } from 'vitest'
import type { Job } from '../../../shared/model/job.ts'
import { ascending, until, useEngines, type TestEngine } from '../../harness/engine.ts'
import { FileFolder } from '../../harness/engine-files.ts'

const { open, folder } = useEngines()
const figures: Record<string, unknown> = {}
afterAll(() => console.log(`progress of jobs: ${JSON.stringify(figures)}`))

const ended = new Set(['done', 'failed', 'cancelled'])

function filesOf(count: number, seed: number): FileFolder {
  const files = new FileFolder(folder('files'), seed)
  files.add(count)
  return files
}

async function startImport(engine: TestEngine, files: FileFolder): Promise<number> {
  return (await engine.ask('documents.import', { sources: [{ type: 'path', path: files.folder }] })).jobId
}

/** Waits until a job has done so much. */
function done(engine: TestEngine, id: number, most: number): Promise<Job> {
  return until(
    `job ${id} has done ${most}`,
    async () => {
      const { job } = await engine.ask('jobs.get', { id })
      if (ended.has(job.state)) throw new Error(`job ${id} is ${job.state} too early`)
      return job.completed >= most ? job : undefined
    },
    2,
  )
}

async function embedJob(engine: TestEngine): Promise<Job> {
  return until('there is a job that embeds', async () =>
    (await engine.ask('jobs.list', {})).jobs.find(({ kind }) => kind === 'embed'),
  )
}

/** What must hold of everything that was told of a job. */
function expectOrder(told: readonly Job[]): void {
  const completed = told.map((job) => job.completed)
  expect(completed).toEqual(ascending(completed))
  expect(told.every(({ total, completed: n }) => total === null || n <= total)).toBe(true)
  expect(told.filter(({ state }) => ended.has(state))).toHaveLength(1)
  expect(ended.has(told.at(-1)!.state)).toBe(true)
}

describe('the progress of an import', () => {
  it('goes up to a total that is known early, is told a few times a second, and ends once', async () => {
    const engine = await open()
    const files = filesOf(150, 31)
    const startedAt = performance.now()
    const id = await startImport(engine, files)
    await engine.job(id, 'done')
    const seconds = (performance.now() - startedAt) / 1_000
    await engine.settled()
    const told = engine.progressOf(id)
    expectOrder(told)
    expect(told.at(-1)).toMatchObject({ state: 'done', completed: 150, total: 150, unit: 'files' })
    // The walk runs ahead of the reading
    expect(told.findIndex(({ total }) => total === 150)).toBeLessThan(told.length / 2)
    expect(told.length).toBeLessThanOrEqual(10 * seconds + 5)
    const sums = told.map(({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0))
    expect(sums).toEqual(told.map(({ completed }) => completed))
    const embedding = engine.progressOf((await embedJob(engine)).id)
    expectOrder(embedding)
    expect(embedding.at(-1)).toMatchObject({ state: 'done', completed: files.readable.length, total: files.readable.length })
    const estimated = [...told, ...embedding].filter(({ remainingSeconds }) => remainingSeconds !== null)
    figures.import = { files: 150, seconds: Math.round(seconds * 10) / 10, events: told.length, estimates: estimated.length }
    expect(estimated.every(({ remainingSeconds }) => remainingSeconds! >= 0)).toBe(true)
    expect(engine.told('library.status').length).toBeLessThanOrEqual(2 * ((performance.now() - startedAt) / 1_000) + 3)
  })
})

describe('an import', () => {
  it('stops when it is paused, goes on when it is resumed, and has every file once', async () => {
    const engine = await open({ embeds: false })
    const files = filesOf(120, 32)
    const id = await startImport(engine, files)
    await done(engine, id, 20)
    await engine.ask('jobs.pause', { id })
    const paused = (await engine.ask('jobs.get', { id })).job
    expect(paused).toMatchObject({ state: 'paused', error: null, ratePerSecond: null, remainingSeconds: null })
    const stored = (await engine.ask('library.status', {})).documents
    expect(stored).toBeGreaterThanOrEqual(paused.completed - paused.counts.skipped - paused.counts.failed)
    expect(stored).toBeLessThan(120)
    await engine.ask('jobs.resume', { id })
    expect(await engine.job(id, 'done')).toMatchObject({
      completed: 120,
      total: 120,
      counts: { added: files.readable.length, updated: 0, unchanged: 0 },
    })
    expectOrder(engine.progressOf(id))
  })

  it('that is cancelled keeps what it read, and tells so', async () => {
    const engine = await open({ embeds: false })
    const files = filesOf(120, 33)
    const id = await startImport(engine, files)
    await done(engine, id, 20)
    await engine.ask('jobs.cancel', { id })
    const cancelled = (await engine.ask('jobs.get', { id })).job
    expect(cancelled.state).toBe('cancelled')
    expect(cancelled.finishedAt).not.toBeNull()
    const { documents } = await engine.ask('library.status', {})
    expect(documents).toBeGreaterThan(10)
    expect(documents).toBeLessThan(120)
    expectOrder(engine.progressOf(id))
    for (const name of ['jobs.pause', 'jobs.resume', 'jobs.cancel'] as const)
      expect((await engine.refusal(name, { id })).code).toBe('conflict')
    const { counts } = await engine.importPaths(files.folder)
    expect(counts.added + counts.unchanged).toBe(files.readable.length)
    expect(counts.added).toBeLessThan(files.readable.length)
    expect((await engine.ask('library.status', {})).documents).toBe(120)
  })

  it('waits for the one before it, and can be cancelled or paused while it waits', async () => {
    const engine = await open({ embeds: false })
    const [first, second, third] = [filesOf(80, 34), filesOf(5, 35), filesOf(5, 36)]
    const ids = [await startImport(engine, first), await startImport(engine, second), await startImport(engine, third)] as const
    const states = async (): Promise<string[]> => {
      const { jobs } = await engine.ask('jobs.list', {})
      return ids.map((id) => jobs.find((job) => job.id === id)!.state)
    }
    expect(await states()).toEqual(['running', 'queued', 'queued'])
    await engine.ask('jobs.cancel', { id: ids[1] })
    await engine.ask('jobs.pause', { id: ids[2] })
    expect((await engine.job(ids[0], 'done')).counts.added).toBe(first.readable.length)
    expect(await states()).toEqual(['done', 'cancelled', 'paused'])
    await engine.ask('jobs.resume', { id: ids[2] })
    await engine.job(ids[2], 'done')
    // What cannot be read is listed too
    expect((await engine.ask('library.status', {})).documents).toBe(85)
  })
})

describe('reading for meaning', () => {
  it('stops when it is paused, though more is imported, and goes on when it is resumed', async () => {
    const engine = await open()
    const files = filesOf(100, 37)
    await startImport(engine, files)
    const { id } = await embedJob(engine)
    await done(engine, id, 5)
    await engine.ask('jobs.pause', { id })
    const { embeddedChunks } = await engine.ask('library.status', {})
    await engine.importTexts({ Later: 'One more that comes later' })
    expect((await engine.ask('library.status', {})).embeddedChunks).toBe(embeddedChunks)
    expect((await engine.ask('jobs.list', {})).jobs.filter(({ kind }) => kind === 'embed')).toHaveLength(1)
    await engine.ask('jobs.resume', { id })
    await engine.settled()
    expect((await engine.ask('jobs.get', { id })).job.state).toBe('done')
    expect((await engine.ask('library.status', {})).pending).toBe(0)
    expectOrder(engine.progressOf(id))
  })

  it('that is cancelled is left alone until there is more to read', async () => {
    const engine = await open()
    const files = filesOf(100, 38)
    const imported = await engine.job(await startImport(engine, files), 'done')
    expect(imported.state).toBe('done')
    const { id } = await embedJob(engine)
    await engine.ask('jobs.cancel', { id })
    const { pending } = await engine.ask('library.status', {})
    expect(pending).toBeGreaterThan(0)
    const [first] = [...(await engine.documents()).values()]
    await engine.ask('documents.update', { ids: [first!.id], isStarred: true })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect((await engine.ask('jobs.list', {})).jobs.filter(({ kind }) => kind === 'embed').map(({ state }) => state)).toEqual([
      'cancelled',
    ])
    await engine.importTexts({ Later: 'One more that comes later' })
    await engine.settled()
    expect((await engine.ask('library.status', {})).pending).toBe(0)
  })
})

describe('a rebuild', () => {
  it.each(['keywords', 'vectors', 'all'] as const)('of %s can be paused, resumed and cancelled; search goes on', async (part) => {
    const engine = await open()
    await engine.importTexts(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`Note ${i}`, `The harbour, remark ${i}`])))
    await engine.settled()
    const { jobId: id } = await engine.ask('index.rebuild', { part })
    await engine.ask('jobs.pause', { id })
    const { job } = await engine.ask('jobs.get', { id })
    expect(['paused', 'done']).toContain(job.state)
    const found = async (): Promise<number> => (await engine.ask('search.query', { text: 'harbour', mode: 'keyword' })).total
    expect(await found()).toBe(150)
    await (job.state === 'paused' ? engine.ask('jobs.resume', { id }) : Promise.resolve())
    const finished = await engine.job(id, 'done')
    expect(finished.completed).toBe(finished.total)
    expect(finished.completed).toBe(part === 'all' ? 300 : 150)
    expectOrder(engine.progressOf(id))
    const { jobId: second } = await engine.ask('index.rebuild', { part })
    await engine.ask('jobs.cancel', { id: second }).catch(() => undefined)
    expect(['cancelled', 'done']).toContain((await engine.ask('jobs.get', { id: second })).job.state)
    expect(await found()).toBe(150)
    expect((await engine.ask('library.status', {})).indexes).toMatchObject({ vectors: 'ready', keywords: 'ready', notes: [] })
  })
})

describe('a restart', () => {
  it('goes on with what ran or waited, and leaves what was paused', async () => {
    const library = folder('library')
    const first = await open({ folder: library, embeds: false })
    const [running, waiting, paused] = [filesOf(80, 39), filesOf(6, 40), filesOf(6, 41)]
    const ids = [await startImport(first, running), await startImport(first, waiting), await startImport(first, paused)] as const
    await first.ask('jobs.pause', { id: ids[2] })
    await done(first, ids[0], 10)
    await first.close()
    const engine = await open({ folder: library, embeds: false })
    expect((await engine.job(ids[0], 'done')).counts.added).toBe(running.readable.length)
    expect((await engine.job(ids[1], 'done')).completed).toBe(6)
    expect((await engine.ask('jobs.get', { id: ids[2] })).job.state).toBe('paused')
    await engine.ask('jobs.resume', { id: ids[2] })
    expect((await engine.job(ids[2], 'done')).completed).toBe(6)
  })
})

describe('the list of jobs', () => {
  it('is cleared of those that ended, and says which', async () => {
    const engine = await open({ embeds: false })
    const files = filesOf(3, 42)
    const doneId = (await engine.importPaths(files.folder)).id
    const id = await startImport(engine, filesOf(60, 43))
    await engine.ask('jobs.pause', { id })
    await engine.ask('jobs.clear', {})
    expect((await engine.ask('jobs.list', {})).jobs.map((job) => job.id)).toEqual([id])
    expect(engine.told('jobs.removed')).toEqual([{ ids: [doneId] }])
    expect((await engine.refusal('jobs.get', { id: doneId })).code).toBe('not-found')
    expect((await engine.refusal('jobs.retry', { id: doneId })).code).toBe('not-found')
  })
})
