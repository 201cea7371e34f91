import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OnnxEmbedder } from '../../../engine/embedding/onnx/onnx-embedder.ts'
import { builtInModel } from '../../../engine/embedding/model-spec.ts'
import { spawnWithNode } from '../../../engine/processes/node-spawn.ts'
import { modelsFolder } from '../../harness/engine.ts'
import { repository } from '../importing/paths.ts'

/** The built-in model in a real inference process; whoever makes it closes it. */
export function startInference(more: Partial<ConstructorParameters<typeof OnnxEmbedder>[0]> = {}): OnnxEmbedder {
  return new OnnxEmbedder({ model: builtInModel, modelsFolder, spawn: spawnWithNode, threads: 1, ...more })
}

export interface Reference {
  readonly model_sha256: string
  readonly max_tokens: number
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[]; readonly vector: readonly number[] }[]
}

/** Token ids and vectors of the model's file, made by another implementation; `null`, with the reason printed, where they are not. */
export function readReference(): Reference | null {
  const shared = process.env['AKIN_SHARED'] ?? join(repository, '../shared')
  const folders = [join(modelsFolder, builtInModel.folder), join(shared, 'models', builtInModel.folder)]
  const file = folders.map((folder) => join(folder, 'reference.json')).find((one) => existsSync(one))
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as Reference
  console.log('Not run: there is no reference.json of the built-in model (AKIN_SHARED names where models/ lies)')
  return null
}

/**
 * The lowest cosine with the reference: the file's 8-bit products are summed exactly on the kind of processor that made it,
 * and saturate or round elsewhere (the model's README).
 */
export function cosineFloor(): { floor: number; because: string } {
  const flags = existsSync('/proc/cpuinfo') ? (/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '') : ''
  const isLikeReference = process.arch === 'x64' && /\bavx2\b/.test(flags) && !/vnni/.test(flags)
  return isLikeReference
    ? { floor: 0.999, because: 'x64 with AVX2 and without VNNI, as the reference' }
    : { floor: 0.98, because: 'another processor than the reference’s' }
}

/** Of vectors of the length 1. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!
  return sum
}
