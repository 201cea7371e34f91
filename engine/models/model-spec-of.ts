import { posix } from 'node:path'
import type { Dtype, ModelSpec, Pooling } from '../embedding/model-spec.ts'
import type { ManifestFile } from './manifest.ts'

/** What decides a model's vectors, before its files are hashed. */
export interface SpecFacts {
  readonly name: string
  /** The model's id, which is the name of its folder below the models folder. */
  readonly id: string
  readonly weightsFile: string
  /** Files that hold weights for it, named from the folder that it lies in. */
  readonly externalFiles: readonly string[]
  readonly dtype: Dtype
  readonly dimension: number
  readonly maxInputTokens: number
  readonly pooling: Pooling
  readonly isNormalised: boolean
  /** For a language model: no token sees those after it. Its long texts are read in windows. */
  readonly isCausal: boolean
  readonly queryPrefix: string
  readonly passagePrefix: string
}

/** The spec of installed files. The hashes are those of the manifest, so that a changed file is another space. */
export function specOf(facts: SpecFacts, files: readonly ManifestFile[]): ModelSpec {
  const hashOf = (path: string): string => {
    const file = files.find((one) => one.path === path)
    if (file === undefined) throw new Error(`${path} is not among the files of ${facts.id}`)
    return file.sha256
  }
  const folder = posix.dirname(facts.weightsFile)
  const externalData = facts.externalFiles.map((file) => ({ file, sha256: hashOf(posix.join(folder, file)) }))
  return {
    name: facts.name,
    folder: facts.id,
    weightsFile: facts.weightsFile,
    weightsSha256: hashOf(facts.weightsFile),
    ...(externalData.length === 0 ? {} : { externalData }),
    tokenizerSha256: hashOf('tokenizer.json'),
    dtype: facts.dtype,
    dimension: facts.dimension,
    maxInputTokens: facts.maxInputTokens,
    longTexts: facts.isCausal && facts.pooling !== 'model' ? 'windows' : 'cut',
    pooling: facts.pooling,
    normalised: facts.isNormalised,
    ...(facts.isCausal ? { isCausal: true } : {}),
    queryPrefix: facts.queryPrefix,
    passagePrefix: facts.passagePrefix,
  }
}
