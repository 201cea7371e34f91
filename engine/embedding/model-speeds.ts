import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { SettingsStore } from '../library/library-store.ts'
import type { Embedder } from './embedder.ts'
import { ParallelEmbedder } from './onnx/parallel-embedder.ts'

/** How a model reads fastest on this computer. */
const KnownSpeed = z.object({
  processes: z.int().positive(),
  threads: z.int().positive(),
  batchSize: z.int().positive(),
  tokensPerSecond: z.number(),
})
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

  /** Threads of the model that was used last, over all its processes. */
  get threads(): number {
    return this.#threads
  }

  /** Lets a model run as it runs fastest; one of a service runs as it does. */
  async use(embedder: Embedder): Promise<void> {
    if (embedder instanceof ParallelEmbedder) await this.#speedOf(embedder)
  }

  async tokensPerSecond(embedder: ParallelEmbedder): Promise<number> {
    return (await this.#speedOf(embedder)).tokensPerSecond
  }

  async #speedOf(embedder: ParallelEmbedder): Promise<KnownSpeed> {
    const processors = availableParallelism()
    const key = `speed:${embedder.space.identity}:${processors}`
    const known = KnownSpeed.safeParse(await this.#settings.get(key)).data
    // Few threads may have won only because the machine was busy then: they are measured again
    if (known !== undefined && known.processes * known.threads * 2 > processors) {
      this.#threads = known.processes * known.threads
      await embedder.useSpeed(known)
      return known
    }
    const measured = await embedder.measure(processors)
    this.#threads = measured.processes * measured.threads
    await this.#settings.set(key, measured)
    this.#onMeasured({ model: embedder.space.name, ...measured })
    return measured
  }
}
