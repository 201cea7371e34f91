import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FtsFile } from '../../engine/keywords/fts-file.ts'
import { FtsKeywordIndex } from '../../engine/keywords/fts-keyword-index.ts'
import type { LibraryStore } from '../../engine/library/library-store.ts'
import { openSqliteLibrary } from '../../engine/library/sqlite/sqlite-library.ts'
import { Database, type Row } from '../../engine/platform/database.ts'
import { sha256 } from '../../engine/platform/hash.ts'
import { FaissVectorIndex } from '../../engine/vectors/faiss-vector-index.ts'

/** Looks at a copy of a library folder, so that the next engine meets what a kill left behind. */
export async function withCopy<T>(folder: string, look: (copy: string) => T | Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'akin-test-copy-'))
  try {
    for (const name of readdirSync(folder).filter((one) => one.startsWith('library.db') || one === 'index'))
      cpSync(join(folder, name), join(copy, name), { recursive: true })
    return await look(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** What is half or does not fit together in a library that nobody has open; empty when all is well. */
export function problemsOf(folder: string): string[] {
  if (!existsSync(join(folder, 'library.db'))) return []
  const database = new Database(join(folder, 'library.db'))
  try {
    if (database.get("SELECT 1 AS x FROM sqlite_master WHERE name = 'documents'") === undefined) return []
    const documents = database.all('SELECT * FROM documents ORDER BY id')
    return [
      ...documents.flatMap((row) => problemsOfDocument(database, row).map((problem) => `document ${String(row.id)}: ${problem}`)),
      ...strays(database),
    ]
  } finally {
    database.close()
  }
}

function problemsOfDocument(database: Database, row: Row): string[] {
  const id = Number(row.id)
  const problems: string[] = []
  const text = database.get('SELECT text, text_hash FROM texts WHERE document_id = ?', id)
  const chunks = database.all('SELECT * FROM chunks WHERE document_id = ? ORDER BY ordinal', id)
  if (database.get('SELECT 1 AS x FROM sources WHERE document_id = ?', id) === undefined) problems.push('no source')
  if (row.has_text === 0) {
    if (chunks.length > 0 || text !== undefined) problems.push('chunks or a text, though it is said to have none')
    if (row.status !== 'failed' && row.status !== 'skipped') problems.push(`${String(row.status)} without a text`)
    if (row.reason_message === null) problems.push('no reason')
    return problems
  }
  if (text === undefined) return [...problems, 'no text']
  const length = String(text.text).length
  if (sha256(String(text.text)) !== text.text_hash) problems.push('a text without its hash')
  if (chunks.length === 0) problems.push('no chunks')
  if (chunks.length !== row.chunk_count) problems.push(`${chunks.length} chunks instead of ${String(row.chunk_count)}`)
  for (const [ordinal, chunk] of chunks.entries()) {
    if (chunk.ordinal !== ordinal || Number(chunk.id) !== Number(row.first_chunk) + ordinal) problems.push('chunks out of order')
    if (Number(chunk.start) >= Number(chunk.end) || Number(chunk.end) > length) problems.push('a chunk outside the text')
  }
  const vectors = Number(countOf(database, 'vectors_1', id))
  const pending = Number(countOf(database, '(SELECT chunk_id FROM pending_chunks WHERE space_id = 1)', id))
  const failed = Number(countOf(database, '(SELECT chunk_id FROM pending_chunks WHERE space_id = 1 AND failure IS NOT NULL)', id))
  if (vectors + pending !== chunks.length) problems.push(`${vectors} vectors and ${pending} pending for ${chunks.length} chunks`)
  if (vectors !== row.embedded_count) problems.push(`${vectors} vectors instead of ${String(row.embedded_count)}`)
  const status = vectors === chunks.length ? 'indexed' : vectors + failed >= chunks.length ? 'failed' : 'pending'
  if (status !== row.status) problems.push(`${String(row.status)} instead of ${status}`)
  return problems
}

function countOf(database: Database, table: string, documentId: number): unknown {
  return database.get(
    `SELECT count(*) AS n FROM ${table} WHERE chunk_id IN (SELECT id FROM chunks WHERE document_id = ?)`,
    documentId,
  )?.n
}

function strays(database: Database): string[] {
  const tables = ['texts', 'chunks', 'sources', 'links', 'tags']
  return [
    ...tables.flatMap((table) => {
      const n = database.get(`SELECT count(*) AS n FROM ${table} WHERE document_id NOT IN (SELECT id FROM documents)`)?.n
      return n === 0 ? [] : [`${String(n)} rows of ${table} belong to no document`]
    }),
    ...['vectors_1', 'pending_chunks'].flatMap((table) => {
      if (database.get('SELECT 1 AS x FROM sqlite_master WHERE name = ?', table) === undefined) return []
      const n = database.get(`SELECT count(*) AS n FROM ${table} WHERE chunk_id NOT IN (SELECT id FROM chunks)`)?.n
      return n === 0 ? [] : [`${String(n)} rows of ${table} belong to no chunk`]
    }),
  ]
}

/**
 * Where the indexes of a library that nobody has open differ from the store, after they followed it as at any start;
 * empty when both hold what the store has and nothing else. The keyword index is compared word by word with a new one.
 */
export async function indexProblems(folder: string): Promise<string[]> {
  const store = openSqliteLibrary({ folder })
  try {
    return [...(await keywordProblems(store, folder)), ...(await vectorProblems(store, folder))]
  } finally {
    await store.close()
  }
}

/** Where the keyword index of a folder differs from a new one, after it followed the store; nobody may have it open. */
export async function keywordProblems(store: LibraryStore, folder: string): Promise<string[]> {
  const damage: string[] = []
  const index = FtsKeywordIndex.open({ store, folder: join(folder, 'index'), onDamage: (message) => damage.push(message) })
  await index.catchUp()
  await index.close()
  const fresh = FtsKeywordIndex.open({ store, folder: join(folder, 'fresh') })
  await fresh.catchUp()
  await fresh.close()
  const [held, wanted] = ['index', 'fresh'].map((name) => wordsHeld(join(folder, name, 'keywords.db')))
  rmSync(join(folder, 'fresh'), { recursive: true })
  const missing = [...wanted!].filter((one) => !held!.has(one))
  const surplus = [...held!].filter((one) => !wanted!.has(one))
  return [
    ...damage,
    ...missing.slice(0, 5).map((one) => `the keyword index lacks ${one}`),
    ...surplus.slice(0, 5).map((one) => `the keyword index should not have ${one}`),
  ]
}

/** Every word at its place, and the words that prefixes are looked up in. */
function wordsHeld(file: string): Set<string> {
  const { index } = FtsFile.open(file)
  index.database.execute("CREATE VIRTUAL TABLE temp.places USING fts5vocab('main', 'words', 'instance')")
  const places = index.database.all('SELECT term, doc, col, "offset" AS place FROM temp.places')
  const held = new Set(places.map(({ term, doc, col, place }) => [term, doc, col, place].map(String).join(' ')))
  // Words of documents that are gone may stay in the lexicon: they stand for nothing
  const stems = new Set(places.map(({ term }) => String(term)))
  for (const { word, stem } of index.database.all('SELECT word, stem FROM lexicon'))
    if (stems.has(String(stem))) held.add(`the word ${String(word)}`)
  index.close()
  return held
}

async function vectorProblems(store: LibraryStore, folder: string): Promise<string[]> {
  const [space] = await store.vectors.spaces()
  if (space === undefined) return []
  const damage: string[] = []
  const index = await FaissVectorIndex.open({
    store,
    folder: join(folder, 'index'),
    spaceId: space.id,
    dimension: space.dimension,
    metric: space.metric,
    onDamage: (message) => damage.push(message),
  })
  await index.catchUp()
  const stored = await store.vectors.read(space.id, 0, Number.MAX_SAFE_INTEGER, 1_000_000)
  const held = await index.vectors([...stored.chunkIds])
  const wrong = [...stored.chunkIds].filter((_, row) =>
    held
      .subarray(row * space.dimension, (row + 1) * space.dimension)
      .some((value, i) => value !== stored.vectors[row * space.dimension + i]),
  )
  const size = index.size
  await index.close()
  return [
    ...damage,
    ...(size === stored.chunkIds.length ? [] : [`the vector index holds ${size} vectors instead of ${stored.chunkIds.length}`]),
    ...wrong.slice(0, 5).map((id) => `the vector index does not hold the vector of chunk ${id}`),
  ]
}
