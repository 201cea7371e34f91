import { AkinError } from '../../../shared/errors.ts'
import type { SpaceDescription } from '../embedder.ts'
import { checkedBaseUrl } from './base-url.ts'

/** What one request may hold. */
export interface RemoteLimits {
  readonly inputs: number
  /** Of one text; longer ones are cut. */
  readonly tokensEach: number
  readonly tokensInAll: number
}

/** A model of a service, and everything that is done to its input and output. */
export interface RemoteModel {
  readonly baseUrl: string
  readonly model: string
  /** Of its vectors; `null` while that is not known, for `measureDimension`. */
  readonly dimension: number | null
  /** Sent as `dimensions`; `null` leaves the length of the vectors to the model. */
  readonly dimensions: number | null
  readonly queryPrefix: string
  readonly passagePrefix: string
  readonly tokenizer: 'cl100k' | 'estimate'
  readonly limits: RemoteLimits
}

export interface RemoteModelOptions {
  readonly baseUrl: string
  readonly model: string
  readonly dimensions: number | null
  readonly queryPrefix: string
  readonly passagePrefix: string
  /** What was measured; not needed for the models of OpenAI. */
  readonly dimension?: number
  /** Longest text of another service's model, 2,048 by default: what is longer is cut, or refused by the service. */
  readonly maxInputTokens?: number
  /** `openai` takes its tokenizer and its limits; by default when the address is OpenAI's. */
  readonly service?: 'openai' | 'compatible'
}

interface OpenAiModel {
  readonly dimension: number
  readonly maxInputTokens: number
  /** Takes `dimensions`. */
  readonly canShorten: boolean
}

export const openAiBaseUrl = 'https://api.openai.com/v1'

/** https://platform.openai.com/docs/guides/embeddings; all of them have the tokenizer cl100k_base. */
export const openAiModels: Readonly<Record<string, OpenAiModel>> = {
  'text-embedding-3-small': { dimension: 1_536, maxInputTokens: 8_192, canShorten: true },
  'text-embedding-3-large': { dimension: 3_072, maxInputTokens: 8_192, canShorten: true },
  'text-embedding-ada-002': { dimension: 1_536, maxInputTokens: 8_191, canShorten: false },
}

/** https://platform.openai.com/docs/api-reference/embeddings/create: of one request. */
const openAiInputs = 2_048
const openAiTokensInAll = 300_000

/** Numbers in one answer: about 6 MB as base64, which the engine reads in some tens of milliseconds. */
const numbersInAnswer = 1_048_576

/** A server at home reads one text after the other: short requests show progress and lose little. */
const compatibleLimits = { inputs: 32, tokensInAll: 16_384 } as const
const usualMaxInputTokens = 2_048

/**
 * The model behind a recipe. Nothing is sent.
 * @throws AkinError `bad-request`, `blocked-address`
 */
export function remoteModelOf(options: RemoteModelOptions): RemoteModel {
  const baseUrl = checkedBaseUrl(options.baseUrl)
  const { model, dimensions, queryPrefix, passagePrefix } = options
  const service = options.service ?? (new URL(baseUrl).hostname === new URL(openAiBaseUrl).hostname ? 'openai' : 'compatible')
  const common = { baseUrl, model, dimensions, queryPrefix, passagePrefix }
  if (service === 'compatible') {
    const tokensEach = options.maxInputTokens ?? usualMaxInputTokens
    const limits = { ...compatibleLimits, tokensEach, tokensInAll: Math.max(compatibleLimits.tokensInAll, tokensEach) }
    return { ...common, dimension: options.dimension ?? null, tokenizer: 'estimate', limits }
  }
  const known = Object.hasOwn(openAiModels, model) ? openAiModels[model] : undefined
  checkDimensions(known, options)
  const dimension = dimensions ?? known?.dimension ?? options.dimension ?? null
  const inputs = Math.min(openAiInputs, Math.floor(numbersInAnswer / (dimension ?? 3_072)))
  const tokensEach = known?.maxInputTokens ?? 8_191
  return { ...common, dimension, tokenizer: 'cl100k', limits: { inputs, tokensEach, tokensInAll: openAiTokensInAll } }
}

function checkDimensions(known: OpenAiModel | undefined, { model, dimensions }: RemoteModelOptions): void {
  if (known === undefined || dimensions === null) return
  if (!known.canShorten) {
    throw new AkinError('bad-request', `${model} gives vectors of ${known.dimension} numbers and no others`, {
      advice: 'Leave the dimensions out, or choose a model of the third generation',
    })
  }
  if (dimensions > known.dimension) {
    throw new AkinError('bad-request', `${model} gives vectors of ${known.dimension} numbers at most`)
  }
}

/**
 * The embedding space of a model of a service: whatever changes a vector is part of its identity. The whole address is,
 * since two models behind one gateway may have one name; the key is not.
 *
 * @throws AkinError `bad-request` when the dimension is not known yet
 */
export function remoteSpaceOf(model: RemoteModel): SpaceDescription {
  const dimension = knownDimension(model)
  const identity = {
    service: model.baseUrl,
    model: model.model,
    normalised: true,
    queryPrefix: model.queryPrefix,
    passagePrefix: model.passagePrefix,
    maxInputTokens: model.limits.tokensEach,
    dimensions: model.dimensions,
    dimension,
  }
  return { name: model.model, identity: JSON.stringify(identity), dimension, metric: 'inner-product' }
}

/** @throws AkinError `bad-request` */
export function knownDimension({ dimension, model }: RemoteModel): number {
  if (dimension !== null) return dimension
  throw new AkinError('bad-request', `How long the vectors of ${model} are has to be measured first`)
}
