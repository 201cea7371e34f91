import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Grant } from '../../../shared/contract/bridge.ts'
import { limits } from '../../../shared/contract/requests.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { AkinClient } from '../../client/akin-client.ts'
import { countOf } from '../../ui/format.ts'
import type { ToastStore } from '../../ui/toast-store.ts'
import { describeLeftOut, nothingLeftOut, reasonToLeaveOut, type LeftOut } from './import-filter.ts'
import { titleOf } from './import-title.ts'
import { uploadFiles, type Source, type Unsent } from './upload-files.ts'
import { walkEntries, type Entry, type Found, type FoundFile } from './walk-entries.ts'

/** Files on their way into Akin, before the engine's job begins. */
export interface Transfer {
  readonly id: number
  readonly title: string
  readonly phase: 'looking' | 'sending'
  /** Files found so far, or in all once they are being sent. */
  readonly found: number
  readonly sent: number
}

/** What is dragged over the window at the moment. */
export interface Drag {
  readonly isOver: boolean
  /** How many files and folders are held; `null` where the system does not tell before the drop. */
  readonly count: number | null
}

export const noDrag: Drag = { isOver: false, count: null }

interface ImportState {
  readonly drag: Drag
  readonly transfers: readonly Transfer[]
  readonly unsent: readonly Unsent[]
}

export interface ImportStore {
  readonly store: StoreApi<ImportState>
  /** What was dropped on the window, with the files as the desktop host needs them. */
  readonly drop: (entries: readonly Entry<File>[], files: readonly File[]) => void
  /** Files of a chooser of the browser; `path` holds their folders. */
  readonly choose: (files: readonly FoundFile<File>[]) => void
  /** The host's own chooser. */
  readonly pick: (what: 'files' | 'folder') => void
  readonly addSample: () => void
  readonly removeSample: () => void
  readonly cancel: (id: number) => void
  readonly forgetUnsent: () => void
  readonly setDrag: (drag: Drag) => void
}

interface ImportParts {
  readonly client: AkinClient
  readonly toasts: ToastStore
  readonly goTo: (path: string) => void
}

export function createImportStore(parts: ImportParts): ImportStore {
  const { client } = parts
  const store = createStore<ImportState>(() => ({ drag: noDrag, transfers: [], unsent: [] }))
  const importer = new Importer(parts, store)
  return {
    store,
    drop: (entries, files) => {
      if (client.host.importBy === 'grant') {
        void importer.guard(async () => importer.importGrants(await client.host.grantFiles(files)))
      } else importer.takeEntries(entries)
    },
    choose: (files) => importer.takeFiles(files),
    pick: (what) => {
      void importer.guard(async () => importer.importGrants((await client.request('host.pick', { what })).grants))
    },
    addSample: () => void importer.guard(() => importer.addSample()),
    removeSample: () => void importer.guard(() => importer.removeSample()),
    cancel: (id) => importer.cancel(id),
    forgetUnsent: () => store.setState({ unsent: [] }),
    setDrag: (drag) => store.setState({ drag }),
  }
}

class Importer {
  readonly #client: AkinClient
  readonly #toasts: ToastStore
  readonly #goTo: (path: string) => void
  readonly #store: StoreApi<ImportState>
  readonly #controllers = new Map<number, AbortController>()
  #lastId = 0

  constructor({ client, toasts, goTo }: ImportParts, store: StoreApi<ImportState>) {
    this.#client = client
    this.#toasts = toasts
    this.#goTo = goTo
    this.#store = store
  }

  /** Tells what goes wrong, so that nothing fails in silence. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      if (error.code === 'cancelled') this.#toasts.show({ message: 'The import was given up; nothing was added' })
      else this.#toasts.show({ message: error.message, tone: 'error', detail: error.advice })
    }
  }

  async importGrants(grants: readonly Grant[]): Promise<void> {
    if (grants.length === 0) return
    const sources = grants.map(({ grant }): Source => ({ type: 'grant', grant }))
    await this.#start(sources, titleOf(grants.map(({ name }) => name)), null)
  }

  takeEntries(entries: readonly Entry<File>[]): void {
    const title = titleOf(entries.map(({ name }) => name))
    this.#transfer(title, async (id, signal) => {
      const found = await walkEntries(entries, { signal, onFound: (count) => this.#patch(id, { found: count }) })
      await this.#send(id, { found, title, signal })
    })
  }

  takeFiles(files: readonly FoundFile<File>[]): void {
    const title = titleOf([...new Set(files.map(({ path }) => path.split('/')[0]!))])
    this.#transfer(title, (id, signal) => this.#send(id, { found: withoutLeftOut(files), title, signal }))
  }

  cancel(id: number): void {
    this.#controllers.get(id)?.abort()
  }

  async addSample(): Promise<void> {
    const { jobId } = await this.#client.request('sample.add', {})
    this.#toasts.show({ message: 'Reading the sample library', action: this.#showJob(jobId) })
  }

  async removeSample(): Promise<void> {
    const { removed } = await this.#client.request('sample.remove', {})
    this.#toasts.show({ message: `The sample library is gone: ${countOf(removed, 'item')} removed` })
  }

  #transfer(title: string, work: (id: number, signal: AbortSignal) => Promise<void>): void {
    const id = ++this.#lastId
    const controller = new AbortController()
    this.#controllers.set(id, controller)
    const transfer: Transfer = { id, title, phase: 'looking', found: 0, sent: 0 }
    this.#store.setState(({ transfers }) => ({ transfers: [...transfers, transfer] }))
    void this.guard(() => work(id, controller.signal)).finally(() => {
      this.#controllers.delete(id)
      this.#store.setState(({ transfers }) => ({ transfers: transfers.filter((one) => one.id !== id) }))
    })
  }

  #patch(id: number, change: Partial<Transfer>): void {
    this.#store.setState(({ transfers }) => ({
      transfers: transfers.map((one) => (one.id === id ? { ...one, ...change } : one)),
    }))
  }

  async #send(id: number, { found, title, signal }: { found: Found<File>; title: string; signal: AbortSignal }): Promise<void> {
    const note = describeLeftOut(found.leftOut)
    if (found.files.length === 0) {
      this.#toasts.show({ message: 'There was nothing to read in it', detail: note ?? undefined })
      return
    }
    this.#patch(id, { phase: 'sending', found: found.files.length })
    const onSent = (sent: number): void => this.#patch(id, { sent })
    const { sources, unsent } = await uploadFiles(this.#client, found.files, { signal, onSent })
    if (unsent.length > 0) {
      this.#store.setState((state) => ({ unsent: [...state.unsent, ...unsent] }))
      this.#toasts.show({
        message: `${countOf(unsent.length, 'file')} could not be taken in`,
        tone: 'error',
        detail: unsent[0]!.message,
        action: { label: 'Show', run: () => this.#goTo('/activity') },
      })
    }
    if (sources.length > 0) await this.#start(sources, title, note)
  }

  async #start(sources: readonly Source[], title: string, note: string | null): Promise<void> {
    const jobs: number[] = []
    for (let at = 0; at < sources.length; at += limits.importSources) {
      const part = sources.slice(at, at + limits.importSources)
      const reply = await this.#client.request('documents.import', { sources: part, title: `Import of ${title}`.slice(0, 200) })
      jobs.push(reply.jobId)
    }
    this.#toasts.show({ message: `Reading ${title}`, detail: note ?? undefined, action: this.#showJob(jobs[0]!) })
  }

  #showJob(jobId: number): { label: string; run: () => void } {
    return { label: 'Show', run: () => this.#goTo(`/activity/${jobId}`) }
  }
}

function withoutLeftOut(files: readonly FoundFile<File>[]): Found<File> {
  const leftOut: { -readonly [K in keyof LeftOut]: number } = { ...nothingLeftOut }
  const taken = files.filter(({ file, path }) => {
    const reason = reasonToLeaveOut(path, file.size)
    if (reason !== null) leftOut[reason]++
    return reason === null
  })
  return { files: taken, leftOut }
}
