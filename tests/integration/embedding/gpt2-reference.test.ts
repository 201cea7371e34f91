import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Pooling } from '../../../engine/embedding/model-spec.ts'
import { greatestDifference } from '../../../engine/embedding/onnx/causality.ts'
import { prepareGraph } from '../../../engine/embedding/onnx/graph/prepare-graph.ts'
import { showStates } from '../../../engine/embedding/onnx/inspect.ts'
import { loadOnnxModel, type OnnxModel } from '../../../engine/embedding/onnx/onnx-model.ts'
import { readingOf, type Reading } from '../../../engine/embedding/onnx/reading.ts'
import { sha256 } from '../../../engine/platform/hash.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { endOfText, files, isReferenceThere, loadGpt2, prepared, readReference, sourceOf, tolerances } from './gpt2-files.ts'
import type { Oracle, OracleString, Size } from './gpt2-files.ts'
import { withWeightsOutside } from './gpt2-external-data.ts'

const folder = useTempFolders()
const rows: string[][] = []
afterAll(() => {
  if (rows.length > 0) console.log(tableOf([['file', 'changed', 'ids equal', 'mean', 'last', 'weighted', 'batched'], ...rows]))
})

const oracles = isReferenceThere
  ? { 'tiny-a': readReference('tiny-a/oracle.json') as Oracle, 'tiny-b': readReference('tiny-b/oracle.json') as Oracle }
  : undefined
const oracleOf = (size: Size): Oracle => oracles![size]

/** The oracle's own ids: two of its strings hold `<|endoftext|>`, which it reads as a token and Akin as text. */
function readIds(model: OnnxModel, ids: readonly number[]): Reading {
  return readingOf(ids, model.spec, model.tokenizer)
}

function equalIds(model: OnnxModel, { text, ids }: OracleString, size: Size): boolean {
  // Where the token itself is in the text, what lies around it must be the same
  const parts = text.split(endOfText.name).map((part) => model.tokenizer.idsOf(part))
  const joined = parts.flatMap((part, index) => (index === 0 ? part : [endOfText.ids[size], ...part]))
  return JSON.stringify(joined) === JSON.stringify(ids)
}

async function worstOf(model: OnnxModel, expected: (string: OracleString) => number[], strings: OracleString[]): Promise<number> {
  let worst = 0
  for (const string of strings)
    worst = Math.max(worst, greatestDifference(expected(string), await model.embed(readIds(model, string.ids))))
  return worst
}

describe.runIf(isReferenceThere)('GPT-2 in every export', () => {
  it.each(files)('%s %s gives the ids and vectors of the reference (%s)', async (size, name, precision) => {
    const { strings, batches } = oracleOf(size)
    const models = folder()
    const poolings: Partial<Record<Pooling, 'mean' | 'last' | 'wmean'>> = {
      'mean': 'mean',
      'last-token': 'last',
      'weighted-mean': 'wmean',
    }
    const worst: number[] = []
    let idsEqual = 0
    let batched = 0
    let isChanged = false
    for (const [pooling, key] of Object.entries(poolings) as [Pooling, 'mean' | 'last' | 'wmean'][]) {
      const { graph, model: spec } = await prepared(models, [size, name, precision], { pooling })
      isChanged = graph.isChanged
      const model = await loadOnnxModel({ model: spec, modelsFolder: models, threads: 1 })
      worst.push(await worstOf(model, (string) => string[key], strings))
      if (pooling === 'mean') {
        idsEqual = strings.filter((string) => equalIds(model, string, size)).length
        for (const { members } of precision === 'eight-bit' ? [] : batches)
          batched = Math.max(batched, await worstInBatch(model, members, strings))
        await expectOneAnswer(model, strings)
      }
      await model.dispose()
    }
    const show = (value: number): string => value.toExponential(1)
    rows.push([
      `${size} ${name}`,
      isChanged ? 'yes' : 'no',
      `${idsEqual} of ${strings.length}`,
      ...worst.map(show),
      precision === 'eight-bit' ? 'one a call' : show(batched),
    ])
    expect(idsEqual).toBe(strings.length)
    expect(Math.max(...worst, batched)).toBeLessThanOrEqual(tolerances[precision])
  })

  async function worstInBatch(model: OnnxModel, members: readonly number[], strings: readonly OracleString[]): Promise<number> {
    const texts = members.map((index) => strings[index]!)
    const vectors = await model.embedTogether(texts.map(({ ids }) => readIds(model, ids)))
    return Math.max(...vectors.map((vector, index) => greatestDifference(texts[index]!.mean, vector)))
  }

  /** 8-bit models included: a text alone has one vector and no other. */
  async function expectOneAnswer(model: OnnxModel, strings: readonly OracleString[]): Promise<void> {
    for (const { ids } of strings.slice(0, 5)) {
      const once = await model.embed(readIds(model, ids))
      await model.embed(readIds(model, strings.at(-1)!.ids))
      expect(await model.embed(readIds(model, ids))).toEqual(once)
    }
  }

  it('gives vectors of length 1 where they are asked for', async () => {
    for (const [pooling, key] of [
      ['mean', 'mean_l2'],
      ['last-token', 'last_l2'],
      ['weighted-mean', 'wmean_l2'],
    ] as const) {
      const model = await loadGpt2(folder(), ['tiny-b', 'lm-past/model', 'exact'], { pooling, normalised: true })
      expect(await worstOf(model, (string) => string[key], oracleOf('tiny-b').strings)).toBeLessThanOrEqual(1e-5)
      await model.dispose()
    }
  })

  it('leaves the token that is put before each text out of the mean', async () => {
    for (const size of ['tiny-a', 'tiny-b'] as const) {
      const model = await loadGpt2(folder(), [size, 'fe/model', 'exact'], { firstToken: endOfText.name })
      // Where the text itself fills the context there is no room for it in one window
      const strings = oracleOf(size).strings.filter(({ ids }) => ids.length < oracleOf(size).n_positions)
      expect(await worstOf(model, ({ bos_mean: mean }) => mean, strings)).toBeLessThanOrEqual(1e-5)
      await model.dispose()
    }
  })

  it('gives each token its own state', async () => {
    for (const size of ['tiny-a', 'tiny-b'] as const) {
      const { strings, token_states: all } = oracleOf(size)
      const model = await loadGpt2(folder(), [size, 'fe/model', 'exact'])
      for (const { string, states } of all) {
        const shown = await showStates(model, strings[string]!.text)
        expect(shown.tokens.map(({ id }) => id)).toEqual(strings[string]!.ids)
        expect(greatestDifference(states.flat(), shown.states)).toBeLessThanOrEqual(1e-5)
        expect(greatestDifference(strings[string]!.mean, shown.vector)).toBeLessThanOrEqual(1e-5)
      }
      await model.dispose()
    }
  })
})

describe.runIf(isReferenceThere)('texts over the context of GPT-2', () => {
  it.each(files.filter(([, , precision]) => precision === 'exact'))(
    'are read whole up to the last place, and in windows beyond, by %s %s',
    async (size, name, precision) => {
      const { long, full_length: full, window_overlap: overlap } = oracleOf(size)
      const models = folder()
      const model = await loadGpt2(models, [size, name, precision])
      for (const { text, mean } of full)
        expect(greatestDifference(mean, await model.embed(model.read(text)))).toBeLessThanOrEqual(1e-5)
      for (const { text, ids, overlap: windows } of long) {
        const reading = model.read(text)
        expect(reading.runs).toHaveLength(windows.windows.length)
        expect(reading.tokenCount).toBe(ids.length)
        const vector = await model.embed(reading)
        expect(greatestDifference(windows.mean, vector)).toBeLessThanOrEqual(1e-5)
        expect(greatestDifference(windows.unweighted_mean_of_windows, vector)).toBeGreaterThan(1e-3)
      }
      await model.dispose()
      const apart = await loadGpt2(models, [size, name, precision], { windowOverlapTokens: 0 })
      for (const { text, no_overlap: windows } of long)
        expect(greatestDifference(windows.mean, await apart.embed(apart.read(text)))).toBeLessThanOrEqual(1e-5)
      await apart.dispose()
      expect(overlap).toBe(model.spec.maxInputTokens / 4)
    },
  )

  it('are cut where that is what the model does', async () => {
    const model = await loadGpt2(folder(), ['tiny-b', 'legacy/decoder_model_merged', 'exact'], { longTexts: 'cut' })
    for (const { text, truncate_mean: mean } of oracleOf('tiny-b').long) {
      const reading = model.read(text)
      expect(reading.isCut).toBe(true)
      expect(greatestDifference(mean, await model.embed(reading))).toBeLessThanOrEqual(1e-5)
    }
    await model.dispose()
  })

  it('let others go between two windows', async () => {
    const model = await loadGpt2(folder(), ['tiny-b', 'fe/model', 'exact'])
    const { text, overlap } = oracleOf('tiny-b').long.at(-1)!
    let pauses = 0
    await model.embed(model.read(text), async () => void pauses++)
    expect(pauses).toBe(overlap.windows.length - 1)
    await model.dispose()
  })
})

describe.runIf(isReferenceThere)('a model file that does not fit', () => {
  it('is refused when it goes on from a text and cannot read a whole one', async () => {
    const error = await loadGpt2(folder(), ['tiny-b', 'legacy/decoder_with_past_model', 'exact']).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({
      code: 'model-failed',
      message: expect.stringContaining('cannot read a whole one') as string,
      advice: expect.stringContaining('with past') as string,
    })
  })

  it.each(['lm-untied/model', 'lm-past/model', 'gpt2-10/gpt2-lm-head-10', 'legacy/decoder_model_merged'])(
    'is never taken for one that gives vectors when it gives logits: %s',
    async (name) => {
      const models = folder()
      const { model } = await prepared(models, ['tiny-b', name, 'exact'])
      const unchanged = {
        ...model,
        weightsFile: 'as-published.onnx',
        weightsSha256: sha256(readFileSync(sourceOf('tiny-b', name))),
      }
      copyFileSync(sourceOf('tiny-b', name), join(models, 'tiny-b', unchanged.weightsFile))
      const error = await loadOnnxModel({ model: unchanged, modelsFolder: models, threads: 1 }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: expect.stringMatching(/^(model-failed|dimension-mismatch)$/) as string,
        advice: expect.stringMatching(/add the model again/i) as string,
      })
    },
  )

  it('is refused when its output is unnamed and nothing tells its width', async () => {
    const file = sourceOf('tiny-b', 'gpt2-10/gpt2-lm-head-10')
    await expect(prepareGraph({ file, folder: folder() })).rejects.toMatchObject({ code: 'model-failed' })
  })

  it.each([1_000, 200_000])('is called damaged when it ends after %i bytes', async (length) => {
    const file = join(folder(), 'model.onnx')
    copyFileSync(sourceOf('tiny-b', 'lm-untied/model'), file)
    truncateSync(file, length)
    await expect(prepareGraph({ file, folder: dirname(file) })).rejects.toMatchObject({
      code: 'model-damaged',
      advice: 'Download the model again',
    })
  })

  it('is called damaged when it is a page of the web, and missing when it is not there', async () => {
    const made = folder()
    const file = join(made, 'model.onnx')
    await expect(prepareGraph({ file, folder: made })).rejects.toMatchObject({ code: 'model-missing' })
    writeFileSync(file, '<!doctype html><title>Not found</title>')
    await expect(prepareGraph({ file, folder: made })).rejects.toMatchObject({ code: 'model-damaged' })
  })

  it('is not loaded when a byte of it, of its data or of its tokenizer is another', async () => {
    const models = folder()
    const { model } = await prepared(models, ['tiny-b', 'fe/model', 'exact'])
    for (const changes of [
      { weightsSha256: sha256('other') },
      { tokenizerSha256: sha256('other') },
      { externalData: [{ file: 'fe-model.onnx', sha256: sha256('other') }] },
    ]) {
      await expect(loadOnnxModel({ model: { ...model, ...changes }, modelsFolder: models, threads: 1 })).rejects.toMatchObject({
        code: 'model-damaged',
      })
    }
  })
})

describe.runIf(isReferenceThere)('a changed model file', () => {
  it('is the same bytes each time, and the given one stays as it was', async () => {
    for (const [size, name] of files) {
      const source = sourceOf(size, name)
      const before = sha256(readFileSync(source))
      const dimension = oracleOf(size).n_embd
      const [first, second] = [
        await prepareGraph({ file: source, folder: folder(), dimension }),
        await prepareGraph({ file: source, folder: folder(), dimension }),
      ]
      expect(first.sha256).toBe(second.sha256)
      expect(first.sourceSha256).toBe(before)
      expect(sha256(readFileSync(source))).toBe(before)
      expect(first.isChanged).toBe(!name.startsWith('fe/') && name !== 'gpt2-10/gpt2-10')
      expect(first.sha256).toBe(sha256(readFileSync(first.file)))
      expect(first.outputs).toContain(name === 'gpt2-10/gpt2-10' ? 'output1' : 'last_hidden_state')
    }
  })

  it('finds the weights that lie in a file of their own, and brings them along', async () => {
    const made = folder()
    const models = join(made, 'models')
    const source = join(made, 'given', 'model.onnx')
    mkdirSync(dirname(source))
    const data = withWeightsOutside(sourceOf('tiny-b', 'lm-untied/model'), source, 'model.onnx_data')
    const { model } = await prepared(models, ['tiny-b', 'fe/model', 'exact'])
    const graph = await prepareGraph({ file: source, folder: join(models, 'tiny-b', 'own') })
    expect(graph.externalData).toEqual([{ file: 'model.onnx_data', sha256: sha256(readFileSync(data)) }])
    const own = await loadOnnxModel({
      model: {
        ...model,
        weightsFile: 'own/model-hidden-state.onnx',
        weightsSha256: graph.sha256,
        externalData: graph.externalData,
      },
      modelsFolder: models,
      threads: 1,
    })
    expect(await worstOf(own, ({ mean }) => mean, oracleOf('tiny-b').strings)).toBeLessThanOrEqual(1e-5)
    await own.dispose()
  })

  it('is not made of a model that asks for files outside of its folder', async () => {
    const made = folder()
    const source = join(made, 'model.onnx')
    withWeightsOutside(sourceOf('tiny-b', 'lm-untied/model'), source, '../elsewhere')
    await expect(prepareGraph({ file: source, folder: join(made, 'own') })).rejects.toMatchObject({ code: 'model-damaged' })
  })
})

function tableOf(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n')
}
