import { parseQuery, type QueryPart } from '../../../shared/query/grammar.ts'

/** A part of a query that stands as a chip. */
export interface QueryChip {
  /** As written in the query: `-tag:sleep`, `"early hours"`. */
  readonly raw: string
  readonly lead: string | null
  readonly value: string
  /** What is wrong with it, as a sentence. */
  readonly problem: string | null
}

/** A query in its box: free words as text, everything else as chips. */
export interface QueryDraft {
  readonly text: string
  readonly chips: readonly QueryChip[]
}

/** Splits a whole query for the box. */
export function draftOf(query: string): QueryDraft {
  const { rest, chips } = takeChips(query, () => true)
  return { text: rest, chips }
}

/** The whole query of a box. */
export function queryOf({ text, chips }: QueryDraft): string {
  return [text.trim(), ...chips.map(({ raw }) => raw)].filter(Boolean).join(' ')
}

interface Taken {
  readonly draft: QueryDraft
  /** Where the caret stands in the text that is left. */
  readonly caret: number
}

/**
 * Turns the parts of the text that are finished into chips, while it is typed. A part is finished when the caret has left
 * it; an open quotation mark is not, since it may still be closed.
 */
export function takeFinished(draft: QueryDraft, caret: number): Taken {
  const {
    rest,
    chips,
    caret: moved,
  } = takeChips(
    draft.text,
    (part) => (caret < part.start || caret > part.end) && !(part.type === 'problem' && part.problem.code === 'unbalanced-quote'),
    caret,
  )
  return { draft: { text: rest, chips: [...draft.chips, ...chips] }, caret: moved }
}

/** Turns everything into chips that can be one: the person is done typing. */
export function takeAll(draft: QueryDraft): QueryDraft {
  const { rest, chips } = takeChips(draft.text, () => true)
  return { text: rest, chips: [...draft.chips, ...chips] }
}

/** The query to search for while the box is typed into: without the filter or the problem that the caret is still in. */
export function liveQuery(draft: QueryDraft, caret: number): string {
  const open = parseQuery(draft.text).parts.find(
    (part) => (part.type === 'filter' || part.type === 'problem') && caret >= part.start && caret <= part.end,
  )
  if (open === undefined) return queryOf(draft)
  // Words after a quotation mark that may still be closed are words until it is.
  const isOpenPhrase = open.type === 'problem' && open.problem.code === 'unbalanced-quote' && open.problem.start <= open.start + 1
  const kept = isOpenPhrase ? draft.text.slice(open.start, open.end).replaceAll(/["“”„«»]/gu, '') : ''
  return queryOf({ ...draft, text: draft.text.slice(0, open.start) + kept + draft.text.slice(open.end) })
}

/** The filter that is being typed at the caret: its key and what stands after the colon so far. */
export function filterAtCaret(text: string, caret: number): { readonly part: QueryPart; readonly isExcluded: boolean } | null {
  const part = parseQuery(text).parts.find((one) => caret > one.start && caret <= one.end)
  if (part === undefined || (part.type !== 'filter' && part.type !== 'problem')) return null
  const written = text.slice(part.start, caret)
  return /^-?\p{L}[\p{L}-]*:/u.test(written) ? { part, isExcluded: written.startsWith('-') } : null
}

/** A filter as it is written: its value in quotation marks where it needs them. */
export function writeFilter(key: string, value: string, isExcluded = false): string {
  const plain = value.replaceAll(/["“”„«»]/gu, '')
  return `${isExcluded ? '-' : ''}${key}:${/\s/u.test(plain) ? `"${plain}"` : plain}`
}

/** The query with a filter added or taken away. */
export function toggleFilter(query: string, key: string, value: string): string {
  const draft = draftOf(query)
  const has = (chip: QueryChip): boolean => isFilter(chip.raw, key, value)
  const chips = draft.chips.some(has)
    ? draft.chips.filter((chip) => !has(chip))
    : [...draft.chips, chipOfRaw(writeFilter(key, value))]
  return queryOf({ ...draft, chips })
}

/** The query with all filters of a key replaced by the given one; `null` takes them away. */
export function setFilter(query: string, key: string, value: string | null): string {
  const draft = draftOf(query)
  const chips = draft.chips.filter(({ raw }) => keyOfRaw(raw) !== key)
  return queryOf({ ...draft, chips: value === null ? chips : [...chips, chipOfRaw(writeFilter(key, value))] })
}

/** Values of a key that the query asks for. */
export function filterValues(query: string, key: string): string[] {
  return parseQuery(query).parts.flatMap((part) =>
    part.type === 'filter' && part.key === key && !part.isExcluded ? [part.value] : [],
  )
}

function keyOfRaw(raw: string): string | null {
  const [part] = parseQuery(raw).parts
  return part?.type === 'filter' && !part.isExcluded ? part.key : null
}

function isFilter(raw: string, key: string, value: string): boolean {
  const [part] = parseQuery(raw).parts
  return part?.type === 'filter' && !part.isExcluded && part.key === key && part.value.toLowerCase() === value.toLowerCase()
}

function chipOfRaw(raw: string): QueryChip {
  return draftOf(raw).chips[0] ?? { raw, lead: null, value: raw, problem: null }
}

interface TakenChips {
  readonly rest: string
  readonly chips: QueryChip[]
  readonly caret: number
}

function takeChips(text: string, isTaken: (part: QueryPart) => boolean, caret = 0): TakenChips {
  const chips: QueryChip[] = []
  let rest = text
  let moved = caret
  let shift = 0
  for (const part of parseQuery(text).parts) {
    const chip = chipOf(part, text.slice(part.start, part.end))
    if (chip === null || !isTaken(part)) continue
    chips.push(chip)
    const start = part.start - shift
    let end = part.end - shift
    // One of the two spaces around it goes along.
    if (/\s/u.test(rest[end] ?? '')) end++
    rest = rest.slice(0, start) + rest.slice(end)
    if (moved > start) moved = Math.max(start, moved - (end - start))
    shift += end - start
  }
  return { rest, chips, caret: moved }
}

function chipOf(part: QueryPart, raw: string): QueryChip | null {
  switch (part.type) {
    case 'word':
      return part.isExcluded ? { raw, lead: '−', value: `${part.text}${part.isPrefix ? '*' : ''}`, problem: null } : null
    case 'phrase':
      return { raw, lead: part.isExcluded ? '−' : null, value: `“${part.text}”`, problem: null }
    case 'filter':
      return { raw, lead: `${part.isExcluded ? 'not ' : ''}${part.key}:`, value: part.value, problem: null }
    case 'problem':
      return { raw, lead: null, value: part.text, problem: part.problem.message }
  }
}
