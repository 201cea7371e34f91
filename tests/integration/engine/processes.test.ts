import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ToInference } from '../../../engine/embedding/onnx/protocol.ts'
import { modelsFolder, ownModels, until, useEngines } from '../../harness/engine.ts'
import { indexProblems, problemsOf } from '../../harness/engine-check.ts'
import { FileFolder } from '../../harness/engine-files.ts'
import { watchedSpawn, type WatchedService } from '../../harness/engine-spawn.ts'
import { flipByte } from '../../harness/flip-byte.ts'
import { seededRandom } from '../../harness/random.ts'

const { open, folder } = useEngines()
const figures: Record<string, unknown> = {}
afterAll(() => console.log(`processes that died during an import: ${JSON.stringify(figures)}`))

const idOf = (message: unknown): number => (message as { id: number }).id
const typeOf = (message: unknown): string => (message as { type: string }).type

/** Kills the inference process while it is at a text with the word. */
function poisonedSpawn(poison: string) {
  // Each process counts its requests for itself
  const poisoned = new WeakMap<WatchedService, number>()
  let kills = 0
  const spawned = watchedSpawn({
    onPosted: (message, service) => {
      const request = message as ToInference
      if (service.name === 'inference' && request.type === 'embed' && request.text.includes(poison))
        poisoned.set(service, request.id)
    },
    onMessage: (message, service) => {
      if (service.name !== 'inference' || poisoned.get(service) !== idOf(message)) return
      // A fast process may have the vector before the signal reaches it: it dies with it
      if (typeOf(message) !== 'working') return 'lost'
      kills++
      service.killFromOutside()
    },
  })
  return { ...spawned, kills: () => kills }
}

describe('an import whose processes are killed', () => {
  it('is completed, every file whole, when inference and parser processes die again and again', async () => {
    const random = seededRandom(5)
    const killed = { inference: 0, parser: 0 }
    const answers = new Map<WatchedService, number>()
    // Each of them is killed after some answers: a file or a passage that it was at is then not the same twice
    const { spawn } = watchedSpawn({
      onMessage: (message, service) => {
        if (service.name === 'engine' || killed[service.name] >= 3 || !['vector', 'parsed'].includes(typeOf(message))) return
        answers.set(service, (answers.get(service) ?? 0) + 1)
        if (answers.get(service)! < random.int(5, 30)) return
        killed[service.name]++
        setTimeout(() => service.killFromOutside(), random.int(0, 5))
      },
    })
    const engine = await open({ spawn })
    const files = new FileFolder(folder('files'), 5)
    files.add(120)
    const job = await engine.importPaths(files.folder)
    await engine.settled()
    figures.killedAtRandom = { ...killed, notices: engine.notices().length }
    expect(job).toMatchObject({ state: 'done', completed: 120, counts: { added: files.readable.length } })
    expect(killed).toEqual({ inference: 3, parser: 3 })
    expect(engine.notices()).toEqual(
      expect.arrayContaining([
        'The model stopped and is started again. Nothing is lost',
        'A reader of files stopped and was started again. The file that it was at is tried once more',
      ]),
    )
    const status = await engine.ask('library.status', {})
    expect(status).toMatchObject({ indexed: files.readable.length, pending: 0, inference: 'ready', inferenceReason: null })
    await engine.close()
    expect(problemsOf(engine.folder)).toEqual([])
    expect(await indexProblems(engine.folder)).toEqual([])
  })

  it('marks a passage that stops the model as failed after the second try, says so, and embeds all others', async () => {
    const { spawn, kills } = poisonedSpawn('qzpoison')
    const engine = await open({ spawn })
    const texts = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`Text ${i}`, `A harmless text with the number ${i}`]))
    await engine.importTexts({ ...texts, 'The poison': 'A text with qzpoison in it', 'Last': 'And one more' })
    await until('all others are embedded', async () => {
      const { pending } = await engine.ask('library.status', {})
      return pending === 0 ? true : undefined
    })
    await engine.settled()
    figures.poison = { kills: kills() }
    expect(kills()).toBe(2)
    const poison = await engine.document('The poison')
    expect(poison.status).toBe('failed')
    expect(poison.reason!.message).toContain('The model stopped at this passage twice')
    expect(poison.reason!.advice).toContain('found by their words')
    const status = await until('the model runs again', async () => {
      const now = await engine.ask('library.status', {})
      return now.inference === 'ready' ? now : undefined
    })
    expect(status).toMatchObject({ documents: 14, indexed: 13, failed: 1 })
    const { jobs } = await engine.ask('jobs.list', {})
    const embed = jobs.find(({ kind }) => kind === 'embed')!
    expect(embed.counts.failed).toBe(1)
    const { items } = await engine.ask('jobs.get', { id: embed.id })
    expect(items).toMatchObject([
      { outcome: 'failed', canRetry: true, documentId: poison.id, reason: { code: 'inference-crashed' } },
    ])
    // It is found by its words, and its failure is no reason to start over
    expect((await engine.ask('search.query', { text: 'qzpoison', mode: 'keyword' })).hits[0]!.documentId).toBe(poison.id)
    const jobsBefore = jobs.length
    await engine.ask('documents.update', { ids: [poison.id], isStarred: true })
    await engine.settled()
    expect((await engine.ask('jobs.list', {})).jobs).toHaveLength(jobsBefore)
    expect(kills()).toBe(2)
    // A retry tries it again, and fails again
    const { jobId } = await engine.ask('jobs.retry', { id: embed.id })
    expect((await engine.job(jobId)).state).toBe('done')
    await until('it failed again', async () => ((await engine.document('The poison')).status === 'failed' ? true : undefined))
    await engine.settled()
    expect(kills()).toBe(4)
  })

  it('blames no passage when it is a query that stops the model', async () => {
    const { spawn, kills } = poisonedSpawn('qzpoison')
    const engine = await open({ spawn })
    const texts = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`Text ${i}`, `A harmless text with the number ${i}`]))
    await engine.importTexts(texts)
    await until('something is found by meaning', async () => {
      const { meaning } = await engine.ask('search.query', { text: 'harmless' })
      return meaning === 'searched' ? true : undefined
    })
    const reply = await engine.ask('search.query', { text: 'harmless qzpoison' })
    expect(reply).toMatchObject({ meaning: 'failed', meaningReason: 'The model stopped while it was reading' })
    expect(reply.hits.length).toBeGreaterThan(0)
    await engine.settled()
    expect(kills()).toBe(2)
    expect(await engine.ask('library.status', {})).toMatchObject({ indexed: 80, failed: 0 })
  })

  it('blames no passage for a model that stops as soon as it is loaded, and heals by itself', async () => {
    let isBroken = true
    const { spawn, started } = watchedSpawn({
      onPosted: (message, service) => {
        if (isBroken && service.name === 'inference' && typeOf(message) === 'load') service.killFromOutside()
      },
    })
    const engine = await open({ spawn, retryModelEveryMs: 300 })
    await engine.importTexts({ One: 'A text', Two: 'Another' })
    await until('the model is given up for now', async () => {
      const { inference } = await engine.ask('library.status', {})
      return inference === 'failed' ? true : undefined
    })
    expect(await engine.ask('library.status', {})).toMatchObject({
      pending: 2,
      failed: 0,
      inferenceReason: { code: 'model-failed', message: 'The model bge-small-en-v1.5 stops as soon as it is loaded' },
    })
    expect(started.filter(({ name }) => name === 'inference').length).toBeLessThan(8)
    isBroken = false
    await engine.settled()
    expect(await engine.ask('library.status', {})).toMatchObject({ indexed: 2, failed: 0, inferenceReason: null })
  })

  it('leaves no process behind when the engine closes', async () => {
    const { spawn, started } = watchedSpawn()
    const engine = await open({ spawn })
    const files = new FileFolder(folder('files'), 6)
    files.add(40)
    await engine.ask('documents.import', { sources: [{ type: 'path', path: files.folder }] })
    await until('both kinds run', () => (new Set(started.map(({ name }) => name)).size === 2 ? true : undefined))
    await engine.close()
    await until('they are gone', () => (started.every(isGone) ? true : undefined))
    expect(started.length).toBeGreaterThan(1)
  })
})

function isGone({ pid }: WatchedService): boolean {
  try {
    process.kill(pid!, 0)
    return false
  } catch {
    return true
  }
}

describe('a model whose file is missing or damaged', () => {
  it.each(['missing', 'damaged'] as const)(
    'leaves search by words, says why (%s), and heals when the file is back',
    async (what) => {
      const models = ownModels(folder('models'))
      const whole = `${models.weights}.whole`
      cpSync(models.weights, whole)
      if (what === 'missing') rmSync(models.weights)
      else flipByte(models.weights, 20_000_000)
      const { spawn, started } = watchedSpawn()
      const engine = await open({ modelsFolder: models.modelsFolder, spawn, retryModelEveryMs: 500 })
      // Many commits: none of them may start another job, or another process
      for (let i = 0; i < 5; i++)
        await engine.importTexts({ [`Ferry ${i}`]: `The ferry number ${i}`, [`Rain ${i}`]: `It rained ${i} days` })
      const status = await until('the model was tried', async () => {
        const now = await engine.ask('library.status', {})
        return now.inference === 'failed' ? now : undefined
      })
      expect(status).toMatchObject({ documents: 10, pending: 10, failed: 0, inferenceReason: { code: `model-${what}` } })
      expect(status.inferenceReason!.advice).toContain('Install Akin again')
      const reply = await until('words are searched', async () => {
        const found = await engine.ask('search.query', { text: 'ferry' })
        return found.total === 5 ? found : undefined
      })
      // Nothing was ever embedded, so that there is nothing that the model could be missed for
      expect(reply.meaning).toBe('empty')
      const { jobs } = await engine.ask('jobs.list', {})
      expect(jobs.filter(({ kind }) => kind === 'embed')).toMatchObject([{ state: 'paused', error: { code: `model-${what}` } }])
      expect(engine.notices().filter((message) => message.includes('model file'))).toHaveLength(1)
      cpSync(whole, models.weights)
      await engine.settled()
      expect(await engine.ask('library.status', {})).toMatchObject({
        indexed: 10,
        pending: 0,
        inference: 'ready',
        inferenceReason: null,
      })
      expect((await engine.ask('jobs.list', {})).jobs.filter(({ kind }) => kind === 'embed')).toMatchObject([{ state: 'done' }])
      expect((await engine.ask('search.query', { text: 'a boat' })).meaning).toBe('searched')
      expect(started.filter(({ name }) => name === 'inference').length).toBeLessThan(12)
    },
  )

  it('says so with each search when the library was read before, and finds its words and passages all the same', async () => {
    const library = folder('library')
    const first = await open({ folder: library })
    await first.importTexts({ Ferry: 'The ferry crosses the bay twice a day', Rain: 'It rained for nine days' })
    await first.settled()
    await first.close()
    const models = ownModels(folder('models'), { withWeights: false })
    const engine = await open({ folder: library, modelsFolder: models.modelsFolder })
    const reply = await engine.ask('search.query', { text: 'ferry' })
    expect(reply).toMatchObject({
      meaning: 'failed',
      meaningReason: 'The model file of bge-small-en-v1.5 is not there',
      total: 1,
    })
    const passages = await engine.ask('search.passages', { text: 'ferry', documentId: reply.hits[0]!.documentId })
    expect(passages.passages[0]!.words).toEqual([[4, 9]])
    expect(
      (await engine.refusal('search.sentences', { text: 'ferry', passages: [{ documentId: 1, start: 0, end: 10 }] })).code,
    ).toBe('model-missing')
    const quick = await engine.ask('search.query', { text: 'ferry', waitForMeaning: false })
    expect(quick).toMatchObject({ meaning: 'failed', total: 1 })
    cpSync(join(modelsFolder, 'bge-small-en-v1.5/onnx/model_quantized.onnx'), models.weights)
    await until('meaning is searched again', async () => {
      const { meaning } = await engine.ask('search.query', { text: 'ferry' })
      return meaning === 'searched' ? true : undefined
    })
  })
})

describe('an engine that is closed', () => {
  it('in the middle of an import goes on with it at the next start, and no job has failed', async () => {
    const library = folder('library')
    const files = new FileFolder(folder('files'), 8)
    files.add(60)
    const first = await open({ folder: library })
    const { jobId } = await first.ask('documents.import', { sources: [{ type: 'path', path: files.folder }] })
    await until('some are stored', async () => ((await first.ask('library.status', {})).documents > 10 ? true : undefined))
    await first.close()
    const engine = await open({ folder: library })
    const { job } = await engine.ask('jobs.get', { id: jobId })
    expect(['queued', 'running', 'done']).toContain(job.state)
    expect(await engine.job(jobId)).toMatchObject({ state: 'done', completed: 60, counts: { added: files.readable.length } })
    await engine.settled()
    const { jobs } = await engine.ask('jobs.list', {})
    expect(jobs.map(({ state }) => state).filter((state) => state !== 'done')).toEqual([])
  })
})
