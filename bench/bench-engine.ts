import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEngine, type Engine } from '../engine/engine.ts'
import { spawnWithNode } from '../engine/processes/node-spawn.ts'
import type { RequestInput, RequestName, RequestOutput } from '../shared/contract/requests.ts'
import { fromWireError } from '../shared/errors.ts'
import type { Job } from '../shared/model/job.ts'

/** An engine on a library of its own, asked through the contract like by any host. */
export interface BenchEngine {
  readonly engine: Engine
  readonly folder: string
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  /** Waits until a job ended and throws when it did not end in `done`. */
  finish(jobId: number): Promise<Job>
  /** Waits until nothing is pending and both indexes hold every change. */
  settle(): Promise<void>
  close(): Promise<void>
}

export const resourcesFolder = fileURLToPath(new URL('../resources', import.meta.url))

export async function openBenchEngine(
  options: { folder?: string; embeds?: boolean; parserProcesses?: number } = {},
): Promise<BenchEngine> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'akin-bench-'))
  const engine = await openEngine({
    folder,
    modelsFolder: join(resourcesFolder, 'models'),
    sampleFolder: join(resourcesFolder, 'sample', 'library'),
    spawn: spawnWithNode,
    ...(options.embeds === undefined ? {} : { embeds: options.embeds }),
    ...(options.parserProcesses === undefined ? {} : { parserProcesses: options.parserProcesses }),
  })
  const ask: BenchEngine['ask'] = async (name, input) => {
    const reply = await engine.request(name, input)
    if (!reply.ok) throw fromWireError(reply.error)
    return reply.value as never
  }
  const finish = async (jobId: number): Promise<Job> => {
    for (;;) {
      const { job } = await ask('jobs.get', { id: jobId, limit: 1 })
      if (job.state === 'done') return job
      if (job.state === 'failed' || job.state === 'cancelled' || job.state === 'paused')
        throw new Error(`${job.title}: ${job.error?.message ?? job.state}`)
      await pause(20)
    }
  }
  const settle = async (): Promise<void> => {
    for (;;) {
      const status = await ask('library.status', {})
      const { vectors, keywords, isCurrent } = status.indexes
      const isReady = vectors === 'ready' && keywords === 'ready' && isCurrent
      if (status.pending === 0 && status.activeJobs === 0 && isReady) break
      await pause(50)
    }
  }
  return {
    engine,
    folder,
    ask,
    finish,
    settle,
    close: async () => {
      await engine.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
