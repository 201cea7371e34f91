import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { AkinError } from '../shared/errors.ts'

/** The class that the addon exports; `faiss.ts` says what its methods do. */
export interface NativeIndex {
  readonly size: number
  readonly memoryBytes: number
  add(ids: Float64Array, vectors: Float32Array): Promise<void>
  remove(ids: Float64Array): Promise<number>
  search(
    queries: Float32Array,
    k: number,
    within: Float64Array | undefined,
    except: Float64Array | undefined,
  ): Promise<{ ids: Float64Array; scores: Float32Array }>
  score(query: Float32Array, ids: Float64Array): Promise<Float32Array>
  reconstruct(ids: Float64Array): Promise<Float32Array>
  ids(within: Float64Array | undefined): Promise<Float64Array>
  save(path: string): Promise<void>
  load(path: string): Promise<void>
  close(): Promise<void>
}

export interface Addon {
  readonly Index: new (dimension: number, metric: string, description: string) => NativeIndex
  readonly faissVersion: string
  readonly simdLevel: string
  readonly threads: number
}

const fileName = 'akin_native.node'

/**
 * Where the addon may lie, first the most particular: what `AKIN_NATIVE_PATH` names, the resources of a packaged app,
 * and `native/build` of this folder or one above it (this file may have been bundled into `out/`).
 */
export function addonCandidates(
  environment: Readonly<Record<string, string | undefined>>,
  resourcesPath: string | undefined,
  folder: string,
): string[] {
  const named = environment['AKIN_NATIVE_PATH']
  if (named) return [named]
  const candidates = resourcesPath === undefined ? [] : [join(resourcesPath, 'native', fileName)]
  for (let above = folder; ; above = dirname(above)) {
    candidates.push(join(above, 'native', 'build', fileName))
    if (above === dirname(above)) return candidates
  }
}

let loaded: Addon | null = null

/**
 * Loads the addon, once.
 *
 * FAISS's threads spin while they wait for each other, unless OpenMP is told otherwise, and that makes batches of
 * searches slower on two threads than on one. OpenMP reads `OMP_WAIT_POLICY` when it is loaded, which is here.
 *
 * @throws AkinError `native-missing` when there is none, or when it cannot be loaded
 */
export function loadAddon(): Addon {
  if (loaded !== null) return loaded
  const { resourcesPath } = process as { resourcesPath?: string }
  const path = addonCandidates(process.env, resourcesPath, import.meta.dirname).find((candidate) => existsSync(candidate))
  const advice = 'Run npm run build:native'
  if (path === undefined) throw new AkinError('native-missing', 'The vector search addon has not been built', { advice })
  if (isMainThread) process.env['OMP_WAIT_POLICY'] ??= 'passive'
  try {
    loaded = createRequire(import.meta.url)(path) as Addon
  } catch (cause) {
    throw new AkinError('native-missing', 'The vector search addon could not be loaded', { advice, cause, details: { path } })
  }
  return loaded
}
