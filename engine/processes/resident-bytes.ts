import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Resident memory of a process in bytes, `null` when the process is gone or the system does not tell. */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    if (process.platform === 'linux') return residentOf(await readFile(`/proc/${pid}/status`, 'utf8'))
    if (process.platform === 'win32')
      return workingSetOf((await run('tasklist', ['/fi', `PID eq ${pid}`, '/fo', 'csv', '/nh'])).stdout)
    return Number((await run('ps', ['-o', 'rss=', '-p', String(pid)])).stdout) * 1024 || null
  } catch {
    // The process ended between two looks: there is nothing to measure
    return null
  }
}

function residentOf(status: string): number | null {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(status)
  return match === null ? null : Number(match[1]) * 1024
}

function workingSetOf(line: string): number | null {
  const kilobytes = line.split('","').at(-1)?.replaceAll(/\D/g, '')
  return kilobytes === undefined || kilobytes === '' ? null : Number(kilobytes) * 1024
}
