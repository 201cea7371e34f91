import type { DocumentId } from '../../shared/model/document.ts'

/** What is looked for by words: each entry is one word or phrase of the query. */
export interface KeywordTerm {
  /** As typed. */
  readonly text: string
  readonly type: 'word' | 'phrase' | 'prefix'
}

export interface KeywordQuery {
  /** One of them is enough; more of them rank higher. Phrases must occur. */
  readonly terms: readonly KeywordTerm[]
  /** None of them may occur. */
  readonly excluded: readonly KeywordTerm[]
}

export interface KeywordSearchOptions {
  readonly k: number
  /** Ascending ids of the documents that may be found. Absent: all. */
  readonly within?: Float64Array
  readonly signal?: AbortSignal
}

export interface KeywordHit {
  readonly documentId: DocumentId
  /** BM25, higher is better. */
  readonly bm25: number
  /** bm25 as a share of the most that BM25 could give to this query, 0…1. */
  readonly score: number
}

export interface KeywordResult {
  /** Best first. */
  readonly hits: readonly KeywordHit[]
  /** Documents that match at all, within the filter. */
  readonly total: number
  /** For each term of the query, in order: how many documents of the library have it. Stop words are counted as 0 and marked. */
  readonly terms: readonly { readonly text: string; readonly documents: number; readonly isStopWord: boolean }[]
}

/** Documents found by their words. Derived, as the vector index is; the same life. */
export interface KeywordIndex {
  readonly size: number
  readonly state: 'ready' | 'catching-up' | 'rebuilding'
  readonly sequence: number
  search(query: KeywordQuery, options: KeywordSearchOptions): Promise<KeywordResult>
  /** Scores of given documents for the query; those that do not match are left out. */
  scores(query: KeywordQuery, documentIds: Float64Array): Promise<Map<DocumentId, KeywordHit>>
  /** Those of the given documents that have any of the terms, stop words and all. */
  having(terms: readonly KeywordTerm[], documentIds: Float64Array): Promise<Set<DocumentId>>
  /** Stems that a prefix stands for, most frequent first. */
  expandPrefix(prefix: string, limit: number): Promise<string[]>
  /** How many documents have each stem; 0 for unknown ones. */
  documentFrequencies(stems: readonly string[]): Promise<Map<string, number>>
  catchUp(): Promise<void>
  rebuild(options?: { signal?: AbortSignal; onProgress?: (completed: number, total: number) => void }): Promise<void>
  close(): Promise<void>
}
