import { AkinError } from '../../shared/errors.ts'
import type { SearchReply } from '../../shared/contract/requests.ts'
import type { KinHit, Passage, SearchHit, SearchMode } from '../../shared/model/search.ts'
import { snippetStart } from '../../shared/text/snippet.ts'
import type { Connection } from '../connection.ts'
import { idsOf, indexesReady } from '../connection.ts'
import { shown } from '../escape.ts'
import { exitCodes, line, number, type Output } from '../output.ts'
import { refuseProblems } from '../query-problem.ts'
import { findSpace } from './spaces.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

export interface SearchOptions {
  readonly mode: SearchMode
  readonly limit: number
  readonly offset: number
  readonly sort: 'best' | 'newest' | 'oldest'
  /** Number or name; the one that searches use without it. */
  readonly space?: string
}

export async function runSearch(
  text: string,
  { space, ...options }: SearchOptions,
  { connection, output }: Context,
): Promise<number> {
  refuseProblems(text)
  const inSpace = space === undefined ? {} : { spaceId: (await findSpace(connection, space)).id }
  await indexesReady(connection, output)
  const reply = await connection.ask('search.query', { text, ...options, ...inSpace })
  if (reply.meaning === 'failed') output.note(`Searched by words only: ${reply.meaningReason ?? 'the model does not run'}`)
  output.result(reply, () => describe(reply))
  return exitCodes.done
}

function describe(reply: SearchReply): string {
  const { hits, total, searched, verdict, pending } = reply
  if (searched === 0) return 'There is nothing to search yet. Run akin import <folder>'
  const sure = hits.filter(({ confidence }) => confidence !== 'weak')
  const weak = hits.filter(({ confidence }) => confidence === 'weak')
  const parts: string[] = []
  if (verdict === 'nothing') parts.push(`Nothing in your library is about this; looked through ${number(searched)} items`)
  parts.push(...sure.map(hitText))
  if (weak.length > 0) parts.push('Not a match, but nearest:', ...weak.map(hitText))
  parts.push(
    `${number(hits.length)} of ${number(total)}${pending === 0 ? '' : `; ${number(pending)} items are found by words only until they are read for meaning`}`,
  )
  return parts.join('\n\n')
}

function hitText(hit: SearchHit): string {
  const { documentId, title, source, passage, why } = hit
  const words = why.words.matched.length + why.words.missing.length
  const reasons = [
    ...(words === 0 ? [] : [`${why.words.matched.length} of ${words} words`]),
    ...(why.meaning.topShare === null ? [] : [`meaning: ${topShareText(why.meaning.topShare)}`]),
  ]
  return [
    `${documentId}  ${line(title === '' ? 'Untitled' : title, 90)}  (${shown(source.label)})`,
    `    ${snippet(passage)}`,
    `    ${reasons.join(' · ')}`,
  ].join('\n')
}

function topShareText(share: number): string {
  return share <= 0.2 ? `top ${Math.max(1, Math.ceil(share * 100))} % of your library` : 'no nearer than chance'
}

const snippetLength = 240

/** The part of a passage with most of its found words, on one line. */
export function snippet({ text, start, words }: Passage): string {
  const begin = snippetStart(text, {
    words: words.map(([from, to]): [number, number] => [from - start, to - start]),
    length: snippetLength,
  })
  return line(begin === 0 ? text : `… ${text.slice(begin)}`, snippetLength)
}

export interface SimilarOptions {
  readonly text?: string
  readonly passage?: string
  readonly limit: number
  readonly space?: string
}

export async function runSimilar(
  id: string | undefined,
  options: SimilarOptions,
  { connection, output }: Context,
): Promise<number> {
  const to = targetOf(id, options)
  const inSpace = options.space === undefined ? {} : { spaceId: (await findSpace(connection, options.space)).id }
  await indexesReady(connection, output)
  const reply = await connection.ask('similar.find', { to, limit: options.limit, ...inSpace })
  output.result(reply, () => {
    if (reply.state !== 'ready') return notReady[reply.state]
    const same = reply.nearlySame.map((hit) => `${kinText(hit)}\n    ${Math.round((hit.sameness ?? 0) * 100)} % the same`)
    const parts = same.length === 0 ? [] : ['Nearly the same:', ...same, 'Kin:']
    return [...parts, ...reply.hits.map(kinText)].join('\n\n')
  })
  return exitCodes.done
}

const notReady = {
  empty: 'There is nothing to compare with yet',
  pending: 'It is not read for meaning yet: akin jobs shows how far that is',
  failed: 'It could not be read for meaning: akin show tells why',
}

function targetOf(id: string | undefined, { text, passage }: SimilarOptions) {
  if (text !== undefined) return { text }
  if (id === undefined)
    throw new AkinError('bad-request', 'Name an item or give a text', { advice: 'akin similar 12, or akin similar --text "…"' })
  const documentId = idsOf([id])[0]!
  if (passage === undefined) return { documentId }
  const [start, end] = passage.split(':').map(Number)
  if (!Number.isInteger(start) || !Number.isInteger(end) || start! >= end!)
    throw new AkinError('bad-request', `“${passage}” is not a passage`, {
      advice: 'Write --passage start:end, as akin search --json gives them',
    })
  return { documentId, start: start!, end: end! }
}

function kinText({ documentId, title, source, passage, sharedWords }: KinHit): string {
  const shares = sharedWords.length === 0 ? 'meaning only' : `shares ${sharedWords.join(', ')}`
  return [
    `${documentId}  ${line(title === '' ? 'Untitled' : title, 90)}  (${shown(source.label)})`,
    `    ${snippet(passage)}`,
    `    ${shares}`,
  ].join('\n')
}
