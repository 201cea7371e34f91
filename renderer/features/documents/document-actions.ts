import { limits } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { Source } from '../../../shared/model/document.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { countOf } from '../../ui/format.ts'
import { saveFile } from '../../ui/save-file.ts'
import type { ToastStore } from '../../ui/toast-store.ts'
import { inversePatch, type DocumentChanges, type DocumentPatch } from './document-changes.ts'

/** As much of an item as its actions need. */
export interface ActedOn {
  readonly id: number
  readonly title: string
  readonly source: Source
}

interface ActionParts {
  readonly client: AkinClient
  readonly changes: DocumentChanges
  readonly toasts: ToastStore
  /** Shows a web address and opens it when the person says so. */
  readonly askToOpen: (url: string) => void
  /** Goes to a place in the window. */
  readonly goTo: (path: string) => void
  readonly canOpen: () => boolean
}

type UndoableRequest = 'documents.update' | 'documents.trash' | 'documents.restore'

/** What can be done to items, the same from every list: shown at once, told in a toast, taken back by Undo. */
export class DocumentActions {
  readonly #parts: ActionParts

  constructor(parts: ActionParts) {
    this.#parts = parts
  }

  star(items: readonly ActedOn[], isStarred: boolean): void {
    const ids = items.map(({ id }) => id)
    const done = isStarred ? 'starred' : 'no longer starred'
    void this.#change(
      'documents.update',
      ids,
      { isStarred },
      { isStarred },
      items.length > 1 ? `${itemsAre(items)} ${done}` : null,
    )
  }

  setRead(items: readonly ActedOn[], isRead: boolean): void {
    const patch = { readAt: isRead ? new Date().toISOString() : null }
    const ids = items.map(({ id }) => id)
    const told = isRead && items.length === 1 ? null : `${itemsAre(items)} marked as ${isRead ? 'read' : 'unread'}`
    void this.#change('documents.update', ids, patch, { isRead }, told)
  }

  tag(items: readonly ActedOn[], addTags: readonly string[], removeTags: readonly string[]): void {
    const ids = items.map(({ id }) => id)
    const told = [...addTags.map((tag) => `tagged #${tag}`), ...removeTags.map((tag) => `no longer tagged #${tag}`)].join(', ')
    const change = { addTags: [...addTags], removeTags: [...removeTags] }
    void this.#change('documents.update', ids, change, change, `${itemsAre(items)} ${told}`)
  }

  trash(items: readonly ActedOn[]): void {
    const patch = { trashedAt: new Date().toISOString() }
    const ids = items.map(({ id }) => id)
    const told =
      items.length === 1 ? `“${items[0]!.title}” moved to the trash` : `${countOf(items.length, 'item')} moved to the trash`
    void this.#change('documents.trash', ids, patch, {}, told)
  }

  restore(items: readonly ActedOn[]): void {
    const ids = items.map(({ id }) => id)
    const told =
      items.length === 1
        ? `“${items[0]!.title}” is back in the library`
        : `${countOf(items.length, 'item')} are back in the library`
    void this.#change('documents.restore', ids, { trashedAt: null }, {}, told)
  }

  /** Cannot be undone: the caller has asked. */
  async purge(ids: readonly number[]): Promise<void> {
    try {
      let removed = 0
      for (const batch of batches(ids)) removed += (await this.#parts.client.request('documents.purge', { ids: batch })).removed
      this.#parts.changes.emit({ type: 'patch', ids: new Set(ids), patch: { isPurged: true } })
      this.#parts.toasts.show({ message: `${countOf(removed, 'item')} deleted for good` })
    } catch (error) {
      this.#told(error)
    }
  }

  async readAgain(items: readonly ActedOn[]): Promise<void> {
    try {
      let jobId = 0
      for (const batch of batches(items.map(({ id }) => id))) {
        jobId = (await this.#parts.client.request('documents.reindex', { ids: batch })).jobId
      }
      this.#parts.toasts.show({
        message: items.length === 1 ? `Reading “${items[0]!.title}” again` : `Reading ${countOf(items.length, 'item')} again`,
        action: { label: 'Show', run: () => this.#parts.goTo(`/activity/${jobId}`) },
      })
    } catch (error) {
      this.#told(error)
    }
  }

  /** The file with the program the system has for it, its web page, or a copy of it as a download. */
  async openOriginal({ id, title, source }: ActedOn): Promise<void> {
    const { client, toasts, canOpen, askToOpen } = this.#parts
    try {
      if (source.url !== null) askToOpen(source.url)
      else if (source.type === 'inline' || source.type === 'sample') {
        toasts.show({ message: `“${title}” has no original outside Akin` })
      } else if (canOpen()) await client.request('host.open', { documentId: id })
      else if (client.host.fetchOriginal !== null) {
        const { blob } = await client.host.fetchOriginal(id)
        saveFile(blob, nameOfLocation(source.location))
        toasts.show({ message: `A copy of “${title}” was saved to your downloads` })
      }
    } catch (error) {
      this.#told(error)
    }
  }

  async reveal({ id }: ActedOn): Promise<void> {
    try {
      await this.#parts.client.request('host.reveal', { documentId: id })
    } catch (error) {
      this.#told(error)
    }
  }

  /** Tells what went wrong, with what to do about it. */
  told(error: unknown): void {
    this.#told(error)
  }

  async #change(
    name: UndoableRequest,
    ids: readonly number[],
    patch: DocumentPatch,
    input: Record<string, unknown>,
    message: string | null,
  ): Promise<void> {
    const { client, changes, toasts } = this.#parts
    const all = new Set(ids)
    changes.emit({ type: 'patch', ids: all, patch })
    const undoIds: number[] = []
    try {
      for (const batch of batches(ids)) {
        const { undoId } = await client.request(name, { ...input, ids: batch })
        if (undoId !== null) undoIds.push(undoId)
      }
    } catch (error) {
      changes.emit({ type: 'patch', ids: all, patch: inversePatch(patch) })
      changes.emit({ type: 'reread', ids: all })
      this.#told(error)
      return
    }
    if (message !== null) {
      toasts.show({ message, undo: undoIds.length === 0 ? undefined : () => void this.#undo(undoIds, all, patch) })
    }
  }

  async #undo(undoIds: readonly number[], ids: ReadonlySet<number>, patch: DocumentPatch): Promise<void> {
    this.#parts.changes.emit({ type: 'patch', ids, patch: inversePatch(patch) })
    try {
      for (const undoId of undoIds.toReversed()) await this.#parts.client.request('library.undo', { undoId })
    } catch (error) {
      this.#told(error)
    }
    // What was before is known to the engine only: a tag may have been there already.
    this.#parts.changes.emit({ type: 'reread', ids })
  }

  #told(error: unknown): void {
    if (!(error instanceof AkinError)) throw error
    if (error.code !== 'cancelled') this.#parts.toasts.show({ message: error.message, tone: 'error', detail: error.advice })
  }
}

function itemsAre(items: readonly ActedOn[]): string {
  return items.length === 1 ? `“${items[0]!.title}” is` : `${countOf(items.length, 'item')} are`
}

function batches(ids: readonly number[]): number[][] {
  const all: number[][] = []
  for (let at = 0; at < ids.length; at += limits.idsPerRequest) all.push(ids.slice(at, at + limits.idsPerRequest))
  return all
}

/** The file's name at the end of its path, on any system. */
export function nameOfLocation(location: string): string {
  return location.split(/[/\\]/u).findLast((part) => part !== '') ?? location
}
