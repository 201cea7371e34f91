import { AkinError } from '../shared/errors.ts'
import type { DocumentId } from '../shared/model/document.ts'
import type { Undoable } from '../shared/model/library.ts'

type TakeBack = () => Promise<readonly DocumentId[]>

/** Changes that can be taken back are remembered up to this many. */
const kept = 100

/** Remembers how to take back what the person did last. It lives as long as the engine; the trash lives longer. */
export class UndoJournal {
  readonly #entries = new Map<number, TakeBack>()
  #next = 1

  /** Notes a change; nothing is noted when nothing changed. */
  note(changed: readonly DocumentId[], takeBack: TakeBack): Undoable {
    if (changed.length === 0) return { undoId: null, changed: [] }
    const undoId = this.#next++
    this.#entries.set(undoId, takeBack)
    if (this.#entries.size > kept) this.#entries.delete(this.#entries.keys().next().value!)
    return { undoId, changed: [...changed] }
  }

  /** Notes a change of something other than documents. */
  remember(takeBack: () => Promise<void>): Undoable {
    const undoId = this.#next++
    this.#entries.set(undoId, async () => {
      await takeBack()
      return []
    })
    return { undoId, changed: [] }
  }

  /** @throws AkinError `not-found` when it was taken back already or is too long ago */
  async undo(undoId: number): Promise<readonly DocumentId[]> {
    const takeBack = this.#entries.get(undoId)
    if (takeBack === undefined)
      throw new AkinError('not-found', 'This change cannot be taken back any more', {
        advice: 'What was deleted is in the trash',
      })
    this.#entries.delete(undoId)
    return takeBack()
  }
}
