import { statSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { isCode } from '../../../shared/errors.ts'
import type { EmbeddedQuery, Embedder, EmbedderState, SpaceDescription } from '../embedder.ts'
import type { ShownStates, ShownTokens } from './inspect.ts'
import type { Speed } from './measure-speed.ts'
import { OnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.ts'
import type { ProbeReport } from './probe.ts'

/** How a model reads passages: by so many processes, each with so many threads and passages a run. */
export interface ParallelSpeed extends Pick<Speed, 'threads' | 'batchSize'> {
  readonly processes: number
}

/** Further processes are let go of when there was nothing to read for this time. */
const idleMs = 30_000

/** Processes must be worth it: each holds the model once more. */
const worthwhile = 1.05
const mostProcesses = 4

/** What a process takes beside twice the weights, in bytes. */
const processBytes = 200 * 1024 * 1024

/** Passages asked for ahead: of several processes one may be far ahead of another, and a kill loses what waits for its turn. */
const ahead = { alone: 24, together: 16 }

/** Passages of a measurement: some seconds at most. */
const measuredPassages = 24
/** What is read for it. */
export const measuredText = 'The tide came in and the tide went out, and the harbour wall stood where it had stood. '.repeat(6)

/**
 * Embeds with one model in one process or several. One thread in each of several processes was measured faster than
 * several threads in one, where models are small: threads wait for each other at every layer. Queries, and everything
 * else that somebody waits for, go to the first process, which is always there.
 */
export class ParallelEmbedder implements Embedder {
  readonly #options: OnnxEmbedderOptions
  readonly #first: OnnxEmbedder
  #others: OnnxEmbedder[] = []
  /** Passages under way, by process. */
  readonly #underWay = new Map<OnnxEmbedder, number>()
  #speed: ParallelSpeed
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: OnnxEmbedderOptions) {
    this.#options = options
    this.#first = new OnnxEmbedder(options)
    this.#speed = { threads: options.threads, batchSize: options.batchSize ?? 1, processes: 1 }
  }

  get space(): SpaceDescription {
    return this.#first.space
  }

  get state(): EmbedderState {
    return this.#first.state
  }

  get passagesAhead(): number {
    return this.#speed.processes === 1 ? ahead.alone : ahead.together
  }

  embedQuery(text: string, signal?: AbortSignal): Promise<EmbeddedQuery> {
    return this.#first.embedQuery(text, signal)
  }

  embedText(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.#first.embedText(text, signal)
  }

  async embedPassage(text: string, signal?: AbortSignal): Promise<Float32Array> {
    const embedder = this.#leastBusy()
    this.#count(embedder, 1)
    try {
      return await embedder.embedPassage(text, signal)
    } catch (error) {
      // There may be no room for one more process: the first reads on alone
      if (embedder === this.#first || !isCode(error, 'model-failed', 'model-missing', 'model-damaged')) throw error
      this.#speed = { ...this.#speed, processes: 1 }
      await this.#letOthersGo()
      return this.#first.embedPassage(text, signal)
    } finally {
      this.#count(embedder, -1)
    }
  }

  warmUp(): Promise<void> {
    return this.#first.warmUp()
  }

  probe(): Promise<ProbeReport> {
    return this.#first.probe()
  }

  tokens(text: string): Promise<ShownTokens> {
    return this.#first.tokens(text)
  }

  hiddenStates(text: string): Promise<ShownStates> {
    return this.#first.hiddenStates(text)
  }

  /** Uses what was measured before. */
  async useSpeed(speed: ParallelSpeed): Promise<void> {
    this.#speed = speed
    if (speed.processes === 1) await this.#letOthersGo()
    await this.#first.useSpeed(speed)
  }

  /** Finds what is fastest on this computer, and uses it from now on; takes some seconds. */
  async measure(processors: number): Promise<ParallelSpeed & { readonly tokensPerSecond: number }> {
    const candidates = [1, 2, 4, 8].filter((threads) => threads <= processors)
    const { threads, batchSize, tokensPerSecond } = await this.#first.measureThreads(candidates)
    const alone = { threads, batchSize, processes: 1 }
    const rate = tokensPerSecond[threads] ?? 0
    const processes = Math.min(processors, mostProcesses)
    if (processes === 1 || !this.#hasRoomFor(processes - 1)) return { ...alone, tokensPerSecond: rate }
    // Measured in the same way, since measurements of different kinds cannot be compared
    const perPassage = await this.#passagesPerSecond()
    const together = { threads: 1, batchSize, processes }
    await this.useSpeed(together)
    const perPassageTogether = await this.#passagesPerSecond()
    const gain = perPassageTogether / perPassage
    if (gain >= worthwhile) return { ...together, tokensPerSecond: Math.round(rate * gain) }
    await this.useSpeed(alone)
    return { ...alone, tokensPerSecond: rate }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await Promise.all([this.#first, ...this.#others].map((one) => one.close()))
  }

  #leastBusy(): OnnxEmbedder {
    clearTimeout(this.#timer)
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => void this.#letOthersGo(), idleMs).unref()
      while (this.#others.length < this.#speed.processes - 1) this.#others.push(this.#another())
    }
    const load = (one: OnnxEmbedder): number => this.#underWay.get(one) ?? 0
    return [this.#first, ...this.#others].reduce((least, one) => (load(one) < load(least) ? one : least))
  }

  #another(): OnnxEmbedder {
    const { threads, batchSize } = this.#speed
    const { onState } = this.#options
    return new OnnxEmbedder({
      ...this.#options,
      threads,
      batchSize,
      // The state is the first one's; what happened to another is told all the same
      onState: (state, reason) => {
        if (reason !== null && state !== 'failed') onState?.(this.state, reason)
      },
    })
  }

  async #letOthersGo(): Promise<void> {
    const idle = this.#others.filter((one) => (this.#underWay.get(one) ?? 0) === 0)
    this.#others = this.#others.filter((one) => !idle.includes(one))
    await Promise.all(idle.map((one) => one.close()))
  }

  #count(embedder: OnnxEmbedder, change: number): void {
    const count = (this.#underWay.get(embedder) ?? 0) + change
    if (count === 0) this.#underWay.delete(embedder)
    else this.#underWay.set(embedder, count)
  }

  async #passagesPerSecond(): Promise<number> {
    const read = (count: number): Promise<unknown> =>
      Promise.all(Array.from({ length: count }, () => this.embedPassage(measuredText)))
    await read(2 * this.#speed.processes)
    const startedAt = performance.now()
    await read(measuredPassages)
    return measuredPassages / (performance.now() - startedAt)
  }

  #hasRoomFor(processes: number): boolean {
    const { modelsFolder, model } = this.#options
    const weights = statSync(join(modelsFolder, model.folder, model.weightsFile), { throwIfNoEntry: false })?.size ?? 0
    return freemem() > 2 * processes * (2 * weights + processBytes)
  }
}
