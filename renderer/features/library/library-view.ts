import { documentKinds, documentStatuses, type DocumentKind, type DocumentStatus } from '../../../shared/model/document.ts'
import type { Filter } from '../../../shared/model/filter.ts'
import type { Settings } from '../../../shared/model/library.ts'

export type LibrarySort = Settings['librarySort']

/** What the Library shows, as its address tells it. */
export interface LibraryView {
  readonly kinds: readonly DocumentKind[]
  readonly statuses: readonly DocumentStatus[]
  readonly tags: readonly string[]
  readonly languages: readonly string[]
  readonly sources: readonly string[]
  readonly authors: readonly string[]
  readonly isStarred: boolean
  readonly isUnread: boolean
  /** Part of the title, tags or author. */
  readonly contains: string
  readonly isTrash: boolean
}

export const facetFields = ['kinds', 'statuses', 'tags', 'sources', 'languages', 'authors'] as const
export type FacetField = (typeof facetFields)[number]

const paramNames: Readonly<Record<FacetField, string>> = {
  kinds: 'kind',
  statuses: 'status',
  tags: 'tag',
  sources: 'source',
  languages: 'lang',
  authors: 'author',
}

export const emptyView: LibraryView = {
  kinds: [],
  statuses: [],
  tags: [],
  languages: [],
  sources: [],
  authors: [],
  isStarred: false,
  isUnread: false,
  contains: '',
  isTrash: false,
}

export function readLibraryView(params: URLSearchParams): LibraryView {
  const known = <T extends string>(field: FacetField, values: readonly T[]): T[] =>
    values.filter((value) => params.getAll(paramNames[field]).includes(value))
  return {
    kinds: known('kinds', documentKinds),
    statuses: known('statuses', documentStatuses),
    tags: params.getAll(paramNames.tags),
    languages: params.getAll(paramNames.languages),
    sources: params.getAll(paramNames.sources),
    authors: params.getAll(paramNames.authors),
    isStarred: params.has('starred'),
    isUnread: params.has('unread'),
    contains: params.get('contains') ?? '',
    isTrash: params.get('view') === 'trash',
  }
}

/** The address of a view; what is not asked for is left out. */
export function writeLibraryView(view: LibraryView): string {
  const params = new URLSearchParams()
  if (view.isTrash) params.set('view', 'trash')
  for (const field of facetFields) for (const value of view[field]) params.append(paramNames[field], value)
  if (view.isStarred) params.set('starred', '1')
  if (view.isUnread) params.set('unread', '1')
  if (view.contains !== '') params.set('contains', view.contains)
  const text = params.toString()
  return text === '' ? '/library' : `/library?${text}`
}

/** The filter of the contract for a view, without the given field where one is given. */
export function filterOfView(view: LibraryView, without?: FacetField): Filter {
  const { kinds, statuses, tags, sources, languages, authors } = view
  const isAsked = (field: FacetField): boolean => field !== without && view[field].length > 0
  return {
    ...(isAsked('kinds') && { kinds: [...kinds] }),
    ...(isAsked('statuses') && { statuses: [...statuses] }),
    ...(isAsked('tags') && { tags: [...tags] }),
    ...(isAsked('sources') && { sources: [...sources] }),
    ...(isAsked('languages') && { languages: [...languages] }),
    ...(isAsked('authors') && { authors: [...authors] }),
    ...(view.isStarred && { isStarred: true }),
    ...(view.isUnread && { isUnread: true }),
    ...(view.contains.trim() !== '' && { contains: view.contains.trim() }),
    ...(view.isTrash && { isTrashed: true }),
  }
}

/** Choosing a value shows only it; choosing it again, or adding it, changes the set. */
export function withFacet(view: LibraryView, field: FacetField, value: string, isAdded: boolean): LibraryView {
  const chosen: readonly string[] = view[field]
  const isChosen = chosen.includes(value)
  if (isAdded) return { ...view, [field]: isChosen ? chosen.filter((one) => one !== value) : [...chosen, value] }
  return { ...view, [field]: isChosen && chosen.length === 1 ? [] : [value] }
}

/** True when something narrows the list down. */
export function isNarrowed(view: LibraryView): boolean {
  return facetFields.some((field) => view[field].length > 0) || view.isStarred || view.isUnread || view.contains.trim() !== ''
}

export function isSameView(a: LibraryView, b: LibraryView): boolean {
  return writeLibraryView(a) === writeLibraryView(b)
}
