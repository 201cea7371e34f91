import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { decodePostProcessing, encodePostProcessing } from '../../../engine/embedding/post-processing-bytes.ts'
import { until, useEngines, pause, type TestEngine } from '../../harness/engine.ts'
import { gpt2Answers, hasModels, holding, importModel, inState, makeTinyGpt2, shortTexts, spaceOf } from './use-spaces.ts'

const { open, folder } = useEngines()

async function withTinyModel(count: number): Promise<{ engine: TestEngine; modelId: string; own: number }> {
  const engine = await open()
  if (count > 0) await engine.importTexts(shortTexts(count))
  await engine.settled()
  const modelId = await importModel(engine, makeTinyGpt2(folder('gpt2')), { ...gpt2Answers, name: 'tiny' })
  return { engine, modelId, own: (await engine.ask('spaces.list', {})).spaces[0]!.id }
}

async function titles(engine: TestEngine, text: string, spaceId: number): Promise<string[]> {
  const { hits } = await engine.ask('search.query', { text, mode: 'vector', spaceId, limit: 100 })
  return hits.map(({ title }) => title)
}

describe.runIf(hasModels)('spaces while other things go on', () => {
  it('take in an import that runs while the default is switched, both completely', async () => {
    const { engine, modelId, own } = await withTinyModel(20)
    const { id } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await inState(engine, id)
    const { jobId } = await engine.ask('documents.import', {
      sources: Object.entries(shortTexts(300, { seed: 9 })).map(([title, text]) => ({
        type: 'text' as const,
        externalId: `later ${title}`,
        title: `Later ${title}`,
        text,
      })),
    })
    await until('some are there', async () => ((await engine.ask('library.status', {})).documents > 60 ? true : undefined))
    await engine.ask('spaces.use', { id, acceptsIncomplete: true })
    expect((await engine.ask('library.status', {})).space.name).toBe('tiny')
    expect((await engine.job(jobId)).counts.added).toBe(300)
    await engine.settled()
    for (const space of [own, id]) expect(await inState(engine, space)).toMatchObject({ vectors: 320, pending: 0, failed: 0 })
    const status = await engine.ask('library.status', {})
    expect(status).toMatchObject({ documents: 320, indexed: 320, pending: 0 })
    await engine.ask('spaces.use', { id: own })
    expect(await engine.ask('library.status', {})).toMatchObject({ indexed: 320, pending: 0 })
    const { jobs } = await engine.ask('jobs.list', {})
    expect(jobs.filter(({ state }) => state !== 'done')).toEqual([])
  })

  it('are not used before they are complete, unless that is accepted', async () => {
    const { engine, modelId } = await withTinyModel(600)
    const { id } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    const refused = await engine.refusal('spaces.use', { id })
    expect(refused).toMatchObject({ code: 'conflict' })
    expect(refused.message).toMatch(/tiny lacks \d+ passages still/)
    expect((await engine.ask('library.status', {})).space.name).toBe('bge-small-en-v1.5')
    await inState(engine, id)
    await engine.ask('spaces.use', { id })
  })

  it('that are removed while they are filled take their job along, and come back as they were', async () => {
    const { engine, modelId } = await withTinyModel(1_000)
    const { id, jobId } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await holding(engine, id, 64)
    const { undoId } = await engine.ask('spaces.remove', { id })
    const { jobs } = await engine.ask('jobs.list', {})
    expect(jobs.filter(({ state }) => ['queued', 'running', 'paused'].includes(state))).toEqual([])
    expect(jobs.find(({ kind }) => kind === 'fill')).toMatchObject({ state: 'cancelled', error: null })
    expect(jobId === null || jobs.some((job) => job.id === jobId)).toBe(true)
    await pause(500)
    expect((await engine.ask('jobs.list', {})).jobs.filter(({ kind }) => kind === 'fill')).toHaveLength(1)
    await engine.ask('library.undo', { undoId: undoId! })
    const { vectors } = await spaceOf(engine, id)
    expect(vectors).toBeGreaterThanOrEqual(64)
    expect(await inState(engine, id)).toMatchObject({ vectors: 1_000 })
    expect(engine.notices()).toEqual([])
  })

  it('whose job was cancelled wait until that is asked for again', async () => {
    const { engine, modelId } = await withTinyModel(1_000)
    const { id } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await holding(engine, id, 64)
    await engine.ask('jobs.cancel', { id: (await spaceOf(engine, id)).jobId! })
    await pause(800)
    expect(await spaceOf(engine, id)).toMatchObject({ state: 'waiting', jobId: null })
    expect((await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })).id).toBe(id)
    expect(await inState(engine, id)).toMatchObject({ vectors: 1_000 })
  })

  it('lose what is trashed or read again, and get back what is restored, all of them', async () => {
    const { engine, modelId, own } = await withTinyModel(20)
    const { id } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await inState(engine, id)
    const spaces = [own, id]
    const ferry = { Ferry: 'The ferry crosses the bay twice a day' }
    await engine.importTexts(ferry)
    await engine.settled()
    for (const space of spaces) {
      await inState(engine, space)
      expect(await titles(engine, 'ferry', space)).toContain('Ferry')
    }
    const documentId = await engine.idOf('Ferry')
    await engine.ask('documents.trash', { ids: [documentId] })
    await engine.settled()
    for (const space of spaces) expect(await titles(engine, 'ferry', space)).not.toContain('Ferry')
    await engine.ask('documents.restore', { ids: [documentId] })
    await engine.settled()
    for (const space of spaces) expect(await titles(engine, 'ferry', space)).toContain('Ferry')
    // Another text under the same name: no space keeps a vector of the old one
    await engine.importTexts({ Ferry: 'Tomatoes want water in the morning and sun all day.' })
    await engine.settled()
    for (const space of spaces) {
      expect(await inState(engine, space)).toMatchObject({ vectors: 21, pending: 0 })
      expect((await titles(engine, 'Tomatoes want water in the morning and sun all day.', space))[0]).toBe('Ferry')
    }
    await engine.ask('documents.trash', { ids: [documentId] })
    await engine.ask('documents.purge', { ids: [documentId] })
    await engine.settled()
    for (const space of spaces) {
      expect(await spaceOf(engine, space)).toMatchObject({ vectors: 20, pending: 0 })
      expect(await titles(engine, 'tomatoes', space)).toHaveLength(20)
    }
  })
})

describe.runIf(hasModels)('what is learnt from a library', () => {
  const recipeOf = (modelId: string) => ({
    type: 'local' as const,
    modelId,
    postProcessing: { method: 'all-but-the-top' as const, components: 2 },
  })

  async function meanSimilarity(engine: TestEngine, spaceId: number): Promise<number> {
    const texts = Object.values(shortTexts(8, { seed: 77 }))
    const { matrices } = await engine.ask('lab.similarity', { texts, spaceIds: [spaceId] })
    const beside = matrices[0]!.rows.flatMap((row, i) => row.filter((_, j) => j !== i))
    return beside.reduce((sum, value) => sum + value, 0) / beside.length
  }

  const indexFolders = (engine: TestEngine, id: number): string[] =>
    readdirSync(join(engine.folder, 'index')).filter((name) => name.startsWith(`vectors-${id}-`))

  it('is applied after a restart as before, and the index is built anew when it is another', async () => {
    const { engine, modelId } = await withTinyModel(60)
    const raw = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await inState(engine, raw.id)
    const learnt = await engine.ask('spaces.add', { recipe: recipeOf(modelId) })
    await inState(engine, learnt.id)
    const text = shortTexts(60)['Remark 7']!
    const before = await titles(engine, text, learnt.id)
    expect(await meanSimilarity(engine, learnt.id)).toBeLessThan((await meanSimilarity(engine, raw.id)) - 0.2)
    const similarity = await meanSimilarity(engine, learnt.id)
    const [indexFolder] = indexFolders(engine, learnt.id)
    await engine.close()

    const again = await open({ folder: engine.folder })
    expect(await titles(again, text, learnt.id)).toEqual(before)
    expect(await meanSimilarity(again, learnt.id)).toBeCloseTo(similarity, 5)
    expect(indexFolders(again, learnt.id)).toEqual([indexFolder])
    await again.close()

    // Other parameters: nothing but the mean is taken off
    changeTransform(engine.folder, learnt.id)
    const other = await open({ folder: engine.folder })
    const found = await titles(other, text, learnt.id)
    expect(found).toHaveLength(before.length)
    expect(found).not.toEqual(before)
    expect(indexFolders(other, learnt.id)).toHaveLength(1)
    expect(indexFolders(other, learnt.id)).not.toEqual([indexFolder])
  })

  it('waits for enough passages without making jobs all the time, and says so', async () => {
    const { engine, modelId } = await withTinyModel(3)
    const { id } = await engine.ask('spaces.add', { recipe: recipeOf(modelId) })
    await until('it holds what there is', async () => ((await spaceOf(engine, id)).vectors === 3 ? true : undefined))
    await pause(2_000)
    const { jobs } = await engine.ask('jobs.list', {})
    expect(jobs.filter(({ kind }) => kind === 'fill').length).toBeLessThanOrEqual(2)
    const space = await spaceOf(engine, id)
    expect(space).toMatchObject({ state: 'waiting', pending: 0, reason: { code: 'index-not-ready' } })
    expect(space.reason!.message).toContain('16 passages')
    expect((await engine.refusal('search.query', { text: 'ferry', spaceId: id })).code).toBe('index-not-ready')
    expect((await engine.refusal('spaces.use', { id })).code).toBe('index-not-ready')
    await engine.importTexts(shortTexts(30, { seed: 3, name: 'Later' }))
    await engine.settled()
    await inState(engine, id)
    expect(await titles(engine, 'the ferry', id)).toHaveLength(33)
  })
})

/** Replaces what was learnt by another thing of the same form. */
function changeTransform(library: string, spaceId: number): void {
  const database = new DatabaseSync(join(library, 'library.db'))
  const { transform } = database.prepare('SELECT transform FROM spaces WHERE id = ?').get(spaceId) as { transform: Uint8Array }
  const parameters = decodePostProcessing(transform)
  const changed = encodePostProcessing({ ...parameters, matrix: parameters.matrix.map(() => 0) })
  database.prepare('UPDATE spaces SET transform = ? WHERE id = ?').run(changed, spaceId)
  database.close()
}
