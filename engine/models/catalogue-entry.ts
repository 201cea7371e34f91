import type { ModelLicence, ModelQuality } from '../../shared/model/embedding-model.ts'
import type { Dtype, Pooling } from '../embedding/model-spec.ts'

/** A file of a repository at the hub; it keeps its path below the model's folder. */
export interface CatalogueFile {
  readonly path: string
  /** Exact, and then held to; `null` when only `aboutBytes` is known. */
  readonly bytes: number | null
  /** Pinned, and then held to; `null` when the first download records it. */
  readonly sha256: string | null
  /** For an estimate, where the exact size is not known. */
  readonly aboutBytes?: number
  /** False when this was not found in two places that agree, or in one that names its hash. */
  readonly verified: boolean
}

/** One way in which the weights are stored, with what it takes beside the files that all variants share. */
export interface CatalogueVariant {
  readonly id: string
  readonly label: string
  readonly dtype: Dtype
  readonly weightsFile: string
  readonly files: readonly CatalogueFile[]
}

/** A model that can be downloaded: facts only. */
export interface CatalogueEntry {
  readonly id: string
  readonly name: string
  /** `owner/name` at the hub. */
  readonly repository: string
  /** A commit where one is known, else `main`; the download records the commit that it got. */
  readonly revision: string
  readonly files: readonly CatalogueFile[]
  /** The first one is offered first. */
  readonly variants: readonly [CatalogueVariant, ...CatalogueVariant[]]
  readonly dimension: number
  /** BCP 47; `mul` for about a hundred. */
  readonly languages: readonly string[]
  readonly maxTokens: number
  readonly licence: ModelLicence
  readonly pooling: Pooling
  readonly isNormalised: boolean
  /** True for a language model, whose vectors are taken from inside its graph. */
  readonly isCausal: boolean
  readonly queryPrefix: string
  readonly passagePrefix: string
  /** A published figure with its source, or `null`. */
  readonly quality: ModelQuality | null
  /** False when one of the facts above, or of a file, could not be checked. */
  readonly verified: boolean
  /** Which ones: for whoever checks them next. */
  readonly unverified: readonly string[]
}

/** The id under which a variant is installed. */
export function modelIdOf(entry: Pick<CatalogueEntry, 'id'>, variant: Pick<CatalogueVariant, 'id'>): string {
  return `${entry.id}-${variant.id}`
}

/** All files of a variant, the small ones first: what is wrong shows before the weights are fetched. */
export function filesOf(entry: CatalogueEntry, variant: CatalogueVariant): readonly CatalogueFile[] {
  return [...entry.files, ...variant.files]
}

/** Bytes of files, and whether that is exact; `null` when a size is not even known about. */
export function sizeOf(files: readonly CatalogueFile[]): { bytes: number | null; isExact: boolean } {
  let bytes = 0
  let isExact = true
  for (const file of files) {
    const size = file.bytes ?? file.aboutBytes
    if (size === undefined) return { bytes: null, isExact: false }
    bytes += size
    isExact &&= file.bytes !== null
  }
  return { bytes, isExact }
}
