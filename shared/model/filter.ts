import { z } from 'zod'
import { DocumentId, documentKinds, documentStatuses } from './document.ts'

const Name = z.string().min(1).max(500)
const Names = z.array(Name).max(200)
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/**
 * Which documents may appear. Every field that is given must hold; within a list, one value is enough, and an
 * `except` list must not hold at all. Trashed documents never match unless `isTrashed` is true.
 */
const fields = z
  .object({
    kinds: z.array(z.enum(documentKinds)).max(documentKinds.length),
    exceptKinds: z.array(z.enum(documentKinds)).max(documentKinds.length),
    tags: Names,
    exceptTags: Names,
    /** Part of the source's label, path or address, upper and lower case alike. */
    sources: Names,
    exceptSources: Names,
    authors: Names,
    exceptAuthors: Names,
    languages: Names,
    exceptLanguages: Names,
    /** First day that counts, by `publishedAt`, else `importedAt`. */
    after: Day,
    /** First day that no longer counts. */
    before: Day,
    isStarred: z.boolean(),
    isUnread: z.boolean(),
    statuses: z.array(z.enum(documentStatuses)).max(documentStatuses.length),
    isTrashed: z.boolean(),
    /** Part of the title, tags or author: the box above the Library table. */
    contains: z.string().max(500),
    ids: z.array(DocumentId).max(10_000),
  })
  .partial()

/** A filter with others that must hold as well: what the query says and what is chosen beside it. */
export const Filter = fields.extend({ also: z.array(fields).max(4).optional() })
export type Filter = z.infer<typeof Filter>

/** True when nothing is asked for: every document outside the trash matches. */
export function isEmptyFilter(filter: Filter): boolean {
  const { ids, also, ...rest } = filter
  if (ids !== undefined || also?.some((one) => !isEmptyFilter(one))) return false
  return Object.values(rest).every((value) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
}
