import type { SpaceRecipe } from '../../shared/model/space.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { ModelSpec } from '../embedding/model-spec.ts'
import { ParallelEmbedder } from '../embedding/onnx/parallel-embedder.ts'
import type { SentRequest } from '../embedding/remote/embeddings-client.ts'
import { RemoteEmbedder } from '../embedding/remote/remote-embedder.ts'
import { remoteModelOf } from '../embedding/remote/remote-model.ts'
import { keyNameOf, type KeyVault } from '../keys/key-vault.ts'
import type { ModelStore } from '../models/model-store.ts'
import type { SpawnService } from '../processes/service.ts'
import type { EmbedderListener } from './space-manager.ts'

export interface EmbedderSources {
  readonly models: Pick<ModelStore, 'open'>
  readonly spawn: SpawnService
  readonly keys: KeyVault
  /** Whether the person allowed that texts go to this address. */
  readonly isAllowed: (baseUrl: string) => boolean
  readonly onSent: (sent: SentRequest) => Promise<void>
}

export type LocalRecipe = Extract<SpaceRecipe, { type: 'local' }>
export type RemoteRecipe = Extract<SpaceRecipe, { type: 'remote' }>

/** @throws AkinError `model-missing`, `model-damaged`; `bad-request` for a service whose vectors were never measured */
export async function makeEmbedder(
  sources: EmbedderSources,
  recipe: SpaceRecipe,
  onState: EmbedderListener = () => undefined,
): Promise<Embedder> {
  if (recipe.type === 'remote') {
    return new RemoteEmbedder({ ...connectionOf(sources, recipe), onState })
  }
  const { spec, modelsFolder } = await sources.models.open(recipe.modelId)
  return new ParallelEmbedder({ model: specFor(spec, recipe), modelsFolder, spawn: sources.spawn, threads: 1, onState })
}

/** What talking to a service takes; the key is read anew for each request. */
export function connectionOf({ keys, isAllowed, onSent }: EmbedderSources, recipe: RemoteRecipe) {
  const { dimension, maxInputTokens, ...rest } = recipe
  const model = remoteModelOf({
    ...rest,
    ...(dimension === undefined ? {} : { dimension }),
    ...(maxInputTokens === undefined ? {} : { maxInputTokens }),
  })
  return { model, key: () => keys.get(keyNameOf(model.baseUrl)), isAllowed: () => isAllowed(recipe.baseUrl), onSent }
}

/**
 * A model as a recipe wants it. The vectors of language models are kept raw: all that may be done to them afterwards
 * can then be done without reading the library again.
 */
function specFor(spec: ModelSpec, { pooling, queryPrefix, passagePrefix }: LocalRecipe): ModelSpec {
  return {
    ...spec,
    normalised: spec.normalised && spec.isCausal !== true,
    ...(pooling === undefined ? {} : { pooling }),
    ...(queryPrefix === undefined ? {} : { queryPrefix }),
    ...(passagePrefix === undefined ? {} : { passagePrefix }),
  }
}
