import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import { openEngine, type Engine, type EngineOptions } from '../../engine/engine.ts'
import { builtInModel } from '../../engine/embedding/model-spec.ts'
import { codeFolders } from '../../engine/processes/code-folders.ts'
import { spawnWithNode } from '../../engine/processes/node-spawn.ts'
import type { EventMessage, EventName, EventPayload } from '../../shared/contract/events.ts'
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts'
import { fromWireError, type WireError } from '../../shared/errors.ts'
import type { Document, DocumentId } from '../../shared/model/document.ts'
import type { Job, JobState } from '../../shared/model/job.ts'

export const resources = fileURLToPath(new URL('../../resources', import.meta.url))
export const modelsFolder = join(resources, 'models')
export const sampleFolder = join(resources, 'sample', 'library')

/** How long a test waits for what must come at some time; never a measure of speed. */
const patienceMs = 60_000

/** Anything that answers requests of the contract. */
export interface Asker {
  request(name: string, input: unknown): Promise<{ ok: true; value: unknown } | { ok: false; error: WireError }>
}

/** Requests with their types, over an engine in this process or another. */
export class ContractClient {
  readonly #asker: Asker

  constructor(asker: Asker) {
    this.#asker = asker
  }

  /** @throws AkinError what was replied */
  async ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>> {
    const reply = await this.#asker.request(name, input)
    if (!reply.ok) throw fromWireError(reply.error)
    return reply.value as never
  }

  /** The error of a request that must fail. */
  async refusal(name: string, input: unknown): Promise<WireError> {
    const reply = await this.#asker.request(name, input)
    if (reply.ok) throw new Error(`${name} was answered: ${JSON.stringify(reply.value).slice(0, 500)}`)
    return reply.error
  }

  /** Waits until a job is in one of the states. */
  async job(jobId: number, ...states: JobState[]): Promise<Job> {
    const wanted = states.length === 0 ? ['done', 'failed', 'cancelled', 'paused'] : states
    return until(`job ${jobId} is ${wanted.join(' or ')}`, async () => {
      const { job } = await this.ask('jobs.get', { id: jobId, limit: 1 })
      return wanted.includes(job.state) ? job : undefined
    })
  }

  /** Waits until nothing runs or waits, everything that can have a vector has one, and the indexes have followed. */
  async settled(): Promise<void> {
    await until('nothing is under way', async () => {
      const { jobs } = await this.ask('jobs.list', { limit: 200 })
      if (jobs.some(({ state }) => state === 'running' || state === 'queued')) return undefined
      const status = await this.ask('library.status', {})
      const { indexes } = status
      const isReady = indexes.vectors === 'ready' && indexes.keywords === 'ready' && indexes.isCurrent
      return status.pending === 0 && isReady ? true : undefined
    })
  }

  /** All documents outside the trash, by title. */
  async documents(): Promise<Map<string, RequestOutput<'documents.list'>['rows'][number]>> {
    const byTitle = new Map<string, RequestOutput<'documents.list'>['rows'][number]>()
    for (let offset = 0; ;) {
      const { rows, total } = await this.ask('documents.list', { offset, limit: 500, sort: { by: 'title', descending: false } })
      for (const row of rows) byTitle.set(row.title, row)
      offset += rows.length
      if (offset >= total || rows.length === 0) return byTitle
    }
  }

  async document(title: string): Promise<Document> {
    const row = (await this.documents()).get(title)
    if (row === undefined) throw new Error(`There is no document “${title}”`)
    return this.ask('documents.get', { id: row.id })
  }

  async idOf(title: string): Promise<DocumentId> {
    return (await this.document(title)).id
  }

  /** Imports paths and waits for the import, not for the reading for meaning. */
  async importPaths(...paths: string[]): Promise<Job> {
    const { jobId } = await this.ask('documents.import', { sources: paths.map((path) => ({ type: 'path' as const, path })) })
    return this.job(jobId)
  }

  /** Imports texts, each with its title as id. */
  async importTexts(texts: Readonly<Record<string, string>>, more: { tags?: string[] } = {}): Promise<Job> {
    const { jobId } = await this.ask('documents.import', {
      sources: Object.entries(texts).map(([title, text]) => ({ type: 'text' as const, externalId: title, title, text, ...more })),
    })
    return this.job(jobId)
  }
}

/** An engine in this process, with everything it told. */
export class TestEngine extends ContractClient {
  readonly engine: Engine
  readonly folder: string
  readonly events: EventMessage[] = []

  constructor(engine: Engine, folder: string) {
    super(engine)
    this.engine = engine
    this.folder = folder
    engine.onEvent((message) => this.events.push(message))
  }

  /** Payloads of the events of one name, in order. */
  told<N extends EventName>(name: N): EventPayload<N>[] {
    return this.events.filter(({ event }) => event === name).map(({ payload }) => payload as EventPayload<N>)
  }

  /** Everything that was told of one job, in order. */
  progressOf(jobId: number): Job[] {
    return this.told('jobs.progress')
      .map(({ job }) => job)
      .filter(({ id }) => id === jobId)
  }

  notices(): string[] {
    return this.told('engine.notice').map(({ message }) => message)
  }

  async close(): Promise<void> {
    await this.engine.close()
  }
}

export type TestEngineOptions = Partial<EngineOptions>

/** Opens an engine on a library of its own unless a folder is given; whoever opens closes. */
export async function openTestEngine(options: TestEngineOptions & { folder: string }): Promise<TestEngine> {
  const engine = await openEngine({ modelsFolder, sampleFolder, spawn: spawnWithNode, parserFolders: codeFolders(), ...options })
  return new TestEngine(engine, options.folder)
}

/** Registers the clean-up; engines opened with the returned function are closed after each test, and folders are gone. */
export function useEngines(): {
  open: (options?: TestEngineOptions) => Promise<TestEngine>
  folder: (name?: string) => string
} {
  const engines: TestEngine[] = []
  const folders: string[] = []
  const folder = (name = 'folder'): string => {
    const made = mkdtempSync(join(tmpdir(), `akin-test-${name}-`))
    folders.push(made)
    return made
  }
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close().catch((error: unknown) => console.log('while closing:', error))
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
  })
  return {
    folder,
    open: async (options = {}) => {
      const engine = await openTestEngine({ ...options, folder: options.folder ?? folder('library') })
      engines.push(engine)
      return engine
    },
  }
}

/** A models folder that can be damaged: everything is linked but the weights, which are copied or left out. */
export function ownModels(
  folder: string,
  { withWeights = true }: { withWeights?: boolean } = {},
): {
  modelsFolder: string
  weights: string
} {
  const from = join(modelsFolder, builtInModel.folder)
  const to = join(folder, builtInModel.folder)
  const weights = join(to, builtInModel.weightsFile)
  mkdirSync(dirname(weights), { recursive: true })
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) symlinkSync(join(from, name), join(to, name))
  if (withWeights) cpSync(join(from, builtInModel.weightsFile), weights)
  return { modelsFolder: folder, weights }
}

/** Asks again and again until there is an answer other than `undefined`. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, everyMs = 20): Promise<T> {
  const startedAt = performance.now()
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() - startedAt > patienceMs) throw new Error(`Waited in vain until ${what}`)
    await pause(everyMs)
  }
}

/** Numbers in their order, as a list. */
export function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
