import { readFileSync } from 'node:fs'

/** A utility process, as far as the app's metrics show it. */
export interface ListedProcess {
  readonly pid: number | undefined
  readonly serviceName: string
  kill(): boolean
}

/** The utility processes that run. */
export const runningUtilities = new Set<ListedProcess>()

export function utilityMetrics(): { pid: number; name: string; residentKilobytes: number }[] {
  return [...runningUtilities].flatMap(({ pid, serviceName }) =>
    pid === undefined ? [] : [{ pid, name: serviceName, residentKilobytes: residentKilobytes(pid) }],
  )
}

export function residentKilobytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    // It ended between two looks
    return 0
  }
}
