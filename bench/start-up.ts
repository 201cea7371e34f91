import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { residentBytes } from '../engine/processes/resident-bytes.ts'
import { startBrowserHost } from './browser-host.ts'
import { percentile } from './metrics.ts'
import { makeSyntheticLibrary } from './synthetic-library.ts'

export interface StartUp {
  readonly library: string
  /** From starting the host's process to the first answer of the engine, and to a first search by words and meaning. */
  readonly answerMs: number
  readonly searchMs: number
  /** Resident memory after that search, in MiB, by process. */
  readonly memoryMib: Readonly<Record<string, number>>
}

const runs = 3

/** Starting the browser host on an empty library and on one with 20,000 passages. */
export async function benchStartUp(chunks = 20_000): Promise<StartUp[]> {
  const results: StartUp[] = []
  for (const size of [0, chunks]) {
    const folder = mkdtempSync(join(tmpdir(), 'akin-bench-'))
    try {
      if (size > 0) await makeSyntheticLibrary({ folder, chunks: size, seed: 3 })
      // The first start builds the indexes of a library that was made without them
      await startOnce(folder)
      const starts: Omit<StartUp, 'library'>[] = []
      for (let run = 0; run < runs; run++) starts.push(await startOnce(folder))
      const median = (pick: (one: Omit<StartUp, 'library'>) => number): number => percentile(starts.map(pick), 0.5)
      results.push({
        library: size === 0 ? 'empty' : `${size.toLocaleString('en')} passages`,
        answerMs: median((one) => one.answerMs),
        searchMs: median((one) => one.searchMs),
        memoryMib: starts.at(-1)!.memoryMib,
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return results
}

async function startOnce(folder: string): Promise<Omit<StartUp, 'library'>> {
  const startedAt = performance.now()
  const host = await startBrowserHost(folder)
  try {
    await host.ask('library.status', {})
    const answerMs = performance.now() - startedAt
    await host.settle()
    await host.ask('search.query', { text: 'bako ritenmu' })
    const searchMs = performance.now() - startedAt
    const memoryMib: Record<string, number> = {}
    for (const [name, pid] of Object.entries(host.processes()))
      memoryMib[name] = Math.round(((await residentBytes(pid)) ?? 0) / 2 ** 20)
    return { answerMs, searchMs, memoryMib }
  } finally {
    await host.stop()
  }
}
