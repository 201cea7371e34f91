import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom } from '../../harness/random.ts'

/** Writes ONNX files that are right in form, with weights that are nothing but random bytes. */
export interface FakeOnnx {
  readonly outputs?: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
  readonly inputs?: readonly string[]
  readonly weightBytes?: number
  /** Names of files beside it that hold weights. */
  readonly externalFiles?: readonly string[]
  readonly seed?: number
}

const statesOf = (dimension: number): FakeOnnx['outputs'] => [
  { name: 'last_hidden_state', shape: ['batch', 'sequence', dimension] },
]

export function fakeOnnx({ outputs, inputs, weightBytes = 2_000, externalFiles = [], seed = 1 }: FakeOnnx = {}): Buffer {
  const random = seededRandom(seed)
  const weights = Buffer.alloc(weightBytes)
  for (let at = 0; at < weights.length; at += 4)
    weights.writeUInt32LE(random.int(0, 0xffff_ffff), Math.min(at, weights.length - 4))
  const graph = Buffer.concat([
    bytesField(2, Buffer.from('graph')),
    bytesField(5, Buffer.concat([bytesField(8, Buffer.from('weight')), bytesField(9, weights)])),
    ...externalFiles.map((file) => bytesField(5, externalTensor(file))),
    ...(inputs ?? ['input_ids', 'attention_mask']).map((name) => bytesField(11, valueInfo(name, ['batch', 'sequence']))),
    ...(outputs ?? statesOf(16))!.map(({ name, shape }) => bytesField(12, valueInfo(name, shape))),
  ])
  return Buffer.concat([varintField(1, 8), bytesField(7, graph)])
}

function externalTensor(file: string): Buffer {
  const entry = Buffer.concat([bytesField(1, Buffer.from('location')), bytesField(2, Buffer.from(file))])
  return Buffer.concat([bytesField(8, Buffer.from('outside')), bytesField(13, entry), varintField(14, 1)])
}

function valueInfo(name: string, shape: readonly (number | string)[]): Buffer {
  const dims = shape.map((dim) => bytesField(1, typeof dim === 'number' ? varintField(1, dim) : bytesField(2, Buffer.from(dim))))
  const tensor = Buffer.concat([varintField(1, 1), bytesField(2, Buffer.concat(dims))])
  return Buffer.concat([bytesField(1, Buffer.from(name)), bytesField(2, bytesField(1, tensor))])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return Buffer.from(bytes)
}

const varintField = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)])
const bytesField = (field: number, value: Buffer): Buffer => Buffer.concat([varint(field * 8 + 2), varint(value.length), value])

export type ModelFiles = Readonly<Record<string, string | Buffer | object>>

/** A sentence-transformers model as its export leaves it. */
export const sentenceModel: ModelFiles = {
  'config.json': { model_type: 'bert', hidden_size: 16, max_position_embeddings: 512 },
  'tokenizer.json': { version: '1.0', model: { type: 'WordPiece', vocab: { a: 0 } } },
  'tokenizer_config.json': { tokenizer_class: 'BertTokenizer', model_max_length: 512 },
  'modules.json': [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ],
  '1_Pooling/config.json': { word_embedding_dimension: 16, pooling_mode_cls_token: false, pooling_mode_mean_tokens: true },
  'sentence_bert_config.json': { max_seq_length: 128, do_lower_case: false },
  'config_sentence_transformers.json': { prompts: { query: 'ask: ', document: 'say: ' }, default_prompt_name: null },
  'onnx/model.onnx': fakeOnnx({ seed: 2 }),
  'onnx/model_quantized.onnx': fakeOnnx({ seed: 3 }),
}

export function bufferOf(content: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(content)) return content
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
}

export function writeModel(folder: string, files: ModelFiles): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bufferOf(content))
  }
  return folder
}
