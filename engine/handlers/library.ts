import { AkinError } from '../../shared/errors.ts'
import type { RequestName } from '../../shared/contract/requests.ts'
import { defaultSettings, Settings } from '../../shared/model/library.ts'
import type { DiskUse, LibraryStatus } from '../../shared/model/library.ts'
import type { Handlers } from '../contract-table.ts'
import type { ImageLoader } from '../images/image-loader.ts'
import type { LibraryStore } from '../library/library-store.ts'
import type { UndoJournal } from '../undo-journal.ts'
import type { About } from '../about.ts'

export interface LibraryHandlersOptions {
  readonly store: LibraryStore
  readonly undo: UndoJournal
  readonly images: ImageLoader
  readonly status: () => Promise<LibraryStatus>
  readonly diskUse: () => Promise<DiskUse>
  readonly about: () => Promise<About>
  readonly onSettings: (settings: Settings) => void
}

type LibraryRequests = Extract<RequestName, `library.${string}` | `settings.${string}` | `images.${string}` | `about.${string}`>

export function libraryHandlers(options: LibraryHandlersOptions): Handlers<LibraryRequests> {
  const { store, undo, images } = options
  return {
    'library.status': () => options.status(),
    'library.facets': ({ filter }) => store.documents.facets(filter),
    'library.disk': () => options.diskUse(),
    'library.undo': async ({ undoId }) => ({ changed: [...(await undo.undo(undoId))] }),
    'settings.get': () => readSettings(store),
    'settings.set': async (changes) => {
      const settings = Settings.parse({ ...(await readSettings(store)), ...changes })
      await store.settings.set('settings', settings)
      options.onSettings(settings)
      return settings
    },
    'images.load': async ({ documentId, src }) => {
      const document = await store.documents.get(documentId)
      if (document === null) throw new AkinError('not-found', 'This item is not in the library any more')
      return images.load(document, src)
    },
    'about.get': () => options.about(),
  }
}

/** Settings as stored, each missing or outgrown value replaced by its default. */
export async function readSettings(store: Pick<LibraryStore, 'settings'>): Promise<Settings> {
  const stored = (await store.settings.get('settings')) ?? {}
  const settings: Record<string, unknown> = { ...defaultSettings }
  for (const [key, value] of Object.entries(stored)) {
    const field = Settings.shape[key as keyof Settings]
    if (field?.safeParse(value).success) settings[key] = value
  }
  return Settings.parse(settings)
}
