import { describe, expect, it } from 'vitest'
import { createEmbedRunner } from '../../../engine/embedding/embed-runner.ts'
import type { Embedder } from '../../../engine/embedding/embedder.ts'
import { builtInModel, spaceOf } from '../../../engine/embedding/model-spec.ts'
import type { JobContext } from '../../../engine/jobs/job-queue.ts'
import type { JobItemDraft, PendingChunk, StoredJob, VectorStore } from '../../../engine/library/library-store.ts'
import { AkinError } from '../../../shared/errors.ts'
import type { Reason } from '../../../shared/model/document.ts'

/** Chunks that wait for a vector, by their text. */
class FakeVectors {
  readonly pendingChunks = new Map<number, PendingChunk & { crashes: number }>()
  readonly stored: number[] = []
  readonly commits: number[][] = []
  readonly failures = new Map<number, Reason>()
  #nextId = 1

  add(...texts: string[]): void {
    for (const text of texts) {
      const id = this.#nextId++
      this.pendingChunks.set(id, { id, documentId: 100 + id, tokenCount: 4, text, crashes: 0 })
    }
  }

  readonly store = {
    pending: async (_space: number, after: number, limit: number) =>
      [...this.pendingChunks.values()].filter(({ id }) => id > after).slice(0, limit),
    pendingCount: async () => this.pendingChunks.size,
    put: async (_space: number, ids: readonly number[]) => {
      this.commits.push([...ids])
      for (const id of ids) if (this.pendingChunks.delete(id)) this.stored.push(id)
    },
    countCrash: async (_space: number, id: number) => ++this.pendingChunks.get(id)!.crashes,
    markFailed: async (_space: number, id: number, reason: Reason) => {
      this.pendingChunks.delete(id)
      this.failures.set(id, reason)
    },
  } as unknown as VectorStore
}

interface Tried {
  readonly texts: string[]
}

/** An embedder that does with each text what `act` says: nothing means a vector. */
function embedderOf(act: (text: string, time: number) => AkinError | undefined): Embedder & Tried {
  const texts: string[] = []
  const times = new Map<string, number>()
  return {
    texts,
    space: spaceOf(builtInModel),
    state: 'ready',
    embedPassage: async (text: string) => {
      texts.push(text)
      times.set(text, (times.get(text) ?? 0) + 1)
      const error = act(text, times.get(text)!)
      if (error !== undefined) throw error
      return new Float32Array(384)
    },
  } as unknown as Embedder & Tried
}

const crash = (wasAtIt = false): AkinError =>
  new AkinError('inference-crashed', 'The model stopped while it was reading', { details: { wasAtIt } })

interface Ran {
  readonly items: JobItemDraft[]
  readonly progress: { completed?: number; total?: number | null }[]
}

async function run(
  vectors: FakeVectors,
  embedder: Embedder,
  more: Partial<Parameters<typeof createEmbedRunner>[0]> & { signal?: AbortSignal } = {},
): Promise<Ran> {
  const ran: Ran = { items: [], progress: [] }
  const counts = { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }
  const context: JobContext = {
    job: { id: 1, completed: 0, counts } as StoredJob,
    isResumed: false,
    signal: more.signal ?? new AbortController().signal,
    progress: (progress) => void ran.progress.push(progress),
    addItems: async (items) => void ran.items.push(...items),
  }
  const runner = createEmbedRunner({
    vectors: vectors.store,
    embedder,
    spaceId: 1,
    expectsMore: async () => false,
    waitForMore: async () => undefined,
    ...more,
  })
  await runner(context)
  return ran
}

describe('reading for meaning', () => {
  it('gives a vector to each chunk that waits, in the order of their ids, and tells how far it is', async () => {
    const vectors = new FakeVectors()
    vectors.add(...Array.from({ length: 100 }, (_, i) => `text ${i}`))
    const { progress } = await run(
      vectors,
      embedderOf(() => undefined),
    )
    expect(vectors.stored).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(progress[0]).toEqual({ completed: 0, total: 100 })
    expect(progress.at(-1)).toMatchObject({ completed: 100, total: 100 })
    expect(Math.max(...vectors.commits.map(({ length }) => length))).toBeLessThanOrEqual(33)
  })

  it('goes on with what comes while it works', async () => {
    const vectors = new FakeVectors()
    vectors.add('one')
    let waits = 0
    await run(
      vectors,
      embedderOf(() => undefined),
      {
        expectsMore: async () => waits < 2,
        waitForMore: async () => {
          waits++
          vectors.add(`later ${waits}`)
        },
      },
    )
    expect(vectors.stored).toEqual([1, 2, 3])
  })

  it('marks a text that cannot be embedded as failed with the reason, and goes on', async () => {
    const vectors = new FakeVectors()
    vectors.add('good', 'bad', 'good too')
    const { items } = await run(
      vectors,
      embedderOf((text) => (text === 'bad' ? new AkinError('embedding-failed', 'This text could not be embedded') : undefined)),
    )
    expect(vectors.stored).toEqual([1, 3])
    expect(vectors.failures.get(2)).toMatchObject({ code: 'embedding-failed' })
    expect(items).toMatchObject([
      { outcome: 'failed', documentId: 102, canRetry: true, payload: { type: 'document', documentId: 102 } },
    ])
  })

  it('tries a text that the process died of once more, then gives it up; all others are embedded', async () => {
    const vectors = new FakeVectors()
    vectors.add(...Array.from({ length: 60 }, (_, i) => (i === 30 ? 'poison' : `text ${i}`)))
    let isDead = false
    const embedder = embedderOf((text) => {
      // Whatever was asked for with it is lost as well
      if (text === 'poison') isDead = true
      if (isDead) {
        if (text === 'text 54') isDead = false
        return crash(text === 'poison')
      }
      return undefined
    })
    await run(vectors, embedder)
    expect(vectors.failures.get(31)).toMatchObject({ code: 'inference-crashed' })
    expect([...vectors.failures.keys()]).toEqual([31])
    expect(vectors.stored.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1).filter((id) => id !== 31),
    )
    expect(embedder.texts.filter((text) => text === 'poison')).toHaveLength(2)
  })

  it('blames no text for a process that died of something else, and gives up when it dies again and again', async () => {
    const vectors = new FakeVectors()
    vectors.add('one', 'two')
    let deaths = 0
    await run(
      vectors,
      embedderOf(() => (deaths++ < 4 ? crash() : undefined)),
    )
    expect(vectors.stored).toEqual([1, 2])
    vectors.add('three')
    await expect(
      run(
        vectors,
        embedderOf(() => crash()),
      ),
    ).rejects.toMatchObject({ code: 'inference-crashed' })
    expect(vectors.failures.size).toBe(0)
    expect(vectors.pendingChunks.get(3)!.crashes).toBe(0)
  })

  it('keeps vectors that came, whatever ended the job', async () => {
    const vectors = new FakeVectors()
    vectors.add('one', 'two', 'three')
    const controller = new AbortController()
    const embedder = embedderOf((text) => {
      if (text === 'three') controller.abort(new AkinError('cancelled', 'The job was stopped'))
      return undefined
    })
    await expect(run(vectors, embedder, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
    expect(vectors.stored).toEqual([1, 2, 3])
  })

  it('ends with the reason when the model does not run, and blames no text for it', async () => {
    const vectors = new FakeVectors()
    vectors.add('one', 'two')
    const missing = new AkinError('model-missing', 'The model file is not there')
    await expect(
      run(
        vectors,
        embedderOf(() => missing),
      ),
    ).rejects.toBe(missing)
    expect(vectors.failures.size).toBe(0)
    expect([...vectors.pendingChunks.values()].map(({ crashes }) => crashes)).toEqual([0, 0])
  })

  it('measures before the first text, and once more when the process died of that', async () => {
    const vectors = new FakeVectors()
    vectors.add('one')
    let times = 0
    const prepare = async (): Promise<void> => {
      if (++times === 1) throw crash()
    }
    await run(
      vectors,
      embedderOf(() => undefined),
      { prepare },
    )
    expect(times).toBe(2)
    expect(vectors.stored).toEqual([1])
  })
})
