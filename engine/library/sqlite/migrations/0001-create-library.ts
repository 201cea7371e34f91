/** The first schema. Instants are ISO 8601 texts; `fold` columns are lower case without accents, for comparing. */
export const createLibrary = `
-- Tells a library of Akin from any other database: "Akin" in ASCII
PRAGMA application_id = 1097558382;

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  title_fold TEXT NOT NULL,
  author TEXT,
  author_fold TEXT,
  published_at TEXT,
  imported_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  -- published_at, else imported_at: what "date" means in lists and filters
  sort_date TEXT NOT NULL,
  language TEXT,
  is_starred INTEGER NOT NULL DEFAULT 0,
  read_at TEXT,
  trashed_at TEXT,
  word_count INTEGER NOT NULL DEFAULT 0,
  media_type TEXT NOT NULL,
  -- SHA-256 of the original's bytes; NULL where they could not be read
  content_hash TEXT,
  has_text INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL,
  reason_code TEXT,
  reason_message TEXT,
  reason_advice TEXT,
  -- Chunks of a document have consecutive ids
  first_chunk INTEGER,
  last_chunk INTEGER,
  chunk_count INTEGER NOT NULL DEFAULT 0,
  -- Chunks with a vector in the default space, and those that cannot have one
  embedded_count INTEGER NOT NULL DEFAULT 0,
  failed_chunk_count INTEGER NOT NULL DEFAULT 0,
  page_count INTEGER NOT NULL DEFAULT 0,
  -- The first source, repeated here for lists
  source_type TEXT NOT NULL,
  source_label TEXT NOT NULL,
  source_fold TEXT NOT NULL,
  source_count INTEGER NOT NULL DEFAULT 1
) STRICT;
-- One for each way of sorting, so that a page of a list is read and never sorted. They serve filters and facets as well
CREATE INDEX documents_by_title ON documents (trashed_at, title_fold, id, author_fold);
CREATE INDEX documents_by_kind ON documents (trashed_at, kind, id);
CREATE INDEX documents_by_source ON documents (trashed_at, source_fold, id);
CREATE INDEX documents_by_author ON documents (trashed_at, author_fold, id);
CREATE INDEX documents_by_date ON documents (trashed_at, sort_date, id);
CREATE INDEX documents_by_language ON documents (trashed_at, language, id);
CREATE INDEX documents_by_length ON documents (trashed_at, word_count, id);
CREATE INDEX documents_by_status ON documents (trashed_at, status, id, chunk_count, embedded_count, failed_chunk_count, source_type);
CREATE INDEX documents_by_content ON documents (content_hash) WHERE content_hash IS NOT NULL;

CREATE TABLE texts (
  document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  -- JSON: blocks, marks, pages
  content TEXT NOT NULL,
  -- JSON array of the headings' texts
  headings TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  location TEXT NOT NULL,
  label TEXT NOT NULL,
  url TEXT,
  -- Label, location and address, folded: what source: looks in
  fold TEXT NOT NULL,
  -- File name without its extension, folded: what a [[link]] may name
  name_fold TEXT NOT NULL,
  size_bytes INTEGER,
  modified_at_ms REAL,
  UNIQUE (type, location)
) STRICT;
CREATE INDEX sources_by_document ON sources (document_id);
CREATE INDEX sources_by_name ON sources (name_fold);

CREATE TABLE tags (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  fold TEXT NOT NULL,
  tag TEXT NOT NULL,
  -- 'file' tags follow the file; 'user' tags are the person's and stay
  origin TEXT NOT NULL,
  -- A file's tag that the person took away: it stays away when the file is read again
  is_removed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (document_id, fold)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_fold ON tags (fold, document_id, tag) WHERE is_removed = 0;

CREATE TABLE links (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  target_fold TEXT NOT NULL,
  PRIMARY KEY (document_id, kind, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_target ON links (target_fold) WHERE kind = 'wiki';

CREATE TABLE chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  headings TEXT NOT NULL,
  page INTEGER,
  -- Hash of what is embedded: equal hashes share a vector when a document is read again
  embed_hash TEXT NOT NULL,
  crashes INTEGER NOT NULL DEFAULT 0,
  -- Why it cannot be embedded; NULL while that has not been found out
  failure TEXT
) STRICT;
CREATE INDEX chunks_by_document ON chunks (document_id, ordinal);

CREATE TABLE spaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  identity TEXT NOT NULL UNIQUE,
  dimension INTEGER NOT NULL,
  metric TEXT NOT NULL,
  is_default INTEGER NOT NULL
) STRICT;

-- Chunks without a vector in a space, failed ones and those in the trash too: what is to be embedded, without a search
CREATE TABLE pending_chunks (
  space_id INTEGER NOT NULL,
  chunk_id INTEGER NOT NULL,
  PRIMARY KEY (space_id, chunk_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  document_id INTEGER NOT NULL,
  space_id INTEGER,
  first_chunk INTEGER,
  last_chunk INTEGER
) STRICT;

CREATE TABLE not_kin (
  low_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  high_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  PRIMARY KEY (low_id, high_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX not_kin_by_high ON not_kin (high_id);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  unit TEXT NOT NULL,
  completed INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  counts TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  error TEXT
) STRICT;

CREATE TABLE job_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  outcome TEXT NOT NULL,
  name TEXT NOT NULL,
  location TEXT NOT NULL,
  size_bytes INTEGER,
  document_id INTEGER,
  reason TEXT NOT NULL,
  can_retry INTEGER NOT NULL,
  payload TEXT,
  UNIQUE (job_id, location)
) STRICT;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE saved_searches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  mode TEXT NOT NULL
) STRICT;

CREATE TABLE sent (
  what TEXT NOT NULL,
  receiver TEXT NOT NULL,
  since TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (what, receiver)
) STRICT, WITHOUT ROWID;
`
