import type * as Ort from 'onnxruntime-node'
import { AkinError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../model-spec.ts'
import { Feeder, type Input } from './feeds.ts'
import { hiddenStateOutput, logitsOutput, pooledOutput } from './graph/output-names.ts'
import type { NetworkConfig } from './model-files.ts'

type Output = Ort.InferenceSession.TensorValueMetadata

export interface SessionOptions {
  /** The weights, with any data beside them. */
  readonly file: string
  readonly model: ModelSpec
  readonly config: NetworkConfig
  readonly padId: number
  readonly threads: number
}

/** Opened files with their threads; each run blocks this process's JavaScript thread. */
export class ModelSession {
  readonly #session: Ort.InferenceSession
  readonly #feeder: Feeder
  readonly #model: ModelSpec
  readonly #states: string | undefined
  readonly #pooled: string | undefined

  static async open({ file, model, config, padId, threads }: SessionOptions): Promise<ModelSession> {
    const ort = await import('onnxruntime-node')
    const session = await ort.InferenceSession.create(file, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    })
    const inputs = session.inputMetadata.filter((input): input is Input => input.isTensor)
    try {
      return new ModelSession(session, new Feeder({ ort, inputs, config, padId }), model)
    } catch (error) {
      await session.release()
      throw error
    }
  }

  private constructor(session: Ort.InferenceSession, feeder: Feeder, model: ModelSpec) {
    this.#session = session
    this.#feeder = feeder
    this.#model = model
    const { states, pooled } = chooseOutputs(
      session.outputMetadata.filter((output): output is Output => output.isTensor),
      model,
    )
    this.#states = states
    this.#pooled = pooled
  }

  /** True when each token's vector can be had, and not only that of the text. */
  get hasStates(): boolean {
    return this.#states !== undefined
  }

  get readsMask(): boolean {
    return this.#feeder.readsMask
  }

  get readsPast(): boolean {
    return this.#feeder.readsPast
  }

  /**
   * Hidden states of each text, row-major `[tokens, dimension]`, without those of pads.
   *
   * @param texts token ids, each with at least one
   * @throws AkinError `dimension-mismatch`
   */
  async states(texts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const { data, length, width } = await this.#run(this.#states, texts)
    return texts.map((text, row) => data.subarray(row * length * width, (row * length + text.length) * width))
  }

  /** The graph's own vector of each text, `[dimension]`. */
  async pooled(texts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const { data, width } = await this.#run(this.#pooled, texts)
    return texts.map((_, row) => data.slice(row * width, (row + 1) * width))
  }

  async release(): Promise<void> {
    await this.#session.release()
  }

  async #run(
    name: string | undefined,
    texts: readonly (readonly number[])[],
  ): Promise<{ data: Float32Array; length: number; width: number }> {
    if (name === undefined) throw new AkinError('not-found', `${this.#model.name} gives no such output`)
    const feeds = this.#feeder.feedsOf(texts)
    const output = (await this.#session.run(feeds, [name]))[name]!
    const { dims } = output
    const width = dims.at(-1) ?? 0
    const length = name === this.#states ? Math.max(...texts.map((text) => text.length)) : 1
    // Logits are wide, states of the last token alone are short: neither may pass for hidden states
    if (width !== this.#model.dimension || dims.reduce((a, b) => a * b, 1) !== texts.length * length * width)
      throw mismatch(this.#model, dims)
    const data = floatsOf(output)
    output.dispose()
    return { data, length, width }
  }
}

function chooseOutputs(outputs: readonly Output[], model: ModelSpec): { states?: string; pooled?: string } {
  const names = outputs.map(({ name }) => name)
  const ofPooling = model.output
  if (ofPooling !== undefined && !names.includes(ofPooling))
    throw new AkinError('model-failed', `${model.name} has no output “${ofPooling}”`, {
      advice: `Choose one of ${names.join(', ')}`,
    })
  const isLogits = (name: string): boolean => logitsOutput([name]) !== undefined
  const ofRank = (isRank: (rank: number) => boolean): string | undefined =>
    outputs.find(({ name, shape }) => !isLogits(name) && !name.startsWith('present') && isRank(shape.length))?.name
  const pooled = (model.pooling === 'model' ? ofPooling : undefined) ?? pooledOutput(names) ?? ofRank((rank) => rank === 2)
  const states = (model.pooling === 'model' ? undefined : ofPooling) ?? hiddenStateOutput(names) ?? ofRank((rank) => rank >= 3)
  if ((model.pooling === 'model' ? pooled : states) === undefined) throw noVectors(model, names.some(isLogits))
  return { ...(states === undefined ? {} : { states }), ...(pooled === undefined ? {} : { pooled }) }
}

function noVectors({ name, pooling }: ModelSpec, hasLogits: boolean): AkinError {
  const reason = hasLogits
    ? 'gives scores for words and no vectors'
    : pooling === 'model'
      ? 'gives no vector of a whole text'
      : 'gives no vectors of tokens'
  return new AkinError('model-failed', `This file of ${name} ${reason}`, {
    advice: 'Add the model again, so that Akin finds its vectors, or choose another pooling',
  })
}

function mismatch({ name, dimension }: ModelSpec, dims: readonly number[]): AkinError {
  return new AkinError(
    'dimension-mismatch',
    `The model ${name} gave ${dims.join(' × ')} numbers instead of vectors of ${dimension}`,
    {
      advice: 'These may be scores for words: add the model again, or choose another file of it',
      details: { dims: [...dims], dimension },
    },
  )
}

/** Half precision comes as raw bits where the language has no type for it. */
function floatsOf({ type, data }: Ort.Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, floatOfHalf)
  if (type === 'float16' || type === 'float64') return Float32Array.from(data as unknown as Iterable<number>)
  throw new AkinError('model-failed', `The model gives ${type}, and not floating-point numbers`)
}

/** IEEE 754 binary16. */
function floatOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
