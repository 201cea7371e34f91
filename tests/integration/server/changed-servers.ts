// Started by mutations.test.ts as a process of its own: servers from the real source, each with one thing changed in it.

import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { startServer } from '../../../server/http-server.ts'
import { behindServer } from './behind-server.ts'

export interface Change {
  /** What is taken away. */
  readonly setting: string
  /** A file below `server/`, and the text in it, which is there exactly once. */
  readonly file: string
  readonly from: string
  readonly to: string
}

export interface ChangedServer {
  readonly setting: string
  readonly port: number
  readonly token: string
  /** Why there is no server. */
  readonly problem?: string
}

const sources = new URL('../../../server/', import.meta.url).href
let changes: readonly Change[] = []

/** The number of the change goes with a module to those of the server's that it imports. */
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context)
    const number = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get('change')
    if (number === null || !resolved.url.startsWith(sources)) return resolved
    return { ...resolved, url: `${resolved.url.split('?')[0]}?change=${number}` }
  },
  load: (url, context, next) => {
    const number = url.startsWith(sources) ? new URL(url).searchParams.get('change') : null
    if (number === null) return next(url, context)
    const source = readFileSync(fileURLToPath(url.split('?')[0]!), 'utf8')
    return { format: 'module-typescript', source: changed(source, url, changes[Number(number)]!), shortCircuit: true }
  },
})

function changed(source: string, url: string, { file, from, to }: Change): string {
  if (!url.startsWith(`${sources}${file}?`)) return source
  const [before, after, ...more] = source.split(from)
  if (after === undefined || more.length > 0) throw new Error(`server/${file} does not have “${from}” exactly once`)
  return before! + to + after
}

async function start(number: number, folder: string): Promise<ChangedServer> {
  const { setting } = changes[number]!
  try {
    const module = (await import(`${sources}http-server.ts?change=${number}`)) as { startServer: typeof startServer }
    const server = await module.startServer(behindServer(folder).options)
    return { setting, port: server.port, token: server.address.split('#t=')[1]! }
  } catch (error) {
    return { setting, port: 0, token: '', problem: String(error) }
  }
}

process.once('message', (message) => {
  const asked = message as { changes: readonly Change[]; folder: string }
  changes = asked.changes
  void Promise.all(changes.map((_, number) => start(number, asked.folder))).then((servers) => process.send!(servers))
})
process.once('disconnect', () => process.exit(0))
