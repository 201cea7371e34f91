import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { prepareGraph, type PreparedGraph } from '../../../engine/embedding/onnx/graph/prepare-graph.ts'
import { loadOnnxModel, type OnnxModel } from '../../../engine/embedding/onnx/onnx-model.ts'
import type { ModelSpec } from '../../../engine/embedding/model-spec.ts'
import { hasShared, repository } from '../importing/paths.ts'

/** Random GPT-2 models with what they must give; lies beside the repository. */
export const referenceFolder = join(process.env['AKIN_SHARED'] ?? join(repository, '../shared'), 'models/gpt2-reference')
export const isReferenceThere = hasShared(referenceFolder)

export interface OracleString {
  readonly text: string
  readonly ids: number[]
  readonly mean: number[]
  readonly last: number[]
  readonly wmean: number[]
  readonly mean_l2: number[]
  readonly last_l2: number[]
  readonly wmean_l2: number[]
  readonly bos_mean: number[]
}

export interface Oracle {
  readonly n_embd: number
  readonly n_positions: number
  readonly window_overlap: number
  readonly strings: OracleString[]
  readonly full_length: { text: string; ids: number[]; mean: number[]; last: number[] }[]
  readonly batches: { pad_side: 'left' | 'right'; members: number[] }[]
  readonly long: {
    text: string
    ids: number[]
    n: number
    truncate_mean: number[]
    no_overlap: { windows: [number, number, number][]; mean: number[]; unweighted_mean_of_windows: number[] }
    overlap: { windows: [number, number, number][]; mean: number[]; unweighted_mean_of_windows: number[] }
  }[]
  readonly token_states: { string: number; states: number[][] }[]
}

export type Size = 'tiny-a' | 'tiny-b'

export function readReference(file: string): unknown {
  return JSON.parse(readFileSync(join(referenceFolder, file), 'utf8'))
}

/** `exact` files give the oracle's vectors to 1e-5, `half` ones to 1e-2, 8-bit ones only their own. */
export type Precision = 'exact' | 'half' | 'eight-bit'

/** Every file of the set that can be read as a whole text. */
export const files: readonly (readonly [Size, string, Precision])[] = [
  ['tiny-a', 'fe/model', 'exact'],
  ['tiny-b', 'fe/model', 'exact'],
  ['tiny-b', 'fe/model_fp16', 'half'],
  ['tiny-b', 'fe/model_quantized', 'eight-bit'],
  ['tiny-b', 'lm-untied/model', 'exact'],
  ['tiny-b', 'lm-untied/model_q4', 'exact'],
  ['tiny-b', 'lm-untied/model_quantized', 'eight-bit'],
  ['tiny-b', 'lm-past/model', 'exact'],
  ['tiny-b', 'lm-past/model_fp16', 'half'],
  ['tiny-b', 'lm-past/model_quantized', 'eight-bit'],
  ['tiny-b', 'legacy/decoder_model', 'exact'],
  ['tiny-b', 'legacy/decoder_model_merged', 'exact'],
  ['tiny-b', 'legacy/decoder_model_merged_quantized', 'eight-bit'],
  ['tiny-b', 'gpt2-10/gpt2-10', 'exact'],
  ['tiny-b', 'gpt2-10/gpt2-lm-head-10', 'exact'],
]

export const tolerances: Readonly<Record<Precision, number>> = { 'exact': 1e-5, 'half': 1e-2, 'eight-bit': 0.4 }

const dtypes = { 'exact': 'fp32', 'half': 'fp16', 'eight-bit': 'q8' } as const

const widths = { 'tiny-a': [64, 256], 'tiny-b': [32, 64] } as const

export function sourceOf(size: Size, name: string): string {
  return join(referenceFolder, size, 'onnx', `${name}.onnx`)
}

/** A models folder with the set's tokenizer and config, and one file of it made ready. */
export async function prepared(
  modelsFolder: string,
  [size, name, precision]: readonly [Size, string, Precision],
  changes: Partial<ModelSpec> = {},
): Promise<{ graph: PreparedGraph; model: ModelSpec; modelsFolder: string }> {
  const [dimension, maxInputTokens] = widths[size]
  const folder = join(modelsFolder, size)
  mkdirSync(folder, { recursive: true })
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    if (!existsSync(join(folder, file))) symlinkSync(join(referenceFolder, size, file), join(folder, file))
  }
  const source = join(folder, name.replace('/', '-') + '.onnx')
  if (!existsSync(source)) symlinkSync(sourceOf(size, name), source)
  const graph = await prepareGraph({ file: source, folder: join(folder, 'changed'), dimension })
  const model: ModelSpec = {
    name: `${size} ${name}`,
    folder: basename(folder),
    weightsFile: relative(folder, graph.file),
    weightsSha256: graph.sha256,
    sourceSha256: graph.sourceSha256,
    externalData: graph.externalData,
    dtype: dtypes[precision],
    dimension,
    maxInputTokens,
    longTexts: 'windows',
    pooling: 'mean',
    normalised: false,
    isCausal: true,
    queryPrefix: '',
    passagePrefix: '',
    ...changes,
  }
  return { graph, model, modelsFolder }
}

export async function loadGpt2(
  modelsFolder: string,
  file: readonly [Size, string, Precision],
  changes: Partial<ModelSpec> = {},
): Promise<OnnxModel> {
  const { model } = await prepared(modelsFolder, file, changes)
  return loadOnnxModel({ model, modelsFolder, threads: 1 })
}

/** The special token that stands for the end of a text, by its id in each vocabulary. */
export const endOfText = { name: '<|endoftext|>', ids: { 'tiny-a': 50_256, 'tiny-b': 2_000 } } as const
