import { AkinError, isCode } from '../../shared/errors.ts'
import type { Job } from '../../shared/model/job.ts'
import type { EmbeddingSpace, SpaceInfo, SpaceRecipe } from '../../shared/model/space.ts'
import type { Embedder, EmbedderState } from '../embedding/embedder.ts'
import { EmbeddingKeeper } from '../embedding/embedding-keeper.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { SpaceCounts } from '../library/library-store.ts'
import { ManagedSpace, removeIndexFiles, type ManagedSpaceParts, type OpenSpace } from './managed-space.ts'
import { builtInRecipe, describeSpace, readRecipe } from './recipe.ts'
import { RefusedEmbedder } from './refused-embedder.ts'
import { describeForPeople, indexBytes } from './space-info.ts'

export type EmbedderListener = (state: EmbedderState, reason: AkinError | null) => void

export interface SpaceManagerOptions extends ManagedSpaceParts {
  /** @throws AkinError `model-missing`, `model-damaged`, `not-found` when the model cannot be had */
  readonly makeEmbedder: (recipe: SpaceRecipe, onState: EmbedderListener) => Promise<Embedder>
  /** Where a recipe's texts go: `this computer`, or a host. */
  readonly whereOf: (recipe: SpaceRecipe) => string
  /** The state of a space's model changed. */
  readonly onState: (space: ManagedSpace, state: EmbedderState, reason: AkinError | null) => void
  /** A space came, went, or became the default. */
  readonly onChange: () => void
  readonly retryModelEveryMs: number
  /** False leaves new items found by words only. */
  readonly embeds: boolean
  readonly onBug: (error: unknown) => void
}

interface Entry {
  readonly managed: ManagedSpace
  keeper: EmbeddingKeeper | null
  reason: AkinError | null
}

/** The spaces of a library: opens, fills, switches and removes them. Exactly one is the default at any time. */
export class SpaceManager {
  readonly #options: SpaceManagerOptions
  readonly #entries = new Map<number, Entry>()
  #default: OpenSpace | undefined
  #jobs: JobQueue | undefined

  private constructor(options: SpaceManagerOptions) {
    this.#options = options
  }

  /** Opens the default space, and makes that of the built-in model for a new library. */
  static async open(options: SpaceManagerOptions): Promise<SpaceManager> {
    const manager = new SpaceManager(options)
    const { vectors } = options.store
    const stored = await vectors.spaces()
    if (stored.length === 0) await manager.#make(builtInRecipe)
    else for (const space of stored) await manager.#manage(space, readRecipe(space.recipe))
    const first = [...manager.#entries.values()].find(({ managed }) => managed.space.isDefault)!
    manager.#default = await first.managed.open()
    return manager
  }

  /** Begins to keep the spaces up to date. */
  async start(jobs: JobQueue): Promise<void> {
    this.#jobs = jobs
    this.#tellDefault()
    await Promise.all([...this.#entries.values()].map((entry) => this.#keep(entry)))
  }

  get default(): OpenSpace {
    return this.#default!
  }

  /** Indexes that are loaded: they follow the store. */
  get loaded(): OpenSpace[] {
    return [...this.#entries.values()].flatMap(({ managed }) => managed.opened ?? [])
  }

  get recipes(): SpaceRecipe[] {
    return [...this.#entries.values()].map(({ managed }) => managed.recipe)
  }

  /** The space of a service's model; `null` when there is none. */
  idOf(recipe: Extract<SpaceRecipe, { type: 'remote' }>): number | null {
    const found = [...this.#entries.values()].find(
      ({ managed: { recipe: one } }) =>
        one.type === 'remote' &&
        one.baseUrl === recipe.baseUrl &&
        one.model === recipe.model &&
        one.dimensions === recipe.dimensions &&
        JSON.stringify(one.postProcessing) === JSON.stringify(recipe.postProcessing),
    )
    return found?.managed.space.id ?? null
  }

  /** Names of the spaces that are made with a model. */
  madeWith(modelId: string): string[] {
    return [...this.#entries.values()].flatMap(({ managed: { recipe, space } }) =>
      recipe.type === 'local' && recipe.modelId === modelId ? [space.name] : [],
    )
  }

  /** @throws AkinError `not-found` */
  managed(id: number): ManagedSpace {
    return this.#entry(id).managed
  }

  /** Spaces that hold the same raw vectors as this one. */
  siblingsOf(managed: ManagedSpace): ManagedSpace[] {
    const { identity } = managed.embedder.space
    return [...this.#entries.values()]
      .map((entry) => entry.managed)
      .filter((one) => one !== managed && one.embedder.space.identity === identity)
  }

  /** What searches in a space need, the default one without an id; its index has caught up with the store. */
  async get(id?: number): Promise<OpenSpace> {
    if (id === undefined || id === this.default.space.id) return this.default
    const opened = await this.#entry(id).managed.open()
    if (opened.vectors.state !== 'ready') await opened.vectors.catchUp()
    return opened
  }

  async list(): Promise<SpaceInfo[]> {
    const counts = await this.#options.store.vectors.spaceCounts()
    const jobs = await this.#openJobs()
    const all = [...this.#entries.values()].map((entry) => this.#infoOf(entry, counts.get(entry.managed.space.id), jobs))
    return Promise.all(all)
  }

  async info(id: number): Promise<SpaceInfo> {
    const info = (await this.list()).find((one) => one.id === id)
    if (info === undefined) throw noSpace(id)
    return info
  }

  /** Makes the space of a recipe, or takes the one that is there; it fills by a job, also when one was cancelled. */
  async add(recipe: SpaceRecipe): Promise<EmbeddingSpace> {
    const space = await this.#make(recipe)
    await this.retryRefused()
    const entry = this.#entry(space.id)
    if (entry.keeper === null) await this.#keep(entry)
    else entry.keeper.begin()
    this.#options.onChange()
    return space
  }

  /** Takes spaces into use again whose models can be had by now: after one was installed. */
  async retryRefused(): Promise<void> {
    const refused = [...this.#entries.values()].filter(({ managed }) => managed.embedder instanceof RefusedEmbedder)
    for (const { managed, keeper } of refused) {
      keeper?.close()
      await managed.close()
      await this.#manage(managed.space, managed.recipe)
      const { managed: again } = this.#entry(managed.space.id)
      if (again.space.isDefault) this.#default = await again.open()
      if (again.embedder instanceof RefusedEmbedder) continue
      await this.#keep(this.#entry(managed.space.id))
      this.#options.onChange()
    }
  }

  /**
   * Lets searches use a space.
   * @throws AkinError `conflict` while it lacks passages that the present one has, unless that is accepted
   */
  async use(id: number, { acceptsIncomplete = false } = {}): Promise<void> {
    const { managed } = this.#entry(id)
    const before = this.default
    if (managed.space.isDefault) return
    const { vectors } = this.#options.store
    const pending = await vectors.pendingCount(id)
    if (pending > 0 && !acceptsIncomplete) {
      throw new AkinError('conflict', `${managed.space.name} lacks ${pending.toLocaleString('en')} passages still`, {
        advice: 'Wait until it is filled, or use it now and find the rest by words only',
      })
    }
    const opened = await managed.open()
    await opened.vectors.catchUp()
    await vectors.setDefaultSpace(id)
    for (const { managed: one } of this.#entries.values()) one.space = { ...one.space, isDefault: one.space.id === id }
    this.#default = opened
    await this.#entry(before.space.id).managed.closeIndex()
    this.#tellDefault()
    this.#options.onChange()
    for (const { keeper } of this.#entries.values()) keeper?.wake()
  }

  /** Takes a space out of use; `restore` brings it back. */
  async remove(id: number): Promise<void> {
    const entry = this.#entry(id)
    await this.#options.store.vectors.removeSpace(id, new Date().toISOString())
    this.#entries.delete(id)
    await this.#cancelJobs(id)
    entry.keeper?.close()
    await entry.managed.close()
    this.#options.onChange()
  }

  async restore(id: number): Promise<void> {
    const { vectors } = this.#options.store
    await vectors.restoreSpace(id)
    const space = (await vectors.spaces()).find((one) => one.id === id)
    if (space === undefined) throw noSpace(id)
    await this.#manage(space, readRecipe(space.recipe))
    await this.#keep(this.#entry(id))
    this.#options.onChange()
  }

  /** Deletes for good what was removed before an instant. */
  async purge(removedBefore: string): Promise<void> {
    for (const id of await this.#options.store.vectors.purgeSpaces(removedBefore)) {
      removeIndexFiles(this.#options.indexFolder, id)
    }
  }

  /** Something may wait for vectors. */
  wake(): void {
    for (const { keeper } of this.#entries.values()) keeper?.wake()
  }

  onJob(job: Job, spaceId: number | null): void {
    if (job.kind !== 'embed' && job.kind !== 'fill') return
    const id = spaceId ?? this.default.space.id
    this.#entries.get(id)?.keeper?.onJob(job)
  }

  async close(): Promise<void> {
    for (const { keeper } of this.#entries.values()) keeper?.close()
    for (const { managed } of this.#entries.values()) await managed.close()
  }

  stopKeeping(): void {
    for (const { keeper } of this.#entries.values()) keeper?.close()
  }

  /** A model that cannot be used has no state to change: what is wrong with it is told when searches begin to need it. */
  #tellDefault(): void {
    const { managed, reason } = this.#entry(this.default.space.id)
    this.#options.onState(managed, managed.embedder.state, reason)
  }

  async #make(recipe: SpaceRecipe): Promise<EmbeddingSpace> {
    const { embedder, listen } = await this.#embedder(recipe)
    const space = await this.#options.store.vectors.openSpace(describeSpace(embedder.space, recipe), JSON.stringify(recipe))
    if (this.#entries.has(space.id)) await embedder.close()
    else this.#enter(new ManagedSpace(space, recipe, embedder, this.#options), listen)
    return space
  }

  async #manage(space: EmbeddingSpace, recipe: SpaceRecipe): Promise<void> {
    try {
      const { embedder, listen } = await this.#embedder(recipe)
      const { identity } = describeSpace(embedder.space, recipe)
      if (identity === space.identity) return this.#enter(new ManagedSpace(space, recipe, embedder, this.#options), listen)
      await embedder.close()
      this.#refuse(space, recipe, changedModel(space))
    } catch (error) {
      if (!(error instanceof AkinError)) throw error
      this.#refuse(space, recipe, error)
    }
  }

  #refuse(space: EmbeddingSpace, recipe: SpaceRecipe, reason: AkinError): void {
    this.#enter(new ManagedSpace(space, recipe, new RefusedEmbedder(space, reason), this.#options), () => undefined)
    this.#entry(space.id).reason = reason
  }

  #enter(managed: ManagedSpace, listen: (listener: EmbedderListener) => void): void {
    const entry: Entry = { managed, keeper: null, reason: null }
    this.#entries.set(managed.space.id, entry)
    listen((state, reason) => {
      if (state === 'ready') entry.reason = null
      else if (state === 'failed' && reason !== null) entry.reason = reason
      entry.keeper?.onState(state)
      this.#options.onState(managed, state, reason)
    })
  }

  /** An embedder whose states go to whoever listens later. */
  async #embedder(recipe: SpaceRecipe): Promise<{ embedder: Embedder; listen: (listener: EmbedderListener) => void }> {
    let listener: EmbedderListener = () => undefined
    const embedder = await this.#options.makeEmbedder(recipe, (state, reason) => listener(state, reason))
    return { embedder, listen: (one) => void (listener = one) }
  }

  async #keep(entry: Entry): Promise<void> {
    const jobs = this.#jobs
    if (jobs === undefined || !this.#options.embeds || entry.keeper !== null) return
    const { managed } = entry
    if (managed.embedder instanceof RefusedEmbedder) return
    const { id } = managed.space
    entry.keeper = new EmbeddingKeeper({
      jobs,
      embedder: managed.embedder,
      name: managed.space.name,
      spaceId: id,
      kind: () => (managed.space.isDefault ? 'embed' : 'fill'),
      pendingCount: async () => {
        const pending = await this.#options.store.vectors.pendingCount(id)
        // Learning what is done to its vectors is work too
        return pending === 0 && (await managed.canLearn()) ? 1 : pending
      },
      retryEveryMs: this.#options.retryModelEveryMs,
      onBug: this.#options.onBug,
    })
    void entry.keeper.start().catch(this.#options.onBug)
  }

  async #infoOf(
    { managed, reason }: Entry,
    counts: SpaceCounts | undefined,
    jobs: readonly { job: Job; spaceId: number }[],
  ): Promise<SpaceInfo> {
    const { id } = managed.space
    return describeForPeople({
      managed,
      counts: counts ?? { vectors: 0, pending: 0, failed: 0, bytes: 0 },
      job: jobs.find(({ spaceId }) => spaceId === id)?.job ?? null,
      reason,
      where: this.#options.whereOf(managed.recipe),
      indexBytes: indexBytes(this.#options.indexFolder, id),
      measuredRate: await this.#rateOf(managed),
    })
  }

  async #rateOf({ embedder }: ManagedSpace): Promise<number | null> {
    const rate = await this.#options.store.settings.get(rateKey(embedder.space.identity))
    return typeof rate === 'number' ? rate : null
  }

  async #openJobs(): Promise<{ job: Job; spaceId: number }[]> {
    const jobs = this.#jobs
    if (jobs === undefined) return []
    const all = await Promise.all((['embed', 'fill'] as const).map((kind) => jobs.openWithPayload(kind)))
    return all.flat().map(({ job, payload }) => ({ job, spaceId: spaceOfPayload(payload) ?? this.default.space.id }))
  }

  async #cancelJobs(spaceId: number): Promise<void> {
    for (const { job, spaceId: own } of await this.#openJobs()) {
      if (own !== spaceId) continue
      await this.#jobs!.cancel(job.id).catch((error: unknown) => {
        // It ended meanwhile
        if (!isCode(error, 'conflict', 'not-found')) throw error
      })
    }
  }

  #entry(id: number): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw noSpace(id)
    return entry
  }
}

/** The space of a job that fills one; `null` for jobs from before there were several. */
export function spaceOfPayload(payload: Readonly<Record<string, unknown>>): number | null {
  return typeof payload.spaceId === 'number' ? payload.spaceId : null
}

/** Where the rate at which a model was measured is kept. */
export function rateKey(identity: string): string {
  return `rate:${identity}`
}

function noSpace(id: number): AkinError {
  return new AkinError('not-found', `There is no embedding space ${id}`, { advice: 'Look at the list of spaces' })
}

function changedModel({ name }: EmbeddingSpace): AkinError {
  return new AkinError('model-damaged', `The model of ${name} is not the one that made its vectors`, {
    advice: 'Install the same model again, or use another space. Vectors of two models are never mixed; nothing was changed',
  })
}
