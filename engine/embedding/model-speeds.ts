import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { SettingsStore } from '../library/library-store.ts'
import type { Embedder } from './embedder.ts'
import { OnnxEmbedder } from './onnx/onnx-embedder.ts'

/** How a model reads fastest on this computer. */
const KnownSpeed = z.object({ threads: z.int().positive(), batchSize: z.int().positive(), tokensPerSecond: z.number() })
type KnownSpeed = z.infer<typeof KnownSpeed>

/** Measures each local model on its first use on this computer, and remembers what was fastest. */
export class ModelSpeeds {
  readonly #settings: SettingsStore
  readonly #onMeasured: (measured: KnownSpeed & { readonly model: string }) => void
  #threads = 1

  constructor(settings: SettingsStore, onMeasured: (measured: KnownSpeed & { readonly model: string }) => void) {
    this.#settings = settings
    this.#onMeasured = onMeasured
  }

  /** Threads of the model that was used last. */
  get threads(): number {
    return this.#threads
  }

  /** Lets a model run as it runs fastest; one of a service runs as it does. */
  async use(embedder: Embedder): Promise<void> {
    if (embedder instanceof OnnxEmbedder) await this.#speedOf(embedder)
  }

  async tokensPerSecond(embedder: OnnxEmbedder): Promise<number> {
    return (await this.#speedOf(embedder)).tokensPerSecond
  }

  async #speedOf(embedder: OnnxEmbedder): Promise<KnownSpeed> {
    const processors = availableParallelism()
    const key = `speed:${embedder.space.identity}:${processors}`
    const known = KnownSpeed.safeParse(await this.#settings.get(key)).data
    // Few threads may have won only because the machine was busy then: they are measured again
    if (known !== undefined && known.threads * 2 >= processors) {
      this.#threads = known.threads
      await embedder.useSpeed(known)
      return known
    }
    const candidates = [1, 2, 4, 8].filter((threads) => threads <= processors)
    const { threads, batchSize, tokensPerSecond } = await embedder.measureThreads(candidates)
    this.#threads = threads
    const measured = { threads, batchSize, tokensPerSecond: tokensPerSecond[threads] ?? 0 }
    await this.#settings.set(key, measured)
    this.#onMeasured({ model: embedder.space.name, ...measured })
    return measured
  }
}
