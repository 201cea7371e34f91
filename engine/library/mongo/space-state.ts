import { Binary } from 'mongodb'
import type { DocumentStatus, Reason } from '../../../shared/model/document.ts'
import { spaceKey, type DocumentRecord, type SpaceState, type TryRecord } from './records.ts'

/** What a document has in a space; nothing when it is not known there. */
export function stateIn(record: Pick<DocumentRecord, 'spaces' | 'chunkCount'>, spaceId: number): SpaceState {
  return record.spaces[spaceKey(spaceId)] ?? emptyState(record.chunkCount)
}

export function emptyState(chunkCount: number): SpaceState {
  return { bits: new Binary(new Uint8Array(Math.ceil(chunkCount / 8))), embedded: 0, failed: 0, tries: [] }
}

/** True when the chunk at this place has a vector. */
export function hasBit({ bits }: SpaceState, ordinal: number): boolean {
  const byte = bits.buffer[ordinal >> 3]
  return ordinal >= 0 && byte !== undefined && (byte & (1 << (ordinal & 7))) !== 0
}

/** A state in which the chunks at these places have vectors, none of which had one; what was tried with them is forgotten. */
export function withVectors(state: SpaceState, firstChunk: number, ordinals: readonly number[]): SpaceState {
  const bits = new Uint8Array(state.bits.buffer.subarray(0, state.bits.position))
  for (const ordinal of ordinals) bits[ordinal >> 3]! |= 1 << (ordinal & 7)
  const added = new Set(ordinals.map((ordinal) => firstChunk + ordinal))
  const tries = state.tries.filter(({ chunk }) => !added.has(chunk))
  return { bits: new Binary(bits), embedded: state.embedded + ordinals.length, failed: countFailed(tries), tries }
}

/** A state without vectors; what could not be embedded stays so. */
export function withoutVectors(state: SpaceState, chunkCount: number): SpaceState {
  return { ...emptyState(chunkCount), failed: state.failed, tries: state.tries }
}

export function withTries(state: SpaceState, tries: readonly TryRecord[]): SpaceState {
  return { ...state, tries: tries.toSorted((a, b) => a.chunk - b.chunk), failed: countFailed(tries) }
}

function countFailed(tries: readonly TryRecord[]): number {
  return tries.filter(({ failure }) => failure !== null).length
}

/** A record with another state in one space; `settle` it before it is stored. */
export function withState(record: DocumentRecord, spaceId: number, state: SpaceState): DocumentRecord {
  return { ...record, spaces: { ...record.spaces, [spaceKey(spaceId)]: state } }
}

/** A record whose counts and status follow from what it has in its spaces, the default one above all. */
export function settle(record: DocumentRecord, defaultSpace: number | undefined): DocumentRecord {
  const { embedded, failed, tries } = defaultSpace === undefined ? emptyState(0) : stateIn(record, defaultSpace)
  const completeIn = Object.entries(record.spaces)
    .filter(([, state]) => record.chunkCount > 0 && state.embedded + state.failed >= record.chunkCount)
    .map(([key]) => Number(key.slice(1)))
  const counted = { ...record, embeddedCount: embedded, failedChunkCount: failed, completeIn }
  if (!record.hasText) return counted
  const status = statusOf(record.chunkCount, embedded, failed)
  return { ...counted, status, reason: reasonOf(status, record.chunkCount, failed, tries) }
}

/**
 * `indexed` when all vectors are there, `failed` when the rest cannot be had, `skipped` when there is a text but nothing
 * to embed, `pending` otherwise.
 */
function statusOf(chunks: number, embedded: number, failed: number): DocumentStatus {
  if (chunks === 0) return 'skipped'
  if (embedded >= chunks) return 'indexed'
  return embedded + failed >= chunks ? 'failed' : 'pending'
}

function reasonOf(status: DocumentStatus, chunks: number, failed: number, tries: readonly TryRecord[]): Reason | null {
  if (status === 'skipped') return { code: 'file-empty', message: 'Nothing in it to search', advice: null }
  if (status !== 'failed') return null
  const why = tries.find(({ failure }) => failure !== null)?.failure?.message
  return {
    code: 'embedding-failed',
    message: `${failed} of ${chunks} passages could not be read for meaning${why === undefined ? '' : `: ${why}`}`,
    advice: 'They are found by their words. Read the item again to retry',
  }
}
