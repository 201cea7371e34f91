import { AkinError } from '../../shared/errors.ts'
import { createEmbedRunner } from '../embedding/embed-runner.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { JobContext, JobRunner } from '../jobs/job-queue.ts'
import type { VectorStore } from '../library/library-store.ts'
import type { ManagedSpace } from './managed-space.ts'
import { spaceOfPayload, type SpaceManager } from './space-manager.ts'

export interface FillRunnerOptions {
  readonly spaces: SpaceManager
  readonly vectors: VectorStore
  /** Called before the first passage of a model: the place to measure it. */
  readonly prepare: (embedder: Embedder) => Promise<void>
  /** True while an import goes on: the default space waits for what it brings. */
  readonly isImporting: () => Promise<boolean>
  /** True while the space that searches use is being filled: other spaces wait. */
  readonly isDefaultBusy: () => Promise<boolean>
  readonly waitForMore: (signal: AbortSignal) => Promise<void>
  /** Learns what is done to the vectors of a space, and keeps it. */
  readonly learn: (managed: ManagedSpace, signal: AbortSignal) => Promise<void>
  /** A rate was measured, in passages a second. */
  readonly onRate: (managed: ManagedSpace, ratePerSecond: number) => void
}

/** Vectors copied at once from a space that has the same ones. */
const copiedAtOnce = 512

/** Fills one space, the default one or any other. */
export function createFillRunner(options: FillRunnerOptions): JobRunner {
  return async (context) => {
    const { spaces, vectors } = options
    const managed = spaces.managed(spaceOfPayload(context.job.payload) ?? spaces.default.space.id)
    const isOther = context.job.kind === 'fill'
    const startedAt = performance.now()
    const before = context.job.completed
    let completed = before
    const watched: JobContext = {
      ...context,
      progress: (progress) => {
        completed = progress.completed ?? completed
        context.progress(progress)
      },
    }
    const run = createEmbedRunner({
      vectors,
      embedder: managed.embedder,
      spaceId: managed.space.id,
      prepare: () => options.prepare(managed.embedder),
      takeOver: (signal) => takeOver(options, managed, signal),
      expectsMore: isOther ? () => Promise.resolve(false) : options.isImporting,
      waitForMore: options.waitForMore,
      ...(isOther ? { waitForTurn: (signal: AbortSignal) => waitForTurn(options, signal) } : {}),
      finish: async (signal) => {
        if (await managed.lacksTransform()) await options.learn(managed, signal)
      },
    })
    await run(watched)
    const seconds = (performance.now() - startedAt) / 1_000
    // Few passages say more of the start of the model than of its speed
    if (completed - before >= 32) options.onRate(managed, (completed - before) / seconds)
  }
}

/** Another space may have the very vectors: one that differs only in what is done to them afterwards. */
async function takeOver({ spaces, vectors }: FillRunnerOptions, managed: ManagedSpace, signal: AbortSignal): Promise<void> {
  const { id } = managed.space
  for (const sibling of spaces.siblingsOf(managed)) {
    for (let after = 0; ;) {
      signal.throwIfAborted()
      const chunks = await vectors.pending(id, after, copiedAtOnce)
      if (chunks.length === 0) break
      const stored = await vectors.readByIds(
        sibling.space.id,
        chunks.map((chunk) => chunk.id),
      )
      if (stored.chunkIds.length > 0) await vectors.put(id, [...stored.chunkIds], stored.vectors)
      after = chunks.at(-1)!.id
    }
  }
}

async function waitForTurn({ isDefaultBusy, waitForMore }: FillRunnerOptions, signal: AbortSignal): Promise<void> {
  while (await isDefaultBusy()) {
    if (signal.aborted) throw new AkinError('cancelled', 'The job was stopped')
    await waitForMore(signal)
  }
}
