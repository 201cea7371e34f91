import { parseQuery } from '../../shared/query/grammar.ts'
import { AkinError } from '../../shared/errors.ts'
import type { DocumentSummary } from '../../shared/model/document.ts'
import type { Filter } from '../../shared/model/filter.ts'
import { idsOf, indexesReady, type Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { bytes, exitCodes, line, number, sentence, table, type Output } from '../output.ts'
import { refuseProblems } from '../query-problem.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

export interface ListOptions {
  readonly sort: 'title' | 'kind' | 'source' | 'author' | 'date' | 'language' | 'length' | 'status'
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
  readonly trash: boolean
}

export async function runList(
  query: string,
  { sort, descending, limit, offset, trash }: ListOptions,
  { connection, output }: Context,
): Promise<number> {
  const filter: Filter = { ...filterOf(query), ...(trash ? { isTrashed: true } : {}) }
  const reply = await connection.ask('documents.list', { filter, sort: { by: sort, descending }, limit, offset })
  output.result(reply, () => {
    if (reply.total === 0) return trash ? 'The trash is empty' : 'No items'
    return `${table(reply.rows.map(rowOf))}\n${number(reply.rows.length)} of ${number(reply.total)}`
  })
  return exitCodes.done
}

/** Filters as in a search; words look in titles, tags and authors. */
function filterOf(query: string): Filter {
  refuseProblems(query)
  const { filter, text } = parseQuery(query)
  return { ...filter, ...(text === '' ? {} : { contains: text }) }
}

function rowOf({
  id,
  title,
  kind,
  source,
  publishedAt,
  importedAt,
  tags,
  status,
  reason,
  isStarred,
}: DocumentSummary): (string | number)[] {
  const state = reason === null ? status : `${status}: ${shown(reason.message)}`
  return [
    id,
    isStarred ? '★' : ' ',
    (publishedAt ?? importedAt).slice(0, 10),
    kind,
    line(title === '' ? 'Untitled' : title, 60),
    line(source.label, 30),
    tagsText(tags),
    state,
  ]
}

function tagsText(tags: readonly string[]): string {
  return tags.map((tag) => `#${shown(tag)}`).join(' ')
}

export async function runShow(id: string, { connection, output }: Context): Promise<number> {
  const document = await connection.ask('documents.get', { id: idsOf([id])[0]! })
  output.result(document, () => {
    const { title, kind, author, publishedAt, language, tags, sources, status, reason, chunkCount, embeddedCount, text } =
      document
    const facts: [string, string | null][] = [
      ['kind', kind],
      ['author', author === null ? null : shown(author)],
      ['date', publishedAt],
      ['language', language],
      ['tags', tags.length === 0 ? null : tagsText(tags)],
      ['source', sources.map(({ location }) => shown(location)).join('\n          ')],
      ['status', `${status}, ${embeddedCount} of ${chunkCount} passages read for meaning`],
      ['reason', reason === null ? null : sentence(reason)],
    ]
    const head = facts.filter(([, value]) => value !== null).map(([name, value]) => `${name.padEnd(9)} ${value}`)
    return [title === '' ? 'Untitled' : shown(title), ...head, '', text].join('\n')
  })
  return exitCodes.done
}

export interface TagOptions {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly star?: boolean
  readonly read?: boolean
}

export async function runTag(
  ids: readonly string[],
  { add = [], remove = [], star, read }: TagOptions,
  { connection, output }: Context,
): Promise<number> {
  if (add.length + remove.length === 0 && star === undefined && read === undefined) {
    throw new AkinError('bad-request', 'Say what to change', {
      advice: 'akin tag 12 --add garden --remove draft, --star, --no-star, --read or --no-read',
    })
  }
  const reply = await connection.ask('documents.update', {
    ids: await itemsOf(ids, connection),
    addTags: [...add],
    removeTags: [...remove],
    ...(star === undefined ? {} : { isStarred: star }),
    ...(read === undefined ? {} : { isRead: read }),
  })
  output.result(reply, () => `${number(reply.changed.length)} changed`)
  return exitCodes.done
}

export async function runRemove(
  ids: readonly string[],
  { purge }: { purge: boolean },
  { connection, output }: Context,
): Promise<number> {
  const numbers = await itemsOf(ids, connection, { isPurged: purge })
  const reply = await connection.ask('documents.trash', { ids: numbers })
  if (!purge) {
    output.result(reply, () => `${number(reply.changed.length)} moved to the trash. akin restore brings them back`)
    return exitCodes.done
  }
  const purged = await connection.ask('documents.purge', { ids: numbers })
  output.result(purged, () => `${number(purged.removed)} removed for good. The original files were not touched`)
  return exitCodes.done
}

/**
 * Numbers of items that are there. Nothing is changed when one of them is not: a script has mistaken it.
 *
 * @throws AkinError `bad-request`, `not-found`
 */
async function itemsOf(
  texts: readonly string[],
  connection: Connection,
  { isTrashed = false, isPurged = false } = {},
): Promise<number[]> {
  const ids = [...new Set(idsOf(texts))]
  const known = new Set<number>()
  for (const trash of [isTrashed, ...(isPurged ? [true] : [])])
    for (const id of (await connection.ask('documents.ids', { filter: { ids, ...(trash ? { isTrashed: true } : {}) } })).ids)
      known.add(id)
  const missing = ids.filter((id) => !known.has(id))
  if (missing.length === 0) return ids
  const names = missing.slice(0, 20).join(', ')
  throw new AkinError(
    'not-found',
    `Not in the ${isTrashed ? 'trash' : 'library'}: ${names}${missing.length > 20 ? ' and more' : ''}`,
    {
      advice: 'Nothing was changed',
      details: { ids: missing },
    },
  )
}

export async function runRestore(ids: readonly string[], { connection, output }: Context): Promise<number> {
  const reply = await connection.ask('documents.restore', { ids: await itemsOf(ids, connection, { isTrashed: true }) })
  output.result(reply, () => `${number(reply.changed.length)} brought back`)
  return exitCodes.done
}

export async function runStatus({ connection, output }: Context): Promise<number> {
  await indexesReady(connection, output, { patienceMs: 2_000, isQuiet: true })
  const [status, disk] = [await connection.ask('library.status', {}), await connection.ask('library.disk', {})]
  output.result({ ...status, disk, folder: connection.folder, isShared: connection.isShared }, () => {
    const { documents, indexed, pending, failed, skipped, trashed, chunks, embeddedChunks, space, indexes } = status
    return [
      `Library ${shown(connection.folder)}${connection.isShared ? ', open in a running Akin' : ''}`,
      `${number(documents)} items: ${number(indexed)} searchable, ${number(pending)} waiting, ${number(failed)} failed, ${number(skipped)} skipped; ${number(trashed)} in the trash`,
      `${number(embeddedChunks)} of ${number(chunks)} passages read for meaning with ${space.name}`,
      `Vector index ${indexes.vectors}, keyword index ${indexes.keywords}`,
      ...indexes.notes.map(shown),
      `Disk: ${disk.parts.map(({ part, bytes: size }) => `${part} ${bytes(size)}`).join(', ')}`,
      status.sent.length === 0
        ? 'Nothing has left this computer'
        : status.sent.map(({ what, to, count }) => `${what} ${number(count)} times: ${to}`).join('\n'),
    ].join('\n')
  })
  return exitCodes.done
}
