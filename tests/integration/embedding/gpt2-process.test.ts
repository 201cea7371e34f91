import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../../engine/embedding/model-spec.ts'
import { greatestDifference } from '../../../engine/embedding/onnx/causality.ts'
import { prepareModel } from '../../../engine/embedding/onnx/errands.ts'
import { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { isReferenceThere, prepared, readReference, sourceOf, type Oracle, type Precision, type Size } from './gpt2-files.ts'

const folder = useTempFolders()
const embedders: OnnxEmbedder[] = []
afterEach(async () => {
  for (const embedder of embedders.splice(0)) await embedder.close()
})

async function embedderOf(
  file: readonly [Size, string, Precision],
  changes: Partial<ModelSpec> & { batchSize?: number } = {},
): Promise<OnnxEmbedder> {
  const { batchSize, ...ofModel } = changes
  const { model, modelsFolder } = await prepared(folder(), file, ofModel)
  const options = { model, modelsFolder, spawn: spawnWithNode, threads: 1 }
  const embedder = new OnnxEmbedder(batchSize === undefined ? options : { ...options, batchSize })
  embedders.push(embedder)
  return embedder
}

describe.runIf(isReferenceThere)('GPT-2 in the inference process', () => {
  const oracle = isReferenceThere ? (readReference('tiny-b/oracle.json') as Oracle) : undefined
  const strings = oracle?.strings.filter(({ text }) => !text.includes('<|endoftext|>')) ?? []

  it.each([1, 8])('gives the reference’s vectors with %i passages a run, whatever order they end in', async (batchSize) => {
    const embedder = await embedderOf(['tiny-b', 'lm-past/model', 'exact'], { batchSize })
    const vectors = await Promise.all(strings.map(({ text }) => embedder.embedPassage(text)))
    for (const [index, { mean }] of strings.entries()) expect(greatestDifference(mean, vectors[index]!)).toBeLessThanOrEqual(1e-5)
  })

  it('reads a long text among short ones in windows, though they are read together', async () => {
    const embedder = await embedderOf(['tiny-b', 'fe/model', 'exact'], { batchSize: 8 })
    const long = oracle!.long.map(({ text, overlap }) => ({ text, mean: overlap.mean }))
    const texts = strings.slice(0, 20).flatMap((string, index) => [string, ...(index % 4 === 0 ? [long[index / 4]!] : [])])
    const vectors = await Promise.all(texts.map(({ text }) => embedder.embedPassage(text)))
    for (const [index, { mean }] of texts.entries()) expect(greatestDifference(mean, vectors[index]!)).toBeLessThanOrEqual(1e-5)
  })

  it('fails an empty text alone, by itself and among others', async () => {
    const embedder = await embedderOf(['tiny-b', 'fe/model', 'exact'], { batchSize: 8 })
    const results = await Promise.allSettled(['a cake', '', 'a cake', ''].map((text) => embedder.embedPassage(text)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    expect(results[1]).toMatchObject({ reason: { code: 'embedding-failed', message: 'There is nothing to embed in this text' } })
  })

  it('lets queries go before the next window of a long text, and stops it when nobody waits for it', async () => {
    const embedder = await embedderOf(['tiny-b', 'fe/model', 'exact'])
    await embedder.warmUp()
    const text = oracle!.long.at(-1)!.text
    const ended: string[] = []
    const controller = new AbortController()
    const long = embedder.embedPassage(`${text} `.repeat(200)).then(() => ended.push('long'))
    const cancelled = embedder.embedPassage(`${text} `.repeat(5_000), controller.signal).catch((error: unknown) => error)
    await embedder.embedQuery('tea').then(() => ended.push('query'))
    await long
    expect(ended).toEqual(['query', 'long'])
    await embedder.embedQuery('tea')
    controller.abort()
    expect(await cancelled).toMatchObject({ code: 'cancelled' })
  })

  it('shows tokens and states, the text’s vector among them', async () => {
    const embedder = await embedderOf(['tiny-b', 'lm-untied/model', 'exact'])
    const [first] = oracle!.strings
    const { tokens, isCut } = await embedder.tokens(first!.text)
    expect(tokens.map(({ id }) => id)).toEqual(first!.ids)
    expect(tokens.map(({ start, end }) => first!.text.slice(start, end)).join('')).toBe(first!.text)
    expect(isCut).toBe(false)
    const { states, vector, dimension } = await embedder.hiddenStates(first!.text)
    expect([states.length, dimension]).toEqual([first!.ids.length * 32, 32])
    expect(greatestDifference(oracle!.token_states[0]!.states.flat(), states)).toBeLessThanOrEqual(1e-5)
    expect(vector).toEqual(await embedder.embedText(first!.text))
    const long = await embedder.hiddenStates(oracle!.long[0]!.text)
    expect([long.tokens.length, long.isCut]).toEqual([64, true])
  })

  it('passes its probe in float32; in 8 bits batches do not agree, and nothing else is wrong', async () => {
    const exact = await (await embedderOf(['tiny-b', 'lm-past/model', 'exact'])).probe()
    expect(exact).toMatchObject({ isUsable: true, batchesAgree: true })
    expect(exact.checks.map(({ name, isOk }) => [name, isOk])).toEqual([
      ['vectors', true],
      ['order', true],
      ['positions', true],
    ])
    expect(exact.selfTest.near).toBeGreaterThan(-1)
    const eightBit = await (await embedderOf(['tiny-b', 'lm-past/model_quantized', 'eight-bit'])).probe()
    expect(eightBit).toMatchObject({ isUsable: true, batchesAgree: false })
    const half = await (await embedderOf(['tiny-b', 'lm-past/model_fp16', 'half'])).probe()
    console.log('probe', { exact: exact.batchDifference, half: half.batchDifference, selfTest: exact.selfTest.message })
  })

  it('measures threads and passages a run, and goes on giving the same vectors', async () => {
    const embedder = await embedderOf(['tiny-b', 'fe/model', 'exact'], { maxInputTokens: 64 })
    const before = await embedder.embedText(strings[0]!.text)
    const speed = await embedder.measureThreads([1, 2])
    console.log('measured', speed)
    expect([1, 2]).toContain(speed.threads)
    expect(Object.keys(speed.tokensPerSecond)).toEqual(['1', '2'])
    expect(greatestDifference(before, await embedder.embedText(strings[0]!.text))).toBeLessThanOrEqual(1e-6)
    const eightBit = await embedderOf(['tiny-b', 'fe/model_quantized', 'eight-bit'])
    expect(await eightBit.measureThreads([1])).toMatchObject({ threads: 1, batchSize: 1 })
  })

  it('makes a model file ready in a process that ends with it, and hands on why it cannot', async () => {
    const made = folder()
    const graph = await prepareModel(
      { file: sourceOf('tiny-b', 'legacy/decoder_model_merged'), folder: made, dimension: 32 },
      { spawn: spawnWithNode },
    )
    expect(graph).toMatchObject({ isChanged: true, outputs: ['last_hidden_state'] })
    expect(existsSync(graph.file)).toBe(true)
    await expect(prepareModel({ file: join(made, 'none.onnx'), folder: made }, { spawn: spawnWithNode })).rejects.toMatchObject({
      code: 'model-missing',
    })
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    await expect(
      prepareModel({ file: graph.file, folder: made }, { spawn: spawnWithNode, signal: controller.signal }),
    ).rejects.toThrow('enough')
  })
})
