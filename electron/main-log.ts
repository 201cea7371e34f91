import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const largestBytes = 1024 * 1024

/** Writes down what went wrong in the main process: names, codes and stacks, never a title or a path of the person's. */
export type MainLog = (event: string, details?: unknown) => void

/** @param folder `main.log` lies in it, and one older file */
export function openMainLog(folder: string): MainLog {
  const file = join(folder, 'main.log')
  return (event, details) => {
    const line = `${new Date().toISOString()} ${event}${details === undefined ? '' : ` ${describe(details)}`}\n`
    process.stderr.write(line)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestBytes) renameSync(file, join(folder, 'main.old.log'))
      appendFileSync(file, line, { mode: 0o600 })
    } catch {
      // A full disk must not bring the window down for the sake of its log
    }
  }
}

function describe(details: unknown): string {
  if (!(details instanceof Error)) return JSON.stringify(details)
  return `${details.name}\n${details.stack?.split('\n').slice(1, 12).join('\n') ?? ''}`
}
