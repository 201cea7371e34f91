import { sha256 } from '../../../engine/platform/hash.ts'
import type { LibraryStore } from '../../../engine/library/library-store.ts'
import { spaceNamed } from './builders.ts'

export const crashSpace = spaceNamed('crash', 16)

/** What a write makes of sources, said before it begins. */
export type Effect =
  | { readonly type: 'import'; readonly items: readonly { location: string; hash: string; chunks: number }[] }
  | { readonly type: 'forget'; readonly location: string }
  | { readonly type: 'embed'; readonly location: string; readonly salt: number }
  | { readonly type: 'mark'; readonly locations: readonly string[]; readonly tag: string; readonly isStarred: boolean }
  | { readonly type: 'trash'; readonly locations: readonly string[]; readonly isTrashed: boolean }
  | { readonly type: 'purge'; readonly locations: readonly string[] }
  | { readonly type: 'set'; readonly value: number }

export interface SourceState {
  readonly hash: string
  readonly chunks: number
  readonly vectors: string | null
  readonly tags: readonly string[]
  readonly isStarred: boolean
  readonly isTrashed: boolean
}

export interface CrashState {
  readonly sources: ReadonlyMap<string, SourceState>
  readonly counter: number | null
}

export const emptyState: CrashState = { sources: new Map(), counter: null }

/** Vectors that depend on the place of a chunk and not on its id, so that both sides can make them. */
export function vectorsBySalt(chunks: number, salt: number): Float32Array {
  return Float32Array.from({ length: chunks * crashSpace.dimension }, (_, i) => Math.fround(Math.sin(salt + i)))
}

function hashOf(vectors: Float32Array): string {
  return sha256(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength))
}

/** The state after a write. */
export function applied(state: CrashState, effect: Effect): CrashState {
  if (effect.type === 'set') return { ...state, counter: effect.value }
  const sources = new Map(state.sources)
  const change = (location: string, changes: Partial<SourceState>): void => {
    const before = sources.get(location)
    if (before !== undefined) sources.set(location, { ...before, ...changes })
  }
  switch (effect.type) {
    case 'import':
      for (const { location, hash, chunks } of effect.items) {
        const before = sources.get(location) ?? { tags: [], isStarred: false, isTrashed: false }
        sources.set(location, { ...before, hash, chunks, vectors: null })
      }
      break
    case 'forget':
      change(effect.location, { vectors: null })
      break
    case 'embed': {
      const chunks = sources.get(effect.location)?.chunks ?? 0
      change(effect.location, { vectors: chunks === 0 ? null : hashOf(vectorsBySalt(chunks, effect.salt)) })
      break
    }
    case 'mark':
      for (const location of effect.locations) {
        const tags = new Set([...(sources.get(location)?.tags ?? []), effect.tag])
        change(location, { tags: [...tags].toSorted(), isStarred: effect.isStarred })
      }
      break
    case 'trash':
      for (const location of effect.locations) change(location, { isTrashed: effect.isTrashed })
      break
    case 'purge':
      for (const location of effect.locations) sources.delete(location)
  }
  return { ...state, sources }
}

/** The same read from a store, with hashes of its own over what is stored. */
export async function readState(store: LibraryStore): Promise<CrashState> {
  const space = await store.vectors.openSpace(crashSpace)
  const sources = new Map<string, SourceState>()
  for (const isTrashed of [false, true]) {
    for (const id of (await store.documents.select({ isTrashed })).documentIds) {
      const document = (await store.documents.get(id))!
      const chunks = (await store.vectors.chunks(id)).map((chunk) => chunk.id)
      const { chunkIds, vectors } = await store.vectors.readByIds(space.id, chunks)
      sources.set(document.source.location, {
        hash: sha256(document.text),
        chunks: document.chunkCount,
        vectors: chunkIds.length === 0 ? null : hashOf(vectors),
        tags: document.tags,
        isStarred: document.isStarred,
        isTrashed: document.trashedAt !== null,
      })
    }
  }
  return { sources, counter: ((await store.settings.get('counter')) as number | undefined) ?? null }
}
