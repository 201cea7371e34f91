import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { nativeInfo } from '../native/faiss.ts'

/** What figures depend on; printed with every bench. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGib: number
  readonly simd: string
  readonly node: string
  /** Share of processor time that the host of this machine took, since it started. */
  readonly stolen: number | null
}

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    simd: nativeInfo().simdLevel,
    node: process.versions.node,
    stolen: stolenShare(),
  }
}

function stolenShare(): number | null {
  try {
    const [, ...times] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.trim().split(/\s+/).map(Number)
    const total = times.slice(0, 8).reduce((sum, value) => sum + value, 0)
    return Math.round((times[7]! / total) * 1_000) / 1_000
  } catch {
    // Only Linux tells
    return null
  }
}
