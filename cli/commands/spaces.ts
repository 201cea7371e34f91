import { AkinError } from '../../shared/errors.ts'
import type { RequestOutput } from '../../shared/contract/requests.ts'
import type { SpaceInfo, SpaceRecipe } from '../../shared/model/space.ts'
import { indexesReady, type Connection } from '../connection.ts'
import { shown } from '../escape.ts'
import { bytes, duration, exitCodes, line, number, sentence, table, type Output } from '../output.ts'
import { askSecret, askYes, canAsk } from '../prompt.ts'
import { showProgress } from './jobs.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

/** The space that is named by its number, its name or its model. @throws AkinError `not-found`, `bad-request` */
export async function findSpace({ ask }: Pick<Connection, 'ask'>, named: string): Promise<SpaceInfo> {
  const { spaces } = await ask('spaces.list', {})
  const wanted = named.toLowerCase()
  const byId = /^#?\d+$/.test(named) ? spaces.filter(({ id }) => id === Number(named.replace('#', ''))) : []
  const byName = spaces.filter(({ name }) => name.toLowerCase() === wanted)
  const byModel = spaces.filter(
    ({ recipe }) => (recipe.type === 'local' ? recipe.modelId : recipe.model).toLowerCase() === wanted,
  )
  const [found, ...others] = [byId, byName, byModel].find(({ length }) => length > 0) ?? []
  if (found === undefined) {
    throw new AkinError('not-found', `There is no space “${named}”`, { advice: 'akin spaces list shows those that there are' })
  }
  if (others.length === 0) return found
  const ids = [found, ...others].map(({ id }) => id).join(', ')
  throw new AkinError('bad-request', `Several spaces are called ${named}: ${ids}`, { advice: 'Name it by its number' })
}

export async function runSpaces({ connection, output }: Context): Promise<number> {
  const reply = await connection.ask('spaces.list', {})
  output.result(reply, () => rowsText(reply.spaces))
  return exitCodes.done
}

function rowsText(spaces: readonly SpaceInfo[]): string {
  return table(spaces.map(rowOf))
}

function rowOf(space: SpaceInfo): (string | number)[] {
  const { id, isDefault, name, state, vectors, pending, failed, dimension, where, reason } = space
  const counts = [
    `${number(vectors)} of ${number(vectors + pending + failed)} passages`,
    ...(failed === 0 ? [] : [`${number(failed)} failed`]),
  ]
  return [
    id,
    isDefault ? '★' : ' ',
    line(name, 50),
    state,
    counts.join(', '),
    `${number(dimension)} numbers`,
    `${bytes(space.bytes)} and ${bytes(space.indexBytes)} of index`,
    reason === null ? shown(where) : `${shown(where)}: ${sentence(reason)}`,
  ]
}

/** The id of an installed model that is named by it, by its name, or by its entry in the catalogue. */
export async function installedModelId(connection: Connection, named: string): Promise<string> {
  const { models } = await connection.ask('models.list', {})
  const here = models.filter(({ state }) => state === 'installed' || state === 'damaged')
  const wanted = named.toLowerCase()
  const found =
    here.find(({ id }) => id === wanted) ??
    here.find(({ name, catalogueId }) => name.toLowerCase() === wanted || catalogueId === wanted)
  return found?.id ?? named
}

/** What of a recipe is written on the command line. */
export interface RecipeOptions {
  readonly pooling?: NonNullable<Extract<SpaceRecipe, { type: 'local' }>['pooling']>
  readonly postProcessing?: SpaceRecipe['postProcessing']
  readonly queryPrefix?: string
  readonly passagePrefix?: string
}

export interface AddSpaceOptions extends RecipeOptions {
  /** Address of a service; without one the model is one of this computer. */
  readonly service?: string
  readonly dimensions?: number
  readonly maxTokens?: number
  /** Asks for the service's key, or reads it from standard input. */
  readonly key?: boolean
  /** Answers yes to sending texts to the service. */
  readonly yes?: boolean
  /** False makes the space and leaves it to be filled later. */
  readonly fill: boolean
}

/** @throws AkinError `bad-request` for options that belong to the other kind of model */
function recipeOf(model: string, options: AddSpaceOptions): SpaceRecipe {
  const { service, pooling, queryPrefix, passagePrefix, dimensions, maxTokens } = options
  const postProcessing = options.postProcessing ?? { method: 'none' as const }
  if (service === undefined) {
    if (dimensions !== undefined || maxTokens !== undefined || options.key === true)
      throw new AkinError('bad-request', '--dimensions, --max-tokens and --key belong to a service', {
        advice: 'Name its address with --service',
      })
    return {
      type: 'local',
      modelId: model,
      postProcessing,
      ...(pooling === undefined ? {} : { pooling }),
      ...(queryPrefix === undefined ? {} : { queryPrefix }),
      ...(passagePrefix === undefined ? {} : { passagePrefix }),
    }
  }
  if (pooling !== undefined)
    throw new AkinError('bad-request', 'A service gives vectors that are pooled already', { advice: 'Leave --pooling out' })
  return {
    type: 'remote',
    baseUrl: service,
    model,
    dimensions: dimensions ?? null,
    ...(maxTokens === undefined ? {} : { maxInputTokens: maxTokens }),
    queryPrefix: queryPrefix ?? '',
    passagePrefix: passagePrefix ?? '',
    postProcessing,
  }
}

export async function runAddSpace(model: string, options: AddSpaceOptions, context: Context): Promise<number> {
  const { connection, output } = context
  const space = await addSpace(model, options, context)
  const filled = options.fill ? await fill(connection, output, space.id) : space
  output.result(filled, () => rowsText([filled]))
  return exitCodes.done
}

/** Makes a space, after what it takes was told and allowed. */
export async function addSpace(model: string, options: AddSpaceOptions, { connection, output }: Context): Promise<SpaceInfo> {
  const isLocal = options.service === undefined
  if (!isLocal) refuseNoAddress(options.service)
  const recipe = recipeOf(isLocal ? await installedModelId(connection, model) : model, options)
  if (recipe.type === 'remote' && options.key === true) await setKey(recipe.baseUrl, { connection, output })
  const check = await connection.ask('spaces.check', { recipe })
  if (check.selfTest !== null && !check.selfTest.isPassed)
    for (const problem of check.selfTest.problems) output.note(`${check.name}: ${problem}`)
  if (check.sends !== null) await allow(check, options, output)
  else if (check.existingId === null && check.seconds !== null)
    output.note(`${check.name} reads ${number(check.passages)} passages, which takes about ${duration(check.seconds)}`)
  return connection.ask('spaces.add', { recipe, consents: check.sends !== null })
}

/** @throws AkinError `not-allowed` without a yes; nothing was sent then */
async function allow(
  { name, sends, passages }: RequestOutput<'spaces.check'>,
  { yes }: AddSpaceOptions,
  output: Output,
): Promise<void> {
  const { to, tokens, isExact } = sends!
  output.note(
    `${name} does not run on this computer: the text of ${number(passages)} passages, ${isExact ? '' : 'about '}${number(tokens)} tokens, is sent to ${to}. ` +
      `So is what you add later, and what you search for in this space`,
  )
  if (yes === true || (canAsk() && (await askYes(`Send it to ${to}?`)))) return
  throw new AkinError('not-allowed', `Nothing was sent to ${to}`, {
    advice: canAsk() ? 'The space was not made' : 'The space was not made. With --yes you allow it',
  })
}

/** @throws AkinError `bad-request` */
export function refuseNoAddress(text: string): void {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return
  throw new AkinError('bad-request', `“${text}” is no address of a service`, {
    advice: 'It begins with https:// or http://, as in https://api.openai.com/v1 or http://localhost:11434/v1',
  })
}

/** Asks for a key and has it kept, where no other program can read it. */
export async function setKey(baseUrl: string, { connection, output }: Context): Promise<void> {
  refuseNoAddress(baseUrl)
  const { place } = await connection.ask('keys.describe', { baseUrl })
  if (place.kind === 'none') throw new AkinError('key-store-failed', place.description)
  const key = await askSecret(`Key for ${new URL(baseUrl).host}, which is not shown: `)
  await connection.ask('keys.set', { baseUrl, key })
  output.note(`The key is kept. ${place.description}`)
}

export async function runFillSpace(named: string, { connection, output }: Context): Promise<number> {
  const space = await findSpace(connection, named)
  // A fill that was cancelled begins again with what is left
  if (space.jobId === null && space.state === 'waiting') await connection.ask('spaces.add', { recipe: space.recipe })
  if (space.state === 'paused') await connection.ask('jobs.resume', { id: space.jobId! })
  const filled = await fill(connection, output, space.id)
  output.result(filled, () => rowsText([filled]))
  return exitCodes.done
}

/** How long a space may wait for its job before that is told. */
const patienceMs = 15_000

/** Waits until a space holds everything. @throws AkinError why it does not come to that */
export async function fill(connection: Connection, output: Output, id: number): Promise<SpaceInfo> {
  const stop = showProgress(connection, output)
  try {
    for (let waitedSince = Date.now(); ;) {
      const space = (await connection.ask('spaces.list', {})).spaces.find((one) => one.id === id)
      if (space === undefined) throw new AkinError('not-found', 'The space was removed meanwhile')
      const { state, pending } = space
      if (state === 'ready') return space
      if (state === 'filling') waitedSince = Date.now()
      const isStuck = state === 'waiting' && (pending === 0 || Date.now() - waitedSince > patienceMs) && space.reason !== null
      if (state === 'refused' || state === 'paused' || isStuck) throw notFilled(space)
      if (Date.now() - waitedSince > patienceMs) throw notFilled(space)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  } finally {
    stop()
  }
}

function notFilled({ id, name, reason, jobId, state }: SpaceInfo): AkinError {
  const again = state === 'paused' && jobId !== null ? `To go on, run akin spaces fill ${id}` : undefined
  const advice = [reason?.advice, again].filter(Boolean).join('. ')
  return new AkinError('unavailable', reason?.message ?? `${name} is not filled: it is ${state}`, {
    ...(advice === '' ? {} : { advice }),
    details: { spaceId: id, ...(reason === null ? {} : { code: reason.code }) },
  })
}

export async function runUseSpace(
  named: string,
  { incomplete }: { incomplete?: boolean },
  { connection, output }: Context,
): Promise<number> {
  const { id, name } = await findSpace(connection, named)
  await connection.ask('spaces.use', { id, acceptsIncomplete: incomplete === true })
  const { spaces } = await connection.ask('spaces.list', {})
  output.result({ spaces }, () => `Searches use ${name}`)
  return exitCodes.done
}

export async function runRemoveSpace(named: string, { connection, output }: Context): Promise<number> {
  const { id, name } = await findSpace(connection, named)
  await connection.ask('spaces.remove', { id })
  output.result({ removed: id }, () => `${name} is removed. Adding it again soon brings its vectors back`)
  return exitCodes.done
}

export async function runCompareSpaces(
  named: readonly [string, string],
  { text, mode, limit }: { text: string; mode: 'vector' | 'hybrid'; limit: number },
  { connection, output }: Context,
): Promise<number> {
  const ids = [(await findSpace(connection, named[0])).id, (await findSpace(connection, named[1])).id] as [number, number]
  await indexesReady(connection, output)
  const reply = await connection.ask('spaces.compare', { text, ids, mode, limit })
  output.result(reply, () => sideBySide(reply))
  return exitCodes.done
}

const titleLength = 40

function sideBySide({ lists, overlap }: RequestOutput<'spaces.compare'>): string {
  const [left = { name: '', hits: [] }, right = { name: '', hits: [] }] = lists
  const shared = new Set(left.hits.map(({ documentId }) => documentId))
  const cell = (hit: (typeof left.hits)[number] | undefined): [string, string] =>
    hit === undefined ? ['', ''] : [String(hit.documentId), line(hit.title === '' ? 'Untitled' : hit.title, titleLength)]
  const rows = Array.from({ length: Math.max(left.hits.length, right.hits.length) }, (_, rank) => [
    rank + 1,
    ...cell(left.hits[rank]),
    ...cell(right.hits[rank]),
    right.hits[rank] !== undefined && !shared.has(right.hits[rank].documentId) ? 'only here' : '',
  ])
  return [
    table([['', '', line(left.name, titleLength), '', line(right.name, titleLength), ''], ...rows]).replaceAll(/ +$/gm, ''),
    `${Math.round(overlap * 100)} % of the items are in both`,
  ].join('\n')
}
