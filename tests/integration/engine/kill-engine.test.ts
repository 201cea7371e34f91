import { afterAll, describe, expect, it } from 'vitest'
import { pause, useEngines } from '../../harness/engine.ts'
import { indexProblems, problemsOf, withCopy } from '../../harness/engine-check.ts'
import { FileFolder, type MadeFile } from '../../harness/engine-files.ts'
import { EngineProcess, isGone } from '../../harness/engine-process.ts'
import { seededRandom } from '../../harness/random.ts'

const kills = 30
const seed = 20_261_124
const { folder } = useEngines()

/** What an engine answered before it was killed, and must answer ever after. */
interface Acknowledged {
  /** Text by document id, as read through the contract. */
  readonly texts: Map<number, { title: string; text: string; mark: string }>
  readonly starred: Set<number>
  jobs: number[]
}

const figures = {
  kills: 0,
  whileOpening: 0,
  whileImporting: 0,
  whileEmbedding: 0,
  idle: 0,
  acknowledged: 0,
  imports: 0,
  falseAlarms: 0,
}
afterAll(() => console.log(`kill -9 of the engine: ${JSON.stringify(figures)}`))

describe('an engine that is killed while it imports', () => {
  it('has everything that was acknowledged, nothing half, and goes on by itself until the import is done', async () => {
    const random = seededRandom(seed)
    const library = folder('library')
    const files = new FileFolder(folder('files'), seed)
    files.add(150)
    const acknowledged: Acknowledged = { texts: new Map(), starred: new Set(), jobs: [] }
    for (let kill = 0; kill < kills; kill++) {
      const engine = new EngineProcess(library)
      if (kill % 6 === 5) {
        // While it starts: before, in or shortly after the opening of the library
        await pause(random.int(50, 500))
        figures.whileOpening++
      } else {
        await engine.opened
        figures.falseAlarms += (await engine.ask('library.status', {})).indexes.notes.length
        await stillThere(engine, acknowledged)
        if (acknowledged.jobs.length === 0) await startImport(engine, files, acknowledged)
        else if (await isDone(engine, acknowledged)) {
          await finish(engine, files, acknowledged)
          files.change(20, 4)
          files.add(40)
          await startImport(engine, files, acknowledged)
        }
        if (kill % 2 === 0) await somethingRead(engine)
        await liveFor(engine, random.int(20, 1_800), acknowledged)
        await noteMoment(engine)
      }
      await engine.kill()
      figures.kills++
      expect(await withCopy(library, problemsOf)).toEqual([])
    }
    const engine = new EngineProcess(library)
    await engine.opened
    await stillThere(engine, acknowledged)
    await finish(engine, files, acknowledged)
    await everythingIsFound(engine, files.readable)
    figures.falseAlarms += (await engine.ask('library.status', {})).indexes.notes.length
    await engine.close()
    expect(problemsOf(library)).toEqual([])
    expect(await indexProblems(library)).toEqual([])
    expect(figures.acknowledged).toBeGreaterThan(100)
    // A kill is no damage: nothing of the sort may be said to the person
    expect(figures.falseAlarms).toBe(0)
    expect(figures.whileImporting + figures.whileEmbedding).toBeGreaterThan(kills / 3)
  }, 240_000)
})

async function startImport(engine: EngineProcess, files: FileFolder, acknowledged: Acknowledged): Promise<void> {
  const { jobId } = await engine.ask('documents.import', { sources: [{ type: 'path', path: files.folder }] })
  acknowledged.jobs.push(jobId)
  figures.imports++
  // From here on the texts of changed files may change as well
  acknowledged.texts.clear()
}

async function isDone(engine: EngineProcess, { jobs }: Acknowledged): Promise<boolean> {
  const { job } = await engine.ask('jobs.get', { id: jobs.at(-1)! })
  return job.state === 'done'
}

/** The import ends in `done` and accounts for each file of the folder. */
async function finish(engine: EngineProcess, files: FileFolder, { jobs }: Acknowledged): Promise<void> {
  const job = await engine.job(jobs.at(-1)!, 'done', 'failed', 'cancelled', 'paused')
  expect(job).toMatchObject({ state: 'done', completed: files.files.size, total: files.files.size })
  const { added, updated, unchanged, skipped, failed } = job.counts
  const empty = [...files.files.values()].filter(({ kind }) => kind === 'empty').length
  const broken = [...files.files.values()].filter(({ kind }) => kind === 'broken').length
  expect({ sum: added + updated + unchanged + skipped + failed, skipped, failed }).toEqual({
    sum: files.files.size,
    skipped: empty,
    failed: broken,
  })
  // Of the first import every file was new, however often it was broken off
  expect(jobs.length > 1 || added === files.readable.length).toBe(true)
  const { items } = await engine.ask('jobs.get', { id: job.id })
  expect(items.map(({ reason }) => reason.code).toSorted()).toEqual([
    ...Array.from({ length: broken }, () => 'damaged-file'),
    ...Array.from({ length: empty }, () => 'file-empty'),
  ])
  await engine.settled()
}

/**
 * Waits until the import has read more than at the start of this life, or has ended: on a busy machine every life
 * might be over before.
 */
async function somethingRead(engine: EngineProcess): Promise<void> {
  const progress = async (): Promise<number> =>
    (await engine.ask('jobs.list', {})).jobs.find(({ kind }) => kind === 'import')?.completed ?? 0
  const before = await progress()
  for (const startedAt = performance.now(); performance.now() - startedAt < 15_000; await pause(10)) {
    const { jobs } = await engine.ask('jobs.list', {})
    if (!jobs.some(({ kind, state }) => kind === 'import' && state === 'running') || (await progress()) > before) return
  }
}

/** Works with the engine until it is killed, and notes what it answers. */
async function liveFor(engine: EngineProcess, ms: number, acknowledged: Acknowledged): Promise<void> {
  const until_ = performance.now() + ms
  try {
    while (performance.now() < until_) {
      const { rows } = await engine.ask('documents.list', { limit: 500, sort: { by: 'title', descending: false } })
      for (const { id, wordCount } of rows) {
        if (wordCount === 0 || acknowledged.texts.has(id) || performance.now() > until_) continue
        const { title, text } = await engine.ask('documents.get', { id })
        figures.acknowledged++
        acknowledged.texts.set(id, { title, text, mark: /qz\d+v\d+/.exec(text)![0] })
        if (id % 7 === 0) {
          await engine.ask('documents.update', { ids: [id], isStarred: true })
          acknowledged.starred.add(id)
        }
      }
      await pause(5)
    }
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

async function noteMoment(engine: EngineProcess): Promise<void> {
  const { jobs } = await engine.ask('jobs.list', {})
  const running = jobs.filter(({ state }) => state === 'running').map(({ kind }) => kind)
  if (running.includes('import')) figures.whileImporting++
  else if (running.includes('embed')) figures.whileEmbedding++
  else figures.idle++
}

/** Byte by byte what was answered before. A file that was changed since may have been read anew: then it is that, whole. */
async function stillThere(engine: EngineProcess, { texts, starred, jobs }: Acknowledged): Promise<void> {
  for (const [id, before] of texts) {
    const now = await engine.ask('documents.get', { id })
    if (now.text === before.text) continue
    const version = (mark: string): number => Number(/v(\d+)/.exec(mark)![1])
    expect(version(/qz\d+v\d+/.exec(now.text)![0])).toBeGreaterThan(version(before.mark))
    expect(jobs.length).toBeGreaterThan(1)
  }
  for (const id of starred) expect((await engine.ask('documents.get', { id })).isStarred).toBe(true)
}

/** Each file's own word finds its document and nothing else, and its vector is searched. */
async function everythingIsFound(engine: EngineProcess, readable: readonly MadeFile[]): Promise<void> {
  const documents = await engine.documents()
  for (const { mark, title } of readable) {
    const id = documents.get(title)!.id
    const byWord = await engine.ask('search.query', { text: mark!, mode: 'keyword' })
    expect(byWord.hits.map(({ documentId }) => documentId)).toEqual([id])
    const byMeaning = await engine.ask('search.query', { text: '', moreLike: [id], mode: 'vector', filter: { ids: [id] } })
    expect(byMeaning.hits.map(({ documentId, why }) => [documentId, why.meaning.rank])).toEqual([[id, 1]])
  }
}
