import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until, useEngines, type TestEngine } from '../../harness/engine.ts'
import { hasShared, sharedFolder } from '../importing/paths.ts'

const { open, folder } = useEngines()
const models = join(sharedFolder(), '..', 'models')
const miniLm = join(models, 'all-MiniLM-L6-v2-int8')
const hasModels = hasShared(models)

/** GPT-2 with made-up weights, exported for generating text: its vectors must be taken out of the graph. */
function tinyGpt2(): string {
  const from = join(models, 'gpt2-reference', 'tiny-b')
  const to = folder('tiny-gpt2')
  for (const name of readdirSync(from)) if (/config\.json$|^tokenizer\.json$/.test(name)) cpSync(join(from, name), join(to, name))
  mkdirSync(join(to, 'onnx'))
  cpSync(join(from, 'onnx', 'lm-past', 'model.onnx'), join(to, 'onnx', 'model.onnx'))
  return to
}

const texts = {
  'The harbour': 'The harbour was empty when the ferry came in at night.',
  'The garden': 'Tomatoes want water in the morning and sun all day.',
  'The choir': 'The altos went flat in the last bar, as they always do.',
  'The bank': 'A standing order moves the rent on the first of the month.',
}

async function importModel(engine: TestEngine, path: string, answers = {}): Promise<string> {
  const before = new Set((await engine.ask('models.list', {})).models.map(({ id }) => id))
  const { jobId } = await engine.ask('models.import', { source: { type: 'path', path }, answers })
  const job = await engine.job(jobId)
  expect(job).toMatchObject({ state: 'done', error: null })
  const { models } = await engine.ask('models.list', {})
  return models.find(({ id, state }) => state === 'installed' && !before.has(id))!.id
}

async function filled(engine: TestEngine, id: number): Promise<void> {
  await until(`space ${id} is filled`, async () => {
    const { spaces } = await engine.ask('spaces.list', {})
    return spaces.find((space) => space.id === id)?.state === 'ready' ? true : undefined
  })
}

/** The mean of all that lies beside the diagonal. */
function meanBeside(rows: readonly (readonly number[])[]): number {
  const beside = rows.flatMap((row, i) => row.filter((_, j) => i !== j))
  return beside.reduce((sum, value) => sum + value, 0) / beside.length
}

describe.runIf(hasModels)('several spaces', () => {
  it('are made of imported models, filled, searched, compared, switched, removed and brought back', async () => {
    const engine = await open()
    await engine.importTexts(texts)
    await engine.settled()
    const modelId = await importModel(engine, miniLm)
    const recipe = { type: 'local' as const, modelId }
    const check = await engine.ask('spaces.check', { recipe })
    expect(check).toMatchObject({ dimension: 384, existingId: null, passages: 4, sends: null })
    expect(check.selfTest).toMatchObject({ isPassed: true, problems: [] })
    expect(check.selfTest!.near).toBeGreaterThan(check.selfTest!.far)
    expect(check.seconds).toBeGreaterThan(0)
    const space = await engine.ask('spaces.add', { recipe })
    await filled(engine, space.id)
    const { spaces } = await engine.ask('spaces.list', {})
    expect(spaces).toMatchObject([
      { isDefault: true, state: 'ready', vectors: 4, pending: 0, where: 'this computer' },
      { isDefault: false, state: 'ready', vectors: 4, pending: 0, where: 'this computer' },
    ])
    expect(spaces.every(({ bytes }) => bytes > 0)).toBe(true)
    for (const spaceId of [undefined, space.id]) {
      const { hits } = await engine.ask('search.query', {
        text: 'boats in port',
        mode: 'vector',
        ...(spaceId === undefined ? {} : { spaceId }),
      })
      expect(hits[0]!.title).toBe('The harbour')
    }
    const compared = await engine.ask('spaces.compare', {
      text: 'paying the rent by standing order',
      ids: [spaces[0]!.id, space.id],
    })
    expect(compared.lists.map(({ hits }) => hits[0]!.title)).toEqual(['The bank', 'The bank'])
    expect(compared.overlap).toBe(1)
    await engine.ask('spaces.use', { id: space.id })
    expect((await engine.ask('library.status', {})).space.name).toBe(space.name)
    expect((await engine.ask('search.query', { text: 'boats in port', mode: 'vector' })).hits[0]!.title).toBe('The harbour')
    // What comes in now is read in both, the one that searches use first
    await engine.importTexts({ 'The lighthouse': 'A lamp turns above the rocks so that ships keep off.' })
    await engine.settled()
    for (const { id } of spaces) await filled(engine, id)
    expect((await engine.refusal('spaces.remove', { id: space.id })).code).toBe('conflict')
    const old = spaces[0]!.id
    const { undoId } = await engine.ask('spaces.remove', { id: old })
    expect((await engine.ask('spaces.list', {})).spaces.map(({ id }) => id)).toEqual([space.id])
    expect((await engine.refusal('search.query', { text: 'x', spaceId: old })).code).toBe('not-found')
    await engine.ask('library.undo', { undoId: undoId! })
    await filled(engine, old)
    expect((await engine.ask('search.query', { text: 'lamp at sea', mode: 'vector', spaceId: old })).hits[0]!.title).toBe(
      'The lighthouse',
    )
    expect((await engine.refusal('models.remove', { id: modelId })).code).toBe('conflict')
  })

  it('of a language model keep its vectors raw, and take them over when only what is done to them differs', async () => {
    const engine = await open()
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`Text ${i}`, `Remark number ${i}: ${Object.values(texts)[i % 4]!}`]),
    )
    await engine.importTexts(many)
    await engine.settled()
    const modelId = await importModel(engine, tinyGpt2(), { pooling: 'mean', queryPrefix: '', passagePrefix: '' })
    const raw = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await filled(engine, raw.id)
    const whitened = await engine.ask('spaces.add', {
      recipe: { type: 'local', modelId, postProcessing: { method: 'all-but-the-top', components: 1 } },
    })
    await filled(engine, whitened.id)
    const { jobs } = await engine.ask('jobs.list', {})
    const fills = jobs.filter(({ kind }) => kind === 'fill').map(({ completed }) => completed)
    // Newest first: the second one embedded nothing
    expect(fills).toEqual([0, 40])
    const { matrices } = await engine.ask('lab.similarity', { texts: Object.values(texts), spaceIds: [raw.id, whitened.id] })
    const [before, after] = matrices.map(({ rows }) => meanBeside(rows))
    expect(after).toBeLessThan(before!)
    for (const spaceId of [raw.id, whitened.id]) {
      const { hits, meaning } = await engine.ask('search.query', { text: 'the ferry at night', mode: 'vector', spaceId })
      expect(meaning).toBe('searched')
      expect(hits).toHaveLength(20)
    }
  })

  it('are told to be refused when their model is gone, and lose nothing', async () => {
    const engine = await open()
    await engine.importTexts(texts)
    const modelId = await importModel(engine, miniLm)
    const { id } = await engine.ask('spaces.add', { recipe: { type: 'local', modelId } })
    await filled(engine, id)
    await engine.close()
    rmSync(join(engine.folder, 'models', modelId), { recursive: true })
    const again = await open({ folder: engine.folder })
    const space = (await again.ask('spaces.list', {})).spaces.find((one) => one.id === id)!
    expect(space).toMatchObject({ state: 'refused', vectors: 4, reason: { code: 'model-missing' } })
    expect((await again.ask('search.query', { text: 'boats', spaceId: id })).meaning).toBe('failed')
    expect((await again.ask('search.query', { text: 'boats in port', mode: 'vector' })).hits[0]!.title).toBe('The harbour')
  })
})

describe('the Lab', () => {
  it('shows GPT-2’s tokens by its own vocabulary, though the model is not installed', async () => {
    const engine = await open()
    const ids = async (text: string): Promise<number[]> =>
      (await engine.ask('lab.tokens', { modelId: 'gpt2', text })).tokens.map(({ id }) => id)
    expect(await ids('Tell me how to bake a cake')).toEqual([24446, 502, 703, 284, 28450, 257, 12187])
    expect(await ids('I love ice cream')).toEqual([40, 1842, 4771, 8566])
    const { tokens } = await engine.ask('lab.tokens', { modelId: 'gpt2', text: 'naïve 🍰' })
    expect(tokens.map(({ start, end }) => 'naïve 🍰'.slice(start, end))).toContain('🍰')
  })

  it('shows the way from a text to its vector, similarities, and nearest tokens', async () => {
    const engine = await open()
    const modelId = 'bge-small-en-v1.5'
    const steps = await engine.ask('lab.steps', { modelId, text: 'I love ice cream' })
    expect(steps.tokens.map(({ text }) => text)).toEqual(['[CLS]', 'i', 'love', 'ice', 'cream', '[SEP]'])
    expect(steps.dimension).toBe(384)
    expect(steps.states).toHaveLength(6)
    expect(steps.lengths.every((length) => length > 0)).toBe(true)
    const [space] = (await engine.ask('spaces.list', {})).spaces
    const { matrices } = await engine.ask('lab.similarity', {
      texts: ['I love ice cream', 'Gelato is my favourite', 'The bank raised its rates'],
      spaceIds: [space!.id],
    })
    const [a] = matrices[0]!.rows
    expect(a![0]).toBeCloseTo(1, 5)
    expect(a![1]).toBeGreaterThan(a![2]!)
    const { nearest, b } = await engine.ask('lab.nearestTokens', { modelId, a: 'ice cream', b: 'a bowl of gelato' })
    expect(nearest).toHaveLength(4)
    expect(nearest.every(({ index, cosine }) => b[index]?.isSpecial === false && cosine <= 1.0001)).toBe(true)
  })
})
