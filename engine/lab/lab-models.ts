import { OnnxEmbedder } from '../embedding/onnx/onnx-embedder.ts'
import type { ModelStore } from '../models/model-store.ts'
import type { SpawnService } from '../processes/service.ts'

/** A model that nobody looks at any more is let go of after this time. */
const idleMs = 120_000

/** The model that the Lab looks into: one at a time, in an inference process of its own, which never waits for imports. */
export class LabModels {
  readonly #models: Pick<ModelStore, 'open'>
  readonly #spawn: SpawnService
  #current: { readonly id: string; readonly embedder: OnnxEmbedder } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(models: Pick<ModelStore, 'open'>, spawn: SpawnService) {
    this.#models = models
    this.#spawn = spawn
  }

  /** @throws AkinError `model-missing`, `model-damaged` */
  async use(id: string): Promise<{ embedder: OnnxEmbedder; maxTokens: number; pooling: string }> {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.close(), idleMs).unref()
    const { spec, modelsFolder } = await this.#models.open(id)
    if (this.#current?.id !== id) {
      await this.#letGo()
      const embedder = new OnnxEmbedder({ model: spec, modelsFolder, spawn: this.#spawn, threads: 1 })
      this.#current = { id, embedder }
    }
    return { embedder: this.#current.embedder, maxTokens: spec.maxInputTokens, pooling: spec.pooling }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#letGo()
  }

  async #letGo(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await current?.embedder.close()
  }
}
