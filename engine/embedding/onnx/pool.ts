import { AkinError } from '../../../shared/errors.ts'
import type { Pooling } from '../model-spec.ts'

/** Gathers hidden states, window by window, into the vector of one text. */
export class StatePool {
  readonly #pooling: Exclude<Pooling, 'model'>
  readonly #sum: Float64Array
  #count = 0
  #weights = 0

  constructor(pooling: Exclude<Pooling, 'model'>, dimension: number) {
    this.#pooling = pooling
    this.#sum = new Float64Array(dimension)
  }

  /** @param rows row-major `[n, dimension]`, the states that count, in the order of the text */
  add(rows: Float32Array): void {
    const dimension = this.#sum.length
    for (let at = 0; at < rows.length; at += dimension) {
      this.#count++
      switch (this.#pooling) {
        case 'cls':
          if (this.#count === 1) this.#set(rows, at)
          break
        case 'last-token':
          if (at + dimension === rows.length) this.#set(rows, at)
          break
        case 'mean':
          this.#addRow(rows, at, 1)
          break
        case 'weighted-mean':
          this.#addRow(rows, at, this.#count)
      }
    }
  }

  /** The pooled vector, `[dimension]`. */
  vector(): Float32Array {
    if (this.#count === 0) throw nothingToEmbed()
    const scale = this.#weights === 0 ? 1 : 1 / this.#weights
    return Float32Array.from(this.#sum, (value) => value * scale)
  }

  #set(rows: Float32Array, at: number): void {
    this.#sum.set(rows.subarray(at, at + this.#sum.length))
  }

  #addRow(rows: Float32Array, at: number, weight: number): void {
    const sum = this.#sum
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * rows[at + i]!
    this.#weights += weight
  }
}

export function nothingToEmbed(): AkinError {
  return new AkinError('embedding-failed', 'There is nothing to embed in this text')
}

/** @throws AkinError `embedding-failed` when the vector has no direction */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  if (length === 0) throw unusable()
  return checkFinite(vector.map((value) => value / length))
}

/** @throws AkinError `embedding-failed` when a number is none */
export function checkFinite(vector: Float32Array): Float32Array {
  if (!vector.every(Number.isFinite)) throw unusable()
  return vector
}

function unusable(): AkinError {
  return new AkinError('embedding-failed', 'The model gave no usable vector for this text')
}
