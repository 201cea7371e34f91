import { AkinError, isCode } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/model/document.ts'
import { containmentOf, shinglesOf } from '../../shared/text/shingles.ts'
import { reasonOf, type JobContext, type JobCounts, type JobRunner } from '../jobs/job-queue.ts'
import type {
  DocumentStore,
  ImportedDocument,
  ImportOutcome,
  JobItemDraft,
  KnownSource,
  PutImportedOptions,
} from '../library/library-store.ts'
import {
  itemsOf,
  type ImportEntry,
  type ImportItem,
  type LeftOut,
  type LoadedItem,
  type StoredSource,
  type TextOnly,
} from './import-items.ts'
import type { OriginalStore } from '../host/originals.ts'
import type { ParseInput, ParsedAndChunked } from './parse-result.ts'

export interface ImportRunnerOptions {
  readonly documents: DocumentStore
  readonly originals: OriginalStore
  readonly sampleFolder: string
  readonly parse: (input: ParseInput, options: { signal: AbortSignal }) => Promise<ParsedAndChunked>
  readonly maxFileBytes: number
  /** Files that are read and parsed at once. */
  readonly concurrency: number
  /** Lets a document be embedded anew. */
  readonly embedAgain: (id: DocumentId) => Promise<void>
}

/** Documents stored in one commit, and how long the first of them waits for the others. */
const perCommit = 16
const commitEveryMs = 150

interface Ready {
  readonly item: ImportItem
  readonly document: ImportedDocument
}

/** Reads sources into the library: walks, reads, parses, stores. Done over, it passes quickly over what is there. */
export function createImportRunner(options: ImportRunnerOptions): JobRunner {
  return (context) => new ImportRun(options, context).run()
}

class ImportRun {
  readonly #options: ImportRunnerOptions
  readonly #context: JobContext
  readonly #counts: { -readonly [K in keyof JobCounts]: number } = { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }
  #completed = 0
  #found = 0
  #isCounted = false
  #ready: Ready[] = []
  #readyAt = 0
  #committing: Promise<void> = Promise.resolve()
  /** Documents that an earlier run of this job stored, and that were counted as that. */
  readonly #countedBefore = new Set<DocumentId>()

  constructor(options: ImportRunnerOptions, context: JobContext) {
    this.#options = options
    this.#context = context
  }

  async run(): Promise<void> {
    const sources = this.#context.job.payload.sources as readonly StoredSource[]
    const items = new ItemBuffer(itemsOf(sources, { ...this.#options, signal: this.#context.signal }), (found, isAll) => {
      this.#found = found
      this.#isCounted = isAll
      this.#report()
    })
    const readers = Array.from({ length: this.#options.concurrency }, () => this.#readAll(items))
    try {
      await Promise.all([items.fill(), ...readers])
    } finally {
      items.stop()
      await Promise.allSettled(readers)
      // What was parsed is worth keeping, whatever ended the job
      await this.#commit()
    }
    this.#report()
  }

  async #readAll(items: ItemBuffer): Promise<void> {
    for (let item = await items.next(); item !== undefined; item = await items.next()) {
      this.#context.signal.throwIfAborted()
      if (item.type === 'left-out') await this.#leaveOut(item)
      else if (item.type === 'text-only') await this.#embedAgain(item)
      else await this.#read(item)
    }
  }

  async #read(item: ImportItem): Promise<void> {
    const [known] = await this.#options.documents.knownSources([item.source])
    if (known !== null && known !== undefined && this.#isUnchanged(item, known)) return this.#keep(item, known)
    try {
      const loaded = await item.load({ maxBytes: this.#options.maxFileBytes, signal: this.#context.signal })
      if (!item.isForced && (await this.#isKnownContent(item, loaded, known ?? null))) return
      const parsed = await this.#parse(item, loaded)
      this.#add({ item, document: documentOf(item, loaded, parsed) })
      if (this.#ready.length >= perCommit || performance.now() - this.#readyAt > commitEveryMs) await this.#commit()
    } catch (error) {
      this.#context.signal.throwIfAborted()
      if (isCode(error, 'disk-full', 'library-read-only', 'store-write-failed', 'unavailable')) throw error
      await this.#fail(item, error)
    }
  }

  /** By its fingerprint alone, without reading it. */
  #isUnchanged(item: ImportItem, known: KnownSource): boolean {
    if (item.isForced || item.fingerprint === null || known.fingerprint === null) return false
    const isSame =
      item.fingerprint.sizeBytes === known.fingerprint.sizeBytes &&
      item.fingerprint.modifiedAtMs === known.fingerprint.modifiedAtMs
    if (!isSame) return false
    // What could not be read is tried again, but not by the same job after a pause or a restart
    const isUnreadable = known.status === 'failed' && known.contentHash === null
    return !isUnreadable || this.#isOfThisJob(known.updatedAt)
  }

  async #keep(item: ImportItem, known: KnownSource): Promise<void> {
    if (known.isTrashed && item.isNamed) {
      await this.#options.documents.restore([known.documentId])
      this.#count('updated')
      return
    }
    if (known.contentHash === null) await this.#keepUnreadable(item, known)
    else this.#count(this.#outcomeBefore(known))
  }

  /** Nothing was and is to be had from it; the list of this job says so as well. */
  async #keepUnreadable(item: ImportItem, { documentId, status }: KnownSource): Promise<void> {
    const outcome = status === 'failed' ? 'failed' : 'skipped'
    const [document] = await this.#options.documents.summaries([documentId])
    this.#count(outcome)
    const reason = document?.reason ?? null
    if (reason !== null) await this.#context.addItems([itemOf(item, outcome, { reason, documentId })])
  }

  /** After a pause or a restart, what this job stored before counts as what it was then. */
  #outcomeBefore({ documentId, importedAt, updatedAt }: KnownSource): ImportOutcome {
    // Of several files with one content the first one made the document
    if (!this.#isOfThisJob(updatedAt) || this.#countedBefore.has(documentId)) return 'unchanged'
    this.#countedBefore.add(documentId)
    return this.#isOfThisJob(importedAt) ? 'added' : 'updated'
  }

  #isOfThisJob(at: string): boolean {
    const { isResumed, job } = this.#context
    return isResumed && job.startedAt !== null && at >= job.startedAt
  }

  async #embedAgain({ documentId }: TextOnly): Promise<void> {
    await this.#options.embedAgain(documentId)
    this.#count('updated')
  }

  /** True when the bytes are known: only where they lie is noted. */
  async #isKnownContent(item: ImportItem, { contentHash, fingerprint }: LoadedItem, known: KnownSource | null): Promise<boolean> {
    const { documents } = this.#options
    if (known !== null && (known.contentHash !== contentHash || known.status === 'failed')) return false
    const twin = known?.documentId ?? (await documents.findByContent(contentHash))
    if (twin === null) return false
    await documents.addSource(twin, item.source, fingerprint)
    if (item.isNamed && (await documents.restore([twin])).length > 0) this.#count('updated')
    else this.#count(known === null ? 'unchanged' : this.#outcomeBefore(known))
    return true
  }

  #parse(item: ImportItem, { bytes }: LoadedItem): Promise<ParsedAndChunked> {
    const { metadata, password } = item
    const input: ParseInput = {
      bytes,
      name: item.name,
      ...(metadata === null ? {} : { mediaType: metadata.mediaType, title: metadata.title }),
      ...(password === undefined ? {} : { password }),
    }
    return this.#options.parse(input, { signal: this.#context.signal })
  }

  /**
   * An upload says only its name. The same name with another text is a new version when the texts have much in common;
   * else it is another file that happens to have the name, and must not take the first one's place.
   */
  async #withOwnName(document: ImportedDocument): Promise<ImportedDocument> {
    const { source } = document
    if (source.type !== 'upload' || source.location.includes('/')) return document
    for (let number = 1; ; number++) {
      const location = number === 1 ? source.location : `${source.location} (${number})`
      const [known] = await this.#options.documents.knownSources([{ type: 'upload', location }])
      const isFree = known === null || known === undefined || known.contentHash === document.contentHash
      if (isFree || (await this.#isVersion(known.documentId, document))) return { ...document, source: { ...source, location } }
    }
  }

  async #isVersion(id: DocumentId, { text }: ImportedDocument): Promise<boolean> {
    const before = (await this.#options.documents.texts([id])).get(id)
    return before === undefined || isVersionOf(before, text)
  }

  #add(ready: Ready): void {
    if (this.#ready.length === 0) this.#readyAt = performance.now()
    this.#ready.push(ready)
  }

  #commit(): Promise<void> {
    const batch = this.#ready
    this.#ready = []
    // One after the other, so that a failure is told to whoever waits
    this.#committing = this.#committing.catch(() => undefined).then(() => (batch.length === 0 ? undefined : this.#store(batch)))
    return this.#committing
  }

  async #store(batch: readonly Ready[]): Promise<void> {
    try {
      await this.#put(batch)
    } catch (error) {
      if (error instanceof AkinError || batch.length === 1) {
        if (error instanceof AkinError) throw error
        await this.#fail(batch[0]!.item, error)
        return
      }
      // One of them cannot be stored: find out which, so that the others are
      for (const one of batch) await this.#store([one])
    }
  }

  async #put(batch: readonly Ready[]): Promise<void> {
    for (const isNamed of [true, false]) {
      for (const isForced of [true, false]) {
        const group = batch.filter(({ item }) => item.isNamed === isNamed && item.isForced === isForced)
        for (const part of withoutRepeats(group)) await this.#putPart(part, { restoresTrashed: isNamed, isForced })
      }
    }
  }

  async #putPart(part: readonly Ready[], options: PutImportedOptions): Promise<void> {
    const { documents } = this.#options
    const named = await Promise.all(part.map(({ document }) => this.#withOwnName(document)))
    const results = await documents.putImported(named, options)
    for (const [index, { outcome }] of results.entries()) {
      const [known = null] = this.#context.isResumed ? await documents.knownSources([named[index]!.source]) : []
      this.#count(outcome === 'unchanged' && known !== null ? this.#outcomeBefore(known) : outcome)
    }
  }

  async #leaveOut(entry: LeftOut): Promise<void> {
    this.#count(entry.outcome)
    await this.#context.addItems([
      {
        outcome: entry.outcome,
        name: entry.name,
        location: entry.location,
        sizeBytes: null,
        documentId: entry.documentId,
        reason: entry.reason,
        canRetry: entry.retry !== null,
        payload: entry.retry === null ? null : { ...entry.retry },
      },
    ])
  }

  async #fail(item: ImportItem, error: unknown): Promise<void> {
    const reason = reasonOf(error)
    const isEmpty = isCode(error, 'file-empty')
    const isUnsupported = isCode(error, 'unsupported-format')
    // What is no text at all is no item of the library; what should be one and cannot be read is
    const isNoItem = isUnsupported && !item.isNamed
    const outcome = isEmpty || isNoItem ? 'skipped' : 'failed'
    const documentId = isNoItem ? null : await this.#putUnreadable(item, outcome, reason)
    this.#count(outcome)
    await this.#context.addItems([itemOf(item, outcome, { reason, documentId })])
  }

  async #putUnreadable(
    item: ImportItem,
    status: 'failed' | 'skipped',
    reason: JobItemDraft['reason'],
  ): Promise<DocumentId | null> {
    const [result] = await this.#options.documents.putUnreadable([
      {
        kind: 'file',
        title: item.metadata?.title ?? item.name,
        mediaType: 'application/octet-stream',
        status,
        reason,
        source: item.source,
        fingerprint: item.fingerprint,
        // The bytes of an upload are kept, and this is all that leads to them
        contentHash: status === 'failed' ? item.uploadId : null,
      },
    ])
    return result?.documentId ?? null
  }

  #count(outcome: keyof JobCounts): void {
    this.#counts[outcome]++
    this.#completed++
    this.#report()
  }

  #report(): void {
    this.#context.progress({
      completed: this.#completed,
      total: this.#isCounted ? this.#found : null,
      counts: { ...this.#counts },
    })
  }
}

/** Parts in which no source occurs twice: what comes later meets the earlier one as it was stored. */
function withoutRepeats(group: readonly Ready[]): Ready[][] {
  const parts: Ready[][] = []
  let locations = new Set<string>()
  for (const one of group) {
    const { type, location } = one.document.source
    const key = `${type} ${location}`
    if (parts.length === 0 || locations.has(key)) {
      parts.push([])
      locations = new Set()
    }
    locations.add(key)
    parts.at(-1)!.push(one)
  }
  return parts
}

/** Common word sequences from which on two texts of one name are versions of each other. */
const versionShare = 0.2

function isVersionOf(before: string, now: string): boolean {
  const [a, b] = [shinglesOf(before), shinglesOf(now)]
  return a.size === 0 || b.size === 0 || Math.max(containmentOf(a, b), containmentOf(b, a)) >= versionShare
}

function itemOf(
  item: ImportItem,
  outcome: 'skipped' | 'failed',
  { reason, documentId }: Pick<JobItemDraft, 'reason' | 'documentId'>,
): JobItemDraft {
  return {
    outcome,
    name: item.name,
    location: item.source.location,
    sizeBytes: item.sizeBytes,
    documentId,
    reason,
    canRetry: outcome === 'failed',
    payload: { ...item.retry },
  }
}

function documentOf(item: ImportItem, { contentHash, fingerprint }: LoadedItem, parsed: ParsedAndChunked): ImportedDocument {
  const { metadata } = item
  return {
    kind: metadata?.kind ?? parsed.kind,
    title: metadata === null ? parsed.title : metadata.title,
    text: parsed.text,
    content: parsed.content,
    author: metadata?.author ?? parsed.author,
    publishedAt: metadata?.publishedAt ?? parsed.publishedAt ?? item.modifiedAt,
    language: parsed.language,
    mediaType: parsed.mediaType,
    tags: metadata?.tags ?? parsed.tags,
    links: parsed.links,
    wordCount: parsed.wordCount,
    chunks: parsed.chunks,
    source: { ...item.source, label: parsed.siteName ?? item.source.label, url: parsed.url },
    fingerprint,
    contentHash,
  }
}

/** Items on their way from the walk to the readers: the walk runs ahead, so that the total is known early. */
class ItemBuffer {
  readonly #items: AsyncGenerator<ImportEntry>
  readonly #onFound: (found: number, isAll: boolean) => void
  readonly #buffer: ImportEntry[] = []
  readonly #waiting: (() => void)[] = []
  #isDone = false
  #found = 0

  constructor(items: AsyncGenerator<ImportEntry>, onFound: (found: number, isAll: boolean) => void) {
    this.#items = items
    this.#onFound = onFound
  }

  async fill(): Promise<void> {
    try {
      for await (const item of this.#items) {
        if (this.#isDone) return
        this.#buffer.push(item)
        this.#found++
        if (this.#found % 100 === 0) this.#onFound(this.#found, false)
        this.#waiting.shift()?.()
      }
    } finally {
      this.stop()
    }
    this.#onFound(this.#found, true)
  }

  async next(): Promise<ImportEntry | undefined> {
    while (this.#buffer.length === 0 && !this.#isDone) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#buffer.shift()
  }

  stop(): void {
    this.#isDone = true
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
