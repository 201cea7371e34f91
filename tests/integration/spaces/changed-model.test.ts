import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until, useEngines, type TestEngine } from '../../harness/engine.ts'
import { flipByte } from '../../harness/flip-byte.ts'
import { gpt2Answers, hasModels, importModel, inState, makeTinyGpt2, spaceOf } from './use-spaces.ts'

const { open, folder } = useEngines()

const texts = {
  'The harbour': 'The harbour was empty when the ferry came in at night.',
  'The garden': 'Tomatoes want water in the morning and sun all day.',
}

function weightsOf(library: string, modelId: string): string {
  const model = join(library, 'models', modelId)
  const files = readdirSync(model, { recursive: true, encoding: 'utf8' })
  return join(
    model,
    files.find((file) => file.endsWith('.onnx'))!,
  )
}

/** A library whose searches use an imported model, closed again. */
async function libraryWithModel(): Promise<{ library: string; modelId: string; spaceId: number; own: number }> {
  const engine = await open()
  await engine.importTexts(texts)
  await engine.settled()
  const own = (await engine.ask('spaces.list', {})).spaces[0]!.id
  const modelId = await importModel(engine, makeTinyGpt2(folder('gpt2')), { ...gpt2Answers, name: 'tiny' })
  const { id: spaceId } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
  await inState(engine, spaceId)
  await engine.ask('spaces.use', { id: spaceId })
  await engine.close()
  return { library: engine.folder, modelId, spaceId, own }
}

async function searchesByWords(engine: TestEngine): Promise<void> {
  const reply = await engine.ask('search.query', { text: 'ferry' })
  expect(reply).toMatchObject({ meaning: 'failed', hits: [{ title: 'The harbour' }] })
  expect(reply.meaningReason).not.toBeNull()
}

describe.runIf(hasModels)('a model file that changed on the disk', () => {
  it.each([
    ['one byte of it is another', (file: string) => flipByte(file, 2_000)],
    ['its end is missing', (file: string) => truncateSync(file, 50_000)],
  ])('is refused with the reason when %s; search by words goes on, and nothing is lost', async (_what, change) => {
    const { library, modelId, spaceId, own } = await libraryWithModel()
    change(weightsOf(library, modelId))
    const engine = await open({ folder: library, retryModelEveryMs: 600_000 })
    await searchesByWords(engine)
    const space = await inState(engine, spaceId, 'refused')
    expect(space).toMatchObject({ isDefault: true, vectors: 2, reason: { code: 'model-damaged' } })
    expect(space.reason!.message).not.toMatch(/internal|undefined/)
    expect(space.reason!.advice).not.toBeNull()
    expect((await engine.ask('library.status', {})).inferenceReason).toMatchObject({ code: 'model-damaged' })
    // What comes in is found by its words, and waits to be read
    await engine.importTexts({ 'The lighthouse': 'A lamp turns above the rocks.' })
    await until('it is found', async () => {
      const { hits } = await engine.ask('search.query', { text: 'lamp', mode: 'keyword' })
      return hits[0]?.title === 'The lighthouse' ? true : undefined
    })
    // Another space is not concerned
    await inState(engine, own)
    const inOther = await engine.ask('search.query', { text: 'boats in port', mode: 'vector', spaceId: own })
    expect(inOther).toMatchObject({ meaning: 'searched' })
    expect(inOther.hits[0]!.title).toBe('The harbour')
    await engine.ask('spaces.use', { id: own })
    expect((await engine.ask('search.query', { text: 'boats in port' })).meaning).toBe('searched')
    expect(await spaceOf(engine, spaceId)).toMatchObject({ isDefault: false, state: 'refused', vectors: 2, pending: 1 })
  })

  it('is used again, with the vectors that are there, when the same model is installed once more', async () => {
    const { library, modelId, spaceId } = await libraryWithModel()
    rmSync(join(library, 'models', modelId), { recursive: true })
    const engine = await open({ folder: library })
    await inState(engine, spaceId, 'refused')
    expect(await importModel(engine, makeTinyGpt2(folder('gpt2')), { ...gpt2Answers, name: 'tiny' })).toBe(modelId)
    const space = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    expect(space).toMatchObject({ id: spaceId, isDefault: true })
    expect(await inState(engine, spaceId)).toMatchObject({ vectors: 2, pending: 0, reason: null })
    expect((await engine.ask('search.query', { text: 'ferry', mode: 'vector' })).meaning).toBe('searched')
    await engine.importTexts({ 'The lighthouse': 'A lamp turns above the rocks.' })
    await engine.settled()
    expect(await inState(engine, spaceId)).toMatchObject({ vectors: 3, state: 'ready' })
  })

  it('is not taken for the space’s model though it is whole, when it is another one under the same name', async () => {
    const { library, modelId, spaceId } = await libraryWithModel()
    const again = await open({ folder: library })
    await again.ask('spaces.use', { id: 1 })
    const { undoId } = await again.ask('spaces.remove', { id: spaceId })
    await again.ask('models.remove', { id: modelId })
    // The same id, other settings: other vectors
    const other = await importModel(again, makeTinyGpt2(folder('gpt2')), { ...gpt2Answers, name: 'tiny', pooling: 'last-token' })
    expect(other).toBe(modelId)
    await again.ask('library.undo', { undoId: undoId! })
    const space = await inState(again, spaceId, 'refused')
    expect(space).toMatchObject({ vectors: 2, reason: { code: 'model-damaged' } })
    expect(space.reason!.message).toContain('is not the one that made its vectors')
    await again.importTexts({ 'The lighthouse': 'A lamp turns above the rocks.' })
    await again.settled()
    expect((await again.ask('search.query', { text: 'lamp', spaceId })).meaning).toBe('failed')
    expect(await spaceOf(again, spaceId)).toMatchObject({ state: 'refused', vectors: 2, pending: 1 })
    // The other model makes a space of its own
    const made = await again.ask('spaces.add', { recipe: { type: 'local', modelId } })
    expect(made.id).not.toBe(spaceId)
    expect((await inState(again, made.id)).vectors).toBe(3)
  })
})
