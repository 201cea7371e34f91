import { posix } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { Dtype } from '../embedding/model-spec.ts'
import type { SourceFile } from './model-source.ts'

/** An ONNX file that could be the model, and what its name says of it. */
export interface OnnxChoice {
  readonly id: string
  readonly label: string
  readonly file: string
  readonly bytes: number
  readonly dtype: Dtype
}

interface Quantisation {
  readonly dtype: Dtype
  readonly label: string
  /** Lower is offered first on an ordinary processor. */
  readonly rank: number
}

/** Ends of file names: transformers.js's own, then those of sentence-transformers' exports. */
const quantisations: Readonly<Record<string, Quantisation>> = {
  'quantized': { dtype: 'q8', label: '8 bit', rank: 0 },
  'int8': { dtype: 'int8', label: '8 bit, signed', rank: 1 },
  'uint8': { dtype: 'uint8', label: '8 bit, unsigned', rank: 2 },
  'qint8_avx2': { dtype: 'int8', label: '8 bit for processors with AVX2', rank: 3 },
  'quint8_avx2': { dtype: 'uint8', label: '8 bit for processors with AVX2', rank: 3 },
  'qint8_avx512': { dtype: 'int8', label: '8 bit for processors with AVX-512', rank: 7 },
  'qint8_avx512_vnni': { dtype: 'int8', label: '8 bit for processors with AVX-512 VNNI', rank: 7 },
  'qint8_arm64': { dtype: 'int8', label: '8 bit for ARM processors', rank: 7 },
  '': { dtype: 'fp32', label: 'full precision', rank: 4 },
  'O1': { dtype: 'fp32', label: 'full precision, optimised', rank: 5 },
  'O2': { dtype: 'fp32', label: 'full precision, optimised', rank: 5 },
  'O3': { dtype: 'fp32', label: 'full precision, optimised', rank: 5 },
  'q4': { dtype: 'q4', label: '4 bit', rank: 6 },
  'no_gather_q4': { dtype: 'q4', label: '4 bit', rank: 8 },
  'fp16': { dtype: 'fp16', label: 'half precision', rank: 9 },
  'O4': { dtype: 'fp16', label: 'half precision, for graphics cards', rank: 10 },
  'q4f16': { dtype: 'q4f16', label: '4 bit, half precision', rank: 11 },
  'bnb4': { dtype: 'bnb4', label: '4 bit (bnb)', rank: 12 },
}

/** Longest first, so that `_qint8_avx512_vnni` is not read as `_vnni` of something. */
const endings = Object.keys(quantisations)
  .filter((ending) => ending !== '')
  .toSorted((a, b) => b.length - a.length)

/** Names of a graph that is one part of a larger whole. */
const parts =
  /^(?:encoder|encoder_model|text_encoder|text_model|vision_model|vision_encoder|audio_model|audio_encoder|unet|vae_.*|speech_.*|projection.*|embed_tokens|prefill.*)$/
/** Exports of one language model that stand beside each other; the second is never right for whole texts. */
const languageModels = new Set(['decoder_model', 'decoder_with_past_model', 'decoder_model_merged'])

/**
 * The ONNX files of a folder that are one model stored in several ways, the one for ordinary processors first.
 *
 * @throws AkinError `unsupported-format` when there is none, or several models that belong together
 */
export function chooseOnnx(files: readonly SourceFile[]): readonly [OnnxChoice, ...OnnxChoice[]] {
  const found = files.filter(({ path }) => path.endsWith('.onnx'))
  if (found.length === 0) throw noOnnx(files)
  // A folder of its own for them goes before single files beside the tokenizer
  const inOwnFolder = found.filter(({ path }) => posix.dirname(path) === 'onnx')
  const candidates = inOwnFolder.length > 0 ? inOwnFolder : found
  const families = Map.groupBy(candidates, ({ path }) => familyOf(path).family)
  const choices = candidatesOf(families).map((file): OnnxChoice => {
    const { ending } = familyOf(file.path)
    const { dtype, label } = quantisations[ending]!
    return { id: idOf(ending), label, file: file.path, bytes: file.bytes, dtype }
  })
  const rank = ({ file }: OnnxChoice): number => quantisations[familyOf(file).ending]!.rank
  const [first, ...others] = choices.toSorted((a, b) => rank(a) - rank(b) || a.file.localeCompare(b.file))
  return [first!, ...others]
}

function candidatesOf(families: ReadonlyMap<string, SourceFile[]>): SourceFile[] {
  const whole = families.get('model')
  const names = [...families.keys()].toSorted()
  const hasParts = names.some((name) => parts.test(name))
  if (hasParts && (names.length > 1 || whole === undefined)) throw severalModels(names)
  if (whole !== undefined) return whole
  const decoder = families.get('decoder_model') ?? families.get('decoder_model_merged')
  if (names.every((name) => languageModels.has(name))) {
    if (decoder !== undefined) return decoder
    throw new AkinError('unsupported-format', 'This export of a language model only goes on with texts; it cannot read one', {
      advice: 'Choose a folder that holds decoder_model.onnx or model.onnx as well',
      details: { files: names },
    })
  }
  if (names.length > 1) throw severalModels(names)
  return [...families.values()][0]!
}

function familyOf(path: string): { family: string; ending: string } {
  const name = posix.basename(path, '.onnx')
  const ending = endings.find((one) => name.endsWith(`_${one}`))
  return ending === undefined ? { family: name, ending: '' } : { family: name.slice(0, -ending.length - 1), ending }
}

function idOf(ending: string): string {
  if (ending === '') return 'fp32'
  return ending === 'quantized' ? 'q8' : ending.toLowerCase().replaceAll('_', '-')
}

function severalModels(names: readonly string[]): AkinError {
  return new AkinError('unsupported-format', `This is made of several models: ${names.slice(0, 6).join(', ')}`, {
    advice: 'Akin needs a model that turns a text into a vector by itself: one ONNX file, in several sizes if need be',
    details: { files: names },
  })
}

const otherWeights = /\.(safetensors|bin|pt|pth|h5|msgpack|gguf|ggml|tflite|mlpackage)$/

function noOnnx(files: readonly SourceFile[]): AkinError {
  const weights = files.find(({ path }) => otherWeights.test(path))
  if (weights === undefined) {
    return new AkinError('unsupported-format', 'There is no ONNX file here', {
      advice: 'Choose the folder that holds model.onnx and tokenizer.json',
    })
  }
  const kind = otherWeights.exec(weights.path)![1]!
  return new AkinError('unsupported-format', `The weights here are in another format (${kind}); Akin reads ONNX`, {
    advice:
      'Many models have a folder "onnx" on their page: get those files too. Or convert it: optimum-cli export onnx --model <this folder> --task feature-extraction <new folder>',
    details: { file: weights.path },
  })
}
