import { foldWord } from '../../../shared/text/words.ts'
import { withTags, type DocumentRecord, type TagRecord } from './records.ts'

/** Makes a document's file tags those of its file; the person's own tags and removals stay. */
export function withFileTags(record: DocumentRecord, tags: readonly string[]): DocumentRecord {
  const wanted = new Map(tags.map((tag) => [foldWord(tag), tag.toWellFormed()]))
  const kept = record.tags.filter(({ fold, isOfFile }) => !isOfFile || wanted.has(fold))
  const known = new Set(kept.map(({ fold }) => fold))
  const spelled = kept.map((one) => (one.isOfFile ? { ...one, tag: wanted.get(one.fold)! } : one))
  const added = [...wanted]
    .filter(([fold]) => !known.has(fold))
    .map(([fold, tag]): TagRecord => ({ fold, tag, isOfFile: true, isRemoved: false }))
  return withTags(record, [...spelled, ...added])
}

/** With a tag of the person's; the same record when it has it. */
export function withUserTag(record: DocumentRecord, tag: string): DocumentRecord {
  const fold = foldWord(tag)
  const own = record.tags.find((one) => one.fold === fold)
  if (own === undefined)
    return withTags(record, [...record.tags, { fold, tag: tag.toWellFormed(), isOfFile: false, isRemoved: false }])
  if (!own.isRemoved) return record
  return withTags(
    record,
    record.tags.map((one) => (one === own ? { ...one, isRemoved: false } : one)),
  )
}

/** Without a tag; a file's tag is remembered as taken away. The same record when it does not have it. */
export function withoutTag(record: DocumentRecord, tag: string): DocumentRecord {
  const fold = foldWord(tag)
  const own = record.tags.find((one) => one.fold === fold)
  if (own === undefined || (own.isOfFile && own.isRemoved)) return record
  const others = record.tags.filter((one) => one !== own)
  return withTags(record, own.isOfFile ? [...others, { ...own, isRemoved: true }] : others)
}

/** With the person's tags of another document, and what the person took away from its file tags. */
export function withUserTagsOf(record: DocumentRecord, other: DocumentRecord): DocumentRecord {
  const tags = new Map(record.tags.map((tag) => [tag.fold, tag]))
  for (const tag of other.tags) {
    if (tag.isOfFile && !tag.isRemoved) continue
    const own = tags.get(tag.fold)
    const merged = own && { ...own, isRemoved: own.isRemoved && tag.isRemoved, isOfFile: own.isOfFile && tag.isOfFile }
    tags.set(tag.fold, merged ?? tag)
  }
  return withTags(record, [...tags.values()])
}
