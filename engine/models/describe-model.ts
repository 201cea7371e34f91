import { join } from 'node:path'
import type { Reason } from '../../shared/model/document.ts'
import type { EmbeddingModel, ModelLicence, ModelVariant } from '../../shared/model/embedding-model.ts'
import type { ModelSpec } from '../embedding/model-spec.ts'
import { filesOf, modelIdOf, sizeOf, type CatalogueEntry } from './catalogue-entry.ts'
import type { ModelManifest } from './manifest.ts'
import { bytesBelow } from './model-files.ts'

/** The model that ships with Akin: it lies outside the library and cannot be removed. */
export interface BuiltInModel {
  readonly spec: ModelSpec
  /** Holds the model's folder. */
  readonly modelsFolder: string
  readonly languages: readonly string[]
  readonly licence: ModelLicence
}

export function describeBuiltIn({ spec, modelsFolder, languages, licence }: BuiltInModel): EmbeddingModel {
  return {
    id: spec.folder,
    name: spec.name,
    origin: 'built-in',
    state: 'installed',
    reason: null,
    sizeBytes: bytesBelow(join(modelsFolder, spec.folder)),
    receivedBytes: 0,
    dimension: spec.dimension,
    languages: [...languages],
    maxTokens: spec.maxInputTokens,
    licence,
    pooling: spec.pooling,
    isNormalised: true,
    queryPrefix: spec.queryPrefix,
    passagePrefix: spec.passagePrefix,
    quality: null,
    variants: [],
    catalogueId: null,
    source: null,
    isVerified: true,
    installedAt: null,
  }
}

/** @param reason why its files cannot be used; `null` when they can */
export function describeInstalled(manifest: ModelManifest, reason: Reason | null): EmbeddingModel {
  const { spec, origin } = manifest
  return {
    id: manifest.id,
    name: manifest.name,
    origin: origin.kind,
    state: reason === null ? 'installed' : 'damaged',
    reason,
    sizeBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    receivedBytes: 0,
    dimension: spec.dimension,
    languages: manifest.languages,
    maxTokens: spec.maxInputTokens,
    licence: manifest.licence,
    pooling: spec.pooling,
    isNormalised: manifest.isNormalised,
    queryPrefix: spec.queryPrefix,
    passagePrefix: spec.passagePrefix,
    quality: manifest.quality,
    variants: [],
    catalogueId: origin.kind === 'catalogue' ? origin.catalogueId : null,
    source: origin.kind === 'catalogue' ? origin.repository : origin.from,
    isVerified: manifest.isVerified,
    installedAt: manifest.installedAt,
  }
}

/** A folder among the models that says nothing readable of itself. */
export function describeUnusable(id: string, sizeBytes: number, reason: Reason): EmbeddingModel {
  return {
    id,
    name: id,
    origin: 'imported',
    state: 'damaged',
    reason,
    sizeBytes,
    receivedBytes: 0,
    dimension: null,
    languages: [],
    maxTokens: null,
    licence: null,
    pooling: null,
    isNormalised: true,
    queryPrefix: '',
    passagePrefix: '',
    quality: null,
    variants: [],
    catalogueId: null,
    source: null,
    isVerified: false,
    installedAt: null,
  }
}

export function describeEntry(entry: CatalogueEntry, isInstalled: (id: string) => boolean): EmbeddingModel {
  const variants = entry.variants.map((variant, index): ModelVariant => {
    const { bytes, isExact } = sizeOf(filesOf(entry, variant))
    const modelId = modelIdOf(entry, variant)
    return {
      id: variant.id,
      label: variant.label,
      modelId,
      sizeBytes: bytes,
      isSizeExact: isExact,
      isDefault: index === 0,
      isInstalled: isInstalled(modelId),
    }
  })
  return {
    id: entry.id,
    name: entry.name,
    origin: 'catalogue',
    state: 'available',
    reason: null,
    sizeBytes: variants[0]?.sizeBytes ?? null,
    receivedBytes: 0,
    dimension: entry.dimension,
    languages: [...entry.languages],
    maxTokens: entry.maxTokens,
    licence: entry.licence,
    pooling: entry.pooling,
    isNormalised: entry.isNormalised,
    queryPrefix: entry.queryPrefix,
    passagePrefix: entry.passagePrefix,
    quality: entry.quality,
    variants,
    catalogueId: entry.id,
    source: entry.repository,
    isVerified: entry.verified,
    installedAt: null,
  }
}
