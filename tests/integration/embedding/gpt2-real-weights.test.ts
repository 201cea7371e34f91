import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pearson, spearman } from '../../../bench/metrics.ts'
import type { ModelSpec, Pooling } from '../../../engine/embedding/model-spec.ts'
import { greatestDifference } from '../../../engine/embedding/onnx/causality.ts'
import { prepareGraph } from '../../../engine/embedding/onnx/graph/prepare-graph.ts'
import { loadOnnxModel } from '../../../engine/embedding/onnx/onnx-model.ts'
import { applyPostProcessing, fitPostProcessing, type PostProcessingMethod } from '../../../engine/embedding/post-processing.ts'
import { useTempFolders } from '../../harness/temp-folder.ts'
import { sharedFolder } from '../importing/paths.ts'
import { isReferenceThere, readReference, referenceFolder } from './gpt2-files.ts'

/** A folder with GPT-2 small (124M) as a hub has it: `config.json`, `tokenizer.json` and ONNX files in any export. */
const folder = process.env['AKIN_GPT2_FOLDER']
const isThere = isReferenceThere && folder !== undefined && existsSync(folder)
if (!isThere) console.log('Not run: the real GPT-2 is not there (AKIN_GPT2_FOLDER names a folder with its ONNX files)')

interface Check {
  readonly hidden_state: { input_ids: number[]; rows: number[]; columns: number[]; values: number[][]; width: number }
}

const newFolder = useTempFolders()
const files = isThere ? globSync('**/*.onnx', { cwd: folder }).filter((file) => !/with_past|hidden-state/.test(file)) : ['none']

async function modelOf(file: string, changes: Partial<ModelSpec> = {}) {
  const modelsFolder = newFolder()
  const own = join(modelsFolder, 'gpt2')
  mkdirSync(own)
  // Every hub holds the same tokenizer; the reference set's is used where the folder has none
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    const given = join(resolve(folder!), name)
    symlinkSync(existsSync(given) ? given : join(referenceFolder, 'tiny-a', name), join(own, name))
  }
  symlinkSync(join(resolve(folder!), file), join(own, basename(file)))
  const graph = await prepareGraph({ file: join(own, basename(file)), folder: own, dimension: 768 })
  const isEightBit = /quantized|int8/.test(file)
  const model: ModelSpec = {
    name: 'gpt2',
    folder: 'gpt2',
    weightsFile: relative(own, graph.file),
    weightsSha256: graph.sha256,
    dtype: isEightBit ? 'q8' : 'fp32',
    dimension: 768,
    maxInputTokens: 1_024,
    longTexts: 'windows',
    pooling: 'mean',
    normalised: false,
    isCausal: true,
    queryPrefix: '',
    passagePrefix: '',
    ...changes,
  }
  return { model: await loadOnnxModel({ model, modelsFolder, threads: 2 }), isEightBit }
}

describe.runIf(isThere)('the real GPT-2', () => {
  it.each(files)('gives the published hidden states: %s', async (file) => {
    const { hidden_state: check } = readReference('real_weights_check.json') as Check
    const { model, isEightBit } = await modelOf(file)
    const [states] = await model.session.states([check.input_ids])
    const seen = check.rows.map((row) => check.columns.map((column) => states![row * check.width + column]!))
    console.log(`${file}: ${JSON.stringify(seen)} against ${JSON.stringify(check.values)}`)
    // Files of lower precision are only printed
    const isExact = !isEightBit && !/fp16|q4f16/.test(file)
    expect(greatestDifference(check.values.flat(), seen.flat())).toBeLessThanOrEqual(isExact ? 2e-4 : Infinity)
    await model.dispose()
  })

  it(
    'is as near to people’s judgment as this, by pooling and post-processing',
    async () => {
      const pairs = stsPairs()
      const lines: string[] = []
      for (const pooling of ['mean', 'last-token', 'weighted-mean'] as Pooling[]) {
        for (const firstToken of [undefined, '<|endoftext|>']) {
          const { model } = await modelOf(files[0]!, { pooling, ...(firstToken === undefined ? {} : { firstToken }) })
          const vectors = new Map<string, Float32Array>()
          for (const text of new Set(pairs.flatMap(({ texts }) => texts))) vectors.set(text, await model.embed(model.read(text)))
          await model.dispose()
          const name = `${pooling}${firstToken === undefined ? '' : ' after <|endoftext|>'}`
          for (const [method, apply] of Object.entries(waysOf([...vectors.values()]))) {
            const made = new Map(Array.from(vectors, ([text, vector]) => [text, apply(vector)]))
            const cosines = pairs.map(({ texts: [a, b] }) => cosine(made.get(a)!, made.get(b)!))
            const scores = pairs.map(({ score }) => score)
            lines.push(`${name}, ${method}: ${spearman(scores, cosines).toFixed(4)} / ${pearson(scores, cosines).toFixed(4)}`)
          }
        }
      }
      console.log(`STS-B dev, Spearman / Pearson, ${files[0]}\n${lines.join('\n')}`)
      expect(lines).toHaveLength(36)
    },
    4 * 3_600_000,
  )
})

function stsPairs(): { score: number; texts: [string, string] }[] {
  return readFileSync(sharedFolder('sts', 'stsb-dev.tsv'), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t'))
    .map(([score, a, b]) => ({ score: Number(score), texts: [(a ?? '').trim(), (b ?? '').trim()] }))
}

function waysOf(vectors: readonly Float32Array[]): Record<string, (vector: Float32Array) => Float32Array> {
  const rows = new Float32Array(vectors.length * 768)
  for (const [index, vector] of vectors.entries()) rows.set(vector, index * 768)
  const methods: Record<string, PostProcessingMethod> = {
    'centred': { type: 'centre' },
    'two directions taken away': { type: 'all-but-the-top', components: 2 },
    'eight directions taken away': { type: 'all-but-the-top', components: 8 },
    'whitened in place': { type: 'whiten-zca', shrinkage: 0.05 },
    'whitened to 256': { type: 'whiten-pca', dimension: 256 },
  }
  const learnt = Object.entries(methods).map(([name, method]) => {
    const parameters = fitPostProcessing(rows, 768, method)
    return [name, (vector: Float32Array) => applyPostProcessing(parameters, vector)] as const
  })
  return { raw: (vector) => vector, ...Object.fromEntries(learnt) }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, lengthA, lengthB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    lengthA += a[i]! ** 2
    lengthB += b[i]! ** 2
  }
  return dot / Math.sqrt(lengthA * lengthB)
}
