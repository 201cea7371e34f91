import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AkinError, isCode } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/model/document.ts'
import { codesOf, stemOf, wordsOf, termsOf } from '../../shared/text/words.ts'
import type { IndexableDocument, LibraryStore } from '../library/library-store.ts'
import { FtsFile, removeFiles } from './fts-file.ts'
import type { KeywordHit, KeywordIndex, KeywordQuery, KeywordResult, KeywordSearchOptions, KeywordTerm } from './keyword-index.ts'
import {
  anyExpression,
  matchExpression,
  quoted,
  type MatchExpression,
  type MatchPhrase,
  type Vocabulary,
} from './match-expression.ts'

export interface FtsKeywordIndexOptions {
  readonly store: Pick<LibraryStore, 'documents' | 'changes'>
  /** Folder of the derived indexes. */
  readonly folder: string
  /** Told when the index was found damaged or outdated and is built anew. */
  readonly onDamage?: (message: string) => void
  /** Told when `state` changes. */
  readonly onState?: () => void
}

/** BM25's saturation as SQLite's bm25() has it. */
const k1 = 1.2

const changesPerPage = 500
const documentsPerBatch = 32

/** The WAL is moved into the main file when it is larger than this, in bytes. */
const checkpointBytes = 64 * 1024 * 1024

const mostExpansions = 30
const mostFrequencies = 50_000

/** The keyword index on SQLite FTS5, in a file of its own that follows the store. */
export class FtsKeywordIndex implements KeywordIndex {
  readonly #options: FtsKeywordIndexOptions
  readonly #file: string
  #index: FtsFile
  #state: KeywordIndex['state'] = 'catching-up'
  #catchingUp: Promise<void> | undefined
  #again = false
  #isRebuilding = false
  #allowed: Float64Array | undefined
  /** Documents held, and documents by phrase; counted again after each write. */
  #size: number | undefined
  readonly #frequencies = new Map<string, number>()
  #isClosed = false

  private constructor(options: FtsKeywordIndexOptions, file: string, index: FtsFile) {
    this.#options = options
    this.#file = file
    this.#index = index
  }

  static open(options: FtsKeywordIndexOptions): FtsKeywordIndex {
    const file = join(options.folder, 'keywords.db')
    // What a rebuild that was killed left behind
    removeFiles(freshFile(file))
    const { index, damage } = FtsFile.open(file)
    if (damage === 'damaged')
      options.onDamage?.('The keyword index was damaged. It is built anew from the library, nothing is lost')
    if (damage === 'outdated') options.onDamage?.('The keyword index is built anew for this version of Akin')
    return new FtsKeywordIndex(options, file, index)
  }

  get size(): number {
    this.#size ??= Number(this.#index.database.get('SELECT count(*) AS n FROM words_docsize')?.n)
    return this.#size
  }

  get state(): KeywordIndex['state'] {
    return this.#state
  }

  get sequence(): number {
    return this.#index.sequence
  }

  async search(query: KeywordQuery, options: KeywordSearchOptions): Promise<KeywordResult> {
    const expression = this.#expression(query)
    const terms = this.#termCounts(query, expression)
    if (expression.match === null) return { hits: [], total: 0, terms }
    const within = this.#allow(options.within)
    const { database } = this.#index
    const rows = database.all(
      `SELECT rowid AS id, rank FROM words WHERE words MATCH ? ${within} ORDER BY rank, rowid DESC LIMIT ?`,
      expression.match,
      options.k,
    )
    const total =
      rows.length < options.k
        ? rows.length
        : Number(database.get(`SELECT count(*) AS n FROM words WHERE words MATCH ? ${within}`, expression.match)?.n)
    const most = this.#mostBm25(expression)
    return { hits: rows.map((row) => hitOf(Number(row.id), -Number(row.rank), most)), total, terms }
  }

  async scores(query: KeywordQuery, documentIds: Float64Array): Promise<Map<DocumentId, KeywordHit>> {
    const expression = this.#expression(query)
    if (expression.match === null || documentIds.length === 0) return new Map()
    const most = this.#mostBm25(expression)
    const rows = this.#index.database.all(
      // The plus keeps SQLite from asking the index once for each document, which takes fifty times as long
      'SELECT rowid AS id, rank FROM words WHERE words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))',
      expression.match,
      JSON.stringify([...documentIds]),
    )
    return new Map(rows.map((row) => [Number(row.id), hitOf(Number(row.id), -Number(row.rank), most)]))
  }

  async having(terms: readonly KeywordTerm[], documentIds: Float64Array): Promise<Set<DocumentId>> {
    const match = anyExpression(terms, this.#vocabulary())
    if (match === null || documentIds.length === 0) return new Set()
    const rows = this.#index.database.all(
      'SELECT rowid AS id FROM words WHERE words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))',
      match,
      JSON.stringify([...documentIds]),
    )
    return new Set(rows.map((row) => Number(row.id)))
  }

  async expandPrefix(prefix: string, limit: number): Promise<string[]> {
    return this.#expand(prefix, limit)
  }

  async documentFrequencies(stems: readonly string[]): Promise<Map<string, number>> {
    return new Map(stems.map((stem) => [stem, this.#documents({ terms: [stem] })]))
  }

  catchUp(): Promise<void> {
    if (this.#catchingUp !== undefined) {
      this.#again = true
      return this.#catchingUp
    }
    this.#catchingUp = this.#catchUp()
      .catch((error: unknown) => {
        if (!this.#isClosed || !isCode(error, 'unavailable')) throw error
      })
      .finally(() => {
        this.#catchingUp = undefined
      })
    return this.#catchingUp
  }

  async rebuild(options: { signal?: AbortSignal; onProgress?: (completed: number, total: number) => void } = {}): Promise<void> {
    this.#isRebuilding = true
    this.#setState('rebuilding')
    const fresh = FtsFile.createEmpty(freshFile(this.#file))
    try {
      await this.#fill(fresh, options)
      // Whoever follows changes with the old index is through with them before it goes
      while (this.#catchingUp !== undefined) await this.#catchingUp.catch(() => undefined)
      this.#index = fresh.replace(this.#index)
      this.#allowed = undefined
      this.#forgetCounts()
    } catch (error) {
      fresh.discard()
      throw error
    } finally {
      this.#isRebuilding = false
      this.#setState('ready')
    }
    await this.catchUp()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#catchingUp?.catch(() => undefined)
    this.#index.close()
  }

  async #catchUp(): Promise<void> {
    do {
      this.#again = false
      if (this.#isClosed) return
      const { isComplete } = await this.#options.store.changes.since(this.#index.sequence, 1)
      if (this.#index.sequence === 0 || !isComplete) await this.#fillFromNothing()
      await this.#follow()
    } while (this.#again)
    if (this.#index.walBytes > checkpointBytes || this.#index.isLogUnfinished) this.#index.checkpoint()
    if (!this.#isRebuilding) this.#setState('ready')
  }

  /** Builds in place, so that what is there already is found meanwhile. */
  async #fillFromNothing(): Promise<void> {
    if ((await this.#options.store.changes.last()) === 0) return
    this.#setState('rebuilding')
    if (this.size > 0) this.#write(this.#index, () => this.#index.database.run("INSERT INTO words (words) VALUES ('delete-all')"))
    await this.#fill(this.#index, {})
  }

  async #fill(
    index: FtsFile,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (completed: number, total: number) => void },
  ): Promise<void> {
    const { documents, changes } = this.#options.store
    // What changes while this runs comes again through the changes after this number
    const sequence = await changes.last()
    const total = await documents.count({})
    let completed = 0
    for (let after = 0; ;) {
      signal?.throwIfAborted()
      if (this.#isClosed) throw new AkinError('unavailable', 'The keyword index is being closed')
      const page = await documents.indexable(after, documentsPerBatch)
      if (page.length === 0) break
      this.#write(index, () => {
        for (const document of page) this.#put(index, document)
      })
      after = page.at(-1)!.id
      completed += page.length
      onProgress?.(completed, Math.max(total, completed))
      await nextTurn()
    }
    index.setSequence(sequence)
  }

  async #follow(): Promise<void> {
    const { store } = this.#options
    for (;;) {
      if (this.#isClosed) return
      const { changes } = await store.changes.since(this.#index.sequence, changesPerPage)
      if (changes.length === 0) return
      const ids = [...new Set(changes.filter((change) => change.kind !== 'vectors').map((change) => change.documentId))]
      for (let at = 0; at < ids.length; at += documentsPerBatch) {
        const batch = ids.slice(at, at + documentsPerBatch)
        const documents = await store.documents.indexableByIds(batch)
        this.#write(this.#index, () => this.#apply(batch, documents))
        await nextTurn()
      }
      this.#index.setSequence(changes.at(-1)!.sequence)
    }
  }

  #forgetCounts(): void {
    this.#size = undefined
    this.#frequencies.clear()
  }

  #write(index: FtsFile, work: () => void): void {
    this.#forgetCounts()
    try {
      index.database.transaction(work)
    } catch (error) {
      // Some of what it is said to hold may have been taken back
      index.lexicon.clear()
      index.isLogUnfinished = true
      throw error
    }
  }

  #apply(ids: readonly DocumentId[], documents: readonly IndexableDocument[]): void {
    for (const id of ids) this.#index.database.run('DELETE FROM words WHERE rowid = ?', id)
    for (const document of documents) this.#put(this.#index, document)
  }

  #put(index: FtsFile, document: IndexableDocument): void {
    const { database } = index
    const meta = `${document.author ?? ''} ${document.sourceLabel}`
    database.run(
      'INSERT OR REPLACE INTO words (rowid, title, headings, body, tags, meta, codes) VALUES (?, ?, ?, ?, ?, ?, ?)',
      document.id,
      analysed(document.title),
      analysed(document.headings.join(' ')),
      analysed(document.text),
      analysed(document.tags.join(' ')),
      analysed(meta),
      codesOf(`${document.title} ${document.text}`).join(' '),
    )
    this.#learnWords(index, `${document.title} ${document.text} ${document.tags.join(' ')} ${meta}`)
  }

  /** Remembers each word with its stem, so that what is typed half finds the whole. */
  #learnWords(index: FtsFile, text: string): void {
    if (index.lexicon.size > 500_000) index.lexicon.clear()
    for (const { word, isWithoutSpaces } of wordsOf(text)) {
      if (isWithoutSpaces || word.length > 40 || index.lexicon.has(word)) continue
      index.lexicon.add(word)
      index.database.run('INSERT INTO lexicon (word, stem) VALUES (?, ?) ON CONFLICT DO NOTHING', word, stemOf(word))
    }
  }

  #expression(query: KeywordQuery): MatchExpression {
    return matchExpression(query, this.#vocabulary())
  }

  #vocabulary(): Vocabulary {
    return {
      expandPrefix: (prefix) => this.#expand(prefix, mostExpansions),
      documents: (phrase) => this.#documents(phrase),
      size: this.size,
    }
  }

  #expand(prefix: string, limit: number): string[] {
    if (prefix === '') return []
    const rows = this.#index.database.all(
      'SELECT DISTINCT stem FROM lexicon WHERE word >= ?1 AND word < ?1 || char(1114111) LIMIT 300',
      prefix,
    )
    return rows
      .map((row) => ({ stem: String(row.stem), documents: this.#documents({ terms: [String(row.stem)] }) }))
      .filter(({ documents }) => documents > 0)
      .toSorted((a, b) => b.documents - a.documents)
      .slice(0, limit)
      .map(({ stem }) => stem)
  }

  #termCounts(query: KeywordQuery, expression: MatchExpression): KeywordResult['terms'] {
    return query.terms.map((term, index) => {
      const isStopWord = expression.isStopWord[index] === true
      const phrases = expression.wanted.filter((phrase) => phrase.from === index)
      const documents = isStopWord || phrases.length === 0 ? 0 : this.#anyOf(phrases)
      return { text: term.text, documents, isStopWord }
    })
  }

  #anyOf(phrases: readonly MatchPhrase[]): number {
    if (phrases.length === 1) return this.#documents(phrases[0]!)
    const match = phrases.map(quoted).join(' OR ')
    return Number(this.#index.database.get('SELECT count(*) AS n FROM words WHERE words MATCH ?', match)?.n)
  }

  /** Counting walks through all places of a term, so that what was counted is remembered. */
  #documents(phrase: Pick<MatchPhrase, 'terms'>): number {
    const key = phrase.terms.join(' ')
    const known = this.#frequencies.get(key)
    if (known !== undefined) return known
    const { database } = this.#index
    const documents =
      phrase.terms.length === 1
        ? Number(database.get('SELECT doc FROM vocabulary WHERE term = ?', key)?.doc ?? 0)
        : Number(database.get('SELECT count(*) AS n FROM words WHERE words MATCH ?', quoted(phrase))?.n)
    if (this.#frequencies.size >= mostFrequencies) this.#frequencies.clear()
    this.#frequencies.set(key, documents)
    return documents
  }

  /** The most that BM25 can give to the expression: each phrase's idf at full saturation, idf with SQLite's floor. */
  #mostBm25({ scored }: MatchExpression): number {
    const size = this.size
    let most = 0
    const alternatives = new Map<number, number>()
    for (const phrase of scored) {
      const documents = this.#documents(phrase)
      // A word that no document has gives nothing, but a query is the less answered for it: only of spellings the best counts
      const bound = Math.max(1e-6, Math.log((size - documents + 0.5) / (documents + 0.5))) * (k1 + 1)
      if (phrase.isAlternative !== true) most += bound
      else if (documents > 0) alternatives.set(phrase.from, Math.max(bound, alternatives.get(phrase.from) ?? 0))
    }
    for (const bound of alternatives.values()) most += bound
    return most
  }

  /** Fills the table of allowed documents, unless it holds them from the last search. */
  #allow(within: Float64Array | undefined): string {
    if (within === undefined) return ''
    if (within !== this.#allowed) {
      this.#index.database.transaction(() => {
        this.#index.database.run('DELETE FROM temp.allowed')
        this.#index.database.run('INSERT INTO temp.allowed SELECT value FROM json_each(?)', `[${within.join(',')}]`)
      })
      this.#allowed = within
    }
    return 'AND +rowid IN (SELECT id FROM temp.allowed)'
  }

  #setState(state: KeywordIndex['state']): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.onState?.()
  }
}

/** Where a rebuild writes until it is complete. */
function freshFile(file: string): string {
  return file.replace(/\.db$/, '.new.db')
}

function analysed(text: string): string {
  let terms = ''
  for (const { term } of termsOf(text)) terms += `${term} `
  return terms
}

function hitOf(documentId: DocumentId, bm25: number, most: number): KeywordHit {
  return { documentId, bm25, score: most > 0 ? Math.min(1, Math.max(0, bm25 / most)) : 0 }
}
