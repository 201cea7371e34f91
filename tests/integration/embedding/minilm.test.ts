import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../../engine/embedding/model-spec.ts'
import { greatestDifference } from '../../../engine/embedding/onnx/causality.ts'
import { prepareGraph } from '../../../engine/embedding/onnx/graph/prepare-graph.ts'
import { showStates, showTokens } from '../../../engine/embedding/onnx/inspect.ts'
import { loadOnnxModel } from '../../../engine/embedding/onnx/onnx-model.ts'
import { probeModel } from '../../../engine/embedding/onnx/probe.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { hasShared, repository } from '../importing/paths.ts'

const modelsFolder = join(process.env['AKIN_SHARED'] ?? join(repository, '../shared'), 'models')
const folder = join(modelsFolder, 'all-MiniLM-L6-v2-int8')
const isThere = hasShared(folder)
const newFolder = useTempFolders()

/** Comes without `tokenizer_config.json`, with its weights beside the tokenizer, and pools by itself. */
const miniLm: ModelSpec = {
  name: 'all-MiniLM-L6-v2',
  folder: 'all-MiniLM-L6-v2-int8',
  weightsFile: 'model.onnx',
  weightsSha256: 'e107904672eb5a694bc95aa85f8eb6d1e13652d3862abe64dd43d05799f8b28c',
  tokenizerSha256: '6fb9e8d2bf20140aa389a5e83efa6f0db7008c46b5e529bb2c9876d1f4b74be7',
  dtype: 'q8',
  dimension: 384,
  maxInputTokens: 256,
  longTexts: 'cut',
  pooling: 'model',
  normalised: true,
  isCausal: false,
  queryPrefix: '',
  passagePrefix: '',
}

interface Reference {
  readonly cases: { text: string; ids: number[]; vector: number[] }[]
}

const figures: Record<string, unknown> = {}
afterAll(() => isThere && console.log(`all-MiniLM-L6-v2: ${JSON.stringify(figures)}`))

describe.runIf(isThere)('all-MiniLM-L6-v2', () => {
  const { cases } = isThere ? (JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference) : { cases: [] }

  it.each(['model', 'mean'] as const)('gives the ids and vectors of its reference, pooled by %s', async (pooling) => {
    const model = await loadOnnxModel({ model: { ...miniLm, pooling }, modelsFolder, threads: 1 })
    let worst = 0
    let lowest = 1
    let equal = 0
    const different: string[] = []
    for (const { text, ids, vector } of cases) {
      if (JSON.stringify(model.read(text).runs[0]!.ids) === JSON.stringify(ids)) equal++
      else different.push(text)
      const own = await model.embed({ runs: [{ ids, from: 0, to: ids.length }], tokenCount: ids.length, isCut: false })
      worst = Math.max(worst, greatestDifference(vector, own))
      lowest = Math.min(
        lowest,
        own.reduce((sum, value, index) => sum + value * vector[index]!, 0),
      )
    }
    figures[pooling] = {
      idsEqual: `${equal} of ${cases.length}`,
      greatestDifference: worst.toExponential(1),
      lowestCosine: lowest,
    }
    // 8-bit arithmetic depends on the processor
    expect(lowest).toBeGreaterThan(0.98)
    // The reference takes special tokens that were typed for what they are not
    expect(different).toEqual(cases.map(({ text }) => text).filter((text) => /\[(CLS|SEP|MASK)\]/.test(text)))
    await model.dispose()
  })

  it('keeps its last special token when a text is cut', async () => {
    const model = await loadOnnxModel({ model: miniLm, modelsFolder, threads: 1 })
    const { runs, isCut } = model.read('harbour '.repeat(1_000))
    expect([runs[0]!.ids.length, runs[0]!.ids[0], runs[0]!.ids.at(-1), isCut]).toEqual([256, 101, 102, true])
    await model.dispose()
  })

  it('passes its probe, near sentences nearer than far ones', async () => {
    const model = await loadOnnxModel({ model: miniLm, modelsFolder, threads: 1 })
    const report = await probeModel(model)
    figures['probe'] = report.selfTest
    expect(report).toMatchObject({ isUsable: true, selfTest: { isPassed: true } })
    expect(report.checks.map(({ name }) => name)).toEqual(['vectors', 'order', 'positions'])
    await model.dispose()
  })

  it('does not pass for a model that reads from left to right', async () => {
    const model = await loadOnnxModel({ model: { ...miniLm, isCausal: true }, modelsFolder, threads: 1 })
    const { isUsable, checks } = await probeModel(model)
    expect(isUsable).toBe(false)
    expect(checks.find(({ name }) => name === 'order')).toMatchObject({
      isOk: false,
      message: expect.stringContaining('A token sees those after it') as string,
    })
    await model.dispose()
  })

  it('is refused by a width that is not its own', async () => {
    await expect(loadOnnxModel({ model: { ...miniLm, dimension: 768 }, modelsFolder, threads: 1 })).rejects.toMatchObject({
      code: 'dimension-mismatch',
    })
  })

  it('is loaded as it is: there is nothing to change in it', async () => {
    const prepared = await prepareGraph({ file: join(folder, 'model.onnx'), folder: newFolder(), dimension: 384 })
    expect(prepared).toMatchObject({ isChanged: false, sha256: miniLm.weightsSha256, file: join(folder, 'model.onnx') })
  })

  it('shows words in pieces with their places, also where case and accents are taken off', async () => {
    const model = await loadOnnxModel({ model: miniLm, modelsFolder, threads: 1 })
    const text = 'Ünïcode: Tokenization of [SEP] 猫 — naïve Ångström'
    const { tokens } = showTokens(model.tokenizer, text)
    const shown = tokens.map((token) => [token.text, text.slice(token.start, token.end)])
    expect(shown[0]).toEqual(['[CLS]', ''])
    expect(shown.at(-1)).toEqual(['[SEP]', ''])
    expect(shown).toContainEqual(['token', 'Token'])
    expect(shown).toContainEqual(['##ization', 'ization'])
    expect(shown).toContainEqual(['naive', 'naïve'])
    expect(shown).toContainEqual(['[UNK]', '猫'])
    expect(tokens.filter(({ isSpecial }) => isSpecial)).toHaveLength(2)
    const { states, vector } = await showStates(model, text)
    expect(states).toHaveLength(tokens.length * 384)
    expect(vector).toEqual(await model.embed(model.read(text)))
    await model.dispose()
  })

  it('says what is wrong when its tokenizer cannot be read or is not there', async () => {
    const models = newFolder()
    mkdirSync(join(models, miniLm.folder))
    symlinkSync(join(folder, 'model.onnx'), join(models, miniLm.folder, 'model.onnx'))
    await expect(loadOnnxModel({ model: miniLm, modelsFolder: models, threads: 1 })).rejects.toMatchObject({
      code: 'model-missing',
      message: 'The tokenizer file of all-MiniLM-L6-v2 is not there',
    })
    symlinkSync(join(folder, 'model.onnx'), join(models, miniLm.folder, 'tokenizer.json'))
    await expect(loadOnnxModel({ model: miniLm, modelsFolder: models, threads: 1 })).rejects.toMatchObject({
      code: 'model-damaged',
    })
  })
})
