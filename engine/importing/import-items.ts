import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { AkinError } from '../../shared/errors.ts'
import type { DocumentId, DocumentKind, Reason, Source } from '../../shared/model/document.ts'
import type { DocumentStore, Fingerprint } from '../library/library-store.ts'
import { sha256 } from '../platform/hash.ts'
import type { OriginalStore } from '../host/originals.ts'
import { readForImport } from './read-file.ts'
import { walkFolder } from './walk-folder.ts'

/** A source as an import job keeps it: everything it takes to read it, now or after a restart. */
export type StoredSource =
  | { readonly type: 'path'; readonly path: string; readonly password?: string }
  | { readonly type: 'upload'; readonly uploadId: string; readonly name: string; readonly modifiedAt?: string }
  | ({ readonly type: 'text'; readonly contentId: string; readonly externalId: string } & TextMetadata)
  /** The sample library that comes with Akin, or one piece of it. */
  | { readonly type: 'sample'; readonly location?: string }
  /** A document that is to be read again from its original. */
  | { readonly type: 'document'; readonly documentId: DocumentId }

/** What the caller says of a text that it made. */
export interface TextMetadata {
  readonly title: string
  readonly mediaType: string
  readonly kind?: DocumentKind
  readonly author?: string
  readonly publishedAt?: string
  readonly tags?: readonly string[]
  readonly label?: string
}

/** One thing to read. */
export interface ImportItem {
  readonly type: 'item'
  readonly source: Source
  /** File name with its extension. */
  readonly name: string
  readonly sizeBytes: number | null
  readonly fingerprint: Fingerprint | null
  /** When the original was last written, ISO 8601, where that is known. */
  readonly modifiedAt: string | null
  /** The person named this very item, instead of a folder that holds it. */
  readonly isNamed: boolean
  /** Reads it again though nothing changed. */
  readonly isForced: boolean
  readonly metadata: TextMetadata | null
  /** Names the bytes of an upload in the library folder. */
  readonly uploadId: string | null
  readonly password: string | undefined
  /** What it takes to try this item alone again. */
  readonly retry: StoredSource
  load(options: { maxBytes: number; signal: AbortSignal }): Promise<LoadedItem>
}

export interface LoadedItem {
  readonly bytes: Uint8Array
  readonly contentHash: string
  readonly fingerprint: Fingerprint | null
}

/** Something that is not read, with the reason. */
export interface LeftOut {
  readonly type: 'left-out'
  readonly outcome: 'skipped' | 'failed'
  readonly name: string
  readonly location: string
  readonly reason: Reason
  readonly documentId: DocumentId | null
  readonly retry: StoredSource | null
}

/** A document of which there is nothing but its stored text. */
export interface TextOnly {
  readonly type: 'text-only'
  readonly documentId: DocumentId
}

export type ImportEntry = ImportItem | LeftOut | TextOnly

export interface ItemsOptions {
  readonly originals: OriginalStore
  readonly documents: Pick<DocumentStore, 'sources'>
  readonly sampleFolder: string
  readonly signal: AbortSignal
}

/** Everything that a list of sources stands for, in a stable order. */
export async function* itemsOf(sources: readonly StoredSource[], options: ItemsOptions): AsyncGenerator<ImportEntry> {
  for (const source of sources) {
    options.signal.throwIfAborted()
    switch (source.type) {
      case 'path':
        yield* pathItems(resolve(source.path), source.password, options)
        break
      case 'upload':
        yield uploadItem(source, options.originals)
        break
      case 'text':
        yield textItem(source, options.originals)
        break
      case 'sample':
        yield* sampleItems(source.location, options)
        break
      case 'document':
        yield* documentItems(source.documentId, options)
        break
    }
  }
}

async function* pathItems(
  path: string,
  password: string | undefined,
  { signal }: ItemsOptions,
): AsyncGenerator<ImportItem | LeftOut> {
  const info = await stat(path).catch((error: unknown) => error as NodeJS.ErrnoException)
  if (info instanceof Error) {
    yield leftOut(path, pathReason(info))
    return
  }
  if (!info.isDirectory()) {
    yield fileItem(path, {
      label: basename(dirname(path)) || sep,
      fingerprint: { sizeBytes: info.size, modifiedAtMs: info.mtimeMs },
      isNamed: true,
      password,
    })
    return
  }
  for await (const entry of walkFolder(path, { signal })) {
    if (entry.type === 'skipped') {
      const left = leftOut(entry.path, entry.reason)
      // Nobody wanted it passed over: it may be a folder with all that is in it
      const isFailed = entry.reason.code === 'file-unreadable'
      yield isFailed ? left : { ...left, outcome: 'skipped', retry: null }
    } else {
      yield fileItem(entry.path, {
        label: labelOf(path, entry.path),
        fingerprint: entry.fingerprint,
        isNamed: false,
        password: undefined,
      })
    }
  }
}

interface FileOptions {
  readonly label: string
  readonly fingerprint: Fingerprint
  readonly isNamed: boolean
  readonly password: string | undefined
}

function fileItem(path: string, { label, fingerprint, isNamed, password }: FileOptions): ImportItem {
  return {
    type: 'item',
    source: { type: 'path', location: path, label, url: null },
    name: basename(path),
    sizeBytes: fingerprint.sizeBytes,
    fingerprint,
    modifiedAt: new Date(fingerprint.modifiedAtMs).toISOString(),
    isNamed,
    isForced: false,
    metadata: null,
    uploadId: null,
    password,
    retry: { type: 'path', path },
    load: async (options) => {
      const file = await readForImport(path, options)
      return { bytes: file.bytes, contentHash: file.sha256, fingerprint: file.fingerprint }
    },
  }
}

/** The folder as a person names it: `Documents/Health` for a file in `Health` of the imported `Documents`. */
function labelOf(root: string, path: string): string {
  const below = relative(root, dirname(path)).split(sep).filter(Boolean)
  return [basename(root), ...below].join('/')
}

function uploadItem(
  { uploadId, name, modifiedAt }: Extract<StoredSource, { type: 'upload' }>,
  originals: OriginalStore,
): ImportItem {
  const folder = dirname(name)
  return {
    type: 'item',
    source: { type: 'upload', location: name, label: folder === '.' ? 'Uploads' : folder, url: null },
    name: basename(name),
    sizeBytes: null,
    fingerprint: null,
    modifiedAt: modifiedAt ?? null,
    isNamed: true,
    isForced: false,
    metadata: null,
    uploadId,
    password: undefined,
    retry: { type: 'upload', uploadId, name, ...(modifiedAt === undefined ? {} : { modifiedAt }) },
    load: async () => ({ bytes: await originals.read(uploadId), contentHash: uploadId, fingerprint: null }),
  }
}

function textItem(source: Extract<StoredSource, { type: 'text' }>, originals: OriginalStore): ImportItem {
  const { type: _type, contentId, externalId, ...metadata } = source
  return {
    type: 'item',
    source: { type: 'inline', location: externalId, label: metadata.label ?? 'Texts', url: null },
    name: externalId,
    sizeBytes: null,
    fingerprint: null,
    modifiedAt: null,
    isNamed: true,
    isForced: false,
    metadata,
    uploadId: null,
    password: undefined,
    retry: source,
    load: async () => {
      const bytes = await originals.read(contentId)
      // The same words under another title are another document
      return { bytes, contentHash: sha256(JSON.stringify([contentId, metadata])), fingerprint: null }
    },
  }
}

async function* sampleItems(only: string | undefined, { sampleFolder, signal }: ItemsOptions): AsyncGenerator<ImportItem> {
  const entries = await readdir(sampleFolder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const path of paths.toSorted()) {
    signal.throwIfAborted()
    const location = relative(sampleFolder, path).split(sep).join('/')
    if (only !== undefined && location !== only) continue
    const info = await stat(path)
    const item = fileItem(path, {
      label: '',
      fingerprint: { sizeBytes: info.size, modifiedAtMs: 0 },
      isNamed: true,
      password: undefined,
    })
    yield {
      ...item,
      modifiedAt: null,
      source: { type: 'sample', location, label: sampleLabel(location), url: null },
      retry: { type: 'sample', location },
    }
  }
}

function sampleLabel(location: string): string {
  const folder = dirname(location)
  return folder === '.' ? 'Sample' : `Sample/${folder}`
}

/** A document as it is read again: from the first of its places where there is still something. */
async function* documentItems(documentId: DocumentId, options: ItemsOptions): AsyncGenerator<ImportEntry> {
  const sources = await options.documents.sources(documentId)
  let missing: LeftOut | undefined
  for (const source of sources) {
    const entry = await originalItem(documentId, source, options)
    if (entry.type !== 'left-out') {
      yield entry
      return
    }
    missing ??= entry
  }
  if (missing !== undefined) yield missing
}

type KnownPlace = Awaited<ReturnType<DocumentStore['sources']>>[number]

async function originalItem(documentId: DocumentId, source: KnownPlace, options: ItemsOptions): Promise<ImportEntry> {
  const again = { source, isForced: true, isNamed: false, retry: { type: 'document', documentId } } as const
  const { type, location, label, contentHash } = source
  switch (type) {
    case 'path':
    case 'sample': {
      const path = type === 'sample' ? join(options.sampleFolder, location) : location
      const info = await stat(path).catch((error: unknown) => error as NodeJS.ErrnoException)
      if (info instanceof Error) return { ...leftOut(path, pathReason(info)), documentId, retry: again.retry }
      const fingerprint = { sizeBytes: info.size, modifiedAtMs: type === 'sample' ? 0 : info.mtimeMs }
      const item = fileItem(path, { label, fingerprint, isNamed: false, password: undefined })
      return { ...item, ...(type === 'sample' ? { modifiedAt: null } : {}), ...again }
    }
    case 'upload':
      if (contentHash === null || !options.originals.has(contentHash))
        return { ...leftOut(location, gone), documentId, retry: null }
      return { ...uploadItem({ type: 'upload', uploadId: contentHash, name: location }, options.originals), ...again }
    case 'inline':
      return { type: 'text-only', documentId }
  }
}

const gone: Reason = {
  code: 'file-not-found',
  message: 'The original is not there any more',
  advice: 'The stored text stays as it is. Add the file again to renew it',
}

function pathReason(error: NodeJS.ErrnoException): Reason {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return gone
  return {
    code: 'file-unreadable',
    message: 'The file cannot be read',
    advice: 'Check that you may read it and its folder, then retry',
  }
}

function leftOut(path: string, reason: Reason): LeftOut {
  return {
    type: 'left-out',
    outcome: 'failed',
    name: basename(path),
    location: path,
    reason,
    documentId: null,
    retry: { type: 'path', path },
  }
}

/** Refuses a path that the terminal names and that is not there, before a job is made of it. */
export async function requirePath(path: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => error as NodeJS.ErrnoException)
  if (!(info instanceof Error)) return
  if (pathReason(info) === gone)
    throw new AkinError('file-not-found', `There is no file or folder ${path}`, { advice: 'Check the spelling', cause: info })
  throw new AkinError('file-unreadable', `Akin may not look at ${path}`, {
    advice: 'Check that you may read it and its folder, then try again',
    cause: info,
  })
}
