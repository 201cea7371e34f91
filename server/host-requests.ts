import type { Reply } from '../shared/contract/reply.ts'
import type { RequestName, RequestOutput } from '../shared/contract/requests.ts'
import { AkinError, toWireError } from '../shared/errors.ts'

const description: RequestOutput<'host.describe'> = {
  host: 'browser',
  platform: process.platform,
  canPick: false,
  canOpen: false,
  canShowInFolder: false,
}

/**
 * What the browser host answers itself, or keeps from the engine: a page in a browser opens no dialogs and names no
 * paths of this computer. `null` for everything that is the engine's.
 */
export function answerHere(name: RequestName, input: unknown): Reply | null {
  if (name === 'host.describe') return { ok: true, value: description }
  if (name.startsWith('host.')) return notAllowed('A page in a browser cannot do this')
  if (namesPaths(input)) return notAllowed('A page may send files but not name paths of this computer')
  return null
}

function namesPaths(input: unknown): boolean {
  const { source, sources } = (input ?? {}) as { source?: unknown; sources?: unknown }
  const all: unknown[] = [source, ...(Array.isArray(sources) ? (sources as unknown[]) : [])]
  return all.some((one) => ['path', 'grant'].includes(String((one as { type?: unknown } | null | undefined)?.type)))
}

function notAllowed(message: string): Reply {
  return { ok: false, error: toWireError(new AkinError('not-allowed', message)) }
}
