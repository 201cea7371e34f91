import type { EmbeddingModel } from '../../../shared/model/embedding-model.ts'
import type { SpaceRecipe } from '../../../shared/model/space.ts'
import { postProcessingOf, type PostMethod } from './space-facts.ts'
import { servicePresets, takesDimensions, type ServicePreset } from './services.ts'

type Pooling = NonNullable<EmbeddingModel['pooling']>

/** What the form to add a space holds. */
export interface RecipeDraft {
  readonly from: 'model' | 'service'
  readonly modelId: string | null
  /** `null` for the model's own. */
  readonly pooling: Pooling | null
  readonly post: PostMethod
  readonly presetId: string
  readonly baseUrl: string
  readonly remoteModel: string
  /** As typed; empty leaves it to the model. */
  readonly dimensions: string
}

export function emptyDraft(modelId: string | null): RecipeDraft {
  return { from: 'model', modelId, pooling: null, post: 'none', ...ofPreset(servicePresets[0]!) }
}

/** The fields that a service fills in by itself. */
export function ofPreset(preset: ServicePreset): Pick<RecipeDraft, 'presetId' | 'baseUrl' | 'remoteModel' | 'dimensions'> {
  return { presetId: preset.id, baseUrl: preset.baseUrl, remoteModel: preset.models[0] ?? '', dimensions: '' }
}

/** What is wrong with a field, as a sentence. */
export interface DraftProblems {
  readonly baseUrl: string | null
  readonly dimensions: string | null
}

export function problemsOf({ baseUrl, dimensions }: RecipeDraft): DraftProblems {
  const address = baseUrl.trim()
  const isAddress = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
  const count = Number(dimensions)
  const isCount = dimensions.trim() === '' || (Number.isInteger(count) && count >= 1 && count <= 16_384)
  return {
    baseUrl: address === '' || isAddress ? null : 'This is not a web address: https://… is meant',
    dimensions: isCount ? null : 'A whole number from 1 to 16,384',
  }
}

/** The recipe that the form describes; `null` while something is missing or wrong. */
export function recipeOf(draft: RecipeDraft): SpaceRecipe | null {
  const postProcessing = postProcessingOf(draft.post)
  if (draft.from === 'model') {
    if (draft.modelId === null) return null
    const pooling = draft.pooling === null ? {} : { pooling: draft.pooling }
    return { type: 'local', modelId: draft.modelId, ...pooling, postProcessing }
  }
  const { baseUrl, remoteModel, dimensions } = draft
  const problems = problemsOf(draft)
  const isWhole = baseUrl.trim() !== '' && remoteModel.trim() !== ''
  if (!isWhole || problems.baseUrl !== null || problems.dimensions !== null) return null
  const hasDimensions = dimensions.trim() !== '' && takesDimensions(remoteModel)
  return {
    type: 'remote',
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
    model: remoteModel.trim(),
    dimensions: hasDimensions ? Number(dimensions) : null,
    queryPrefix: '',
    passagePrefix: '',
    postProcessing,
  }
}

/** The poolings that a model can be read with: a finished vector leaves no choice. */
export function poolingsFor(model: EmbeddingModel | undefined): readonly Pooling[] {
  if (model === undefined || model.pooling === null || model.pooling === 'model') return []
  return ['mean', 'cls', 'last-token', 'weighted-mean']
}
