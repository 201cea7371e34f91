import type * as Ort from 'onnxruntime-node'
import { AkinError } from '../../../shared/errors.ts'
import type { NetworkConfig } from './model-files.ts'

export type Input = Ort.InferenceSession.TensorValueMetadata

const otherFile = 'Choose another file of this model, or another model'

/** Makes the tensor of one input for a batch. */
type Feed = (batch: Batch) => Ort.Tensor

/** Texts of a run, shorter ones padded on the right: a causal model never sees pads that come after. */
export interface Batch {
  readonly texts: readonly (readonly number[])[]
  readonly length: number
}

export interface FeederOptions {
  readonly ort: typeof Ort
  readonly inputs: readonly Input[]
  readonly config: NetworkConfig
  readonly padId: number
}

/** Gives a session exactly what it asks for, by name, type and rank. */
export class Feeder {
  /** True when the model can be told how long each text of a batch is. */
  readonly readsMask: boolean
  /** True when the model reads what was computed for earlier tokens; it gets none. */
  readonly readsPast: boolean
  readonly #ort: typeof Ort
  readonly #feeds: readonly (readonly [string, Feed])[]

  /** @throws AkinError `model-failed` for an input of unknown meaning */
  constructor({ ort, inputs, config, padId }: FeederOptions) {
    this.#ort = ort
    this.readsMask = inputs.some(({ name }) => name === 'attention_mask')
    this.readsPast = inputs.some(isPast)
    // The model zoo's GPT-2 calls its only input “input1”
    const isOnly = inputs.length === 1
    this.#feeds = inputs.map((input) => [input.name, this.#feedOf(input, { config, padId, isOnly })])
  }

  feedsOf(texts: readonly (readonly number[])[]): Record<string, Ort.Tensor> {
    const batch = { texts, length: Math.max(...texts.map(({ length }) => length)) }
    return Object.fromEntries(this.#feeds.map(([name, feed]) => [name, feed(batch)]))
  }

  #feedOf(input: Input, options: { config: NetworkConfig; padId: number; isOnly: boolean }): Feed {
    const { padId, config, isOnly } = options
    if (input.name === 'input_ids' || isOnly) return this.#integers(input, (text, at) => text[at] ?? padId)
    if (input.name === 'attention_mask') return this.#integers(input, (text, at) => (at < text.length ? 1 : 0))
    if (input.name === 'position_ids') return this.#integers(input, (text, at) => (at < text.length ? at : 1))
    if (input.name === 'token_type_ids') return this.#integers(input, () => 0)
    if (input.name === 'use_cache_branch') {
      const no = new this.#ort.Tensor('bool', [false], [1])
      return () => no
    }
    if (isPast(input)) return this.#emptyPast(input, config)
    throw new AkinError('model-failed', `The model asks for “${input.name}”, which Akin cannot give it`, { advice: otherFile })
  }

  /** `[batch, length]`, or `[1, batch, length]` where the model wants three dimensions. */
  #integers({ type, shape }: Input, valueAt: (text: readonly number[], at: number) => number): Feed {
    const leading = shape.length === 3 ? [1] : []
    return ({ texts, length }) => {
      const values = new BigInt64Array(texts.length * length)
      for (const [row, text] of texts.entries())
        for (let at = 0; at < length; at++) values[row * length + at] = BigInt(valueAt(text, at))
      const dims = [...leading, texts.length, length]
      return type === 'int32'
        ? new this.#ort.Tensor('int32', Int32Array.from(values, Number), dims)
        : new this.#ort.Tensor('int64', values, dims)
    }
  }

  /** A past without tokens, in the element type of the model. */
  #emptyPast({ name, type, shape }: Input, { n_head, num_attention_heads, num_key_value_heads }: NetworkConfig): Feed {
    const heads = num_key_value_heads ?? num_attention_heads ?? n_head
    // [batch, heads, past, width], with [2, …] before it where keys and values are one tensor
    const batchAt = shape.length - 4
    const width = shape[batchAt + 3]
    if (batchAt < 0 || typeof width !== 'number')
      throw new AkinError('model-failed', `The model does not tell the shape of “${name}”`, { advice: otherFile })
    const fixedHeads = shape[batchAt + 1]
    const leading = batchAt > 0 ? [2] : []
    const size = typeof fixedHeads === 'number' ? fixedHeads : (heads ?? 1)
    return ({ texts }) => {
      const dims = [...leading, texts.length, size, 0, width]
      return new this.#ort.Tensor(type, type === 'float16' ? new Uint16Array(0) : new Float32Array(0), dims)
    }
  }
}

function isPast({ name }: Input): boolean {
  return name.startsWith('past')
}
