import { createReadStream } from 'node:fs'
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import type * as TransformersModule from '@huggingface/transformers'
import { AkinError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'

type Transformers = typeof TransformersModule
type Tokenizer = Awaited<ReturnType<Transformers['AutoTokenizer']['from_pretrained']>>
type Model = Awaited<ReturnType<Transformers['AutoModel']['from_pretrained']>>

/** An ONNX model ready to embed. Every call blocks this process's JavaScript thread while it runs. */
export interface LoadedModel {
  /** Token ids as the model sees them: special tokens round the text, cut to the model's length. */
  tokenIds(text: string): number[]
  /** The pooled, L2-normalised vector of token ids, `[dimension]`. */
  embedIds(ids: readonly number[]): Promise<Float32Array>
  dispose(): Promise<void>
}

export interface LoadOptions {
  readonly model: ModelSpec
  readonly modelsFolder: string
  readonly threads: number
}

/**
 * Loads a model from the disk. Nothing is fetched: remote loading is off, and the library's `fetch` throws.
 *
 * @throws AkinError `model-missing`, `model-damaged`, `model-failed`
 */
export async function loadOnnxModel({ model, modelsFolder, threads }: LoadOptions): Promise<LoadedModel> {
  await checkWeights(join(modelsFolder, model.folder, model.weightsFile), model)
  const transformers = await importTransformers(modelsFolder)
  try {
    const tokenizer = await transformers.AutoTokenizer.from_pretrained(model.folder)
    const session = {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    } as const
    const network = await transformers.AutoModel.from_pretrained(model.folder, { dtype: model.dtype, session_options: session })
    return new OnnxModel(model, transformers, tokenizer, network)
  } catch (cause) {
    throw new AkinError('model-failed', `The model ${model.name} could not be loaded`, {
      advice: 'Install Akin again to get its model files back',
      cause,
      details: { reason: cause instanceof Error ? cause.message : String(cause) },
    })
  }
}

/** Compares the file with the hash that names the space: a changed file would mix vectors without a word. */
async function checkWeights(file: string, { name, weightsSha256 }: ModelSpec): Promise<void> {
  if ((await stat(file).catch(() => null)) === null) {
    throw new AkinError('model-missing', `The model file of ${name} is not there`, {
      advice: 'Install Akin again to get its model files back',
      details: { file },
    })
  }
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  const found = hash.digest('hex')
  if (found !== weightsSha256) {
    throw new AkinError('model-damaged', `The model file of ${name} is not the one that belongs to it`, {
      advice: 'Install Akin again to get its model files back. Nothing in the library was changed',
      details: { file, expected: weightsSha256, found },
    })
  }
}

let transformersOnce: Promise<Transformers> | undefined

async function importTransformers(modelsFolder: string): Promise<Transformers> {
  transformersOnce ??= loadTransformers()
  const transformers = await transformersOnce
  transformers.env.localModelPath = modelsFolder.endsWith('/') ? modelsFolder : `${modelsFolder}/`
  return transformers
}

/** transformers.js without its picture library, which takes 35 MB and most of a second and is never used here. */
async function loadTransformers(): Promise<Transformers> {
  const noPictures = 'data:text/javascript,export default function sharp() { throw new Error("pictures are not read here") }'
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'sharp' ? { url: noPictures, shortCircuit: true } : next(specifier, context),
  })
  const transformers = await import('@huggingface/transformers')
  transformers.env.allowRemoteModels = false
  transformers.env.useFSCache = false
  transformers.env.fetch = refuseFetch
  globalThis.fetch = refuseFetch
  return transformers
}

function refuseFetch(): Promise<never> {
  return Promise.reject(new AkinError('not-allowed', 'The inference process has no network'))
}

class OnnxModel implements LoadedModel {
  readonly #spec: ModelSpec
  readonly #transformers: Transformers
  readonly #tokenizer: Tokenizer
  readonly #network: Model
  readonly #clsId: number
  readonly #sepId: number
  readonly #specialTokens: RegExp

  constructor(spec: ModelSpec, transformers: Transformers, tokenizer: Tokenizer, network: Model) {
    this.#spec = spec
    this.#transformers = transformers
    this.#tokenizer = tokenizer
    this.#network = network
    const [cls, sep] = this.#encode('', true)
    this.#clsId = cls!
    this.#sepId = sep!
    this.#specialTokens = /\[(CLS|SEP|PAD|UNK|MASK)\]/g
  }

  tokenIds(text: string): number[] {
    // The library's own truncation cuts off the final [SEP], so the special tokens are put round the text here
    const ids = this.#encode(this.#withoutSpecialTokens(text), false)
    return [this.#clsId, ...ids.slice(0, this.#spec.maxInputTokens - 2), this.#sepId]
  }

  async embedIds(ids: readonly number[]): Promise<Float32Array> {
    const { Tensor } = this.#transformers
    const shape = [1, ids.length]
    const input = {
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
    }
    const output = (await this.#network(input)) as {
      last_hidden_state?: { data: Float32Array; dims: number[]; dispose?(): void }
    }
    const hidden = output.last_hidden_state
    if (hidden === undefined || hidden.dims.at(-1) !== this.#spec.dimension) {
      throw new AkinError(
        'dimension-mismatch',
        `The model ${this.#spec.name} gave ${hidden?.dims.join(' × ') ?? 'no hidden states'} instead of vectors of ${this.#spec.dimension}`,
      )
    }
    const vector =
      this.#spec.pooling === 'cls' ? hidden.data.slice(0, this.#spec.dimension) : meanOfRows(hidden.data, this.#spec.dimension)
    hidden.dispose?.()
    return normalise(vector)
  }

  async dispose(): Promise<void> {
    await this.#network.dispose()
  }

  #encode(text: string, withSpecialTokens: boolean): number[] {
    const { input_ids: ids } = this.#tokenizer(text, { add_special_tokens: withSpecialTokens, return_tensor: false }) as {
      input_ids: number[]
    }
    return ids
  }

  /** `[SEP]` typed in a text would become the special token itself. */
  #withoutSpecialTokens(text: string): string {
    return text.replaceAll(this.#specialTokens, '[ $1 ]')
  }
}

/** Mean of the rows of a row-major `[n, dimension]` matrix. */
function meanOfRows(data: Float32Array, dimension: number): Float32Array {
  const mean = new Float32Array(dimension)
  const rows = data.length / dimension
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dimension; i++) mean[i]! += data[row * dimension + i]! / rows
  }
  return mean
}

function normalise(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0)
    throw new AkinError('embedding-failed', 'The model gave no usable vector for this text')
  return vector.map((value) => value / length)
}
