import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'

export type EngineLog = Pick<Logger, 'info' | 'warn' | 'error'>

const largestBytes = 5 * 1024 * 1024

/**
 * The engine's log: `logs/akin.log` in the library folder, one older file kept. It holds codes, counts and times;
 * never a title, a text, a query or a path of the person's files.
 */
export function openLog(folder: string): { log: EngineLog; close: () => void } {
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const file = join(logs, 'akin.log')
  if (existsSync(file) && statSync(file).size > largestBytes) renameSync(file, join(logs, 'akin.old.log'))
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 })
  // A full disk must not bring the engine down for the sake of its log
  destination.on('error', () => undefined)
  const log = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: describeError } },
    destination,
  )
  return { log, close: () => destination.end() }
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  return { name: error.name, code: (error as { code?: unknown }).code, stack: error.stack?.split('\n').slice(1, 12) }
}
