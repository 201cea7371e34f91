import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { sha256 } from '../../../engine/platform/hash.ts'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { until, type ContractClient } from '../../harness/engine.ts'
import { sentence } from '../../harness/engine-files.ts'
import { seededRandom } from '../../harness/random.ts'
import { hasShared, sharedFolder } from '../importing/paths.ts'

const models = join(sharedFolder(), '..', 'models')
/** A real sentence model in a folder. */
export const miniLm = join(models, 'all-MiniLM-L6-v2-int8')
export const hasModels = hasShared(models)

/** GPT-2 with made-up weights, exported for generating text: its vectors must be taken out of the graph. */
export function makeTinyGpt2(to: string): string {
  const from = join(models, 'gpt2-reference', 'tiny-b')
  for (const name of readdirSync(from)) if (/config\.json$|^tokenizer\.json$/.test(name)) cpSync(join(from, name), join(to, name))
  mkdirSync(join(to, 'onnx'))
  cpSync(join(from, 'onnx', 'lm-past', 'model.onnx'), join(to, 'onnx', 'model.onnx'))
  return to
}

export const gpt2Answers = { pooling: 'mean', queryPrefix: '', passagePrefix: '' } as const

/** Imports a model from a folder; tells the id that it got. */
export async function importModel(engine: ContractClient, path: string, answers = {}): Promise<string> {
  const before = await installedIds(engine)
  const { jobId } = await engine.ask('models.import', { source: { type: 'path', path }, answers })
  expect(await engine.job(jobId)).toMatchObject({ state: 'done', error: null })
  return [...(await installedIds(engine))].find((id) => !before.has(id))!
}

async function installedIds(engine: ContractClient): Promise<Set<string>> {
  const { models: all } = await engine.ask('models.list', {})
  return new Set(all.filter(({ state }) => state === 'installed').map(({ id }) => id))
}

export async function spaceOf(engine: ContractClient, id: number): Promise<SpaceInfo> {
  const { spaces } = await engine.ask('spaces.list', {})
  const found = spaces.find((space) => space.id === id)
  if (found === undefined) throw new Error(`There is no space ${id}`)
  return found
}

/** Waits until a space is in a state: `ready` means that it holds everything. */
export async function inState(engine: ContractClient, id: number, state: SpaceInfo['state'] = 'ready'): Promise<SpaceInfo> {
  return until(`space ${id} is ${state}`, async () => {
    const space = await spaceOf(engine, id)
    return space.state === state ? space : undefined
  })
}

/** Waits until a space has at least so many vectors. */
export async function holding(engine: ContractClient, id: number, vectors: number): Promise<SpaceInfo> {
  return until(
    `space ${id} holds ${vectors} vectors`,
    async () => {
      const space = await spaceOf(engine, id)
      return space.vectors >= vectors ? space : undefined
    },
    5,
  )
}

/** Short texts that mean something, each another, by title. */
export function shortTexts(count: number, { seed = 5, name = 'Remark' } = {}): Record<string, string> {
  const random = seededRandom(seed)
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name} ${i}`, `${sentence(random)} Number ${i}.`]))
}

/** Hashes of the vectors of a space by passage, as they lie on the disk. */
export function storedVectors(library: string, spaceId: number): Map<number, string> {
  const database = new DatabaseSync(join(library, 'library.db'), { readOnly: true })
  const rows = database.prepare(`SELECT chunk_id, vector FROM vectors_${spaceId}`).all()
  database.close()
  return new Map(rows.map(({ chunk_id: id, vector }) => [Number(id), sha256(vector as Uint8Array)]))
}
