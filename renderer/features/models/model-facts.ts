import type { EmbeddingModel, ModelVariant } from '../../../shared/model/embedding-model.ts'
import type { Job } from '../../../shared/model/job.ts'
import { formatBytes, formatNumber, languageName } from '../../ui/format.ts'

type Pooling = NonNullable<EmbeddingModel['pooling']>

/** How one vector comes of the states of the tokens: a name, and a sentence for who meets it the first time. */
export const poolings: Readonly<Record<Pooling, { readonly name: string; readonly means: string }>> = {
  'mean': { name: 'Mean of all tokens', means: 'Every token of the text counts the same.' },
  'cls': { name: 'First token', means: 'The model was trained to gather the whole text in its first token.' },
  'last-token': { name: 'Last token', means: 'Only the last token has read everything before it.' },
  'weighted-mean': {
    name: 'Mean, later tokens weigh more',
    means: 'Later tokens have read more of the text, so they count more.',
  },
  'model': { name: 'By the model itself', means: 'The model gives the finished vector.' },
}

const namedLanguages = 3

/** `English`, `English, German`, `About 100 languages`; `null` when nobody knows. */
export function describeLanguages(languages: readonly string[]): string | null {
  if (languages.length === 0) return null
  if (languages.includes('mul')) return 'About 100 languages'
  const names = languages.map(languageName)
  return names.length <= namedLanguages ? names.join(', ') : `${formatNumber(names.length)} languages`
}

/** `34 MB`, `about 127 MB` */
export function describeSize({ sizeBytes, isSizeExact }: Pick<ModelVariant, 'sizeBytes' | 'isSizeExact'>): string {
  if (sizeBytes === null) return 'size not known'
  return `${isSizeExact ? '' : 'about '}${formatBytes(sizeBytes)}`
}

/** `STS-B dev, Spearman: 0.867`; figures above 1 are of a hundred. */
export function describeQuality({ benchmark, score }: NonNullable<EmbeddingModel['quality']>): string {
  return `${benchmark}: ${score <= 1 ? score.toFixed(3) : score.toFixed(1)}`
}

/** What stands under a model's name: `384 numbers · English · up to 512 tokens`. */
export function describeModel({ dimension, languages, maxTokens }: EmbeddingModel): string[] {
  return [
    dimension === null ? null : `${formatNumber(dimension)} numbers a vector`,
    describeLanguages(languages),
    maxTokens === null ? null : `up to ${formatNumber(maxTokens)} tokens`,
  ].filter((part) => part !== null)
}

export interface ModelGroups {
  /** On this computer, whole or damaged. */
  readonly here: readonly EmbeddingModel[]
  /** Of the catalogue, those that stopped on their way first. */
  readonly offered: readonly EmbeddingModel[]
}

export function groupModels(models: readonly EmbeddingModel[]): ModelGroups {
  const isHere = ({ state }: EmbeddingModel): boolean => state === 'installed' || state === 'damaged'
  const offered = models.filter((model) => !isHere(model))
  return {
    here: models.filter(isHere),
    offered: [...offered.filter(({ state }) => state === 'incomplete'), ...offered.filter(({ state }) => state !== 'incomplete')],
  }
}

/** Models that can be asked for vectors and tokens now. */
export function usableModels(models: readonly EmbeddingModel[]): readonly EmbeddingModel[] {
  return models.filter(({ state }) => state === 'installed')
}

/**
 * The newest job about a model. A window that was opened later knows jobs by their titles only: the name stands in them
 * as a word of its own.
 */
export function jobOfModel(
  jobs: readonly Job[],
  { id, name, catalogueId }: Pick<EmbeddingModel, 'id' | 'name' | 'catalogueId'>,
  started: ReadonlyMap<string, number>,
): Job | undefined {
  const own = started.get(catalogueId ?? id)
  return (
    jobs.find((job) => job.id === own) ??
    jobs.find(({ kind, title }) => kind === 'model' && title.split(/[\s“”"(),:]+/u).includes(name))
  )
}
