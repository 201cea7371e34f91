import { Binary, type Collection } from 'mongodb'
import { AkinError } from '../../../shared/errors.ts'
import type { ChunkId, DocumentId, Reason } from '../../../shared/model/document.ts'
import { documentsOfChunks } from './document-marks.ts'
import { defaultSpaceOf, spaceOf } from './head.ts'
import { bulk } from './mongo-connection.ts'
import type { DocumentRecord, TryRecord } from './records.ts'
import { hasBit, settle, stateIn, withoutVectors, withState, withTries, withVectors } from './space-state.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * Stores vectors, then makes their documents name them: a vector that no document names does not count, and one that
 * was left by a kill is written anew.
 */
export async function putVectors(
  unit: UnitOfWork,
  spaceId: number,
  { chunkIds, vectors }: { chunkIds: readonly ChunkId[]; vectors: Float32Array },
): Promise<void> {
  const { dimension } = spaceOf(unit, spaceId)
  if (vectors.length !== chunkIds.length * dimension) {
    throw new AkinError(
      'dimension-mismatch',
      `Expected ${chunkIds.length} vectors of ${dimension} numbers, got ${vectors.length} numbers`,
    )
  }
  if (!chunkIds.every(Number.isSafeInteger)) throw new AkinError('invalid-id', 'A passage has a whole number as its id')
  const owners = await documentsOfChunks(unit, chunkIds)
  const added = new Map<DocumentId, Set<ChunkId>>()
  const commands: object[] = []
  for (const [index, chunkId] of chunkIds.entries()) {
    const documentId = owners.get(chunkId)
    if (documentId === undefined) continue
    const record = unit.get(documentId)!
    const own = added.get(documentId) ?? new Set<ChunkId>()
    if (own.has(chunkId) || hasBit(stateIn(record, spaceId), chunkId - record.firstChunk!)) continue
    added.set(documentId, own.add(chunkId))
    const values = vectors.slice(index * dimension, (index + 1) * dimension)
    const replacement = { documentId, vector: new Binary(new Uint8Array(values.buffer)) }
    commands.push({ replaceOne: { filter: { _id: chunkId }, replacement, upsert: true } })
  }
  await bulk(unit.connection.vectors(spaceId) as unknown as Collection<never>, commands)
  for (const [documentId, own] of added) {
    const record = unit.get(documentId)!
    const ids = [...own].toSorted((a, b) => a - b)
    const ordinals = ids.map((id) => id - record.firstChunk!)
    change(unit, record, { spaceId, state: withVectors(stateIn(record, spaceId), record.firstChunk!, ordinals) })
    unit.note('vectors', documentId, [ids[0]!, ids.at(-1)!], spaceId)
  }
}

export async function countCrash(unit: UnitOfWork, spaceId: number, chunkId: ChunkId): Promise<number> {
  spaceOf(unit, spaceId)
  const waiting = await waitingChunk(unit, spaceId, chunkId)
  if (waiting === null) return 0
  const crashes = waiting.tried.crashes + 1
  setTry(unit, waiting.record, { spaceId, tried: { ...waiting.tried, crashes } })
  return crashes
}

export async function markFailed(
  unit: UnitOfWork,
  spaceId: number,
  { chunkId, reason }: { chunkId: ChunkId; reason: Reason },
): Promise<void> {
  spaceOf(unit, spaceId)
  const waiting = await waitingChunk(unit, spaceId, chunkId)
  if (waiting === null || waiting.tried.failure !== null) return
  setTry(unit, waiting.record, { spaceId, tried: { ...waiting.tried, failure: reason } })
  if (spaceId === defaultSpaceOf(unit)) unit.note('document', waiting.record._id)
}

/** In every space, those that were removed too; returns how many failures there were. */
export async function clearFailures(unit: UnitOfWork, documentIds: readonly DocumentId[]): Promise<number> {
  await unit.load(documentIds)
  let cleared = 0
  for (const id of new Set(documentIds)) {
    let count = 0
    for (const { id: spaceId } of unit.spaces) {
      const record = unit.get(id)
      if (record === undefined) break
      const state = stateIn(record, spaceId)
      if (state.failed === 0) continue
      count += state.failed
      const left = state.tries.filter(({ failure }) => failure === null)
      change(unit, record, { spaceId, state: withTries(state, left) })
    }
    if (count > 0) unit.note('document', id)
    cleared += count
  }
  return cleared
}

export async function forgetVectors(unit: UnitOfWork, documentIds: readonly DocumentId[]): Promise<void> {
  await unit.load(documentIds)
  for (const id of documentIds) {
    const range = unit.storedRange(id)
    if (range === null) continue
    for (const { id: spaceId } of unit.spaces) {
      const record = unit.get(id)!
      change(unit, record, { spaceId, state: withoutVectors(stateIn(record, spaceId), record.chunkCount) })
    }
    unit.note('removed', id, range)
    unit.note('document', id)
  }
}

/** A chunk that has no vector in the space, with what was tried; `null` when it has one or is gone. */
async function waitingChunk(
  unit: UnitOfWork,
  spaceId: number,
  chunkId: ChunkId,
): Promise<{ record: DocumentRecord; tried: TryRecord } | null> {
  const documentId = (await documentsOfChunks(unit, [chunkId])).get(chunkId)
  if (documentId === undefined) return null
  const record = unit.get(documentId)!
  const state = stateIn(record, spaceId)
  if (hasBit(state, chunkId - record.firstChunk!)) return null
  return { record, tried: state.tries.find(({ chunk }) => chunk === chunkId) ?? { chunk: chunkId, crashes: 0, failure: null } }
}

function setTry(unit: UnitOfWork, record: DocumentRecord, { spaceId, tried }: { spaceId: number; tried: TryRecord }): void {
  const state = stateIn(record, spaceId)
  const others = state.tries.filter(({ chunk }) => chunk !== tried.chunk)
  change(unit, record, { spaceId, state: withTries(state, [...others, tried]) })
}

function change(
  unit: UnitOfWork,
  record: DocumentRecord,
  { spaceId, state }: { spaceId: number; state: Parameters<typeof withState>[2] },
): void {
  unit.set(settle(withState(record, spaceId, state), defaultSpaceOf(unit)))
}
