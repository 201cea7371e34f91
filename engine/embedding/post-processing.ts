import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { AkinError } from '../../shared/errors.ts'

/**
 * What is learnt from a library's own vectors to tell them apart better, where a model lets them all point one way. A new length
 * of 1 comes after each.
 *
 * - `centre`: the mean is taken away.
 * - `all-but-the-top`: the mean, and the parts along the `components` strongest directions (Mu & Viswanath 2018); about a
 *   hundredth of the dimension is usual.
 * - `whiten-pca`: all of the `dimension` strongest directions become equally strong, the rest is dropped (Su et al. 2021).
 * - `whiten-zca`: all directions become about equally strong in place. `shrinkage` from 0 to 1 draws their strengths to the
 *   mean: without any, a direction in which vectors do not differ is divided by zero; 0.05 is usual.
 */
export type PostProcessingMethod =
  | { readonly type: 'centre' }
  | { readonly type: 'all-but-the-top'; readonly components: number }
  | { readonly type: 'whiten-pca'; readonly dimension: number }
  | { readonly type: 'whiten-zca'; readonly shrinkage: number }

/** What was learnt: kept with the space, applied to raw vectors when an index is built and to queries. */
export interface PostProcessing {
  readonly method: PostProcessingMethod
  readonly inputDimension: number
  /** Of the vectors that come out. */
  readonly dimension: number
  /** Vectors that it was learnt from. */
  readonly sampleSize: number
  /** `[inputDimension]` */
  readonly mean: Float64Array
  /** Row-major `[rows, inputDimension]`: directions to take away, or what to multiply by; empty when only the mean is taken away. */
  readonly matrix: Float64Array
}

/** More than this teach little more and take time: 3,000 vectors of 768 numbers take three seconds. */
export const enoughVectors = 5_000

/** Strengths below this share of the strongest are rounding: nothing may be divided by them. */
const leastStrength = 1e-9

/**
 * Learns from raw vectors of the space. Blocks for seconds: `learnPostProcessing` does it in a process of its own.
 *
 * @param rows row-major `[n, dimension]`, not normalised; not kept
 * @throws AkinError `invalid-argument` when there are too few vectors, or directions, for the method
 */
export function fitPostProcessing(rows: Float32Array, dimension: number, method: PostProcessingMethod): PostProcessing {
  const sampleSize = rows.length / dimension
  check(Number.isInteger(sampleSize) && sampleSize >= 2, 'At least two vectors are needed to learn from')
  const mean = meanOf(rows, dimension)
  const matrix = matrixOf(method, () => directionsOf(rows, mean))
  return {
    method,
    inputDimension: dimension,
    dimension: method.type === 'whiten-pca' ? method.dimension : dimension,
    sampleSize,
    mean,
    matrix,
  }
}

/** Applies to one raw vector; gives a new one of length 1, `[dimension]`; all zeros when nothing is left of it. */
export function applyPostProcessing(parameters: PostProcessing, vector: Float32Array): Float32Array {
  return normalised(withoutLength(parameters, vector))
}

/** Applies to many: row-major `[n, inputDimension]` gives `[n, dimension]`. */
export function applyPostProcessingToAll(parameters: PostProcessing, rows: Float32Array): Float32Array {
  const { inputDimension, dimension } = parameters
  const count = rows.length / inputDimension
  const all = new Float32Array(count * dimension)
  for (let row = 0; row < count; row++) {
    const vector = rows.subarray(row * inputDimension, (row + 1) * inputDimension)
    all.set(applyPostProcessing(parameters, vector), row * dimension)
  }
  return all
}

/** The same before the length is made 1. */
export function withoutLength({ method, inputDimension, mean, matrix }: PostProcessing, vector: Float32Array): Float64Array {
  if (vector.length !== inputDimension)
    throw new AkinError('dimension-mismatch', `A vector of ${vector.length} numbers came where ${inputDimension} belong`)
  const centred = Float64Array.from(vector, (value, index) => value - mean[index]!)
  if (method.type === 'centre') return centred
  const parts = times(matrix, centred)
  if (method.type !== 'all-but-the-top') return parts
  for (const [component, part] of parts.entries()) {
    for (let i = 0; i < inputDimension; i++) centred[i]! -= part * matrix[component * inputDimension + i]!
  }
  return centred
}

interface Directions {
  /** Falling. */
  readonly strengths: Float64Array
  /** Row-major `[d, d]`: one direction a row. */
  readonly rows: Float64Array
}

function matrixOf(method: PostProcessingMethod, learn: () => Directions): Float64Array {
  if (method.type === 'centre') return new Float64Array(0)
  const { strengths, rows } = learn()
  const dimension = strengths.length
  switch (method.type) {
    case 'all-but-the-top':
      check(method.components >= 1 && method.components < dimension, 'There are not so many directions to take away')
      return rows.slice(0, method.components * dimension)
    case 'whiten-pca':
      check(method.dimension >= 1 && method.dimension <= dimension, 'There are not so many directions to keep')
      check(
        strengths[method.dimension - 1]! > leastStrength * strengths[0]!,
        `The vectors differ in fewer than ${method.dimension} directions: keep fewer, or learn from more vectors`,
      )
      return rows
        .slice(0, method.dimension * dimension)
        .map((value, index) => value / Math.sqrt(strengths[Math.floor(index / dimension)]!))
    case 'whiten-zca':
      return zca({ strengths, rows }, method.shrinkage)
  }
}

/** V diag(1/√((1 − λ) w + λ mean(w))) Vᵀ */
function zca({ strengths, rows }: Directions, shrinkage: number): Float64Array {
  check(shrinkage >= 0 && shrinkage <= 1, 'Shrinkage lies between 0 and 1')
  const dimension = strengths.length
  const middle = strengths.reduce((sum, value) => sum + value, 0) / dimension
  const shrunk = strengths.map((value) => (1 - shrinkage) * Math.max(0, value) + shrinkage * middle)
  check(shrunk[dimension - 1]! > leastStrength * shrunk[0]!, 'The vectors do not differ in every direction: shrink a little')
  const directions = Matrix.from1DArray(dimension, dimension, rows)
  const scaled = directions.clone().mulColumnVector(Array.from(shrunk, (value) => 1 / Math.sqrt(value)))
  return Float64Array.from(directions.transpose().mmul(scaled).to1DArray())
}

/** Eigenvectors of the covariance (divided by n), the strongest first, each with its greatest number positive. */
function directionsOf(rows: Float32Array, mean: Float64Array): Directions {
  const dimension = mean.length
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covarianceOf(rows, mean), { assumeSymmetric: true })
  const order = realEigenvalues.map((_, index) => index).toSorted((a, b) => realEigenvalues[b]! - realEigenvalues[a]!)
  const directions = new Float64Array(dimension * dimension)
  for (const [row, column] of order.entries()) {
    const direction = eigenvectorMatrix.getColumn(column)
    const greatest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    directions.set(
      direction.map((value) => value * Math.sign(greatest)),
      row * dimension,
    )
  }
  return { strengths: Float64Array.from(order, (index) => realEigenvalues[index]!), rows: directions }
}

function meanOf(rows: Float32Array, dimension: number): Float64Array {
  const sum = new Float64Array(dimension)
  for (let i = 0; i < rows.length; i++) sum[i % dimension]! += rows[i]!
  return sum.map((value) => (value * dimension) / rows.length)
}

function covarianceOf(rows: Float32Array, mean: Float64Array): Matrix {
  const dimension = mean.length
  const count = rows.length / dimension
  const sums = new Float64Array(dimension * dimension)
  const centred = new Float64Array(dimension)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dimension; i++) centred[i] = rows[row * dimension + i]! - mean[i]!
    for (let i = 0; i < dimension; i++) {
      const value = centred[i]!
      for (let j = 0; j <= i; j++) sums[i * dimension + j]! += value * centred[j]!
    }
  }
  const covariance = Matrix.zeros(dimension, dimension)
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j <= i; j++) {
      covariance.set(i, j, sums[i * dimension + j]! / count)
      covariance.set(j, i, sums[i * dimension + j]! / count)
    }
  }
  return covariance
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const product = new Float64Array(matrix.length / vector.length)
  for (let row = 0; row < product.length; row++) {
    let sum = 0
    for (let i = 0; i < vector.length; i++) sum += matrix[row * vector.length + i]! * vector[i]!
    product[row] = sum
  }
  return product
}

function normalised(vector: Float64Array): Float32Array {
  const length = Math.hypot(...vector)
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length))
}

function check(isOk: boolean, message: string): void {
  if (!isOk) throw new AkinError('invalid-argument', message)
}
