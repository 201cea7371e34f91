import { AkinError } from '../../../shared/errors.ts'
import { greatestDifference, leakOf, mostLeak } from './causality.ts'
import type { OnnxModel } from './onnx-model.ts'
import { normalise } from './pool.ts'

export interface ProbeCheck {
  readonly name: 'vectors' | 'order' | 'positions'
  readonly isOk: boolean
  /** What was seen, in words for the person who chose the model. */
  readonly message: string
  readonly figures: Readonly<Record<string, number>>
}

/** What a model does with a few texts, before anything is built on its vectors. */
export interface ProbeReport {
  /** True when every check is; the self-test is for the caller to judge, since an untrained model may fail it. */
  readonly isUsable: boolean
  readonly checks: readonly ProbeCheck[]
  /** True when a text has the same vector alone and beside a longer one; otherwise it is given one text a call. */
  readonly batchesAgree: boolean
  /** Greatest difference of a number of the vector, alone against beside a longer text, as a share of the greatest number. */
  readonly batchDifference: number
  /** Cosines of two sentences that say the same, and of one with a third that does not. */
  readonly selfTest: { readonly near: number; readonly far: number; readonly isPassed: boolean; readonly message: string }
}

export const near = ['A cat is sleeping on the warm window sill.', 'The kitten naps in the sun by the window.'] as const
export const far = 'The central bank raised its interest rates by half a point.'

/** Most by which a vector may differ beside a longer text, as a share of its greatest number: half precision rounds so much. */
export const batchTolerance = 2e-3

/** Asks a model for what embeddings rest on. Never throws for what the model does wrong: that is in the report. */
export async function probeModel(model: OnnxModel): Promise<ProbeReport> {
  const checks: ProbeCheck[] = []
  const vectors = await checkVectors(model, checks)
  if (vectors === null) {
    const selfTest = { near: 0, far: 0, isPassed: false, message: 'Not done: the model gives no vectors' }
    return { isUsable: false, checks, batchesAgree: false, batchDifference: 1, selfTest }
  }
  if (model.session.hasStates) {
    const order = await checkOrder(model)
    if (order !== null) checks.push(order)
    checks.push(await checkPositions(model))
  }
  const batchDifference = await batchDifferenceOf(model)
  return {
    isUsable: checks.every(({ isOk }) => isOk),
    checks,
    batchesAgree: batchDifference <= batchTolerance,
    batchDifference,
    selfTest: selfTest(vectors),
  }
}

async function checkVectors(model: OnnxModel, checks: ProbeCheck[]): Promise<Float32Array[] | null> {
  const { dimension, passagePrefix } = model.spec
  try {
    const vectors = []
    for (const text of [...near, far]) vectors.push(await model.embed(model.read(passagePrefix + text)))
    checks.push({ name: 'vectors', isOk: true, message: `Gives ${dimension} numbers a text`, figures: { width: dimension } })
    return vectors
  } catch (error) {
    if (!(error instanceof AkinError)) throw error
    checks.push({ name: 'vectors', isOk: false, message: error.message, figures: {} })
    return null
  }
}

async function checkOrder(model: OnnxModel): Promise<ProbeCheck | null> {
  const leak = await leakOf(model)
  const isCausal = leak <= mostLeak
  const declared = model.spec.isCausal
  const seen = isCausal ? 'A token does not see those after it' : 'A token sees those after it'
  if (declared === undefined || declared === isCausal) return { name: 'order', isOk: true, message: seen, figures: { leak } }
  const message = declared
    ? `${seen}, which this model must not do: the file is made for going on from a text, not for reading one`
    : `${seen}, which this model must do: the file does not belong to it`
  return { name: 'order', isOk: false, message, figures: { leak } }
}

/** Equal tokens at other places must have other states. */
async function checkPositions({ tokenizer, session, spec }: OnnxModel): Promise<ProbeCheck> {
  const [id] = tokenizer.idsOf(' and')
  const [states] = await session.states([[id!, id!, id!, id!]])
  const rows = [1, 2].map((row) => states!.subarray(row * spec.dimension, (row + 1) * spec.dimension))
  const difference = greatestDifference(rows[0]!, rows[1]!)
  const isOk = difference > 1e-4
  const message = isOk
    ? 'The place of a word counts'
    : 'The place of a word does not count: the order of words in a text would be lost'
  return { name: 'positions', isOk, message, figures: { difference } }
}

/** How much a text's vector moves beside a longer one. */
export async function batchDifferenceOf(model: OnnxModel): Promise<number> {
  if (!model.mayBatch) return 1
  const [text, longer] = [near[0], `${near.join(' ')} ${far}`].map((one) => model.read(one))
  if (longer!.runs.length > 1) return 1
  const alone = await model.embed(text!)
  const [together] = await model.embedTogether([text!, longer!])
  return greatestDifference(alone, together!) / Math.max(...alone.map(Math.abs))
}

function selfTest(vectors: readonly Float32Array[]): ProbeReport['selfTest'] {
  const [first, second, other] = vectors.map(normalise)
  const near = cosine(first!, second!)
  const far = Math.max(cosine(first!, other!), cosine(second!, other!))
  const isPassed = near > far
  const figures = `${near.toFixed(3)} and ${far.toFixed(3)}`
  const message = isPassed
    ? `Two sentences that say the same are nearer than a third: ${figures}`
    : `Two sentences that say the same are no nearer than a third: ${figures}. Searches by meaning would be poor`
  return { near, far, isPassed, message }
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}
