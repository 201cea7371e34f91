import { AkinError } from '../../shared/errors.ts'
import type { RequestName, RequestOutput } from '../../shared/contract/requests.ts'
import type { SearchHit } from '../../shared/model/search.ts'
import type { SelfTest, SpaceRecipe } from '../../shared/model/space.ts'
import type { Handlers } from '../contract-table.ts'
import { ParallelEmbedder } from '../embedding/onnx/parallel-embedder.ts'
import type { ProbeReport } from '../embedding/onnx/probe.ts'
import { checkedBaseUrl } from '../embedding/remote/base-url.ts'
import { estimateRemote } from '../embedding/remote/estimate.ts'
import { measureDimension } from '../embedding/remote/measure-dimension.ts'
import type { LibraryStore } from '../library/library-store.ts'
import type { Consents } from '../spaces/consents.ts'
import { connectionOf, makeEmbedder, type EmbedderSources, type RemoteRecipe } from '../spaces/embedder-factory.ts'
import { describeSpace } from '../spaces/recipe.ts'
import type { SpaceManager } from '../spaces/space-manager.ts'
import type { UndoJournal } from '../undo-journal.ts'

export interface SpaceHandlersOptions {
  readonly store: LibraryStore
  readonly spaces: SpaceManager
  readonly sources: EmbedderSources
  readonly consents: Consents
  readonly undo: UndoJournal
  /** Tokens a second of a model on this computer, measured when it is not known yet. */
  readonly speedOf: (embedder: ParallelEmbedder) => Promise<number>
}

type SpaceRequests = Extract<RequestName, `spaces.${string}`>
type Check = RequestOutput<'spaces.check'>

export function spaceHandlers(options: SpaceHandlersOptions): Handlers<SpaceRequests> {
  const { spaces, consents, undo } = options
  return {
    'spaces.list': async () => ({ spaces: await spaces.list() }),
    'spaces.check': async ({ recipe: given }, { signal }) => {
      const recipe = withOneAddress(given)
      return recipe.type === 'local' ? checkLocal(options, recipe) : checkRemote(options, recipe, signal)
    },
    'spaces.add': async ({ recipe: given, consents: isAllowed }) => {
      const recipe = withOneAddress(given)
      const ready = recipe.type === 'remote' ? await allow(options, recipe, isAllowed) : recipe
      if (ready.type === 'local') await refuseUseless(options, ready)
      const { id } = await spaces.add(ready)
      return spaces.info(id)
    },
    'spaces.use': async ({ id, acceptsIncomplete }) => {
      await spaces.use(id, { acceptsIncomplete })
      return {}
    },
    'spaces.remove': async ({ id }) => {
      const { recipe } = spaces.managed(id)
      await spaces.remove(id)
      // Nothing goes to a service that no space is made with
      const isLast = recipe.type === 'remote' && !spaces.recipes.some((one) => isAt(one, recipe.baseUrl))
      if (isLast) await consents.takeBack(recipe.baseUrl)
      return undo.remember(async () => {
        if (isLast) await consents.give(recipe.baseUrl)
        await spaces.restore(id)
      })
    },
    'spaces.compare': async ({ text, ids, mode, limit }, { signal }) => {
      const query = {
        text,
        mode,
        limit,
        offset: 0,
        filter: {},
        sort: 'best' as const,
        moreLike: [],
        lessLike: [],
        waitForMeaning: true,
      }
      const lists = await Promise.all(
        ids.map(async (spaceId) => {
          const { space, search } = await spaces.get(spaceId)
          const { hits } = await search.query(query, signal)
          return { spaceId, name: space.name, hits }
        }),
      )
      return { lists, overlap: overlapOf(lists.map(({ hits }) => hits)) }
    },
  }
}

/** A service's address is written in several ways; a yes, and a space, are for the service. @throws AkinError `bad-request` */
function withOneAddress(recipe: SpaceRecipe): SpaceRecipe {
  return recipe.type === 'local' ? recipe : { ...recipe, baseUrl: checkedBaseUrl(recipe.baseUrl) }
}

function isAt(recipe: SpaceRecipe, baseUrl: string): boolean {
  return recipe.type === 'remote' && recipe.baseUrl === baseUrl
}

async function checkLocal({ sources, store, speedOf }: SpaceHandlersOptions, recipe: SpaceRecipe): Promise<Check> {
  const embedder = await makeEmbedder(sources, recipe)
  try {
    if (!(embedder instanceof ParallelEmbedder)) throw new AkinError('internal', 'A local model is no ONNX model')
    const selfTest = selfTestOf(await embedder.probe())
    const tokensPerSecond = await speedOf(embedder)
    const { name, identity, dimension } = describeSpace(embedder.space, recipe)
    const existingId = (await store.vectors.spaces()).find((space) => space.identity === identity)?.id ?? null
    const passages = (await store.documents.statusCounts()).chunks
    const seconds = existingId === null ? (passages * usualTokens) / Math.max(1, tokensPerSecond) : 0
    return { name, dimension, existingId, passages, selfTest, sends: null, seconds }
  } finally {
    await embedder.close()
  }
}

async function checkRemote(
  { sources, spaces, store }: SpaceHandlersOptions,
  recipe: RemoteRecipe,
  signal?: AbortSignal,
): Promise<Check> {
  const { model } = connectionOf(sources, recipe)
  const { tokens, isExact, inputs } = await estimateRemote(passagesOf(store), model, signal)
  const space = { name: model.model, identity: '', dimension: model.dimension ?? 1, metric: 'inner-product' as const }
  return {
    name: describeSpace(space, recipe).name,
    dimension: model.dimension,
    selfTest: null,
    existingId: spaces.idOf(recipe),
    passages: inputs,
    sends: { to: new URL(model.baseUrl).host, tokens, isExact },
    seconds: null,
  }
}

/** Every passage as it would be sent. */
async function* passagesOf({ vectors }: LibraryStore): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const page = await vectors.passages(after, passagesPerPage)
    if (page.length === 0) return
    for (const { text } of page) yield text
    after = page.at(-1)!.id
  }
}

const passagesPerPage = 256

/** Tokens of a passage on the average, by the chunks of news and notes. */
const usualTokens = 110

async function allow(
  { sources, consents }: SpaceHandlersOptions,
  recipe: RemoteRecipe,
  isAllowed: boolean,
): Promise<RemoteRecipe> {
  const { model } = connectionOf(sources, recipe)
  if (!isAllowed && !consents.isAllowed(recipe.baseUrl)) {
    throw new AkinError('not-allowed', `Nothing may be sent to ${new URL(model.baseUrl).host} yet`, {
      advice: 'Look at what would be sent, and say yes to it',
    })
  }
  const wasAllowed = consents.isAllowed(recipe.baseUrl)
  await consents.give(recipe.baseUrl)
  if (model.dimension !== null) return recipe
  try {
    return { ...recipe, dimension: await measureDimension(connectionOf(sources, recipe)) }
  } catch (error) {
    if (!wasAllowed) await consents.takeBack(recipe.baseUrl)
    throw error
  }
}

/** A model that gives no vectors, or the same one for everything, makes no space. */
async function refuseUseless({ sources }: SpaceHandlersOptions, recipe: SpaceRecipe): Promise<void> {
  const embedder = await makeEmbedder(sources, recipe)
  try {
    if (!(embedder instanceof ParallelEmbedder)) return
    const { isUsable, checks } = await embedder.probe()
    if (isUsable) return
    const wrong = checks.filter(({ isOk }) => !isOk).map(({ message }) => message)
    throw new AkinError('model-failed', `${embedder.space.name} cannot be used: ${wrong.join('; ')}`, {
      advice: 'Choose another model, or another export of it',
    })
  } finally {
    await embedder.close()
  }
}

function selfTestOf({ isUsable, checks, selfTest }: ProbeReport): SelfTest {
  const problems = checks.filter(({ isOk }) => !isOk).map(({ message }) => message)
  if (!selfTest.isPassed) problems.push(selfTest.message)
  return { isPassed: isUsable && selfTest.isPassed, near: selfTest.near, far: selfTest.far, problems }
}

function overlapOf([a = [], b = []]: readonly (readonly SearchHit[])[]): number {
  const known = new Set(a.map(({ documentId }) => documentId))
  const shared = b.filter(({ documentId }) => known.has(documentId)).length
  const most = Math.max(a.length, b.length)
  return most === 0 ? 0 : shared / most
}
