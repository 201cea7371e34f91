import { dirname, join } from 'node:path'
import { AkinError } from '../../../shared/errors.ts'
import { isEightBit, type ModelSpec } from '../model-spec.ts'
import { leakOf, mostLeak } from './causality.ts'
import { checkWeights, readNetworkConfig, readTokenizerFiles } from './model-files.ts'
import { checkFinite, normalise, nothingToEmbed, StatePool } from './pool.ts'
import { readingOf, type Reading } from './reading.ts'
import { ModelSession, type SessionOptions } from './session.ts'
import { coreOfTransformers, ModelTokenizer } from './tokenizer.ts'
import { importTransformers } from './transformers.ts'

export interface LoadOptions {
  readonly model: ModelSpec
  readonly modelsFolder: string
  readonly threads: number
}

const otherFile = 'Choose another file of this model, or another model'

/**
 * Loads a model from the disk. Nothing is fetched.
 *
 * @throws AkinError `model-missing`, `model-damaged`, `model-failed`, `dimension-mismatch`
 */
export async function loadOnnxModel({ model, modelsFolder, threads }: LoadOptions): Promise<OnnxModel> {
  const folder = join(modelsFolder, model.folder)
  await checkWeights(modelsFolder, model)
  try {
    const files = await readTokenizerFiles(folder, model)
    const { PreTrainedTokenizer } = await importTransformers()
    const tokenizer = new ModelTokenizer(
      files,
      (json, config) => coreOfTransformers(PreTrainedTokenizer, json, config),
      model.firstToken,
    )
    const config = await readNetworkConfig(folder, model.name)
    const session = { file: join(folder, model.weightsFile), model, config, padId: tokenizer.padId }
    const loaded = new OnnxModel(tokenizer, session, await ModelSession.open({ ...session, threads }), threads)
    await loaded.check()
    return loaded
  } catch (cause) {
    if (cause instanceof AkinError) throw cause
    throw new AkinError('model-failed', `The model ${model.name} could not be loaded`, {
      advice: 'Install Akin again to get its model files back, or add the model again if you added it',
      cause,
      details: { reason: cause instanceof Error ? cause.message : String(cause), folder: dirname(folder) },
    })
  }
}

/** A model ready to embed. Every run blocks this process's JavaScript thread. */
export class OnnxModel {
  readonly tokenizer: ModelTokenizer
  readonly #options: Omit<SessionOptions, 'threads'>
  #session: ModelSession
  #threads: number

  constructor(tokenizer: ModelTokenizer, options: Omit<SessionOptions, 'threads'>, session: ModelSession, threads: number) {
    this.tokenizer = tokenizer
    this.#options = options
    this.#session = session
    this.#threads = threads
  }

  get spec(): ModelSpec {
    return this.#options.model
  }

  get session(): ModelSession {
    return this.#session
  }

  get threads(): number {
    return this.#threads
  }

  /** True when a shorter text's vector need not change beside a longer one; whether it does is measured. */
  get mayBatch(): boolean {
    return !isEightBit(this.spec) && (this.#session.readsMask || this.spec.isCausal === true)
  }

  /** Opens the weights anew with other threads; one session at a time, since a large model fits in memory once. */
  async useThreads(threads: number): Promise<void> {
    if (threads === this.#threads) return
    await this.#session.release()
    this.#session = await ModelSession.open({ ...this.#options, threads })
    this.#threads = threads
  }

  /**
   * One short run: the output must have the width of the model's vectors, and what reads a past must still read a text from left
   * to right.
   */
  async check(): Promise<void> {
    const { spec } = this
    if (spec.pooling === 'model' && spec.longTexts === 'windows')
      throw new AkinError('invalid-argument', `${spec.name} pools by itself: its long texts can only be cut`)
    const { runs } = readingOf(this.tokenizer.idsOf('a b'), spec, this.tokenizer)
    await (spec.pooling === 'model' ? this.#session.pooled([runs[0]!.ids]) : this.#session.states([runs[0]!.ids]))
    if (!this.#session.readsPast || !this.#session.hasStates || (await leakOf(this)) <= mostLeak) return
    throw new AkinError('model-failed', `This file of ${spec.name} goes on from a text and cannot read a whole one`, {
      advice: `It is the “with past” half of an export. ${otherFile}: one without a past, or a merged one`,
    })
  }

  read(text: string): Reading {
    return readingOf(this.tokenizer.idsOf(text), this.spec, this.tokenizer)
  }

  /**
   * The vector of a text, `[dimension]`.
   *
   * @param between waited for between two windows of a long text
   * @throws AkinError `embedding-failed`, `dimension-mismatch`
   */
  async embed({ runs }: Reading, between?: () => Promise<void>): Promise<Float32Array> {
    const { pooling, dimension } = this.spec
    if (pooling === 'model') return (await this.#embedByGraph([runs[0]!.ids]))[0]!
    const pool = new StatePool(pooling, dimension)
    for (const [index, { ids, from, to }] of runs.entries()) {
      if (to <= from) throw nothingToEmbed()
      if (index > 0) await between?.()
      const [states] = await this.#session.states([ids])
      pool.add(states!.subarray(from * dimension, to * dimension))
    }
    return this.#finish(pool.vector())
  }

  /** The vectors of texts of one run each, all at once. */
  async embedTogether(readings: readonly Reading[]): Promise<Float32Array[]> {
    const runs = readings.map(({ runs: [run] }) => run!)
    const { pooling, dimension } = this.spec
    if (runs.some(({ from, to }) => to <= from)) throw nothingToEmbed()
    const texts = runs.map(({ ids }) => ids)
    if (pooling === 'model') return this.#embedByGraph(texts)
    const states = await this.#session.states(texts)
    return runs.map(({ from, to }, index) => {
      const pool = new StatePool(pooling, dimension)
      pool.add(states[index]!.subarray(from * dimension, to * dimension))
      return this.#finish(pool.vector())
    })
  }

  async dispose(): Promise<void> {
    await this.#session.release()
  }

  async #embedByGraph(texts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    if (texts.some(({ length }) => length === 0)) throw nothingToEmbed()
    return (await this.#session.pooled(texts)).map((vector) => this.#finish(vector))
  }

  #finish(vector: Float32Array): Float32Array {
    return this.spec.normalised ? normalise(vector) : checkFinite(vector)
  }
}
