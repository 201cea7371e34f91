import type { DocumentSummary } from '../../../shared/model/document.ts'

/** What one of the person's actions changes about items, shown before the engine has answered. */
export interface DocumentPatch {
  readonly isStarred?: boolean
  readonly readAt?: string | null
  readonly addTags?: readonly string[]
  readonly removeTags?: readonly string[]
  /** Set when items go to the trash, `null` when they come back. */
  readonly trashedAt?: string | null
  readonly isPurged?: boolean
}

/**
 * - `patch`: these items are changing in this way
 * - `reread`: the store changed; ask again for these items, or for everything when `ids` is `null`
 */
export type DocumentChange =
  | { readonly type: 'patch'; readonly ids: ReadonlySet<number>; readonly patch: DocumentPatch }
  | { readonly type: 'reread'; readonly ids: ReadonlySet<number> | null }

/** Carries changes of items to every list that shows some. */
export class DocumentChanges {
  readonly #listeners = new Set<(change: DocumentChange) => void>()

  listen(listener: (change: DocumentChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(change: DocumentChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

type Patchable = Partial<Pick<DocumentSummary, 'isStarred' | 'readAt' | 'tags' | 'trashedAt'>>

/** The item with the patch applied, field by field as far as it has them. */
export function applyPatch<T extends Patchable>(item: T, patch: DocumentPatch): T {
  const { isStarred, readAt, addTags = [], removeTags = [], trashedAt } = patch
  const tags = item.tags === undefined ? undefined : changeTags(item.tags, addTags, removeTags)
  return {
    ...item,
    ...(isStarred !== undefined && item.isStarred !== undefined ? { isStarred } : {}),
    ...(readAt !== undefined && item.readAt !== undefined ? { readAt } : {}),
    ...(trashedAt !== undefined && item.trashedAt !== undefined ? { trashedAt } : {}),
    ...(tags === undefined ? {} : { tags }),
  }
}

/** Tags without doubles, upper and lower case alike, in the order they were given. */
export function changeTags(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  const gone = new Set(remove.map((tag) => tag.toLowerCase()))
  const kept = tags.filter((tag) => !gone.has(tag.toLowerCase()))
  const known = new Set(kept.map((tag) => tag.toLowerCase()))
  return [...kept, ...add.filter((tag) => !known.has(tag.toLowerCase()))]
}

/** The patch that takes a patch back, as far as that can be known without asking. */
export function inversePatch(patch: DocumentPatch): DocumentPatch {
  return {
    ...(patch.isStarred === undefined ? {} : { isStarred: !patch.isStarred }),
    ...(patch.readAt === undefined ? {} : { readAt: patch.readAt === null ? new Date().toISOString() : null }),
    ...(patch.addTags === undefined ? {} : { removeTags: patch.addTags }),
    ...(patch.removeTags === undefined ? {} : { addTags: patch.removeTags }),
    ...(patch.trashedAt === undefined ? {} : { trashedAt: patch.trashedAt === null ? new Date().toISOString() : null }),
  }
}
