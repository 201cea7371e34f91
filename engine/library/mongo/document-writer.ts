import { AkinError } from '../../../shared/errors.ts'
import type { DocumentId, Source } from '../../../shared/model/document.ts'
import { foldWord } from '../../../shared/text/words.ts'
import { sha256 } from '../../platform/hash.ts'
import { embeddedText } from '../embedded-text.ts'
import type {
  Fingerprint,
  ImportedDocument,
  ImportOutcome,
  ImportResult,
  PutImportedOptions,
  UnreadableDocument,
} from '../library-store.ts'
import { copyMarks, loadKin, removeDocument } from './document-marks.ts'
import { findByIds } from './mongo-connection.ts'
import { hasBit, settle } from './space-state.ts'
import { idsOf, rangeOf, sourceKey, withSources, type DocumentRecord } from './records.ts'
import { withFileTags } from './tag-records.ts'
import { spacesOf, type Draft, type UnitOfWork } from './unit-of-work.ts'

export type PutOptions = Required<PutImportedOptions> & { readonly at: string }

interface Place {
  readonly source: Source
  readonly fingerprint: Fingerprint | null
}

/** Writes imported documents into a unit of work. No two documents with a text have the same content. */
export class DocumentWriter {
  readonly #unit: UnitOfWork
  readonly #bySource = new Map<string, DocumentId>()
  readonly #byContent = new Map<string, Set<DocumentId>>()

  private constructor(unit: UnitOfWork) {
    this.#unit = unit
    for (const record of unit.records()) this.#index(record)
  }

  /** Reads what the import of these sources and contents may touch. */
  static async prepare(unit: UnitOfWork, sources: readonly Source[], contents: readonly string[]): Promise<DocumentWriter> {
    await unit.loadWhere('sourceKeys', sources.map(sourceKey))
    await unit.loadWhere('contentHash', contents)
    await loadKin(unit)
    return new DocumentWriter(unit)
  }

  async put(document: ImportedDocument, options: PutOptions): Promise<ImportResult> {
    const owner = this.#ownerOf(document.source)
    const twin = this.#withContent(document.contentHash)
    if (owner === undefined) return twin === undefined ? this.#add(document, options) : this.#join(twin, document, options)
    const isSame = owner.contentHash === document.contentHash
    if (owner.hasText && isSame && !options.isForced) return this.#keep(owner, document, options)
    if (twin !== undefined && twin._id !== owner._id) return this.#move(owner, twin, document, options)
    if (owner.sources.length > 1 && !isSame) return this.#split(owner, document, options)
    this.#putSource(owner._id, document)
    await this.#replace(owner._id, document, options)
    this.#settleTrash(owner, options)
    return { documentId: owner._id, outcome: 'updated' }
  }

  putUnreadable(document: UnreadableDocument, at: string): ImportResult {
    const owner = this.#ownerOf(document.source)
    if (owner?.hasText === true) return { documentId: owner._id, outcome: 'unchanged' }
    const id = owner?._id ?? this.#insert(document, at)
    const { kind, mediaType, status, reason, contentHash } = document
    const title = document.title.toWellFormed()
    this.#set({
      ...this.#unit.get(id)!,
      kind,
      title,
      titleFold: foldWord(title),
      mediaType: mediaType.toWellFormed(),
      status,
      reason,
      contentHash,
      updatedAt: at,
    })
    this.#putSource(id, document)
    this.#unit.note('document', id)
    return { documentId: id, outcome: owner === undefined ? 'added' : 'updated' }
  }

  /** Gives a source to the document whose content it has. */
  addSource(id: DocumentId, place: Place, at: string): ImportOutcome {
    const target = this.#unit.get(id)
    if (target === undefined) throw new AkinError('not-found', `There is no item ${id}`)
    const owner = this.#ownerOf(place.source)
    if (owner !== undefined && owner._id !== id) {
      this.#moveSource(owner, target, { ...place, at })
      return 'updated'
    }
    if (this.#putSource(id, place)) this.#unit.note('document', id)
    return 'unchanged'
  }

  #ownerOf(source: Source): DocumentRecord | undefined {
    const id = this.#bySource.get(sourceKey(source))
    return id === undefined ? undefined : this.#unit.get(id)
  }

  #withContent(contentHash: string): DocumentRecord | undefined {
    const ids = [...(this.#byContent.get(contentHash) ?? [])].toSorted((a, b) => a - b)
    return ids
      .map((id) => this.#unit.get(id))
      .find((record) => record !== undefined && record.hasText && record.contentHash === contentHash)
  }

  async #add(document: ImportedDocument, options: PutOptions): Promise<ImportResult> {
    const id = this.#insert(document, options.at)
    this.#putSource(id, document)
    await this.#replace(id, document, options)
    return { documentId: id, outcome: 'added' }
  }

  /** New source, known content: one document with one more source. */
  async #join(twin: DocumentRecord, document: ImportedDocument, options: PutOptions): Promise<ImportResult> {
    this.#putSource(twin._id, document)
    if (options.isForced) await this.#replace(twin._id, document, options)
    this.#unit.note('document', twin._id)
    const isBack = this.#settleTrash(twin, options)
    return { documentId: twin._id, outcome: isBack ? 'added' : 'unchanged' }
  }

  #keep(owner: DocumentRecord, document: ImportedDocument, options: PutOptions): ImportResult {
    if (this.#putSource(owner._id, document)) this.#unit.note('document', owner._id)
    const isBack = this.#settleTrash(owner, options)
    return { documentId: owner._id, outcome: isBack ? 'updated' : 'unchanged' }
  }

  async #move(
    owner: DocumentRecord,
    twin: DocumentRecord,
    document: ImportedDocument,
    options: PutOptions,
  ): Promise<ImportResult> {
    this.#moveSource(owner, twin, { source: document.source, fingerprint: document.fingerprint, at: options.at })
    if (options.isForced) await this.#replace(twin._id, document, options)
    this.#settleTrash(this.#unit.get(twin._id)!, options)
    return { documentId: twin._id, outcome: 'updated' }
  }

  /**
   * The source now has the content of another document: it goes there, and takes along what the person made. An item
   * in sight never vanishes that way: a document in the trash that it becomes is taken out.
   */
  #moveSource(owner: DocumentRecord, target: DocumentRecord, { at, ...place }: Place & { at: string }): void {
    const isLast = owner.sources.length === 1
    this.#putSource(target._id, place)
    copyMarks(this.#unit, owner._id, target._id)
    if (isLast) removeDocument(this.#unit, owner._id)
    else this.#unit.note('document', owner._id)
    this.#unit.note('document', target._id)
    if (owner.trashedAt === null) this.#settleTrash(target, { restoresTrashed: true, at })
  }

  /** One of several sources changed: it gets a document of its own, with the person's marks. */
  async #split(owner: DocumentRecord, document: ImportedDocument, options: PutOptions): Promise<ImportResult> {
    const id = this.#insert(document, options.at)
    this.#putSource(id, document)
    copyMarks(this.#unit, owner._id, id)
    await this.#replace(id, document, options)
    if (!options.restoresTrashed)
      this.#set({ ...this.#unit.get(id)!, trashedAt: owner.trashedAt, isTrashed: owner.trashedAt !== null })
    // It shows another source now
    this.#unit.note('document', owner._id)
    return { documentId: id, outcome: 'updated' }
  }

  /** A document that was in the trash comes back if that is wanted; otherwise it stays out of the indexes. */
  #settleTrash(
    { _id: id, trashedAt }: DocumentRecord,
    { restoresTrashed, at }: Pick<PutOptions, 'restoresTrashed' | 'at'>,
  ): boolean {
    if (trashedAt === null || !restoresTrashed) return false
    this.#set({ ...this.#unit.get(id)!, trashedAt: null, isTrashed: false, updatedAt: at })
    this.#unit.note('document', id)
    const range = this.#unit.storedRange(id)
    if (range !== null) this.#unit.note('vectors', id, range)
    else if (this.#unit.drafts.has(id)) this.#unit.note('vectors', id, 'new')
    return true
  }

  #insert(document: ImportedDocument | UnreadableDocument, at: string): DocumentId {
    const id = this.#unit.nextDocument()
    this.#set(newRecord(id, document, at))
    return id
  }

  /**
   * Gives a source to a document, or renews it; a source has one document only, so another one loses it. True when what
   * lists and indexes show of it is not what it was.
   */
  #putSource(id: DocumentId, { source, fingerprint }: Place): boolean {
    const key = sourceKey(source)
    const owner = this.#ownerOf(source)
    const before = owner?.sources.find((one) => sourceKey(one) === key)
    const { type, location, label, url } = source
    const renewed = {
      type,
      location: location.toWellFormed(),
      label: label.toWellFormed(),
      url: url?.toWellFormed() ?? null,
      order: before?.order ?? this.#unit.nextSource(),
      fingerprint: fingerprint === null ? null : { sizeBytes: fingerprint.sizeBytes, modifiedAtMs: fingerprint.modifiedAtMs },
    }
    if (owner !== undefined && owner._id !== id) {
      const left = owner.sources.filter((one) => one !== before)
      // Without a source left it is removed by the caller
      if (left.length > 0) this.#set(withSources(owner, left))
    }
    const record = this.#unit.get(id)!
    this.#set(withSources(record, [...record.sources.filter((one) => sourceKey(one) !== key), renewed]))
    this.#bySource.set(key, id)
    return before?.label !== renewed.label || before.url !== renewed.url
  }

  /** Gives a document its text, chunks, links and file tags anew; chunks whose text stays keep their vectors. */
  async #replace(id: DocumentId, document: ImportedDocument, { at }: PutOptions): Promise<void> {
    const old = this.#unit.storedRange(id)
    const wasDraft = this.#unit.drafts.has(id)
    const title = document.title.toWellFormed()
    const text = document.text.toWellFormed()
    const chunks = document.chunks.map((chunk, ordinal) => ({
      ...chunk,
      hash: sha256(embeddedText(title, text, { ...chunk, ordinal })),
    }))
    const record = withFileTags(replaced(this.#unit.get(id)!, document, at), document.tags)
    const vectors = await this.#takenOver(id, chunks)
    if (old !== null) this.#unit.note('removed', id, old)
    const headings = document.content.blocks
      .filter((block) => block.type === 'heading')
      .map(({ start, end }) => text.slice(start, end))
    this.#unit.drafts.delete(id)
    this.#unit.drafts.set(id, { body: { text, content: document.content, headings }, chunks, vectors })
    this.#set(settle(record, this.#unit.defaultSpace))
    this.#unit.note('document', id)
    // Only a text that stood there before can have left vectors behind
    if (old !== null || wasDraft) this.#unit.note('vectors', id, 'new')
  }

  /** Which stored chunks hand on their vectors: those that are embedded from the same text. */
  async #takenOver(id: DocumentId, chunks: Draft['chunks']): Promise<Draft['vectors']> {
    const draft = this.#unit.drafts.get(id)
    const record = this.#unit.get(id)!
    const before = draft === undefined ? await this.#storedVectors(record) : vectorsOfDraft(draft)
    return Object.fromEntries(
      Object.entries(before).map(([key, byHash]) => [key, chunks.map(({ hash }) => byHash.get(hash) ?? null)]),
    )
  }

  /** By space, then by the hash of what is embedded, the chunk that has the vector. */
  async #storedVectors(record: DocumentRecord): Promise<Record<string, Map<string, number>>> {
    const keys = spacesOf(record, this.#unit.spaces)
    const range = rangeOf(record)
    if (keys.length === 0 || range === null) return {}
    const stored = await findByIds(this.#unit.connection.chunks, idsOf(range), { hash: 1, ordinal: 1 })
    stored.sort((a, b) => b._id - a._id)
    return Object.fromEntries(
      keys.map((key) => {
        const withVector = stored.filter(({ ordinal }) => hasBit(record.spaces[key]!, ordinal))
        return [key, new Map(withVector.map(({ hash, _id }) => [hash, _id]))]
      }),
    )
  }

  #set(record: DocumentRecord): void {
    this.#unit.set(record)
    this.#index(record)
  }

  #index(record: DocumentRecord): void {
    for (const key of record.sourceKeys) this.#bySource.set(key, record._id)
    if (record.contentHash === null) return
    const ids = this.#byContent.get(record.contentHash) ?? new Set<DocumentId>()
    this.#byContent.set(record.contentHash, ids.add(record._id))
  }
}

function vectorsOfDraft({ chunks, vectors }: Draft): Record<string, Map<string, number>> {
  return Object.fromEntries(
    Object.entries(vectors).map(([key, sources]) => {
      const pairs = chunks.flatMap(({ hash }, index): [string, number][] => {
        const source = sources[index] ?? null
        return source === null ? [] : [[hash, source]]
      })
      return [key, new Map(pairs.toReversed())]
    }),
  )
}

function newRecord(id: DocumentId, document: ImportedDocument | UnreadableDocument, at: string): DocumentRecord {
  const title = document.title.toWellFormed()
  return {
    _id: id,
    v: 0,
    kind: document.kind,
    title,
    titleFold: foldWord(title),
    author: null,
    authorFold: null,
    hasNoAuthor: true,
    publishedAt: null,
    importedAt: at,
    updatedAt: at,
    sortDate: at,
    language: null,
    languageLower: null,
    hasNoLanguage: true,
    isStarred: false,
    readAt: null,
    trashedAt: null,
    isTrashed: false,
    wordCount: 0,
    mediaType: document.mediaType.toWellFormed(),
    contentHash: null,
    hasText: false,
    status: 'pending',
    reason: null,
    firstChunk: null,
    lastChunk: null,
    chunkCount: 0,
    embeddedCount: 0,
    failedChunkCount: 0,
    pageCount: 0,
    sources: [],
    sourceKeys: [],
    sourceFolds: [],
    nameFolds: [],
    sourceType: document.source.type,
    sourceLabel: '',
    sourceFold: '',
    onlySourceType: null,
    tags: [],
    tagFolds: [],
    wikiLinks: [],
    wikiFolds: [],
    notKin: [],
    body: null,
    spaces: {},
    completeIn: [],
  }
}

/** The record of a document that was read anew; its chunks and counts follow when they are placed. */
function replaced(record: DocumentRecord, document: ImportedDocument, at: string): DocumentRecord {
  const [title, author, language] = [document.title, document.author, document.language].map(
    (text) => text?.toWellFormed() ?? null,
  )
  const wiki = document.links.filter(({ kind }) => kind === 'wiki').map(({ target }) => target.toWellFormed())
  return {
    ...record,
    kind: document.kind,
    title: title!,
    titleFold: foldWord(title!),
    author: author!,
    authorFold: author === null ? null : foldWord(author!),
    hasNoAuthor: author === null,
    publishedAt: document.publishedAt,
    updatedAt: at,
    sortDate: document.publishedAt ?? record.importedAt,
    language: language!,
    languageLower: language?.toLowerCase() ?? null,
    hasNoLanguage: language === null,
    wordCount: document.wordCount,
    mediaType: document.mediaType.toWellFormed(),
    contentHash: document.contentHash,
    hasText: true,
    pageCount: document.content.pages.length,
    wikiLinks: [...new Set(wiki)].toSorted(),
    wikiFolds: [...new Set(wiki.map(foldWord))],
    chunkCount: document.chunks.length,
    spaces: {},
  }
}
